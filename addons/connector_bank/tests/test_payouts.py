"""Files of payment providers in the ledger: both ways of booking, two providers, several currencies, nothing twice."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from .payout_maker import paypal, stripe
from .test_settle import SettleCase


class PayoutCase(SettleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.bank_journal("PSP")
        cls.reserves = cls.account("Reserves at providers", "514100", "asset_current")
        cls.clearing = cls.account("Shop sales to clear", "511200", "asset_current")
        cls.transfer = cls.company.transfer_account_id
        cls.tax_account = cls.account("Input tax", "445660", "asset_current")
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "20% on fees", "amount": 20.0, "type_tax_use": "purchase", "company_id": cls.company.id,
                "invoice_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "account_id": cls.tax_account.id}),
                ],
                "refund_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "account_id": cls.tax_account.id}),
                ],
            }
        )  # fmt: skip
        cls.provider.write(
            {
                "finance_payout_fee_account_id": cls.fees.id,
                "finance_payout_fee_tax_id": cls.tax.id,
                "finance_payout_reserve_account_id": cls.reserves.id,
            }
        )

    def take(self, content, journal=None):
        """Import a file as a person does, who chooses the journal where it is asked for, and match its lines."""
        message = self.bring(content, journal=journal)
        lines = self.env["account.bank.statement.line"].search([("finance_message_id", "=", message.id)])
        self.match(lines)
        for line in lines:
            self.assert_balanced(line)
        return message

    def dollar_invoice(self, amount):
        dollar = self.setup_other_currency("USD", rates=[("2026-01-01", 1.1)])
        return self.invoice(amount, currency_id=dollar.id)

    def credit_note(self, invoice):
        note = invoice._reverse_moves([{"invoice_date": "2026-03-04", "date": "2026-03-04"}])
        note.action_post()
        return note

    def suspense(self, journal=None):
        return self.balance((journal or self.provider).suspense_account_id)


@tagged("post_install", "-at_install")
class TestStripePayout(PayoutCase):
    def scenario(self, way):
        """A paid-out week: two payments (one in dollars), a refund, a chargeback of an older one, a reserve, fees."""
        self.provider.finance_payout = way
        old, refunded = self.invoice(50.0), self.invoice(60.0)
        rows = [
            ("charge", "50.00", "1.20", self.named(old, "ch_old")),
            ("charge", "60.00", "1.20", self.named(refunded, "ch_3")),
        ]
        self.take(stripe("po_0", rows, day="2026-03-02"), self.provider)
        self.assertEqual((old.payment_state, refunded.payment_state), ("paid", "paid"))
        note = self.credit_note(refunded)
        plain, dollar = self.invoice(120.0), self.dollar_invoice(100.0)
        rows = [
            ("charge", "120.00", "2.40", self.named(plain, "ch_1")),
            ("charge", "92.40", "1.80",
             {**self.named(dollar, "ch_2"), "customer_facing_amount": "100.00", "customer_facing_currency": "usd"}),
            ("refund", "-60.00", "0", {"source_id": "re_3", "charge_id": "ch_3"}),
            ("charge", "30.00", "1.20", {"charge_id": "ch_4"}),
            ("refund", "-30.00", "0", {"source_id": "re_4", "charge_id": "ch_4"}),
            ("dispute", "-50.00", "15.00", {"source_id": "dp_1", "charge_id": "ch_old", "description": "fraudulent"}),
            ("risk_reserved_funds", "-10.00", "0", {}),
            ("fee", "-0.60", "0", {"description": "Radar"}),
        ]  # fmt: skip
        content = stripe("po_1", rows)
        message = self.take(content)
        self.assertEqual(message.state, "processed", message.result_text)
        for document in (plain, dollar, refunded, note):
            self.assertEqual((document.payment_state, document.amount_residual), ("paid", 0.0), document.name)
        self.assertEqual((old.payment_state, old.amount_residual), ("not_paid", 50.0))
        self.assertIn("chargeback", " ".join(old.message_ids.mapped("body")))
        self.assertTrue(all(line.is_reconciled for line in self.lines(self.provider)))
        self.assertEqual(self.suspense(), 0.0)
        charged = 2.40 + 2.40 + 1.80 + 1.20 + 15.00 + 0.60
        self.assertEqual(self.balance(self.fees), round(charged / 1.2, 2))
        self.assertEqual(self.balance(self.tax_account), round(charged / 6, 2))
        self.assertEqual(self.balance(self.reserves), 10.0)
        self.assertEqual(self.balance(self.provider.default_account_id), 0.0)
        paid = round(107.60 + 120 + 92.40 - 60 - 50 - 10 - 21.0, 2)
        self.assertEqual(self.balance(self.transfer), paid)
        return content, message

    def named(self, invoice, charge):
        return {"invoice_number": invoice.name, "charge_id": charge, "source_id": charge}

    def arrives(self):
        """The bank's lines of both payouts."""
        first = self.line("107.60", "STRIPE PO_0")
        second = self.line("71.40", "STRIPE TRANSFER po_1", day="2026-03-07")
        self.match(first, second)
        self.assertTrue(first.is_reconciled and second.is_reconciled)
        self.assertEqual(self.balance(self.transfer), 0.0)
        self.assertEqual(second.finance_proposal_ids.rule, "arrival")

    def test_lines(self):
        self.scenario("lines")
        kinds = self.lines(self.provider).mapped("transaction_type")
        self.assertEqual(kinds.count("fee"), 7)
        self.arrives()

    def test_entry(self):
        self.scenario("entry")
        kinds = self.lines(self.provider).mapped("transaction_type")
        self.assertEqual(sorted(kinds), ["payout", "payout", "settlement", "settlement"])
        self.arrives()

    def test_again(self):
        """The same payout again, in the same bytes or in others: nothing new."""
        content, _message = self.scenario("lines")
        count, owed = len(self.lines(self.provider)), self.balance(self.transfer)
        self.take(content)
        self.assertEqual(self.take(content + b"\n").result["lines"], 0)
        self.assertEqual((len(self.lines(self.provider)), self.balance(self.transfer)), (count, owed))

    def test_entry_again(self):
        content, _message = self.scenario("entry")
        count = len(self.lines(self.provider))
        self.assertEqual(self.take(content + b"\n").result["lines"], 0)
        self.assertEqual(len(self.lines(self.provider)), count)

    def test_other_way_conflicts(self):
        """After a change of the setting the same payout is a case, not a second booking."""
        content, _message = self.scenario("lines")
        count = len(self.lines(self.provider))
        self.provider.finance_payout = "entry"
        message = self.take(content + b"\n")
        self.assertEqual(self.cases(message), ["statement.conflict"])
        self.assertEqual(len(self.lines(self.provider)), count)

    def test_does_not_add_up(self):
        """The difference is a case, and stays on the provider's account."""
        for way, name in (("lines", "po_8"), ("entry", "po_9")):
            with self.subTest(way):
                self.provider.finance_payout = way
                invoice = self.invoice(70.0)
                rows = [("charge", "70.00", "1.20", self.named(invoice, f"ch_{name}"))]
                before = self.balance(self.provider.default_account_id)
                message = self.take(stripe(name, rows, paid="68.00"), self.provider)
                self.assertEqual(self.cases(message), ["payout.sum"])
                self.assertEqual(round(self.balance(self.provider.default_account_id) - before, 2), 0.80)
                self.assertEqual(self.suspense(), 0.0)

    def test_unexplained_stays(self):
        """A payment without invoice: the entry waits for a person, who may book the rest; or it has an account."""
        self.provider.finance_payout = "entry"
        invoice = self.invoice(40.0)
        rows = [
            ("charge", "40.00", "1.20", self.named(invoice, "ch_1")),
            ("charge", "25.00", "0.60", {"charge_id": "ch_2", "description": "Order 77"}),
        ]
        self.take(stripe("po_5", rows), self.provider)
        line = self.lines(self.provider).filtered(lambda each: each.transaction_type == "settlement")
        proposal = self.proposals(line)
        self.assert_open(line, invoice, proposals=1)
        self.assertIn("25.00", proposal.doubts)
        self.assertIn("1 payments", line.finance_hint)
        proposal.action_accept()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(self.suspense(), -25.0)
        line.with_user(self.operator).action_finance_undo()
        self.assertEqual((invoice.payment_state, self.balance(self.fees)), ("not_paid", 0.0))
        self.provider.finance_payout_clearing_account_id = self.clearing
        self.match(line)
        self.proposals(line).action_accept()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.balance(self.clearing), -25.0)

    def test_clearing_by_line(self):
        self.provider.write({"finance_payout": "lines", "finance_payout_clearing_account_id": self.clearing.id})
        self.take(stripe("po_6", [("charge", "25.00", "0.60", {"description": "Order 77"})]), self.provider)
        self.assertEqual((self.balance(self.clearing), self.suspense()), (-25.0, 0.0))

    def test_refund_without_note(self):
        """Nobody opens an invoice because of a refund but a person."""
        self.provider.finance_payout = "lines"
        invoice = self.invoice(60.0)
        rows = [
            ("charge", "60.00", "0", self.named(invoice, "ch_1")),
            ("refund", "-60.00", "0", {"source_id": "re_1", "charge_id": "ch_1"}),
        ]
        self.take(stripe("po_7", rows), self.provider)
        refund = self.lines(self.provider).filtered(lambda line: line.transaction_type == "refund")
        self.assertEqual(invoice.payment_state, "paid")
        proposal = self.proposals(refund)
        self.assertEqual(proposal.rule, "return")
        proposal.action_accept()
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_refund_of_a_part(self):
        """Without a credit note of its amount a part is left to a person, who reads why."""
        self.provider.finance_payout = "lines"
        invoice = self.invoice(60.0)
        rows = [
            ("charge", "60.00", "0", self.named(invoice, "ch_1")),
            ("refund", "-20.00", "0", {"source_id": "re_1", "charge_id": "ch_1"}),
        ]
        self.take(stripe("po_7b", rows), self.provider)
        refund = self.lines(self.provider).filtered(lambda line: line.transaction_type == "refund")
        self.assert_open(refund, proposals=0)
        self.assertIn("credit note", refund.finance_why_not)
        self.assertEqual(invoice.payment_state, "paid")

    def test_undo_chargeback(self):
        """Undone, the settlement closes again what its chargeback opened."""
        _content, _message = self.scenario("entry")
        old = self.env["account.move"].search([("move_type", "=", "out_invoice"), ("amount_total", "=", 50.0),
                                               ("company_id", "=", self.company.id)])  # fmt: skip
        line = self.lines(self.provider).filtered(
            lambda each: each.transaction_type == "settlement" and each.finance_bank_ref == "po_1"
        )
        line.with_user(self.operator).action_finance_undo()
        self.assertEqual(old.payment_state, "paid")

    def test_payout_not_guessed(self):
        """Two equal payouts, and a bank line that names neither: a person decides."""
        self.provider.finance_payout = "lines"
        for name in ("po_20", "po_21"):
            self.take(stripe(name, [("risk_reserved_funds", "30.00", "0", {})]), self.provider)
        line = self.line("30.00", "STRIPE")
        self.match(line)
        self.assert_open(line, proposals=2)
        named = self.line("30.00", "Stripe po_21", day="2026-03-06")
        self.match(named)
        self.assertTrue(named.is_reconciled)

    def test_two_lines_for_one_payout(self):
        """Two bank lines that both may be the payout: neither is booked by itself."""
        self.provider.finance_payout = "lines"
        self.take(stripe("po_22", [("risk_reserved_funds", "30.00", "0", {})]), self.provider)
        first, second = self.line("30.00", "STRIPE"), self.line("30.00", "STRIPE", day="2026-03-06")
        self.match(first, second)
        for line in (first, second):
            self.assert_open(line, proposals=1)
        self.proposals(first).action_accept()
        self.assertTrue(first.is_reconciled)
        self.match(second)
        self.assert_open(second, proposals=0)

    def test_payout_came_back(self):
        """A failed payout and its return meet on the transfer account; the money is at the provider again."""
        self.provider.finance_payout = "lines"
        self.take(stripe("po_23", [("risk_reserved_funds", "30.00", "0", {})]), self.provider)
        back = [("payout_reversal", "30.00", "0", {"source_id": "po_23"})]
        self.take(stripe("po_24", back, day="2026-03-07", paid="no"), self.provider)
        self.assertTrue(all(line.is_reconciled for line in self.lines(self.provider)))
        items = self.env["account.move.line"].search([("account_id", "=", self.transfer.id)])
        self.assertEqual((len(items), all(items.mapped("reconciled"))), (2, True))
        self.assertEqual(self.balance(self.provider.default_account_id), 30.0)

    def test_tax_stated_apart(self):
        """The provider's own rows are the tax, the fee is its base; whatever the rate would make of it."""
        self.provider.finance_payout = "lines"
        rows = [("fee", "-10.00", "0", {}), ("tax", "-1.90", "0", {}), ("risk_reserved_funds", "30.00", "0", {})]
        self.take(stripe("po_25", rows), self.provider)
        self.assertEqual((self.balance(self.fees), self.balance(self.tax_account)), (10.0, 1.9))
        fee = self.lines(self.provider).filtered(lambda line: line.transaction_type == "fee")
        self.assertEqual(fee.line_ids.tax_ids, self.tax)

    def test_reverse_charge(self):
        """The whole fee is the base; the tax is owed and deducted."""
        owed = self.account("Reverse charge owed", "445200", "liability_current")
        parts = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": self.tax_account.id}),
            Command.create({"repartition_type": "tax", "factor_percent": -100, "account_id": owed.id}),
        ]
        self.provider.finance_payout_fee_tax_id = self.env["account.tax"].create(
            {"name": "Reverse charge 19%", "amount": 19.0, "type_tax_use": "purchase", "company_id": self.company.id,
             "invoice_repartition_line_ids": parts, "refund_repartition_line_ids": parts}
        )  # fmt: skip
        for way, name in (("lines", "po_26"), ("entry", "po_27")):
            self.provider.finance_payout = way
            rows = [("fee", "-10.00", "0", {}), ("risk_reserved_funds", "30.00", "0", {})]
            self.take(stripe(name, rows), self.provider)
        self.assertEqual(self.balance(self.fees), 20.0)
        self.assertEqual((self.balance(self.tax_account), self.balance(owed)), (3.8, -3.8))

    def test_too_late(self):
        self.provider.finance_payout = "lines"
        self.take(stripe("po_30", [("risk_reserved_funds", "30.00", "0", {})]), self.provider)
        line = self.line("30.00", "Stripe po_30", day="2026-03-25")
        self.match(line)
        self.assert_open(line, proposals=0)

    def test_missing_accounts(self):
        """Without accounts nothing is booked, and the line says what to set."""
        self.provider.write({"finance_payout": "lines", "finance_payout_fee_account_id": False,
                             "finance_payout_reserve_account_id": False})  # fmt: skip
        rows = [("risk_reserved_funds", "30.00", "0", {}), ("fee", "-2.00", "0", {})]
        self.take(stripe("po_31", rows), self.provider)
        left = self.lines(self.provider).filtered(lambda line: not line.is_reconciled)
        self.assertEqual(sorted(left.mapped("transaction_type")), ["fee", "reserve"])
        self.assertTrue(all("account" in line.finance_why_not for line in left))

    def test_switched_off(self):
        self.company.finance_sure_payout = False
        self.provider.finance_payout = "lines"
        self.take(stripe("po_32", [("risk_reserved_funds", "30.00", "0", {})]), self.provider)
        for line in self.lines(self.provider):
            self.assert_open(line, proposals=1)
            self.assertIn(self.proposals(line).documents, (self.reserves.display_name, self.transfer.display_name))


