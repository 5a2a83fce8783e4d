from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..models.res_config_defaults import DEFAULTS
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestSettings(FinanceCase):
    """What the settings say is what new connectors and flows of the company begin with."""

    def settings(self, company=None, **values):
        env = self.env(context={"allowed_company_ids": (company or self.company).ids})
        settings = env["res.config.settings"].create(values)
        settings.execute()
        return settings

    def test_new_ones_take_them_and_old_ones_keep_theirs(self):
        old = self.connector("upload", "Old one")
        measured = old.timeout_seconds
        self.settings(finance_connector_timeout_seconds=17, finance_flow_max_tries=3, finance_flow_factor=1.5)
        new = self.connector("upload", "New one")
        flow = self.env["finance.flow"].create({"name": "F", "connector_id": new.id, "kind": "file"})
        self.assertEqual((old.timeout_seconds, new.timeout_seconds), (measured, 17))
        self.assertEqual((flow.max_tries, flow.factor), (3, 1.5))
        self.assertEqual(self.settings().finance_connector_timeout_seconds, 17)

    def test_each_company_has_its_own(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        before = self.connector("upload", "One").timeout_seconds
        self.settings(other, finance_connector_timeout_seconds=9)
        theirs = (
            self.env["finance.connector"]
            .with_company(other)
            .create({"name": "T", "code": "t", "company_id": other.id, "transport": "upload"})
        )
        self.assertEqual((theirs.timeout_seconds, self.connector("upload", "Two").timeout_seconds), (9, before))

    def test_what_was_not_changed_is_not_kept(self):
        self.settings(finance_flow_quiet_seconds=60)
        kept = self.env["ir.default"].search([("field_id.model", "in", [model for model, _name in DEFAULTS.values()])])
        self.assertEqual(kept.mapped("field_id.name"), ["quiet_seconds"])

    def test_every_setting_is_a_default_of_its_field(self):
        for setting, (model, name) in DEFAULTS.items():
            kinds = (self.env["res.config.settings"]._fields[setting].type, self.env[model]._fields[name].type)
            self.assertEqual(*kinds, setting)

    def test_negative_numbers_are_refused(self):
        with self.assertRaises(UserError):
            self.settings(finance_flow_max_tries=-1)

    def test_control(self):
        self.settings(finance_approval_days=3, finance_audit_checkpoint_minutes=5)
        self.assertEqual(self.company._finance_setting("approval_days", 7), 3)
        self.assertEqual(self.company._finance_setting("audit_checkpoint_minutes", 60), 5)
        for name in ("finance_approval_days", "finance_delegation_days", "finance_audit_checkpoint_minutes"):
            with self.assertRaises(ValidationError):
                self.settings(**{name: 0})

    def test_anchor(self):
        connector = self.connector("upload", "Notary")
        self.settings(finance_audit_anchor_connector_id=connector.id)
        self.assertEqual(self.company._finance_setting("audit_anchor_connector_id", 0), connector.id)
        self.settings(finance_audit_anchor_connector_id=False)
        self.assertEqual(self.company._finance_setting("audit_anchor_connector_id", 0), 0)
