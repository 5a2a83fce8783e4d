"""Who may do what: nobody edits evidence, users look, operators work, companies see their own."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CloseCase


@tagged("post_install", "-at_install")
class TestRights(CloseCase):
    """A month with a snapshot and a late change, seen by each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.snapshot = cls.period._take(cls.preliminary)
        cls.post("2025-01-20", ("6000", 7), ("1000", -7))
        cls.snapshot._look_for_late_entries()

    def test_user_only_looks(self):
        user = self.person("user")
        period = self.period.with_user(user)
        self.assertEqual((period.late_count, len(period.snapshot_ids.line_ids)), (2, 4))
        self.assertTrue(period.next_step)
        for action in (period.action_take, period.action_check, period.action_take_again):
            with self.assertRaises(AccessError):
                action()
        with self.assertRaises(AccessError):
            period.delta_ids.action_explain()
        with self.assertRaises(AccessError):
            period._latest_snapshot().action_publish()

    def test_operator_works(self):
        period = self.period.with_user(self.person("operator"))
        period.action_check()
        period.delta_ids.write({"explanation": "Rent came late"})
        period.delta_ids.action_explain()
        period.action_take()
        self.assertEqual(period.milestone_id, self.subledgers)
        self.env["finance.close.period"].with_user(period.env.user).create(
            {"date_from": "2025-02-01", "date_to": "2025-02-28", "company_id": self.company.id}
        )

    def test_nobody_edits_evidence(self):
        for role in ("operator", "approver", "admin", "auditor"):
            user = self.person(role)
            snapshot = self.snapshot.with_user(user)
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    snapshot.write({"sha256": "0"})
                with self.assertRaises(AccessError):
                    snapshot.line_ids[0].write({"closing": 1})
                with self.assertRaises(AccessError):
                    snapshot.attachment_id.write({"raw": b"{}"})
                with self.assertRaises(AccessError):
                    snapshot.attachment_id.unlink()
                with self.assertRaises(AccessError):
                    self.period.with_user(user).result_ids[0].write({"state": "passed"})

    def test_protected_fields(self):
        operator = self.person("operator")
        with self.assertRaisesRegex(AccessError, "not by hand"):
            self.period.with_user(operator).write({"state": "closed"})
        with self.assertRaisesRegex(AccessError, "not by hand"):
            self.snapshot.delta_ids.with_user(operator).write({"state": "explained"})
        with self.assertRaisesRegex(AccessError, "not by hand"):
            self.env["finance.close.period"].with_user(operator).create(
                {"date_from": "2025-02-01", "date_to": "2025-02-28", "state": "closed"}
            )

    def test_checks_and_milestones_are_for_administrators(self):
        gate = self.env["finance.close.gate"].search([], limit=1)
        with self.assertRaises(AccessError):
            gate.with_user(self.person("operator")).level = "warning"
        gate.with_user(self.person("admin")).level = "warning"

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env, "stranger", groups="finance_connector_base.group_operator,finance_connector_base.group_auditor",
            company_id=other.id, company_ids=other.ids,
        )  # fmt: skip
        env = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        for model in ("period", "gate.result", "snapshot", "snapshot.line", "delta", "item", "mark"):
            with self.subTest(model):
                self.assertFalse(env[f"finance.close.{model}"].search([("company_id", "=", self.company.id)]))
        self.assertTrue(env["finance.close.gate"].search([]))
        with self.assertRaises(AccessError):
            self.snapshot.with_env(env).attachment_id.read(["raw"])
