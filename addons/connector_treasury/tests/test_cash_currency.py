from decimal import Decimal

from odoo.tests import tagged

from ..position.rates import convert
from .common import CashCase


@tagged("post_install", "-at_install")
class TestCashCurrency(CashCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rates = [("2026-06-30", 1.25), ("2026-06-15", 2.0)]
        cls.franc = cls.setup_other_currency("CHF", rates=rates)
        cls.yen = cls.setup_other_currency("JPY", rates=[("2026-07-02", 150)])
        cls.at_franc = cls.account("Franc", currency=cls.franc)
        cls.at_yen = cls.account("Yen", currency=cls.yen)
        cls.report(cls.bank, "2026-06-30", 100)
        cls.report(cls.at_franc, "2026-06-30", 50.01)
        cls.report(cls.at_yen, "2026-06-30", 7000)
        cls.here = [("company_id", "=", cls.company.id)]

    def test_rate_of_the_day(self):
        found = self.position(self.at_franc)
        self.assertEqual((found.amount, found.reporting_amount), (50.01, 40.01))
        self.assertEqual((found.rate, found.rate_on, found.valuation), (0.8, self.on("2026-06-30"), "valued"))
        self.report(self.at_franc, "2026-06-16", 10)
        found = self.position(self.at_franc, "2026-06-20")
        self.assertEqual((found.reporting_amount, found.rate_on), (5, self.on("2026-06-15")))

    def test_own_currency(self):
        found = self.position(self.bank)
        self.assertEqual((found.rate, found.reporting_amount, found.valuation), (1, 100, "valued"))

    def test_a_rate_only_of_tomorrow_is_no_rate(self):
        found = self.position(self.at_yen)
        self.assertEqual((found.valuation, found.left_out, found.amount), ("no_rate", 1, 7000))
        self.assertFalse(self.view.search([("id", "=", found.id), ("reporting_amount", "!=", False)]))

    def test_old_rate_is_marked(self):
        self.report(self.at_franc, "2026-06-22", 10)
        self.assertEqual(self.position(self.at_franc, "2026-06-22").valuation, "valued")
        self.assertEqual(self.position(self.at_franc, "2026-06-23").valuation, "old_rate")

    def test_sums_never_take_a_missing_rate_as_one(self):
        spec = [
            "reporting_amount:sum",
            "left_out:sum",
            "amount:sum_currency",
            "reporting_amount:sum_currency",
        ]
        ((*sums,),) = self.view._read_group(self.here, [], spec)
        self.assertEqual(sums, [140.01, 1, 140.01, 140.01])
        by_currency = self.view._read_group(
            self.here, ["currency_id"], ["amount:sum", "reporting_amount:sum"]
        )
        self.assertIn((self.franc, 50.01, 40.01), by_currency)

    def test_view_and_pure_code_agree(self):
        rates = self.view._rates(self.on("2026-07-01"))
        for position in self.view.search([*self.here, ("left_out", "=", 0)]):
            value = convert(Decimal(str(position.amount)), rates[position.currency_id.id], 2)
            self.assertEqual(str(value), f"{position.reporting_amount:.2f}")

    def test_totals(self):
        found = self.view.read_totals("currency")
        self.assertEqual(found["currency"], self.company.currency_id.name)
        groups = {group["name"]: group for group in found["groups"]}
        self.assertEqual(groups["CHF"]["value"], "40.01")
        self.assertEqual(
            (groups["JPY"]["value"], groups["JPY"]["no_rate"]), ("0", [self.at_yen.display_name])
        )
        self.assertEqual(self.view.read_totals("entity", "2026-06-29")["groups"][0]["accounts"], 3)

    def test_group_currency_is_that_of_the_company_worked_in(self):
        group = self.setup_other_company(name="Group")["company"]
        group.currency_id = self.franc
        self.env["res.currency.rate"].create(
            {
                "name": "2026-07-01",
                "currency_id": self.company.currency_id.id,
                "company_id": group.id,
                "rate": 0.9,
            }
        )
        view = self.view.with_context(allowed_company_ids=[group.id, self.company.id])
        found = {
            p.journal_id: p for p in view.search([("journal_id", "in", (self.bank + self.at_franc).ids)])
        }
        self.assertEqual(found[self.at_franc].reporting_currency_id, self.franc)
        self.assertEqual(found[self.at_franc].reporting_amount, 50.01)
        self.assertEqual(found[self.bank].reporting_amount, 111.11, "at the rates of the group company")
        self.assertEqual(self.position(self.bank).reporting_amount, 100, "and beside it in its own")
