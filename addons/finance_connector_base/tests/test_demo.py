from odoo.tests import TransactionCase, tagged

from ..core.errors import ConfigurationError
from ..demo_data import COMPANY, make_rates
from ..operations.choice import chosen_company
from ..operations.status import Status


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The company all demos share, and the command line that counts in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["finance.demo"]._build()
        cls.admin = cls.env.ref("base.user_admin")

    def test_visitor_works_in_it(self):
        self.assertEqual(self.company.name, COMPANY)
        self.assertEqual(self.admin.company_id, self.company)
        self.assertTrue(self.company.chart_template)

    def test_built_once(self):
        self.assertEqual(self.env["finance.demo"]._build(), self.company)

    def test_rates_reach_the_day_of_the_story(self):
        day = self.env["finance.demo"]._day()
        for name, rate in (("USD", make_rates(day).at("USD", day)), ("CHF", make_rates(day).at("CHF", day))):
            currency = self.env["res.currency"].search([("name", "=", name)])
            found = currency._get_conversion_rate(self.company.currency_id, currency, self.company, day)
            self.assertAlmostEqual(found, float(rate), 4)

    def test_days_stay_in_the_month(self):
        demo = self.env["finance.demo"]
        self.assertEqual(demo._this_month(0), demo._day())
        self.assertEqual(demo._this_month(60), demo._day().replace(day=1))

    def status(self, company=None):
        companies = (self.admin.company_id | self.admin.company_ids).ids
        env = self.env(user=self.admin, context={"allowed_company_ids": companies})
        result, _code = Status().run(type("Options", (), {"company": company}), env)
        return result

    def test_status_counts_for_the_companies_of_the_user(self):
        other = self.env["res.company"].create({"name": "Fernhain GmbH"})
        before = self.status()
        self.assertIn(COMPANY, before["companies"])
        self.assertNotIn(other.name, before["companies"])
        self.case_of(other)
        self.assertEqual(self.status()["figures"]["cases.open"], before["figures"]["cases.open"])

    def test_status_of_one_company(self):
        before = self.status(COMPANY)
        self.assertEqual(before["companies"], [COMPANY])
        self.case_of(self.company)
        self.assertEqual(self.status(COMPANY)["figures"]["cases.open"], before["figures"]["cases.open"] + 1)

    def case_of(self, company):
        self.env["finance.exception"].create({"company_id": company.id, "code": "x", "text": "y"})

    def test_unknown_company(self):
        with self.assertRaises(ConfigurationError):
            chosen_company(self.env, "Nobody Ltd.")
