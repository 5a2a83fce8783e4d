"""PayPal's movements over the search and over the settlement report: each once, whichever comes first."""

from odoo.tests import tagged

from .payout_maker import paypal
from .provider_case import ProviderBankCase

ROWS = [
    ("PP1", "", "", "T0006", "80.00", "EUR", "-2.74"),
    ("PP2", "", "PP1", "T1107", "-10.00", "EUR", "0.29"),
    ("PP3", "", "", "T0006", "20.00", "EUR", "-0.80"),
    ("PP6", "", "", "T0400", "-60.00", "EUR", ""),
]
BOOKED = ["-0.80", "-10.00", "-2.74", "-60.00", "0.29", "20.00", "80.00"]


@tagged("post_install", "-at_install")
class TestPayPalProvider(ProviderBankCase):
    party_name = "paypal"

    def setUp(self):
        super().setUp()
        self.stands_for("paypal", "MERCHANT01")
        self.rows = [(row[0], self.invoice(80.0).name if row[0] == "PP1" else "", *row[2:]) for row in ROWS]

    def move(self, rows=None, moment="2026-03-05T23:30:00+00:00"):
        """Half past eleven in UTC, which is the day after in the time of the report."""
        for name, invoice, reference, code, amount, currency, fee in rows or self.rows:
            self.party.move(name, amount, moment, fee=fee, code=code, currency=currency, invoice=invoice or None,
                            reference=reference or None)  # fmt: skip

    def report(self, rows=None):
        return paypal(rows or self.rows, day="2026/03/06")

    def test_once_over_both_channels(self):
        for first in ("search", "report"):
            with self.subTest(first), self.env.cr.savepoint() as savepoint:
                self.sandbox.reset()
                self.move()
                connector = self.connect()
                if first == "search":
                    self.fetch(connector)
                    again = self.take(self.report())
                else:
                    self.take(self.report())
                    self.assertIn("1 new", self.fetch(connector))
                    again = self.messages(connector)
                self.assertEqual(self.amounts(), BOOKED)
                self.assertEqual((again.state, self.cases(again)), ("processed", []))
                self.assertEqual(again.result["lines"], 0)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_balances_join_the_days(self):
        """Days join by their balances; money that no transaction shows is a gap, and nothing is booked for it."""
        self.move()
        self.move([("PP8", "", "", "T0006", "40.00", "EUR", "-1.40")], "2026-03-06T09:00:00+00:00")
        self.move([("PP9", "", "", "T0006", "50.00", "EUR", "-1.60")], "2026-03-08T09:00:00+00:00")
        connector = self.connect(reads_balances=True)
        self.fetch(connector)
        statements = self.statements(self.provider).sorted("date")
        self.assertEqual([one.balance_end_real for one in statements], [26.75, 65.35, 113.75])
        self.assertTrue(all(statements.mapped("is_complete")))
        self.assertEqual(self.cases(*self.messages(connector)), [])
        self.party.settings["lost"] = "7.00"
        self.move([("PP10", "", "", "T0006", "5.00", "EUR", "-0.40")], "2026-03-09T10:00:00+00:00")
        self.party.settings["refreshed"] = "2026-03-10T09:00:00+00:00"
        self.fetch(connector)
        self.assertIn("statement.gap", self.cases())

    def test_balances_switched_on_later_double_nothing(self):
        self.move()
        self.move([("PP8", "", "", "T0006", "40.00", "EUR", "-1.40")], "2026-03-06T09:00:00+00:00")
        connector = self.connect()
        self.fetch(connector)
        before = self.amounts()
        connector.reads_balances = True
        self.assertIn("2 new", self.fetch(connector), "the same days, now with their balances")
        self.assertEqual(self.amounts(), before)
        self.assertEqual(set(self.cases()) - {"match.none"}, set())
        self.assertEqual(set(self.messages(connector).mapped("state")), {"processed"})
        self.move([("PP9", "", "", "T0006", "50.00", "EUR", "-1.60")], "2026-03-08T09:00:00+00:00")
        self.fetch(connector)
        self.assertEqual(self.amounts(), sorted([*before, "50.00", "-1.60"]))
        self.assertNotIn("statement.gap", self.cases(), "the days before state no balance: neither proved nor missing")
        self.move([("PP10", "", "", "T0006", "5.00", "EUR", "-0.40")], "2026-03-09T10:00:00+00:00")
        self.party.settings["refreshed"] = "2026-03-11T00:00:00+00:00"
        self.fetch(connector)
        self.assertIn("5.00", self.amounts())
        self.assertNotIn("statement.gap", self.cases(), "from then on they join")

    def test_what_comes_late_is_added_and_nothing_else(self):
        self.move()
        connector = self.connect()
        self.fetch(connector)
        self.fetch(connector)
        self.assertEqual(self.amounts(), BOOKED)
        self.move([("PP7", "", "", "T0006", "5.00", "EUR", "-0.40")], "2026-03-05T10:00:00+00:00")
        self.assertIn("1 new", self.fetch(connector))
        self.assertEqual(self.amounts(), sorted([*BOOKED, "5.00", "-0.40"]))
        self.assertEqual(self.cases(*self.messages(connector)), [])

    def test_an_id_that_comes_twice(self):
        self.move([("TWICE#1", "", "", "T0006", "9.00", "EUR", ""), ("TWICE#2", "", "", "T0006", "9.00", "EUR", "")])
        connector = self.connect()
        self.fetch(connector)
        self.take(self.report([("TWICE", "", "", "T0006", "9.00", "EUR", "")] * 2))
        self.assertEqual(self.amounts(), ["9.00", "9.00"])
        self.assertEqual(self.cases(*self.messages(connector)), [])

    def test_pending_turns_into_booked_once(self):
        self.party.move("P1", "20.00", "2026-03-05T09:00:00+00:00", state="P")
        connector = self.connect()
        self.fetch(connector)
        self.assertEqual(self.amounts(), [])
        self.party.succeed("P1", "2026-03-08T00:00:00+00:00")
        self.fetch(connector)
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["20.00"])

    def test_two_ways_never_meet(self):
        """Lines and one entry of the same movements cannot be compared: a person decides, nothing is booked."""
        self.move()
        connector = self.connect()
        self.provider.finance_payout = "entry"
        self.fetch(connector)
        self.assertEqual((self.amounts(), self.cases()), ([], ["payout.way"]))
        self.take(self.report())
        lumps = self.amounts()
        self.assertEqual(len(lumps), 2)
        self.provider.finance_payout = "lines"
        self.retry(self.messages(connector))
        self.assertEqual(self.amounts(), lumps, "the day after in the report's time")

    def test_one_entry_after_lines(self):
        self.move()
        self.fetch(self.connect())
        self.provider.finance_payout = "entry"
        message = self.take(self.report())
        self.assertEqual((self.amounts(), self.cases(message)), (BOOKED, ["payout.way"]))
