from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ROLES, FinanceCase

OWN_MODELS = (
    "finance.connector",
    "finance.flow",
    "finance.message",
    "finance.attempt",
    "finance.exception",
    "finance.link",
    "finance.stop",
    "finance.webhook.address",
    "finance.webhook.tally",
    "finance.mapping",
    "finance.mapping.version",
    "finance.mapping.line",
    "finance.mapping.gap",
    "finance.mapping.gap.message",
    "finance.flow.mapping",
    "finance.authority",
    "finance.duplicate",
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


@tagged("post_install", "-at_install")
class TestProtectedFields(FinanceCase):
    """What the system keeps by itself is not entered by hand, not even by those who may write the record."""

    def test_states_and_counters(self):
        case = self.store()[0]._open_case("test", "Something")
        decision = self.env["finance.decision"].create(
            {"message_id": case.message_id.id, "kind": "replay", "reason": "x"}
        )
        protected = {
            self.upload: {
                "state": "draft",
                "health": "ok",
                "pause_reason": "x",
                "health_text": "x",
                "host_key_found": "x",
            },
            case: {"state": "solved", "closed_by_id": 1, "occurrences": 9, "code": "x", "text": "x", "blocking": False},
            case.message_id: {"state": "processed", "hold": False, "tries": 0, "approved_hash": "x", "arrived": "no"},
            decision: {"state": "done", "approved_by_id": 1, "requested_by_id": 1, "differs": "x"},
        }
        for record, values in protected.items():
            for name, value in values.items():
                with self.subTest(f"{record._name}.{name}"), self.assertRaises(AccessError):
                    record.with_user(self.roles["admin"]).write({name: value})
        with self.assertRaises(AccessError):
            self.as_role("admin")["finance.connector"].create({"name": "A", "code": "a", "health": "ok"})

    def test_what_people_may_write(self):
        case = self.store()[0]._open_case("test", "Something").with_user(self.roles["operator"])
        case.write({"priority": "1", "due_on": "2026-01-01 10:00:00", "owner_id": self.roles["operator"].id})
        self.upload.with_user(self.roles["admin"]).name = "Another name"
        copy = self.upload.with_user(self.roles["admin"]).copy({"code": "another"})
        self.assertEqual((copy.state, copy.health), ("draft", "unknown"))

    def test_large_contents_are_for_those_who_see_raw_ones(self):
        message, _new = self.store(b"x" * 100_000)
        attachment = message.attachment_id
        self.assertEqual(message._raw(), b"x" * 100_000)
        self.assertTrue(attachment.with_user(self.roles["auditor"]).raw)
        with self.assertRaises(AccessError):
            _content = attachment.with_user(self.roles["user"]).raw
        found = self.as_role("user")["ir.attachment"].search([("id", "=", attachment.id)])
        self.assertFalse(found)


#: Who may press which button; all others are refused, whatever their screen shows.
WORKERS = {"operator", "admin"}
BUTTONS = {
    ("connector", "action_test"): WORKERS,
    ("connector", "action_pause"): {"operator", "approver", "admin"},
    ("connector", "action_activate"): {"admin"},
    ("connector", "action_reset_breakers"): WORKERS,
    ("connector", "action_emergency_stop"): set(ROLES),  # opens a dialog; making the stop is checked
    ("connector", "action_webhook_renew"): {"admin"},
    ("connector", "action_pull"): WORKERS,
    ("message", "action_process_now"): WORKERS,
    ("message", "action_retry"): WORKERS,
    ("message", "action_ask"): WORKERS,
    ("message", "action_hold"): WORKERS,
    ("message", "action_release"): WORKERS,
    ("message", "action_cancel"): WORKERS,
    ("message", "action_download"): {"auditor", "operator", "admin"},
    ("case", "action_retry"): WORKERS,
    ("case", "action_solve"): WORKERS,
    ("case", "action_drop"): WORKERS,
    ("case", "action_reopen"): WORKERS,
    ("case", "action_take"): WORKERS,
    ("stop", "action_release"): {"admin", "approver"},
}


@tagged("post_install", "-at_install")
class TestButtons(FinanceCase):
    """Each button for each role: who may, can; who may not, is refused by the server."""

    def records(self):
        hook = {"webhook_scheme": "standard"} if "webhook_scheme" in self.upload._fields else {}
        connector = self.upload.copy({"code": f"copy.{self.env.cr._now}", "state": "active", **hook})
        self.env["finance.flow"].create(
            {"name": "Files", "connector_id": connector.id, "kind": "file", "direction": "in"}
        )
        message, _new = self.store(connector=connector)
        message._move("refused")
        case = message._open_case("test", "Something")
        stop = self.env["finance.stop"].create(
            {"scope": "connector", "connector_id": connector.id, "reason": "x", "release_reason": "y"}
        )
        return {"connector": connector, "message": message, "case": case, "stop": stop}

    def test_matrix(self):
        for (kind, method), allowed in BUTTONS.items():
            for role in ROLES:
                with self.subTest(button=f"{kind}.{method}", role=role), self.env.cr.savepoint() as savepoint:
                    record = self.records()[kind].with_user(self.roles[role])
                    if role in allowed:
                        self.pressed(record, method)
                    else:
                        with self.assertRaises(AccessError):
                            getattr(record, method)()
                    savepoint.rollback()

    def pressed(self, record, method):
        """The state may not fit the button; a missing right is what must not be."""
        try:
            getattr(record, method)()
        except AccessError:
            raise
        except UserError as error:
            self.assertNotIn("allowed", str(error))
