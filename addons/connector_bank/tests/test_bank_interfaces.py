"""Accounts read over interfaces, from the bank to the ledger: each booking once, what is pending never."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .interface_case import IBAN, TRANSPORTS, InterfaceBankCase
from .statement_maker import Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestFetching(InterfaceBankCase):
    def test_every_interface_fills_the_ledger_once(self):
        """Fetched three times, with new bookings between, by every interface."""
        for name in TRANSPORTS:
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                bank = self.party(name)
                connector = self.connect(name)
                bank.book("b1", "10.50", "2026-03-02", "Order 1")
                bank.book("b2", "-3.25", "2026-03-03", "Bill 1")
                self.fetch(connector)
                self.assertEqual(self.amounts(), ["-3.25", "10.50"])
                bank.book("b3", "7.00", "2026-03-03", "Order 2")
                self.fetch(connector)
                self.fetch(connector)
                self.assertEqual(self.amounts(), ["-3.25", "10.50", "7.00"])
                self.assertEqual(self.cases(*self.messages(connector)), ["statement.account_unknown"])  # dollars
                access = connector.access_ids.filtered(lambda one: one.journal_id == self.account_journal)
                if name != "wise":  # which names its balances by numbers of its own
                    self.assertEqual(str(access.booked_on), "2026-03-03")
                self.assertEqual(len(connector.access_ids), 2)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_pending_turns_into_booked_without_doubling(self):
        for name in ("psd2", "bad", "ponto"):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                bank, connector = self.party(name), self.connect(name)
                bank.book("b1", "10.50", "2026-03-02", "Order 1")
                bank.announce("p1", "-20.00", "2026-03-04", "Card 1", iban="DE91500105175412907755", name="Fuel")
                bank.announce("p2", "-9.00", "2026-03-04", "Reserved by a hotel")
                self.fetch(connector)
                self.fetch(connector)
                self.assertEqual(self.amounts(), ["10.50"])
                self.assertEqual(sorted(self.expected().mapped("amount")), [-20.0, -9.0])
                bank.settle("p1", "b9", "2026-03-05")
                bank.effect("dropped", "p2")
                self.fetch(connector)
                self.assertEqual(self.amounts(), ["-20.00", "10.50"])
                self.assertFalse(self.expected())
                booked = self.expected("booked")
                self.assertEqual((booked.amount, booked.line_id.amount), (-20.0, -20.0))
                self.assertEqual(self.expected("gone").mapped("amount"), [-9.0])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_overlapping_reads_without_names(self):
        """Two coffees of one day are two, however often and in whatever pages they are read."""
        bank, connector = self.party("psd2"), self.connect("psd2")
        bank.settings.update(unnamed=True, page_size=2)
        for number in range(5):
            bank.book(f"c{number}", "-2.50", "2026-03-02", "Coffee")
        self.fetch(connector)
        bank.book("c9", "-2.50", "2026-03-02", "Coffee")
        bank.settings["shift"] = True
        self.fetch(connector)
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["-2.50"] * 6 + ["7.77"])

    def test_a_booking_that_the_bank_changes(self):
        bank, connector = self.party("psd2"), self.connect("psd2")
        bank.book("b1", "10.50", "2026-03-02", "Order 1")
        bank.book("b2", "1.00", "2026-03-02", "Order 2")
        self.fetch(connector)
        bank.change("b1", text="Order 1, with thanks")
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["1.00", "10.50"])
        self.assertNotIn("channel.corrected", self.cases())
        bank.change("b2", amount="11.00")
        self.fetch(connector)
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["1.00", "10.50"], "never booked beside the first one")
        self.assertEqual(self.cases().count("channel.corrected"), 1)
        case = self.case("channel.corrected")
        self.assertTrue(case.can_force_import)
        case.with_user(self.operator).action_force_import()
        self.assertEqual(self.amounts(), ["1.00", "10.50", "11.00"])
        self.assertEqual(case.state, "solved")

    def test_more_decimals_than_the_currency(self):
        bank, connector = self.party("psd2"), self.connect("psd2")
        bank.book("b1", "10.505", "2026-03-02", "Order 1")
        self.fetch(connector)
        self.assertFalse(self.amounts())
        self.assertIn("statement.precision", self.cases())

    def test_empty_days(self):
        connector = self.connect("psd2")
        self.assertIn("2 new", self.fetch(connector))
        self.assertIn("2 seen before", self.fetch(connector))
        self.assertFalse(self.amounts())

    def test_an_account_switched_off_is_not_read(self):
        connector = self.connect("psd2")
        connector.access_ids.filtered(lambda one: one.currency == "USD").active = False
        self.assertIn("1 new", self.fetch(connector))
        self.assertEqual(self.messages(connector).mapped("name"), [IBAN])

    def test_the_budget_follows_what_the_provider_says(self):
        connector = self.connect("bad")
        quota = self.env["finance.quota"].create({"connector_id": connector.id, "limit_calls": 10})
        self.fetch(connector)
        self.assertEqual((quota.limit_calls, quota.used), (4, 1))
        connector.flow_ids.pull_job(planned=False)
        refusal = connector.flow_ids._put_off(True)
        self.assertIn("calls are used", refusal)


@tagged("post_install", "-at_install")
class TestTwoChannels(InterfaceBankCase):
    """One account by its interface and by statements: the same booked once, differences to a person."""

    def bring_statement(self, *bookings, opening="1000.00", name="S1", first="2026-03-02", last=None):
        made = statement(*bookings, name=name, account=IBAN, opening=opening)
        return self.bring(camt053(made, message=f"M{name}"))

    def book(self, bank):
        bank.book("b1", "10.50", "2026-03-02", "Order 1", name="Dry Goods")
        bank.book("b2", "-3.25", "2026-03-02", "Bill 1", name="Cobalt")

    def of_bank(self):
        return (
            Booking("10.50", "ORDER 1/ACME", ref="STM-77", name="DRY GOODS LTD"),
            Booking("-3.25", "BILL 1", ref="STM-78"),
        )

    def test_a_statement_confirms_what_the_interface_brought(self):
        bank, connector = self.party("psd2"), self.connect("psd2")
        self.book(bank)
        self.fetch(connector)
        before = self.lines(self.account_journal)
        self.assertEqual(set(before.mapped("finance_intraday")), {True})
        line = before.filtered(lambda one: one.amount > 0)
        owed = self.invoice(10.50).line_ids.filtered(lambda one: one.account_id.account_type == "asset_receivable")
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = owed.account_id
        (suspense + owed).reconcile()
        self.assertTrue(line.is_reconciled)
        self.bring_statement(*self.of_bank())
        after = self.lines(self.account_journal)
        self.assertEqual(after, before, "no line is written anew")
        self.assertEqual(set(after.mapped("finance_intraday")), {False})
        self.assertEqual(len(after.statement_id), 1)
        self.fetch(connector)
        bank.book("b3", "1.00", "2026-03-03", "Order 2")
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["-3.25", "1.00", "10.50"])
        self.assertEqual([code for code in self.cases() if code != "statement.account_unknown"], [])

    def test_an_outage_is_bridged_by_files_and_compared_afterwards(self):
        bank, connector = self.party("psd2"), self.connect("psd2")
        self.sandbox.fault("503", party="psd2", path="transactions", times=None)
        self.book(bank)
        self.fetch(connector)
        self.assertFalse(self.amounts())
        self.assertIn("https.503", self.cases())
        self.bring_statement(*self.of_bank())
        self.assertEqual(self.amounts(), ["-3.25", "10.50"])
        self.sandbox.plan.reset()
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["-3.25", "10.50"], "the same are not doubled")
        self.assertNotIn("https.503", self.cases())
        bank.book("b7", "99.00", "2026-03-02", "Unknown to the statement")
        self.fetch(connector)
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["-3.25", "10.50"])
        self.assertEqual(self.cases().count("channel.differs"), 1)

    def test_what_the_interface_does_not_show(self):
        bank, connector = self.party("psd2"), self.connect("psd2")
        bank.book("b0", "1.00", "2026-03-01")
        self.book(bank)
        bank.book("b3", "5.00", "2026-03-05")
        self.bring_statement(*self.of_bank(), Booking("77.00", "Only in the statement", ref="STM-79"))
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["-3.25", "1.00", "10.50", "5.00", "77.00"])
        case = self.case("channel.missing")
        self.assertIn("77.00", case.text)
        bank.book("b4", "77.00", "2026-03-02", "Late")
        self.fetch(connector)
        self.assertEqual(case.state, "solved")
        self.assertEqual(self.amounts(), ["-3.25", "1.00", "10.50", "5.00", "77.00"])

    def test_booked_a_day_apart(self):
        """The value date is the same; the statement of the next day holds what the interface showed today."""
        bank, connector = self.party("psd2"), self.connect("psd2")
        bank.book("b1", "10.50", "2026-03-02", "Order 1", value="2026-03-03")
        self.fetch(connector)
        self.bring_statement(Booking("10.50", "ORDER", ref="STM-1", day="2026-03-03", value="2026-03-03"))
        self.assertEqual(self.amounts(), ["10.50"])
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["10.50"])

    def test_a_second_channel_stands_by(self):
        first = self.connect("psd2").flow_ids
        second = self.connect("bad").flow_ids
        second.standby_for_id = first
        first.last_success = fields.Datetime.now()
        self.assertIn("Stands by", second._put_off(True))
        first.last_success = fields.Datetime.now() - timedelta(hours=13)
        self.assertFalse(second._put_off(True))
        self.assertEqual(self.cases().count("channel.standby"), 1)
        first.last_success = fields.Datetime.now()
        self.assertIn("Stands by", second._put_off(True))
        self.assertNotIn("channel.standby", self.cases())
        first.connector_id._pause("No consent")
        self.assertFalse(second._put_off(True))
