"""Objects from other systems and the records made of them; how checks hold together."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..checkpoints.canonical import CanonicalWritten
from ..retained.kinds import RETAINED
from .canonical_case import CanonicalCase
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestCanonicalCheckpoint(CanonicalCase):
    def check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["finance.checkpoint.check"]._cron_all()
        self.env.invalidate_all()
        return self.env["finance.checkpoint"].search(
            [("connector_id", "=", self.client.id), ("code", "=", "canonical.written")], order="currency_id NULLS FIRST"
        )

    def sql(self, query, *values):
        self.env.flush_all()
        self.env.cr.execute(query, values)

    def test_agreement(self):
        """Number of all objects, and for the currency the amounts of those that have one."""
        self.send("customers", {"external_id": "C-1", "name": "Almond Lane"})
        self.send("journal-entries", self.entry("E-1"), self.entry("E-2", amount="5.50"), post=True)
        self.send("invoices", self.invoice(), post=True)
        self.send("journal-entries", self.entry("E-1"))
        objects, amounts = self.check()
        self.assertEqual((objects.state, objects.left_count, objects.right_count), ("agree", 5, 5))
        self.assertEqual((amounts.state, amounts.left_balance, amounts.right_balance), ("agree", 125.5, 125.5))

    def test_refused_waits(self):
        self.send("journal-entries", self.entry("E-1"), {**self.entry("E-2"), "journal": "NOWHERE"})
        objects, _amounts = self.check()
        self.assertEqual((objects.state, objects.waiting), ("waiting", 1))

    def test_changed_amount(self):
        move = self.record(self.send("journal-entries", self.entry("E-1"), post=True))
        self.check()
        self.sql("UPDATE account_move_line SET amount_currency = amount_currency * 3 WHERE move_id = %s", move.id)
        objects, amounts = self.check()
        self.assertEqual((objects.state, amounts.state), ("agree", "break"))
        self.assertRegex(amounts.text, r"Changed: journal-entry E-1, .*10\.00.*became.*30\.00")
        self.assertEqual(amounts.case_id.state, "open")

    def test_lost_record(self):
        self.send("customers", {"external_id": "C-1", "name": "Almond Lane"})
        record = self.record(self.send("journal-entries", self.entry("E-1")))
        self.sql("DELETE FROM account_move WHERE id = %s", record.id)
        objects, amounts = self.check()
        self.assertEqual((objects.state, objects.left_count, objects.right_count), ("break", 2, 1))
        self.assertEqual((amounts.left_count, amounts.right_count), (1, 0))
        self.assertIn("Missing: journal-entry E-1", objects.text)

    def test_lost_object(self):
        """The request says how many it held."""
        self.send("journal-entries", self.entry("E-1"), self.entry("E-2"))
        self.sql("DELETE FROM finance_message_item WHERE external_id = 'E-2' AND connector_id = %s", self.client.id)
        self.assertEqual(self.check()[0].state, "break")

    def test_both_sides_open(self):
        answer = self.send("journal-entries", self.entry("E-1"))
        row = self.check()[0]
        left, right = (self.env[one["res_model"]].search(one["domain"]) for one in
                       (row.action_open_left(), row.action_open_right()))  # fmt: skip
        self.assertEqual(left, self.message(answer))
        self.assertEqual(right.external_id, "E-1")

    def test_one_that_cannot_be_checked(self):
        """A pair that fails is logged and keeps no other from being checked."""
        self.send("journal-entries", self.entry("E-1"))

        def fail(_self, env, scope):
            raise ValueError("planted")

        self.patch(CanonicalWritten, "left", fail)
        with mute_logger("odoo.addons.finance_connector_base.services.finance_checkpoint_check"):
            self.assertFalse(self.check())
        self.assertTrue(self.env["finance.checkpoint"].search_count([("code", "=", "messages.kept")]))

    def test_statements_do_not_grow_with_records(self):
        """A day with more objects costs no more statements."""
        self.send("journal-entries", self.entry("E-1"))
        self.check()
        counts = []
        for first, last in ((2, 4), (4, 14)):
            self.send("journal-entries", *(self.entry(f"E-{number}") for number in range(first, last)))
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.check()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_history_is_not_changed(self):
        self.send("journal-entries", self.entry("E-1"))
        value = self.check().value_ids[:1]
        with self.assertRaisesRegex(Exception, "not changed afterwards"):
            value.state = "break"


@tagged("post_install", "-at_install")
class TestMessagesCheckpoint(FinanceCase):
    def check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["finance.checkpoint.check"]._cron_all()
        self.env.invalidate_all()
        return self.env["finance.checkpoint"].search(
            [("connector_id", "=", self.upload.id), ("code", "=", "messages.kept")]
        )

    def test_erased_rightly_or_not(self):
        """What a rule erased stands in the trail; contents that merely vanished do not."""
        message, other = self.store(b"one")[0], self.store(b"other", name="other.txt")[0]
        self.env["finance.audit"]._flush()
        RETAINED.get("payload")().apply(self.env, [message.id], "erase", {})
        row = self.check()
        self.assertEqual((row.state, row.left_count, row.left_bytes), ("agree", 2, 8))
        self.env.cr.execute(
            "UPDATE finance_message SET body = NULL, erased_on = create_date WHERE id = %s", [other.id]
        )
        row = self.check()
        self.assertEqual((row.state, row.right_count), ("break", 1))
        self.assertIn("other.txt", row.text)
        self.assertNotIn("test.txt", row.text)
