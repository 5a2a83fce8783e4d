from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .test_authority import AuthorityCase
from .test_mapping import MappingCase


@tagged("post_install", "-at_install")
class TestFlowMappings(MappingCase):
    """No approved mapping, no live flow; what arrives meanwhile waits with a case and goes on by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.env["finance.flow"].create(
            {
                "name": "Payroll",
                "connector_id": cls.upload.id,
                "kind": "file",
                "direction": "in",
                "mapping_ids": [Command.create({"kind": "account"})],
            }
        )

    def booking(self, message):
        found = self.env["finance.mapping"]._translate("account", ["A", "B"], message=message)
        return {"text": "booked", "account": found["A"].target.code}

    def test_a_connector_goes_live_with_an_approved_mapping_only(self):
        self.upload.state = "draft"
        self.upload.environment = "live"
        self.assertIn("Chart of accounts", self.flow.lacks_text)
        with self.assertRaises(ValidationError):
            self.upload.action_activate()
        version = self.live(self.mapping(), {"A": self.fees})
        self.flow.invalidate_recordset(["lacks_text"])
        self.assertFalse(self.flow.lacks_text)
        self.upload.action_activate()
        with self.assertRaises(ValidationError):
            self.flow.mapping_ids = [Command.create({"kind": "tax"})]
        with self.assertRaises(UserError):
            version.mapping_id.active = False
        self.assertFalse(self.flow._lacks(fields.Date.today())[0])

    def test_processing_waits_for_the_approval_and_keeps_the_version(self):
        message, _new = self.store(flow=self.flow)
        with self.processing(self.booking):
            message.process_job()
            case = message.exception_ids
            self.assertEqual((message.state, case.code), ("refused", "mapping.not_approved"))

            self.live(self.mapping(), {"A": self.fees})
            message.action_process_now()
            self.assertEqual(message.state, "refused")
            self.assertEqual((message.exception_ids - case).code, "mapping.missing")
            gap = self.env["finance.mapping.gap"].search([("line_ids.message_id", "=", message.id)])
            self.assertEqual((gap.value, gap.message_count), ("B", 1))
            message.action_process_now()
            self.env.invalidate_all()
            self.assertEqual((gap.message_count, gap.count), (1, 1), "the same message counts once")

            action = gap.with_user(self.maker).action_add_to_draft()
            version = self.env["finance.mapping.version"].browse(action["res_id"]).with_user(self.maker)
            self.assertEqual(set(version.line_ids.mapped("source")), {"A", "B"})
            row = version.line_ids.filtered(lambda one: one.source == "B")
            row.target_ref = f"account.account,{self.wages.id}"
            version.action_request()
            self.approve(version)
            self.env.invalidate_all()
            self.assertEqual((gap.state, message.state), ("closed", "received"), "it goes on by itself")
            message.process_job()
        self.assertEqual((message.state, message.open_case_count), ("processed", 0))
        self.assertEqual(message.mapping_version_ids, version)
        self.assertEqual(version.message_count, 1)

    def test_a_replay_names_the_version(self):
        mapping = self.mapping()
        first = self.live(mapping, {"*": self.fees})
        message, _new = self.store(flow=self.flow)
        with self.processing(self.booking):
            message.process_job()
            self.assertEqual(message.result["account"], self.fees.code)
            self.live(mapping, {"*": self.wages})
            decision = self.decide(message, first)
            decision.action_preview()
            self.assertEqual(decision.differs, "Nothing differs.")
            decision.mapping_version_id = False
            decision.action_preview()
            self.assertIn(self.wages.code, decision.differs)
            decision.mapping_version_id = first
            decision.action_request()
            if decision.state == "asked":
                self.approve(decision)
            again = decision.replay_id
            again.process_job()
        self.assertEqual(again.result["account"], self.fees.code)
        self.assertEqual(again.mapping_version_ids, first)

    def test_a_draft_is_tried_but_never_used(self):
        mapping = self.mapping()
        self.live(mapping, {"*": self.fees})
        draft = self.draft(mapping, {"*": self.wages})
        message, _new = self.store(flow=self.flow)
        with self.processing(self.booking):
            message.process_job()
            decision = self.decide(message, draft)
            decision.action_preview()
            self.assertIn(self.wages.code, decision.differs)
            with self.assertRaises(ValidationError):
                decision.action_request()
            message.sudo().options = {"mapping_version": draft.id}
            self.refused("mapping.version", "A", message=message)

    def decide(self, message, version):
        decisions = self.env["finance.decision"].with_user(self.maker)
        return decisions.create(
            {"message_id": message.id, "kind": "replay", "reason": "new mapping", "mapping_version_id": version.id}
        )


@tagged("post_install", "-at_install")
class TestFlowAuthority(AuthorityCase):
    """A flow that writes an object goes live only when it is approved who leads it."""

    def test_activation_and_processing(self):
        flow = self.env["finance.flow"].create(
            {"name": "Staff", "connector_id": self.payroll.id, "kind": "file", "direction": "in"}
        )
        with patch.object(type(self.env["finance.process.file"]), "_writes", ("partner",)):
            self.env.registry.clear_cache()
            self.payroll.state = "draft"
            self.payroll.environment = "live"
            with self.assertRaises(ValidationError):
                self.payroll.action_activate()
            self.payroll.environment = "sandbox"
            self.payroll.action_activate()
            message, _new = self.store(connector=self.payroll, flow=flow)
            with self.processing(lambda message: {"text": "done"}):
                message.process_job()
                self.assertEqual(message.exception_ids.code, "authority.missing")
                self.live("partner", self.payroll)
                message.action_process_now()
            self.assertEqual(message.state, "processed")
        self.env.registry.clear_cache()

    def test_what_another_system_leads_ends_as_a_case(self):
        self.live("partner", self.upload)
        message, _new = self.store(connector=self.payroll)

        def writing(message):
            self.env["finance.authority"]._guard("partner", ["name"], message.connector_id)

        with self.processing(writing):
            message.process_job()
        self.assertEqual(message.exception_ids.code, "authority.not_leading")
        self.assertIn("Payroll", message.exception_ids.text)
        self.assertIn("Test upload", message.exception_ids.text)

    def test_led_by_nature(self):
        """A bank leads its statements without a rule; a rule that says otherwise counts."""
        guard = self.env["finance.authority"]._guard
        self.assertFalse(guard("statement", (), self.payroll, create=True).refused)
        self.assertTrue(self.env["finance.authority"]._named_for("statement", self.company))
        self.live("statement", self.upload)
        self.refused("authority.not_leading", self.payroll, object_code="statement", create=True)
        guard("statement", (), self.upload, create=True)

    def test_client_goes_live_with_what_its_keys_are_good_for(self):
        """Each object it may send has a leader, before it is live; the objects are asked for one by one afterwards."""
        self.payroll.state, self.payroll.environment, self.payroll.api_client = "draft", "live", True
        flow = self.env["finance.flow"].create(
            {"name": "Objects", "connector_id": self.payroll.id, "kind": "canonical", "mode": "event"}
        )
        self.env["finance.api.scope"]._complete()
        scopes = self.env["finance.api.scope"].search([("name", "in", ("customer:write", "invoice:read"))])
        values = {"name": "Key", "connector_id": self.payroll.id, "expires_on": fields.Date.today()}
        self.env["finance.api.key"].create({**values, "scope_ids": [Command.set(scopes.ids)]})
        self.assertIn("Customers and suppliers", flow.lacks_text)
        self.assertNotIn("Invoices", flow.lacks_text)
        with self.assertRaises(ValidationError):
            self.payroll.action_activate()
        self.assertEqual(flow._lacks(fields.Date.today()), ((), ()), "a message tells which object it holds")
        self.live("partner", self.payroll)
        self.payroll.action_activate()
