from datetime import date
from decimal import Decimal

from odoo.addons.connector_treasury.position.rates import Rate
from odoo.addons.connector_treasury.position.totals import Line, totals
from odoo.addons.finance_connector_base.tests.pure import PureCase

DAY = date(2026, 7, 1)
RATES = {"EUR": Rate(Decimal(1), DAY), "USD": Rate(Decimal("0.8"), DAY)}


class TestTotals(PureCase):
    def test_by_group(self):
        found = totals(
            [
                Line("A1", "North", "EUR", Decimal("10.00")),
                Line("A2", "South", "USD", Decimal("5.00")),
                Line("A3", "North", "USD", Decimal("-1.00")),
                Line("A4", "North", "EUR", Decimal("0.50")),
            ],
            RATES,
            2,
        )
        self.assertEqual(list(found), ["North", "South"])
        self.assertEqual(found["North"].amounts, {"EUR": Decimal("10.50"), "USD": Decimal("-1.00")})
        self.assertEqual(found["North"].value, Decimal("9.70"))
        self.assertEqual(found["North"].accounts, 3)
        self.assertEqual(found["South"].value, Decimal("4.00"))

    def test_without_rate_it_is_named_and_left_out(self):
        found = totals([Line("A1", "g", "EUR", Decimal(7)), Line("A2", "g", "XAU", Decimal(9))], RATES, 2)[
            "g"
        ]
        self.assertEqual((found.value, found.no_rate, found.amounts["XAU"]), (Decimal(7), ["A2"], Decimal(9)))

    def test_no_evidence_is_not_zero(self):
        found = totals([Line("A1", "g", "EUR", None), Line("A2", "g", "EUR", Decimal(0))], RATES, 2)["g"]
        self.assertEqual((found.accounts, found.no_balance, found.amounts), (2, ["A1"], {"EUR": Decimal(0)}))

    def test_total_is_the_sum_of_what_is_shown(self):
        lines = [Line(f"A{number}", "g", "USD", Decimal("0.01")) for number in range(3)]
        self.assertEqual(totals(lines, RATES, 2)["g"].value, Decimal("0.03"))

    def test_nothing(self):
        self.assertEqual(totals([], RATES, 2), {})
