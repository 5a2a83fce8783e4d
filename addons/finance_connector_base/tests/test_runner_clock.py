import time
from contextlib import closing
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import TransactionCase

from .. import runner
from .common import server_option


@tagged("post_install", "-at_install")
class TestRunnerClock(TransactionCase):
    """Due times are written by the database's clock: a node that is minutes ahead must not run jobs too early."""

    def test_the_runner_goes_by_the_database(self):
        real = time.time
        with server_option(node="clock-test"), closing(runner.NodeDatabase(self.env.cr.dbname)) as database:
            self.addCleanup(runner.CLOCK.set, real())
            for wrong in (300, -300):
                with patch.object(time, "time", lambda wrong=wrong: real() + wrong):
                    database.beat(False)
                    self.assertAlmostEqual(runner.CLOCK.now(), real(), delta=5)
            with closing(database.conn.cursor()) as cr:
                cr.execute("DELETE FROM finance_node WHERE name = 'clock-test'")
