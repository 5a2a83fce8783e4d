from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import BankCase
from .statement_maker import Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestAccountCard(BankCase):
    """The card of a bank account, and the links between a file and what it brought."""

    def card(self):
        self.journal.invalidate_recordset()
        return self.journal.with_user(self.operator)

    def test_empty(self):
        card = self.card()
        self.assertFalse(card.finance_last_message_id or card.finance_until_on or card.finance_channel_good)
        self.assertFalse(card.finance_late_case_id or card.finance_gap_case_ids or card.finance_open_line_count)

    def test_after_import(self):
        message = self.bring(camt053(statement(Booking("5.00", "one"), name="A")))
        card = self.card()
        self.assertEqual(card.finance_last_message_id, message)
        self.assertEqual(card.finance_connector_id, message.connector_id)
        self.assertTrue(card.finance_channel_good)
        self.assertEqual(str(card.finance_until_on), "2026-03-02")
        self.assertEqual(card.finance_open_line_count, 1)

    def test_gap(self):
        """A gap shows on the card of its account alone, and leads to its case."""
        other = self.bank_journal("BNKC")
        self.bring(camt053(statement(Booking("5.00", "one"), name="A")))
        self.bring(camt053(statement(Booking("5.00", "two", day="2026-03-09"), name="C", opening="900.00",
                                     first="2026-03-09")))  # fmt: skip
        card = self.card()
        self.assertEqual(card.finance_gap_case_ids, self.case("statement.gap"))
        self.assertFalse(other.with_user(self.operator).finance_gap_case_ids)
        self.assertEqual(card.action_finance_holes()["domain"], [("id", "in", self.case("statement.gap").ids)])

    def test_channel_with_trouble(self):
        message = self.bring(camt053(statement(Booking("5.00", "one"))))
        connector = message.connector_id.sudo()
        connector.state = "paused"
        card = self.card()
        self.assertFalse(card.finance_channel_good)
        self.assertTrue(card.finance_channel_text)

    def test_budget_of_the_account(self):
        """Calls are counted for an account; those of another one are none of its own."""
        message = self.bring(camt053(statement(Booking("5.00", "one"))))
        own = self.journal.bank_account_id.sanitized_acc_number
        for scope in (own, "DE00OTHER"):
            self.env["finance.quota"].sudo().create(
                {"connector_id": message.connector_id.id, "scope": scope, "limit_calls": 4 if scope == own else 9}
            )
        self.assertEqual(self.card().finance_channel_text, "4 of 4 calls left")

    def test_links(self):
        """Message, statement and line lead to each other."""
        message = self.bring(camt053(statement(Booking("5.00", "one"), Booking("6.00", "two"), name="A")))
        self.assertEqual((message.statement_count, message.statement_line_count), (1, 2))
        (record,) = self.statements()
        self.assertEqual(record.action_finance_message()["res_id"], message.id)
        self.assertEqual(self.env[record._name].search(message.action_statements()["domain"]), record)
        lines = self.env["account.bank.statement.line"].search(message.action_statement_lines()["domain"])
        self.assertEqual(lines, record.line_ids)

    def test_accountant_without_a_role(self):
        """Who has no role here reads journals as before, and nothing of the cards."""
        plain = self.person("plain", "account.group_account_user")
        journal = self.journal.with_user(plain)
        self.assertTrue(journal.read()[0]["name"])
        with self.assertRaises(AccessError):
            journal.read(["finance_last_message_id"])

    def test_queries_of_many(self):
        """Three hundred cards cost as many queries as three."""
        journals = self.env["account.journal"].search([("type", "=", "bank")])
        while len(journals) < 30:
            journals += self.bank_journal(f"Q{len(journals)}")
        names = ["finance_channel_text", "finance_until_on", "finance_gap_case_ids", "finance_open_line_count"]
        counts = []
        for some in (journals[:3], journals):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.with_user(self.operator).read(names)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3)
