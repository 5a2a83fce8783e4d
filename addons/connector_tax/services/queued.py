"""Errors of the line inside a job: the queue tries again."""

from contextlib import contextmanager

from odoo.addons.finance_connector_base.core.errors import RateLimitedError, TechnicalError
from odoo.addons.queue_job.exception import RetryableJobError


@contextmanager
def tried_again():
    """Turn what heals by itself into a later try; anything else passes."""
    try:
        yield
    except RateLimitedError as error:
        raise RetryableJobError(str(error), seconds=error.retry_after, ignore_retry=True) from error
    except TechnicalError as error:
        raise RetryableJobError(str(error)) from error
