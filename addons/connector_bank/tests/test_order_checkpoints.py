"""Order, file, acknowledgement, statement: a break at each hand-over is found, named and closed again."""

from odoo.tests import tagged

from .answer_maker import report
from .order_case import OrderWayCase

FILES, ANSWERS, SETTLED = "payments.files", "payments.answers", "payments.settled"


@tagged("post_install", "-at_install")
class TestOrderCheckpoints(OrderWayCase):
    def check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["finance.checkpoint.check"]._cron_all()
        self.env.invalidate_all()
        rows = self.env["finance.checkpoint"].search(
            [("company_id", "=", self.company.id), ("code", "in", (FILES, ANSWERS, SETTLED))]
        )
        self.assertLessEqual(set(rows.mapped("left_count")) | set(rows.mapped("right_count")), {0, 1, 2})
        return {row.code: row for row in rows}

    def broken(self, *codes):
        """Exactly these break, each with an open case; their words."""
        rows = self.check()
        self.assertEqual({code for code, row in rows.items() if row.state == "break"}, set(codes))
        self.assertEqual([rows[code].case_id.state for code in codes], ["open"] * len(codes))
        return "\n".join(rows[code].text for code in codes)

    def test_the_whole_way(self):
        rows = self.check()
        self.assertEqual((rows[FILES].state, rows[FILES].left_count, rows[FILES].right_debit), ("waiting", 2, 70.5))
        self.assertEqual(set(rows), {FILES})
        self.delivered(self.order_)
        self.assertEqual({code: row.state for code, row in self.check().items()}[FILES], "agree")
        self.settled()
        rows = self.check()
        self.assertEqual(set(rows), {FILES, ANSWERS, SETTLED})
        self.assertEqual({row.state for row in rows.values()}, {"agree"})
        for row in rows.values():
            self.assertEqual((row.left_count, row.right_count, row.left_debit, row.right_debit), (2, 2, 70.5, 70.5))
            self.assertEqual((row.journal_id, row.day), (self.journal, self.day))
            left, right = (self.env[act["res_model"]].search_count(act["domain"]) for act in
                           (row.action_open_left(), row.action_open_right()))  # fmt: skip
            self.assertTrue(left and right)

    def test_amount_changed_in_the_ledger(self):
        self.delivered(self.order_)
        self.sql("UPDATE account_payment SET amount = 31 WHERE id = %s", self.first.id)
        text = self.broken(FILES, SETTLED)
        self.assertRegex(text, r"Changed: \S+, .*31\.00.*became.*30\.00")
        self.sql("UPDATE account_payment SET amount = 30 WHERE id = %s", self.first.id)
        self.broken(SETTLED)  # no statement shows them, long after their day

    def test_payment_taken_out_behind_the_file(self):
        self.sql("UPDATE account_payment SET finance_order_id = NULL WHERE id = %s", self.second.id)
        self.assertIn(f"Not expected: {self.ref(self.second)}", self.broken(FILES))
        self.sql("UPDATE account_payment SET finance_order_id = %s WHERE id = %s", self.order_.id, self.second.id)
        row = self.check()[FILES]
        self.assertEqual((row.state, row.case_id.state), ("waiting", "solved"))

    def test_file_cancelled_but_not_the_order(self):
        self.sql("UPDATE finance_message SET state = 'cancelled' WHERE id = %s", self.order_.message_id.id)
        self.assertIn(f"Missing: {self.ref(self.first)}", self.broken(FILES))

    def test_no_acknowledgement_in_time(self):
        """Nothing is said while the time runs; then each payment is named; an answer closes the case."""
        self.answer(report(("NOTHING", "ACSP")))  # a flow of answers is there
        self.delivered(self.order_)
        self.company.finance_settle_days = 100_000
        rows = self.check()
        self.assertEqual((rows[ANSWERS].state, rows[ANSWERS].waiting, rows[SETTLED].state), ("waiting", 2, "waiting"))
        self.sql("UPDATE finance_message SET done_on = done_on - interval '25 hours' WHERE id = %s",
                 self.order_.message_id.id)  # fmt: skip
        self.assertIn(f"Missing: {self.first.name}", self.broken(ANSWERS))
        self.flow.answer_hours = 30
        self.assertEqual(self.check()[ANSWERS].state, "waiting")
        self.flow.answer_hours = 24
        self.acknowledge((self.ref(self.first), "ACSP"))
        text = self.broken(ANSWERS)
        self.assertNotIn(self.first.name, text)
        self.acknowledge((self.ref(self.second), "RJCT", "AC04"))
        self.assertEqual(self.check()[ANSWERS].case_id.state, "solved")

    def test_acknowledged_with_another_amount(self):
        self.delivered(self.order_)
        self.company.finance_settle_days = 100_000
        content = report((self.ref(self.first), "ACSP"), (self.ref(self.second), "ACSP"))
        told = b"<OrgnlTxRef><Amt><InstdAmt Ccy='EUR'>300.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>"
        self.answer(content.replace(b"</TxInfAndSts>", told, 1))
        self.assertRegex(self.broken(ANSWERS), rf"Changed: {self.first.name}, .*30\.00.*became.*300\.00")

    def test_a_debit_answers_as_well(self):
        self.settled()
        self.sql("DELETE FROM finance_payment_answer WHERE payment_id = %s", self.first.id)
        self.assertEqual({row.state for row in self.check().values()}, {"agree"})

    def test_not_on_the_statement(self):
        self.delivered(self.order_)
        self.acknowledge((self.ref(self.first), "ACSC"), (self.ref(self.second), "RJCT", "AC04"))
        text = self.broken(SETTLED)
        self.assertIn(f"Missing: {self.first.name}", text)
        self.assertNotIn(self.second.name, text)

    def test_refused_and_debited_all_the_same(self):
        self.settled()
        self.sql("UPDATE account_payment SET finance_told_state = 'rejected' WHERE id = %s", self.second.id)
        self.assertIn(f"Not expected: {self.second.name}", self.broken(SETTLED))

    def test_booked_with_another_amount(self):
        self.settled()
        self.sql(
            "UPDATE account_partial_reconcile SET credit_amount_currency = 39 WHERE credit_move_id IN"
            " (SELECT id FROM account_move_line WHERE move_id = %s)", self.second.move_id.id,
        )  # fmt: skip
        self.assertRegex(self.broken(SETTLED), rf"Changed: {self.second.name}, .*40\.50.*became.*39\.00")

    def test_what_came_back_agrees(self):
        """It was debited, and the return stands on a statement of its own."""
        self.settled()
        self.line("30.00", "Return", end_to_end=self.ref(self.first), return_reason="AC04", reversal=True,
                  day=self.day.isoformat())  # fmt: skip
        self.match()
        self.assertEqual(self.first.finance_way, "reversed")
        self.assertEqual({row.state for row in self.check().values()}, {"agree"})

    def test_lately(self):
        """Soon after an answer came the day of its order is compared, however old."""
        self.delivered(self.order_)
        self.acknowledge((self.ref(self.first), "ACSP"), (self.ref(self.second), "ACSP"))
        self.env["finance.checkpoint.check"]._cron_lately()
        rows = self.env["finance.checkpoint"].search([("code", "=", ANSWERS), ("company_id", "=", self.company.id)])
        self.assertEqual((rows.state, rows.day), ("agree", self.day))