@tagged("post_install", "-at_install")
class TestPaypalPayout(PayoutCase):
    """One account with a balance in each currency, a conversion between them, and the withdrawal to the bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dollar = cls.setup_other_currency("USD", rates=[("2026-01-01", 1.1)])
        cls.dollars = cls.bank_journal("PSD", currency_id=cls.dollar.id)
        cls.dollars.write({"finance_payout_fee_account_id": cls.fees.id, "finance_payout_fee_tax_id": cls.tax.id})

    def choose(self, message):
        """Answer the question of the case, once for both currencies."""
        cases = self.env["finance.exception"].search([("message_id", "=", message.id), ("state", "=", "open")])
        self.assertEqual(set(cases.mapped("code")), {"payout.account_unknown"})
        action = cases[:1].with_user(self.operator).action_choose_journal()
        wizard = self.env[action["res_model"]].browse(action["res_id"]).with_user(self.operator)
        for row in wizard.line_ids:
            row.journal_id = self.dollars if row.currency_id == self.dollar else self.provider
        wizard.action_choose()

    def scenario(self, way):
        (self.provider | self.dollars).finance_payout = way
        euro, dollar = self.invoice(120.0), self.invoice(100.0, currency_id=self.dollar.id)
        content = paypal(
            [
                ("PP01", euro.name, "", "T0006", "120.00", "EUR", "-3.60"),
                ("PP02", dollar.name, "", "T0006", "100.00", "USD", "-4.40"),
                ("PP06", "", "PP02", "T0200", "-95.60", "USD", ""),
                ("PP07", "", "PP02", "T0200", "86.00", "EUR", ""),
                ("PP09", "", "", "T0400", "-202.40", "EUR", ""),
            ]
        )
        message = self.bring(content)
        self.assertEqual(message.state, "refused")
        self.assertEqual(self.lines(self.provider), self.env["account.bank.statement.line"])
        self.choose(message)
        self.assertEqual(message.state, "processed", message.result_text)
        self.match(*self.lines(self.dollars), *self.lines(self.provider))
        for document in (euro, dollar):
            self.assertEqual(document.payment_state, "paid", document.name)
        for journal in (self.provider, self.dollars):
            for line in self.lines(journal):
                self.assertTrue(line.is_reconciled, line.transaction_type)
                self.assert_balanced(line)
        items = self.env["account.move.line"].search([("account_id", "=", self.transfer.id)])
        waiting = items.filtered(lambda item: not item.reconciled)
        self.assertEqual(waiting.mapped("balance"), [202.40])
        self.assertEqual(sum(self.lines(self.dollars).mapped("amount")), 0.0)
        bank = self.line("202.40", "PAYPAL *MERCHANT", day="2026-03-06")
        self.match(bank)
        self.assertTrue(bank.is_reconciled)
        self.assertTrue(all(items.mapped("reconciled")))
        return content

    def test_lines(self):
        self.scenario("lines")

    def test_entry(self):
        self.scenario("entry")

    def test_remembered(self):
        """The next file of the same account finds its journals by itself; another account is asked for."""
        content = self.scenario("lines")
        self.assertEqual(self.take(content.replace(b"23:00:00", b"23:30:00")).result["lines"], 0)
        invoice = self.invoice(10.0)
        rows = [("PP11", invoice.name, "", "T0006", "10.00", "EUR", "-0.60")]
        self.assertEqual(self.take(paypal(rows, day="2026/03/06")).state, "processed")
        self.assertEqual(invoice.payment_state, "paid")
        other = self.bring(paypal(rows, account="MERCHANT02", day="2026/03/06"))
        self.assertEqual(self.cases(other), ["payout.account_unknown"])

    def test_others_wait(self):
        """One answer is enough: what waits for the same one is tried again."""
        rows = [("PP21", "", "", "T0006", "10.00", "EUR", "")]
        first, second = self.bring(paypal(rows), paypal([("PP22", *rows[0][1:])], day="2026/03/06"))
        with trap_jobs() as trap:
            self.choose(first)
            self.assertIn(second, [job.recordset for job in trap.enqueued_jobs])
        self.assertEqual(first.state, "processed")
        second.with_user(self.operator).process_job()
        self.assertEqual(second.state, "processed")

    def test_rights(self):
        """Who only reads answers nothing; another company sees nothing."""
        reader = self.person("reader", "finance_connector_base.group_user")
        message = self.bring(paypal([("PP31", "", "", "T0006", "10.00", "EUR", "")]))
        case = self.case("payout.account_unknown")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            case.with_user(reader).action_choose_journal()
        self.choose(message)
        keys = self.env["finance.account.key"]
        self.assertEqual(keys.with_user(reader).search_count([]), 1)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            keys.with_user(reader).search([]).account = "OTHER"
        other = self.setup_other_company(name="Other company")["company"]
        stranger = self.person("stranger", "finance_connector_base.group_operator", company=other)
        self.assertFalse(keys.with_user(stranger).search([]))

    def test_journal_of_another_account(self):
        self.scenario("lines")
        invoice = self.invoice(10.0)
        wrong = self.bank_journal("WRNG")
        rows = [("PP12", invoice.name, "", "T0006", "10.00", "EUR", "")]
        message = self.bring(paypal(rows, day="2026/03/07"), journal=wrong)
        self.assertEqual(self.cases(message), ["statement.account_mismatch"])

    def test_currency_of_the_key(self):
        with self.assertRaises(UserError):
            self.env["finance.account.key"].create(
                {"journal_id": self.dollars.id, "format": "paypal", "currency_id": self.euro.id,
                 "company_id": self.company.id}
            )  # fmt: skip
