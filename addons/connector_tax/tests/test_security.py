from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.finance_connector_base.tests.common import at_the_screen

from .common import TaxCase


@tagged("post_install", "-at_install")
class TestSecurity(TaxCase):
    def test_invoicing_user_determines_and_posts(self):
        biller = new_test_user(
            self.env, "tax.biller", groups="account.group_account_invoice", company_id=self.company.id
        )
        move = self.invoice().with_user(biller)
        move.action_determine_tax()
        self.assertEqual(move.amount_tax, 9.5)
        move.action_post()
        self.assertEqual(move.tax_status, "waiting")
        self.assertTrue(move.tax_determination_id.name)
        with self.assertRaises(AccessError):
            move.tax_determination_id.amount_tax = 1.0
        with self.assertRaises(AccessError):
            self.connector.with_user(biller).read(["address"])

    def test_other_company_sees_nothing(self):
        move = self.invoice()
        move.action_determine_tax()
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            "tax.stranger",
            groups="account.group_account_invoice",
            company_id=other.id,
            company_ids=other.ids,
        )
        found = self.env["finance.tax.determination"].with_user(stranger).search([])
        self.assertNotIn(move.tax_determination_id, found)

    def test_neutralised_copy_asks_nothing(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.connector.tax_fallback = "odoo"
        move = self.invoice()
        move.action_post()
        self.assertEqual((move.tax_status, self.sandbox.calls), ("fallback", []))

    def test_neutralize_closes_the_engine(self):
        script = Path(__file__).parents[1] / "data" / "neutralize.sql"
        self.env.flush_all()
        self.env.cr.execute(script.read_text())
        self.env.invalidate_all()
        self.assertEqual(self.connector.state, "paused")
        self.assertFalse(self.env.ref("connector_tax.cron_true_up").active)

    def test_taxes_of_a_live_engine_are_agreed_by_two(self):
        """Which tax takes which level is part of the set-up: a live engine waits for another person."""
        people = {
            role: new_test_user(
                self.env, f"tax.{role}", groups=f"finance_connector_base.group_{role}", email=f"{role}@example.com",
                company_id=self.company.id, company_ids=self.company.ids,
            )
            for role in ("admin", "approver")
        }  # fmt: skip
        engine = self.connector.with_user(people["admin"])

        def approve():
            engine.approval_id.with_user(people["approver"]).action_approve()
            self.env.invalidate_all()
            self.assertEqual(engine.state, "active")

        with at_the_screen():
            engine.action_pause()
            engine.write({"environment": "live"})
            engine.action_activate()
            self.assertEqual((engine.state, engine.approval_state), ("paused", "waiting"))
            approve()
            row = engine.tax_mapping_ids.filtered(lambda one: one.level == "city")
            other = row.tax_id.sudo().copy({"name": "Other city tax"})
            for change in (
                lambda: row.write({"tax_id": other.id}),
                lambda: engine.tax_mapping_ids.create(
                    {"connector_id": engine.id, "level": "city", "region": "CA", "tax_id": other.id}
                ),
                lambda: row.unlink(),
            ):
                before = engine.approval_id
                change()
                self.assertEqual((engine.state, before.state), ("paused", "void"))
                self.assertIn("Other city tax", str(engine.approval_id.changes))
                approve()

    def test_views_open(self):
        for model in ("finance.tax.determination", "finance.tax.determination.line", "finance.tax.rate"):
            for kind in ("form", "list", "search"):
                self.env[model].get_view(view_type=kind)
