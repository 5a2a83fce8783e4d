from unittest.mock import patch

import psycopg2

from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job

from ..controllers.finance_job import FinanceJob
from .common import SandboxCase


@tagged("post_install", "-at_install")
class TestWakeup(SandboxCase):
    """A job whose database went away is no red job: nobody would look for its message but the sweeper."""

    def _lost(self, error):
        job = Job.load(self.env, self.submit().with_delay().send_job().uuid)
        deliver = type(self.env["finance.deliver"])
        with patch.object(deliver, "_claim", side_effect=error), patch("time.sleep"):
            FinanceJob._try_perform_job(self.env, job)

    def test_a_lost_database_makes_the_job_come_again(self):
        for error in (
            psycopg2.OperationalError("server closed the connection unexpectedly"),
            psycopg2.InterfaceError("connection already closed"),
            psycopg2.DatabaseError("server closed the connection unexpectedly"),
            psycopg2.errors.DiskFull("could not extend file"),
        ):
            with self.subTest(type(error).__name__), self.assertRaises(RetryableJobError) as found:
                self._lost(error)
            self.assertTrue(found.exception.ignore_retry, "a database that is away costs no try")

    def test_another_error_is_not_hidden(self):
        with self.assertRaises(ZeroDivisionError):
            self._lost(ZeroDivisionError())
