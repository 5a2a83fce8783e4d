from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ROLES, FinanceCase

OWN_MODELS = (
    "finance.connector",
    "finance.flow",
    "finance.message",
    "finance.attempt",
    "finance.exception",
    "finance.link",
    "finance.webhook.address",
    "finance.webhook.tally",
)


@tagged("post_install", "-at_install")
class TestRights(FinanceCase):
    """Who may see and do what; nobody sees another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.env["finance.flow"].create(
            {"name": "Files", "connector_id": cls.upload.id, "kind": "file", "direction": "in"}
        )
        cls.message, _new = cls.env["finance.intake"]._store(cls.upload, "file", b"x", name="x", flow=cls.flow)
        cls.case = cls.message._open_case("test", "Something")
        cls.attempt = cls.env["finance.attempt"].create(
            {"message_id": cls.message.id, "company_id": cls.company.id, "connector_id": cls.upload.id, "number": 1}
        )
        cls.link = cls.env["finance.link"]._add(cls.upload, "partner", "P1", cls.env.user.partner_id)
        cls.records = [cls.upload, cls.flow, cls.message, cls.attempt, cls.case, cls.link]

    def test_every_model_has_a_company_rule(self):
        for model in OWN_MODELS:
            rules = self.env["ir.rule"].search([("model_id.model", "=", model)])
            self.assertTrue(any("company_ids" in (rule.domain_force or "") for rule in rules), model)

    def test_every_role_reads(self):
        for role in ROLES:
            for record in self.records:
                record.with_user(self.roles[role]).read(["display_name"])

    def test_nobody_creates_evidence_by_hand(self):
        for role in ROLES:
            for model in ("finance.message", "finance.attempt", "finance.exception", "finance.link"):
                self.assertFalse(self.as_role(role)[model].has_access("create"), (role, model))
                self.assertFalse(self.as_role(role)[model].has_access("unlink"), (role, model))

    def test_only_administrators_configure(self):
        for role in ROLES:
            for model in ("finance.connector", "finance.flow", "finance.credential"):
                self.assertEqual(self.as_role(role)[model].has_access("write"), role == "admin", (role, model))

    def test_users_and_auditors_change_nothing(self):
        for role in ("user", "auditor", "approver"):
            for record in self.records:
                self.assertFalse(record.with_user(self.roles[role]).has_access("write"), (role, record))

    def test_operators_work_on_cases(self):
        case = self.case.with_user(self.roles["operator"])
        case.action_take()
        case.action_solve()
        self.assertEqual((case.state, case.owner_id), ("solved", self.roles["operator"]))

    def test_other_companies_see_nothing(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for role, group in ROLES.items():
            stranger = new_test_user(
                self.env,
                f"fc_stranger_{role}",
                groups=group,
                company_id=elsewhere.id,
                company_ids=[(6, 0, elsewhere.ids)],
            )
            for record in self.records:
                model = record.with_user(stranger)
                self.assertFalse(model.search([("id", "=", record.id)]), (role, record))
                with self.assertRaises(AccessError):
                    model.read(["display_name"])

    def test_outsiders_see_nothing(self):
        outsider = new_test_user(self.env, "fc_outsider", groups="base.group_user")
        for model in OWN_MODELS:
            self.assertFalse(self.env(user=outsider)[model].has_access("read"), model)
