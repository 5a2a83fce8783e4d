"""Planted breaks of each kind are found, explained by name and closed again; without them all sides agree."""

from odoo import Command, fields
from odoo.tests import tagged

from .common import BankCase
from .statement_maker import Booking, camt052, camt053, statement


@tagged("post_install", "-at_install")
class TestCheckpoints(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day = fields.Date.add(fields.Date.today(), days=-10)

    def setUp(self):
        super().setUp()
        day = self.day.isoformat()
        made = statement(
            Booking("250.00", "Invoice 7", ref="B1", day=day),
            Booking("-40.15", "Rent", ref="B2", day=day),
            Booking("9.00", "Interest", ref="B3", day=day),
            name="S1",
            first=day,
            last=day,
        )
        self.message = self.bring(camt053(made))
        self.assertEqual(self.message.state, "processed", self.message.result_text)

    def check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["finance.checkpoint.check"]._cron_all()
        self.env.invalidate_all()

    def states(self):
        """Worst state of each checkpoint of the company."""
        order = ["agree", "waiting", "break"]
        found = {}
        for row in self.rows():
            found[row.code] = max(found.get(row.code, "agree"), row.state, key=order.index)
        return found

    def rows(self, code=None, **values):
        domain = [("company_id", "=", self.company.id), *([("code", "=", code)] if code else [])]
        return self.env["finance.checkpoint"].search([*domain, *((name, "=", one) for name, one in values.items())])

    def broken(self, *codes):
        """Exactly these break; each has an open case with its words. The text of all."""
        self.check()
        found = {code for code, state in self.states().items() if state == "break"}
        self.assertEqual(found, set(codes))
        rows = self.rows(state="break")
        self.assertEqual(rows.case_id.mapped("state"), ["open"] * len(rows))
        self.assertEqual(rows.mapped("text"), rows.mapped("case_id.text"))
        return "\n".join(rows.mapped("text"))

    def sql(self, query, *values):
        self.env.flush_all()
        self.env.cr.execute(query, values)
        self.env.invalidate_all()

    def line_of(self, reference):
        return self.lines().filtered(lambda line: line.finance_bank_ref == reference)

    def test_agreement(self):
        self.check()
        states = self.states()
        self.assertLessEqual({"messages.kept", "bank.file_lines", "bank.balances", "bank.ledger"}, states.keys())
        self.assertEqual(set(states.values()), {"agree"})
        self.assertEqual(self.rows("bank.file_lines").left_text, self.rows("bank.file_lines").right_text)
        self.assertEqual((self.rows("bank.ledger").left_count, self.rows("bank.ledger").right_credit), (3, 259.0))
        self.assertEqual(self.rows("bank.balances").left_balance, 218.85)
        self.assertFalse(self.cases())

    def test_deleted_line(self):
        line = self.line_of("B2")
        self.sql("DELETE FROM account_move WHERE id = %s", line.move_id.id)
        text = self.broken("bank.file_lines", "bank.balances")
        self.assertRegex(text, r"Missing: .*Rent -.*40\.15")
        row = self.rows("bank.file_lines")
        self.assertEqual((row.left_count, row.right_count, row.left_debit, row.right_debit), (3, 2, 40.15, 0))

    def test_changed_amount(self):
        line = self.line_of("B1")
        self.sql("UPDATE account_bank_statement_line SET amount = 205 WHERE id = %s", line.id)
        text = self.broken("bank.file_lines", "bank.balances", "bank.ledger")
        self.assertRegex(text, r"Changed: .*Invoice 7, .*250\.00.*became .*205\.00")

    def test_changed_amount_that_hides_another(self):
        """Totals of the day agree, the money in and the money out do not."""
        self.sql("UPDATE account_bank_statement_line SET amount = amount + 50 WHERE id = %s", self.line_of("B1").id)
        self.sql("UPDATE account_bank_statement_line SET amount = amount - 50 WHERE id = %s", self.line_of("B2").id)
        text = self.broken("bank.file_lines", "bank.ledger")
        self.assertIn("Invoice 7", text)
        self.assertIn("Rent", text)

    def test_lost_message(self):
        """The audit trail remembers it; its lines are left without evidence."""
        self.sql("DELETE FROM finance_exception WHERE message_id = %s", self.message.id)
        self.sql("DELETE FROM finance_message WHERE id = %s", self.message.id)
        text = self.broken("messages.kept", "bank.file_lines")
        self.assertIn("its message is gone", text)
        self.assertRegex(text, r"Missing: [0-9a-f-]{36} \d+ bytes")

    def test_damaged_message(self):
        """One byte of what came is another now."""
        self.sql(
            "UPDATE finance_message SET body = set_byte(body, 40, get_byte(body, 44)) WHERE id = %s", self.message.id
        )
        self.assertIn("SHA-256", self.broken("messages.kept"))

    def test_damaged_file(self):
        """Large contents lie in the file store; they are read again."""
        bookings = [Booking("1.00", f"{number} {'x' * 7000}", day=self.day.isoformat()) for number in range(10)]
        big = camt053(statement(*bookings, name="S2", opening="318.85"))
        message = self.bring(big)
        attachment = message.sudo().attachment_id
        self.assertTrue(attachment.store_fname)
        self.check()
        self.assertEqual(self.states()["messages.kept"], "agree")
        other = self.env["ir.attachment"].create({"name": "other", "raw": bytes(reversed(big))})
        self.sql("UPDATE ir_attachment SET store_fname = %s WHERE id = %s", other.store_fname, attachment.id)
        self.assertIn(message.name, self.broken("messages.kept"))

    def test_doubled_line(self):
        """Copied by hand: the file has it once, the bank's balance says so, too."""
        line = self.line_of("B3")
        values = {"journal_id": self.journal.id, "date": line.date, "amount": 9.0, "payment_ref": "Interest again"}
        self.env["account.bank.statement.line"].create(
            {**values, "statement_id": line.statement_id.id, "finance_message_id": self.message.id}
        )
        text = self.broken("bank.file_lines", "bank.balances")
        self.assertRegex(text, r"Not expected: .*Interest again")

    def test_changed_ledger(self):
        """The amount on the account of the bank is changed behind Odoo's back."""
        move = self.line_of("B1").move_id
        self.sql(
            "UPDATE account_move_line SET balance = balance * 2, debit = debit * 2,"
            " amount_currency = amount_currency * 2 WHERE move_id = %s AND account_id = %s",
            move.id,
            self.journal.default_account_id.id,
        )
        text = self.broken("bank.ledger")
        self.assertRegex(text, rf"Changed: {move.name} Invoice 7 .*250\.00.*became.*500\.00")

    def test_entry_taken_back(self):
        """Back to draft, the ledger holds it no longer."""
        self.line_of("B1").move_id.button_draft()
        self.assertRegex(self.broken("bank.ledger"), r"Missing: .*Invoice 7")

    def test_cash_without_evidence(self):
        """Booked on the account of the bank by hand: no statement says so."""
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self.day,
                "line_ids": [
                    Command.create({"account_id": self.journal.default_account_id.id, "name": "By hand", "debit": 12}),
                    Command.create({"account_id": self.company_data["default_account_revenue"].id, "credit": 12}),
                ],
            }
        )
        entry.action_post()
        self.assertRegex(self.broken("bank.ledger"), rf"Not expected: {entry.name} By hand")

    def test_closes_itself_and_keeps_history(self):
        line = self.line_of("B1")
        self.sql("UPDATE account_bank_statement_line SET amount = 205 WHERE id = %s", line.id)
        self.broken("bank.file_lines", "bank.balances", "bank.ledger")
        cases = self.rows(state="break").case_id
        self.sql("UPDATE account_bank_statement_line SET amount = 250 WHERE id = %s", line.id)
        self.broken()
        self.assertEqual(set(cases.mapped("state")), {"solved"})
        self.assertTrue(all(cases.mapped("closed_by_itself")))
        row = self.rows("bank.file_lines")
        self.assertEqual(row.value_ids.mapped("state"), ["agree", "break"])
        self.assertFalse(row.text)

    def test_dropped_case_stays_dropped(self):
        """What a person accepted is not asked again until the numbers change."""
        self.sql("UPDATE account_bank_statement_line SET amount = 205 WHERE id = %s", self.line_of("B1").id)
        self.broken("bank.file_lines", "bank.balances", "bank.ledger")
        self.rows(state="break").case_id._drop("Agreed with the bank.")
        self.check()
        self.assertEqual(set(self.rows(state="break").case_id.mapped("state")), {"dropped"})
        self.assertEqual(self.figure(), 0)
        self.sql("UPDATE account_bank_statement_line SET amount = 206 WHERE id = %s", self.line_of("B1").id)
        self.broken("bank.file_lines", "bank.balances", "bank.ledger")
        self.assertEqual(self.figure(), 3)

    def figure(self):
        return self.env["finance.board"].value("checkpoints.broken", companies=self.company)

    def test_solved_by_hand_but_not_gone(self):
        """Closing the case does not make both sides agree: it is asked again."""
        self.sql("UPDATE account_bank_statement_line SET amount = 205 WHERE id = %s", self.line_of("B1").id)
        self.broken("bank.file_lines", "bank.balances", "bank.ledger")
        self.rows("bank.ledger").case_id.with_user(self.operator).action_solve()
        self.broken("bank.file_lines", "bank.balances", "bank.ledger")

    def test_check_again(self):
        """The button looks at this day only, for a person without rights on anything else."""
        line = self.line_of("B1")
        self.sql("UPDATE account_bank_statement_line SET amount = 205 WHERE id = %s", line.id)
        self.broken("bank.file_lines", "bank.balances", "bank.ledger")
        self.sql("UPDATE account_bank_statement_line SET amount = 250 WHERE id = %s", line.id)
        self.rows("bank.ledger").with_user(self.operator).action_check()
        self.assertEqual(self.rows("bank.ledger").state, "agree")
        self.assertEqual(self.rows("bank.file_lines").state, "break")

    def test_both_sides_open(self):
        self.check()
        opened = {
            row.code: [self.env[action["res_model"]].search(action["domain"]) for action in
                       (row.action_open_left(), row.action_open_right())]
            for row in self.rows()
        }  # fmt: skip
        self.assertEqual(opened["bank.file_lines"], [self.message, self.lines().sorted()])
        self.assertEqual(opened["bank.balances"], [self.statements(), self.lines().sorted()])
        self.assertEqual(opened["bank.ledger"][0], self.lines().sorted())
        self.assertEqual(sum(opened["bank.ledger"][1].mapped("balance")), 218.85)
        self.assertEqual(opened["messages.kept"][1], self.message)
        self.assertIn(self.message.id, opened["messages.kept"][0].mapped("res_id"))

    def test_repeated_and_refused(self):
        """A later file repeats a line, another statement has no journal: nothing is missing, one part waits."""
        day = self.day.isoformat()
        again = statement(
            Booking("9.00", "Interest", ref="B3", day=day), Booking("1.00", "New", ref="B4", day=day),
            name="S2", opening="309.85", first=day, last=day,
        )  # fmt: skip
        foreign = statement(Booking("3.00", "Else", day=day), name="S3", account="DE00000000000000000999")
        message = self.bring(camt053(again, foreign))
        self.assertEqual(message.state, "refused")
        self.check()
        self.assertEqual(self.states()["bank.file_lines"], "waiting")
        row = self.rows("bank.file_lines", journal_id=self.journal.id)
        self.assertEqual((row.state, row.left_count, row.right_count), ("agree", 5, 5))
        self.retry(message)
        self.check()
        row = self.rows("bank.file_lines", journal_id=self.journal.id)
        self.assertEqual((row.state, row.left_count, row.right_count), ("agree", 5, 5))

    def test_report_during_the_day(self):
        """Lines reported during the day belong to the message that brought them, whoever confirms them."""
        day = fields.Date.add(self.day, days=1).isoformat()
        booking = Booking("77.00", "Early", ref="B9", day=day)
        self.bring(camt052(statement(booking, name="R1", opening="318.85", first=day, last=day)))
        self.bring(camt053(statement(booking, name="S2", opening="318.85", first=day, last=day)))
        self.broken()

    def test_lately(self):
        """Soon after a file came its days are compared, older ones too; and only what it touched."""
        self.env["finance.checkpoint.check"]._cron_lately()
        self.assertEqual(set(self.states().values()), {"agree"})
        self.assertEqual(self.rows("bank.ledger").day, self.day)

    def test_payment_without_evidence(self):
        """Marked as paid by a person; the bank never said so."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.supplier.id,
                "amount": 33,
                "date": self.day,
                "journal_id": self.journal.id,
            }
        )
        if not payment.outstanding_account_id:
            payment.outstanding_account_id = self.account("Outstanding", "101999", "asset_current")
            payment.outstanding_account_id.reconcile = True
        payment.action_post()
        self.check()
        self.assertEqual(self.states()["payments.ledger"], "waiting")
        self.assertNotIn("payments.statement", self.states())
        payment.action_validate()
        self.assertIn(payment.name, self.broken("payments.statement"))
        self.sql("DELETE FROM account_move_line WHERE move_id = %s", payment.move_id.id)
        text = self.broken("payments.statement", "payments.ledger")
        self.assertRegex(text, rf"Changed: {payment.name}, .*33\.00.*became.*0\.00")

    def test_rights(self):
        self.check()
        elsewhere = self.env["res.company"].create({"name": "Z"})
        stranger = self.person("stranger", "finance_connector_base.group_user", elsewhere)
        self.assertFalse(self.env["finance.checkpoint"].with_user(stranger).search_count([]))
        self.assertTrue(self.env["finance.checkpoint"].with_user(self.operator).search_count([]))
        self.assertFalse(self.env["finance.checkpoint"].with_user(self.operator).has_access("write"))
