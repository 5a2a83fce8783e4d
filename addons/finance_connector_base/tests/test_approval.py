import json
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.finance_person import Call, FinancePerson
from .common import FinanceCase, SandboxCase, by_a_program

APPROVER = "finance_connector_base.group_approver"
OPERATOR = "finance_connector_base.group_operator"


def from_address(address):
    return lambda self: Call(self.env.uid, "", "", (), "web", "session", address)


class ApprovalCase(SandboxCase):
    """A payment that waits for its release, asked for by an operator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow.needs_approval = True
        cls.maker, cls.ann = cls.roles["operator"], cls.roles["approver"]
        cls.bob = cls.person("fc_bob", APPROVER)

    def ask(self, key="K1", **values):
        content = json.dumps({"end_to_end_id": key, "amount": "10.00", "currency": "EUR"}).encode()
        deliver = self.env["finance.deliver"].with_user(self.maker).sudo()
        message = deliver._submit(
            self.bank, "file", content, key=key, name=key, content_type="application/json", **values
        )
        self.env.flush_all()
        return message.approval_id

    def approve(self, approval, user):
        return approval.with_user(user).action_approve()

    def rule(self, **values):
        return self.env["finance.approval.rule"].create({"kind": "payment", **values})

    def refused_by_database(self, query, *given):
        """The database itself says no, whatever Python thinks."""
        self.env.flush_all()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(query, given)


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCase):
    """One engine: who may agree, with exactly what, and what follows."""

    def test_released_by_another_person(self):
        approval = self.ask()
        message = self.env["finance.message"].browse(approval.res_id)
        self.assertEqual((approval.state, approval.maker_id, message.approved_hash), ("waiting", self.maker, False))
        self.assertIn("approval", self.advance(message))
        self.approve(approval, self.ann)
        self.assertEqual((approval.state, message.approved_hash), ("approved", message.sha256))
        self.advance(message)
        self.assertEqual((message.state, self.effects()), ("processed", 1))
        vote = approval.vote_ids
        self.assertEqual((vote.user_id, vote.channel, vote.network), (self.ann, "web", "192.0.2.0/24"))

    def test_approvers_are_told_once_and_no_more(self):
        approval = self.ask()
        self.assertEqual(approval.activity_ids.user_id & (self.ann | self.bob), self.ann | self.bob)
        self.assertNotIn(self.maker, approval.activity_ids.user_id)
        self.approve(approval, self.ann)
        self.assertFalse(approval.activity_ids)

    def test_what_waits_for_whom(self):
        approval = self.ask()
        model = self.env["finance.approval"]
        for user, mine in ((self.ann, True), (self.maker, False), (self.roles["user"], False)):
            self.assertEqual(approval in model.with_user(user).search([("for_me", "=", True)]), mine, user.login)
        self.assertTrue(approval.with_user(self.maker).by_me)
        self.assertIn("another person", approval.with_user(self.maker).why_not)

    def test_auditors_see_votes_from_one_address(self):
        self.rule(persons=2)
        approval = self.ask()
        with patch.object(FinancePerson, "_call", from_address("198.51.100.1")):
            self.approve(approval, self.ann)
        self.assertEqual((approval.vote_ids.same_address, approval.same_address), (False, False))
        self.approve(approval, self.bob)  # from where it was asked
        self.assertEqual((approval.state, approval.vote_ids.mapped("same_address")), ("approved", [False, True]))
        self.assertIn(self.bob.name, approval.with_user(self.roles["auditor"]).same_address)
        model = self.env["finance.approval"].with_user(self.roles["auditor"])
        self.assertIn(approval, model.search([("same_address", "!=", False)]))
        self.assertNotIn(approval, model.search([("same_address", "=", False)]))
        with self.assertRaises(AccessError):
            approval.with_user(self.ann).read(["same_address"])
        self.assertNotIn("192.0.2.7", str(approval.vote_ids.read()))
        self.refused_by_database("UPDATE finance_approval SET maker_mark = 'x' WHERE id = %s", approval.id)

    def test_refused_with_a_reason(self):
        approval = self.ask()
        answer = self.env["finance.approval.answer"].with_user(self.ann)
        answer.create({"approval_ids": [Command.set(approval.ids)], "reason": "wrong amount"}).action_refuse()
        message = self.env["finance.message"].browse(approval.res_id)
        self.assertEqual((approval.state, approval.closed_reason), ("refused", "wrong amount"))
        self.assertIn("wrong amount", message.result_text)
        with self.assertRaises(UserError):
            self.approve(approval, self.bob)
        message.with_user(self.maker).action_ask_release()
        self.assertEqual(message.approval_id.state, "waiting")

    def test_taken_back(self):
        approval = self.ask()
        with self.assertRaises(AccessError):
            approval.with_user(self.roles["admin"]).action_withdraw()
        approval.with_user(self.maker).action_withdraw()
        self.assertEqual(approval.state, "void")

    def test_nobody_in_time(self):
        approval = self.ask()
        with self.unguarded():
            self.env.cr.execute("UPDATE finance_approval SET expires_on = '2020-01-01' WHERE id = %s", [approval.id])
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            self.approve(approval, self.ann)
        self.env["finance.approval"]._cron_watch()
        self.assertEqual(approval.state, "expired")

    def unguarded(self):
        """Only to let time pass in a test: the owner of the database can always switch a trigger off."""
        case = self

        class Off:
            def __enter__(self):
                case.env.flush_all()
                case.env.cr.execute("ALTER TABLE finance_approval DISABLE TRIGGER finance_guard")

            def __exit__(self, *_error):
                case.env.cr.execute("ALTER TABLE finance_approval ENABLE ALWAYS TRIGGER finance_guard")

        return Off()

    def test_it_rests(self):
        self.rule(cool_off_hours=24)
        approval = self.ask()
        message = self.env["finance.message"].browse(approval.res_id)
        self.approve(approval, self.ann)
        self.assertEqual((approval.state, approval.applied_on, message.approved_hash), ("approved", False, False))
        self.env["finance.approval"]._cron_watch()
        self.assertFalse(message.approved_hash, "not yet")
        with self.unguarded():
            self.env.cr.execute("UPDATE finance_approval SET effective_on = '2020-01-01' WHERE id = %s", [approval.id])
        self.env.invalidate_all()
        self.env["finance.approval"]._cron_watch()
        self.assertEqual(message.approved_hash, message.sha256)

    def test_stopped_while_it_rests(self):
        self.rule(cool_off_hours=24)
        approval = self.ask()
        self.approve(approval, self.ann)
        approval.with_user(self.bob).action_withdraw()
        self.assertEqual(approval.state, "void")

    def test_n_of_m(self):
        self.rule(persons=2)
        approval = self.ask()
        self.approve(approval, self.ann)
        self.assertEqual(approval.state, "waiting")
        with self.assertRaises(UserError):
            self.approve(approval, self.ann)
        self.approve(approval, self.bob)
        self.assertEqual(approval.state, "approved")

    def test_many_at_once_where_the_kind_allows(self):
        approvals = self.ask("K1") | self.ask("K2")
        approvals.with_user(self.ann).action_approve()
        self.assertEqual(approvals.mapped("state"), ["approved", "approved"])

    def test_changed_after_it_was_approved(self):
        approval = self.ask()
        message = self.env["finance.message"].browse(approval.res_id)
        self.approve(approval, self.ann)
        message.sudo().sha256 = "0" * 64
        self.assertEqual((approval.state, message.approved_hash), ("void", False))

    def test_changed_behind_its_back(self):
        approval = self.ask()
        self.env.cr.execute("UPDATE finance_message SET sha256 = 'other' WHERE id = %s", [approval.res_id])
        self.env.invalidate_all()
        self.approve(approval, self.ann)
        self.assertEqual((approval.state, len(approval.vote_ids)), ("void", 0))

    def test_rules_only_ever_add(self):
        rule = self.rule(persons=2)
        with self.assertRaises(UserError):
            rule.persons = 1
        with self.assertRaises(UserError):
            rule.unlink()
        admin = self.roles["admin"]
        rule.with_user(admin).action_retire()
        self.approve(rule.approval_id, self.ann)
        self.assertEqual(rule.state, "retired")


@tagged("post_install", "-at_install")
class TestWhoMayNot(ApprovalCase):
    """Nobody slips through: not the maker, a program, an archived user, a second user of the same human."""

    def test_programs(self):
        approval = self.ask()
        for env in (self.env(su=True), self.env(user=1), self.env(user=self.ann, su=True)):
            with self.assertRaises(AccessError):
                approval.with_env(env).action_approve()

    def test_in_somebodys_name(self):
        """Without a request that asks for it: cron, job, shell, server action, automation."""
        approval = self.ask()
        self.enterContext(by_a_program())
        with self.assertRaises(AccessError):
            self.approve(approval, self.ann)
        action = self.env["ir.actions.server"].create(
            {
                "name": "Approve all",
                "model_id": self.env["ir.model"]._get_id("finance.approval"),
                "state": "code",
                "code": "records.action_approve()",
            }
        )
        context = {"active_model": "finance.approval", "active_ids": approval.ids}
        with self.assertRaises(AccessError):
            action.with_user(self.ann).sudo().with_context(**context).run()
        self.assertEqual(approval.state, "waiting")

    def test_maker_and_strangers(self):
        approval = self.ask()
        self.maker.group_ids |= self.env.ref(APPROVER)
        for user in (self.maker, self.roles["admin"], self.roles["auditor"], self.roles["user"]):
            with self.assertRaises(AccessError):
                self.approve(approval, user)

    def test_other_company(self):
        approval = self.ask()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.ann.write({"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id})
        with self.assertRaises(AccessError):
            self.approve(approval, self.ann)
        self.refused_by_database(*self.forged(approval, self.ann))

    def forged(self, approval, user, **values):
        columns = {
            "approval_id": approval.id,
            "company_id": approval.company_id.id,
            "user_id": user.id,
            "authority_id": user.id,
            "create_uid": user.id,
            "level": 0,
            "decision": "approve",
            "sha256": approval.sha256,
            **values,
        }
        names = ", ".join(columns)
        holes = ", ".join(["%s"] * len(columns))
        return f"INSERT INTO finance_approval_vote ({names}) VALUES ({holes})", *columns.values()

    def test_the_database_refuses_forged_votes(self):
        approval = self.ask()
        twin = self.person("fc_twin", APPROVER)
        twin.partner_id.email = self.maker.partner_id.email.upper()
        cases = [
            (self.maker, {}),
            (self.env.ref("base.user_root"), {}),
            (self.roles["operator"], {}),
            (self.roles["user"], {}),
            (twin, {}),
            (self.ann, {"sha256": "0" * 64}),
            (self.ann, {"create_uid": 1}),
            (self.ann, {"level": 1}),
            (self.ann, {"level": -1}),
        ]
        for user, values in cases:
            with self.subTest(user=user.login, **values):
                self.refused_by_database(*self.forged(approval, user, **values))
        self.ann.active = False
        self.refused_by_database(*self.forged(approval, self.ann))

    def test_the_database_refuses_forged_approvals(self):
        approval = self.ask()
        for change in (
            "state = 'approved'",
            "approved_on = now()",
            "applied_on = now()",
            "maker_id = 1",
            "sha256 = 'x'",
            "requirement = '[]'",
            "content = '{}'",
            "excluded = '[]'",
            "expires_on = '2099-01-01'",
        ):
            with self.subTest(change):
                self.refused_by_database(f"UPDATE finance_approval SET {change} WHERE id = %s", approval.id)
        self.approve(approval, self.ann)
        for query in (
            "DELETE FROM finance_approval WHERE id = %s",
            "DELETE FROM finance_approval_vote WHERE approval_id = %s",
            "UPDATE finance_approval_vote SET decision = 'refuse' WHERE approval_id = %s",
            "UPDATE finance_approval SET state = 'waiting' WHERE id = %s",
        ):
            with self.subTest(query):
                self.refused_by_database(query, approval.id)
        for table in ("finance_approval_vote", "finance_approval_vote, finance_approval CASCADE"):
            self.refused_by_database(f"TRUNCATE {table}")

    def test_the_guard_stays_on_a_replica(self):
        approval = self.ask()
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        self.refused_by_database("UPDATE finance_approval SET state = 'approved' WHERE id = %s", approval.id)
        self.env.cr.execute("SET LOCAL session_replication_role = origin")

    def test_a_message_is_not_released_by_hand(self):
        approval = self.ask()
        self.refused_by_database("UPDATE finance_message SET approved_hash = sha256 WHERE id = %s", approval.res_id)

    def test_one_human_with_two_users(self):
        approval = self.ask()
        for how in ("email", "partner"):
            twin = self.person(f"fc_twin_{how}", APPROVER)
            if how == "email":
                twin.partner_id.email = self.maker.partner_id.email.upper()
            else:
                twin.partner_id = self.maker.partner_id
            with self.assertRaises(AccessError):
                self.approve(approval, twin)

    def test_archived(self):
        approval = self.ask()
        self.ann.active = False
        with self.assertRaises(AccessError):
            self.approve(approval, self.ann)

    def test_editor_of_the_bank_details(self):
        partner = self.env["res.partner"].create({"name": "Vendor"})
        account = self.env["res.partner.bank"].create({"acc_number": "DE00 1", "partner_id": partner.id})
        self.env.flush_all()
        facts = {"accounts": account}
        processor = type(self.env["finance.process.file"])
        with patch.object(processor, "_release_facts", lambda _self, _message: dict(facts)):
            approval = self.ask()
        self.env.cr.execute(
            "UPDATE res_partner_bank SET finance_edited_by_id = %s WHERE id = %s", [self.ann.id, account.id]
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.approve(approval, self.ann)
        self.refused_by_database(*self.forged(approval, self.ann))
        self.approve(approval, self.bob)
        self.assertEqual(approval.state, "approved")


@tagged("post_install", "-at_install")
class TestDelegation(ApprovalCase):
    """A right is lent for a time, with a third person's consent, and never comes back to the maker."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eve = cls.person("fc_eve", "finance_connector_base.group_user")

    def delegate(self, one, other, **values):
        today = fields.Date.today()
        delegation = (
            self.env["finance.approval.delegation"]
            .with_user(one)
            .create({"to_id": other.id, "date_from": today, "date_to": today, **values})
        )
        delegation.action_request()
        return delegation

    def active(self, one, other, by, **values):
        delegation = self.delegate(one, other, **values)
        self.approve(delegation.approval_id.with_env(self.env), by)
        self.assertEqual(delegation.state, "active")
        return delegation

    def test_lent_with_a_third_persons_consent(self):
        delegation = self.delegate(self.ann, self.eve)
        approval = self.ask()
        with self.assertRaises(AccessError):
            self.approve(approval, self.eve)
        for one in (self.ann, self.eve):
            with self.assertRaises(AccessError):
                self.approve(delegation.approval_id.with_env(self.env), one)
        self.approve(delegation.approval_id.with_env(self.env), self.bob)
        self.approve(approval, self.eve)
        self.assertEqual((approval.state, approval.vote_ids.authority_id), ("approved", self.ann))

    def test_never_back_to_the_maker(self):
        self.maker.group_ids |= self.env.ref(APPROVER)
        self.active(self.maker, self.eve, self.bob)
        with self.assertRaises(AccessError):
            self.approve(self.ask(), self.eve)
        self.active(self.ann, self.maker, self.bob)
        with self.assertRaises(AccessError):
            self.approve(self.ask("K2"), self.maker)

    def test_never_back_to_the_maker_through_a_third(self):
        self.maker.group_ids |= self.env.ref(APPROVER)
        self.active(self.maker, self.ann, self.bob)
        self.active(self.ann, self.eve, self.bob)
        approval = self.ask()
        with self.assertRaises(AccessError):
            self.approve(approval, self.eve)

    def test_one_right_counts_once(self):
        self.rule(persons=2)
        self.active(self.ann, self.eve, self.bob)
        approval = self.ask()
        self.approve(approval, self.eve)
        with self.assertRaises(UserError):
            self.approve(approval, self.ann)
        self.approve(approval, self.bob)
        self.assertEqual(approval.state, "approved")

    def test_ended_and_for_another_kind(self):
        delegation = self.active(self.ann, self.eve, self.bob)
        delegation.with_user(self.eve).action_end()
        with self.assertRaises(AccessError):
            self.approve(self.ask(), self.eve)
        self.active(self.ann, self.eve, self.bob, kind="bank")
        with self.assertRaises(AccessError):
            self.approve(self.ask("K2"), self.eve)

    def test_only_the_own_right(self):
        with self.assertRaises(AccessError):
            self.delegate(self.eve, self.bob, from_id=self.ann.id)

    def test_not_by_hand(self):
        delegation = self.delegate(self.ann, self.eve)
        with self.assertRaises(AccessError):
            delegation.state = "active"
        self.refused_by_database("UPDATE finance_approval_delegation SET state = 'active' WHERE id = %s", delegation.id)
        self.active(self.bob, self.eve, self.ann)
        self.refused_by_database("UPDATE finance_approval_delegation SET to_id = %s", self.roles["user"].id)


@tagged("post_install", "-at_install")
class TestEngineRights(FinanceCase):
    def test_nobody_writes_evidence(self):
        for role in self.roles:
            for model in ("finance.approval", "finance.approval.vote"):
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(self.as_role(role)[model].has_access(operation), (role, model, operation))

    def test_keys_are_kept_by_programs(self):
        person = self.env["finance.person"]
        self.assertEqual(person._masked("192.0.2.77"), "192.0.2.0/24")
        self.assertEqual(person._masked("2001:db8:1:2::3"), "2001:db8:1::/48")
        self.assertEqual(person._masked("nonsense"), "")
