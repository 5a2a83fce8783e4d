"""Jobs are wake-ups: one that lost the database on its way comes again instead of ending as failed."""

import contextlib

import psycopg2

from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY

from odoo.addons.queue_job.exception import RetryableJobError

#: The runner looks for jobs of dead workers about as often.
AGAIN_SECONDS = 10


def is_lost(error):
    """Whether the database was stopped, ended the session or had no room; what was asked may be asked again.

    A connection that breaks between two packets is a bare ``DatabaseError`` in psycopg2.
    """
    if isinstance(error, psycopg2.OperationalError):
        return error.pgcode not in PG_CONCURRENCY_ERRORS_TO_RETRY
    return isinstance(error, psycopg2.InterfaceError) or type(error) is psycopg2.DatabaseError


@contextlib.contextmanager
def comes_again():
    """Around a job: its message tells what is done already, so that going on later is safe.

    :raise RetryableJobError: where the database was lost; costs no try
    """
    try:
        yield
    except psycopg2.Error as error:
        if not is_lost(error):
            raise
        raise RetryableJobError(
            f"the database was away: {type(error).__name__}", seconds=AGAIN_SECONDS, ignore_retry=True
        ) from error
