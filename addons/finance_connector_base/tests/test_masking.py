import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.job import Job

from ..core.errors import SecurityError
from .common import SandboxCase

CANARY = "canary 'word' & 4711/ä"
IBAN = "DE89370400440532013000"


@tagged("post_install", "-at_install")
class TestMasking(SandboxCase):
    """Once Odoo has seen a secret, nothing that it keeps or logs holds it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credential = cls.env["finance.credential"].create(
            {"connector_id": cls.bank.id, "purpose": "token", "secret": CANARY}
        )

    def test_failed_statements(self):
        with self.assertLogs("odoo.sql_db", "ERROR") as logs, self.assertRaises(psycopg2.Error), self.cr.savepoint():
            self.cr.execute("INSERT INTO no_such_table VALUES (%s, %s, %s)", [CANARY, IBAN, "seen"])
        self.assertIn("seen", logs.output[0])
        self.assertIn("***3000", logs.output[0])
        self.assertNotIn(CANARY, logs.output[0])
        self.assertNotIn(IBAN, logs.output[0])

    def test_jobs(self):
        message = self.submit("J1")
        with self.assertRaisesRegex(SecurityError, "arguments"):
            message.with_delay().send_job(CANARY)
        job = Job(message.send_job)
        job.set_failed(exc_name="X", exc_message=f"bad {CANARY}", exc_info=f"Traceback {CANARY} {IBAN}")
        job.result = f"done {CANARY}"
        job.store()
        row = job.db_record()
        for field in ("exc_message", "exc_info", "result"):
            self.assertIn("***", row[field])
            self.assertNotIn(CANARY, row[field])
            self.assertNotIn(IBAN, row[field])

    def test_tracking(self):
        self.cr.flush()  # from here on changes are followed
        self.bank.username = f"user {CANARY}"
        self.env.flush_all()
        self.cr.flush()
        values = self.bank.message_ids.sudo().tracking_value_ids.mapped("new_value_char")
        self.assertIn("user ***", values)

    @mute_logger("odoo.addons.finance_connector_base.services.finance_deliver")
    def test_answers_that_repeat_what_was_sent(self):
        """An attempt, its case and the message tell the error without the secret and the account."""
        message = self.submit("E1")
        words = f"400: token {CANARY} may not pay {IBAN}"
        processor = type(self.env["finance.process.file"])

        def refuse(_self, _delivery):
            raise ValueError(words)

        self.patch(processor, "send", refuse)
        self.advance(message)
        attempt = message.attempt_ids
        self.assertEqual(attempt.text, "ValueError: 400: token *** may not pay ***3000")
        found = (message.result_text, *message.exception_ids.mapped("text"))
        self.assertTrue(message.exception_ids)
        for text in found:
            self.assertIn("token ***", text)
            self.assertNotIn(CANARY, text)

    def test_exports(self):
        exported = str(self.credential.export_data([name for name in self.credential._fields if name != "sealed"]))
        self.assertNotIn(CANARY, exported)
        for user in self.roles.values():
            self.assertNotIn("sealed", self.credential.with_user(user).fields_get())
