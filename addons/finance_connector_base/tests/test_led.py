"""What another system leads is read-only on Odoo's own screens, for the records that came from it."""

from odoo.tests import Form, tagged

from .test_authority import AuthorityCase


@tagged("post_install", "-at_install")
class TestLed(AuthorityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs, cls.ours = cls.env["res.partner"].create([{"name": "Almond Lane"}, {"name": "Cobalt Works"}])
        cls.env["finance.link"]._add(cls.payroll, "canonical.customer", "payroll/C-1", cls.theirs)

    def screen(self, record, **values):
        with Form(record) as form:
            for name, value in values.items():
                form[name] = value

    def refused(self, record, **values):
        with self.assertRaisesRegex(AssertionError, "readonly"):
            self.screen(record, **values)

    def test_without_a_rule_nothing_is_read_only(self):
        before = self.env["res.partner"].get_view(view_type="form")["arch"]
        self.assertNotIn("finance_led_names", before)
        self.screen(self.theirs, name="Almond Lane Bakery")

    def test_the_whole_object(self):
        """What systems bring is read-only; what people add here is not, and neither are records of our own."""
        self.live("partner", self.payroll)
        self.env.invalidate_all()
        self.assertEqual(self.theirs.finance_led_by, "Payroll")
        self.refused(self.theirs, name="Other")
        self.refused(self.theirs, email="other@example.com")
        self.screen(self.theirs, comment="Rings twice")
        self.screen(self.ours, name="Cobalt Works Ltd")
        self.assertFalse(self.ours.finance_led_by)
        with Form(self.env["res.partner"]) as form:
            form.name = "New one"

    def test_single_fields(self):
        """A field that Odoo leads stays free, one that another system leads does not."""
        self.live("partner", self.payroll)
        self.live("partner", field_name="phone")
        self.live("partner", self.upload, field_name="comment")
        self.env.invalidate_all()
        self.screen(self.theirs, phone="+32 2 555 01 01")
        self.refused(self.theirs, comment="mine")
        self.assertEqual(set(self.theirs.finance_led_by.split(", ")), {"Payroll", "Test upload"})

    def test_rule_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids += other
        connector = self.payroll.copy({"company_id": other.id, "code": "elsewhere", "name": "Elsewhere"})
        self.assertEqual(connector.company_id, other)
        self.maker.company_ids += other
        self.ann.company_ids += other
        self.live("partner", connector, company_id=other.id)
        self.env.invalidate_all()
        self.screen(self.theirs, name="Still ours")

    def test_rule_that_odoo_leads(self):
        self.live("partner")
        self.env.invalidate_all()
        self.screen(self.theirs, name="Ours now")

    def test_every_model_has_a_screen(self):
        """Each view that Odoo has of them can be loaded with everything led elsewhere."""
        for object_code, model in (
            ("partner", "res.partner"), ("account", "account.account"), ("journal", "account.journal"),
            ("cost_centre", "account.analytic.account"), ("payment_term", "account.payment.term"),
            ("tax", "account.tax"),
        ):  # fmt: skip
            with self.subTest(model):
                self.live(object_code, self.payroll)
                arch = self.env[model].get_view(view_type="form")["arch"]
                self.assertIn("in (finance_led_names or", arch)
                self.env[model].get_view(view_type="list")
                record = self.env[model].search([], limit=1)
                if record:
                    Form(record)
