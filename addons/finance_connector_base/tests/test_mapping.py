from datetime import date
from decimal import Decimal

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..mapping.errors import MappingError
from ..mapping.wanted import Wanted
from .common import FinanceCase


class MappingCase(FinanceCase):
    """Mappings made by an operator and approved by the approver."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker, cls.ann = cls.roles["operator"], cls.roles["approver"]
        accounts = cls.env["account.account"]
        cls.fees, cls.wages = (
            accounts.create({"code": f"99{n}000", "name": name, "account_type": "expense"})
            for n, name in enumerate(("Fees", "Wages"))
        )

    def mapping(self, kind="account", **values):
        known = {"name": f"Test {kind}", "kind": kind, "company_id": self.company.id}
        return self.env["finance.mapping"].with_user(self.maker).create({**known, **values})

    def draft(self, mapping, rows, **values):
        """:param rows: ``{source: record or text}``, or lists of values"""
        lines = []
        for source, target in rows.items():
            name = "target_text" if isinstance(target, str) else "target_ref"
            target = target if isinstance(target, str) else f"{target._name},{target.id}"
            lines.append(Command.create({"source": source, name: target}))
        version = self.env["finance.mapping.version"].with_user(self.maker)
        return version.create({"mapping_id": mapping.id, "line_ids": lines, **values})

    def approve(self, version):
        version.approval_id.with_env(self.env(user=self.ann)).action_approve()

    def live(self, mapping, rows, **values):
        version = self.draft(mapping, rows, **values)
        version.action_request()
        self.approve(version)
        return version

    def translate(self, *values, kind="account", **named):
        found = self.env["finance.mapping"]._translate(kind, values, **named)
        return [found[value].target for value in values if value in found]

    def refused(self, code, *values, **named):
        with self.assertRaises(MappingError) as caught:
            self.translate(*values, **named)
        self.assertEqual(caught.exception.code, code)
        return caught.exception


@tagged("post_install", "-at_install")
class TestMappingVersions(MappingCase):
    """Draft, approved by another person, in force, replaced; never changed in between."""

    def test_the_whole_way(self):
        mapping = self.mapping()
        first = self.draft(mapping, {"4711": self.fees})
        self.refused("mapping.not_approved", "4711")
        first.action_request()
        self.assertEqual((first.state, first.approval_id.state), ("waiting", "waiting"))
        self.refused("mapping.not_approved", "4711")
        with self.assertRaises(AccessError):
            first.approval_id.with_env(self.env(user=self.maker)).action_approve()
        self.approve(first)
        self.assertEqual((first.state, self.translate("4711")), ("live", [self.fees]))

        second = mapping._draft(first)
        self.assertEqual((second.number, second.line_ids.target_ref), (2, self.fees))
        second.line_ids.target_ref = f"account.account,{self.wages.id}"
        self.assertEqual(self.translate("4711"), [self.fees])
        self.assertEqual(second._changes(), [["4711", self.fees.display_name, self.wages.display_name]])
        second.action_request()
        self.approve(second)
        self.assertEqual((first.state, second.state), ("retired", "live"))
        self.assertEqual(self.translate("4711"), [self.wages])

    def test_a_later_version_leaves_the_earlier_days_to_the_earlier_one(self):
        mapping = self.mapping()
        first = self.live(mapping, {"A": self.fees})
        self.live(mapping, {"A": self.wages}, date_from="2026-07-01")
        self.assertEqual(first.state, "live")
        self.assertEqual(self.translate("A", on=date(2026, 6, 30)), [self.fees])
        self.assertEqual(self.translate("A", on=date(2026, 7, 1)), [self.wages])
        both = Wanted("A", on=date(2026, 6, 30)), Wanted("A", on=date(2026, 7, 1))
        self.assertEqual(self.translate(*both), [self.fees, self.wages])

    def test_a_refusal_makes_it_a_draft_again(self):
        version = self.draft(self.mapping(), {"A": self.fees})
        version.action_request()
        version.approval_id.with_env(self.env(user=self.ann))._vote("refuse", "wrong account")
        self.assertEqual(version.state, "draft")
        version.line_ids.label = "may be changed again"

    def test_what_was_asked_for_does_not_change(self):
        version = self.draft(self.mapping(), {"A": self.fees})
        version.action_request()
        changes = (
            lambda: version.write({"note": "x"}),
            lambda: version.line_ids.write({"label": "x"}),
            lambda: version.line_ids.unlink(),
            lambda: version.unlink(),
            lambda: version.mapping_id.write({"kind": "tax"}),
        )
        for number, change in enumerate(changes):
            with self.assertRaises(UserError, msg=number):
                change()

    def test_the_database_sees_to_it_itself(self):
        live = self.live(self.mapping(), {"A": self.fees})
        draft = self.draft(self.mapping("tax"), {})
        statements = (
            f"UPDATE finance_mapping_version SET state = 'live' WHERE id = {draft.id}",
            f"UPDATE finance_mapping_version SET state = 'waiting' WHERE id = {live.id}",
            f"UPDATE finance_mapping_version SET date_from = '2020-01-01' WHERE id = {live.id}",
            f"DELETE FROM finance_mapping_version WHERE id = {live.id}",
            f"UPDATE finance_mapping_line SET target_ref = NULL WHERE version_id = {live.id}",
            f"DELETE FROM finance_mapping_line WHERE version_id = {live.id}",
            f"INSERT INTO finance_mapping_line (version_id, source) VALUES ({live.id}, 'X')",
            f"UPDATE finance_mapping_line SET version_id = {draft.id} WHERE version_id = {live.id}",
            f"UPDATE finance_mapping SET kind = 'tax' WHERE id = {live.mapping_id.id}",
            f"UPDATE finance_mapping SET active = FALSE WHERE id = {live.mapping_id.id}",
            f"DELETE FROM finance_mapping WHERE id = {live.mapping_id.id}",
        )
        self.env.flush_all()
        for statement in statements:
            with self.assertRaises(CheckViolation, msg=statement), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.cr.execute(statement)
        self.cr.execute(f"UPDATE finance_mapping_version SET state = 'waiting' WHERE id = {draft.id}")
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.cr.execute(f"UPDATE finance_mapping_version SET state = 'live' WHERE id = {draft.id}")

    def test_a_row_changed_past_everything_voids_the_approval(self):
        version = self.draft(self.mapping(), {"A": self.fees})
        version.action_request()
        self.env.flush_all()
        self.cr.execute("ALTER TABLE finance_mapping_line DISABLE TRIGGER finance_guard")
        self.cr.execute(
            "UPDATE finance_mapping_line SET target_ref = %s WHERE version_id = %s",
            [f"account.account,{self.wages.id}", version.id],
        )
        self.cr.execute("ALTER TABLE finance_mapping_line ENABLE ALWAYS TRIGGER finance_guard")
        self.env.invalidate_all()
        self.approve(version)
        self.assertEqual((version.state, version.approval_id.state), ("draft", "void"))

    def test_wrong_rows_are_not_put_before_people(self):
        for rows in ({}, {"*a*b*c*d*e": self.fees}):
            with self.assertRaises(UserError):
                self.draft(self.mapping(active=False), rows).action_request()
        empty = self.draft(self.mapping(active=False), {})
        empty.line_ids = [Command.create({"source": "A"})]
        with self.assertRaises(UserError):
            empty.action_request()

    def test_a_row_leads_to_what_its_kind_says_and_its_company_has(self):
        with self.assertRaises(ValidationError):
            self.draft(self.mapping(), {"A": self.env.user.partner_id})
        with self.assertRaises(ValidationError):
            self.draft(self.mapping("bank_code"), {"A": "no such purpose"})
        with self.assertRaises(ValidationError):
            journal = self.env["account.journal"].search([], limit=1)
            self.draft(self.mapping("journal", company_id=False), {"A": journal})

    def test_users_read_and_other_companies_do_not(self):
        version = self.live(self.mapping(), {"A": self.fees})
        for role in ("user", "auditor", "approver"):
            own = version.with_user(self.roles[role])
            self.assertEqual(own.line_ids.source, "A")
            self.assertFalse(own.has_access("write"))
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.person(
            "stranger", "finance_connector_base.group_operator", company_id=elsewhere.id, company_ids=elsewhere.ids
        )
        for model in ("finance.mapping", "finance.mapping.version", "finance.mapping.line"):
            self.assertFalse(self.env[model].with_user(stranger).search([("company_id", "=", self.company.id)]))


@tagged("post_install", "-at_install")
class TestTranslate(MappingCase):
    """Many values at once, by the mappings of connector and company."""

    def test_the_connector_comes_first_then_the_general_one(self):
        self.live(self.mapping(), {"A": self.fees, "B": self.fees})
        self.live(self.mapping(connector_id=self.upload.id, name="own"), {"A": self.wages})
        self.assertEqual(self.translate("A", "B", connector=self.upload), [self.wages, self.fees])
        self.assertEqual(self.translate("A", "B"), [self.fees, self.fees])

    def test_all_missing_values_are_named_at_once(self):
        self.live(self.mapping(), {"A": self.fees})
        error = self.refused("mapping.missing", "A", "X", Wanted("Y", place="line 3"))
        self.assertEqual((error.kind, error.values, error.place), ("account", ("X", "Y"), "line 3"))
        self.assertIn("X, Y", str(error))

    def test_what_is_skipped_is_counted(self):
        self.live(self.mapping(), {"A": self.fees})
        values = ("A", Wanted("X", amount=Decimal("-10.5"), place="line 1"), Wanted("X", amount=Decimal("5")))
        self.assertEqual(self.translate(*values, missing="skip", company=self.company), [self.fees])
        gap = self.env["finance.mapping.gap"].search([("value", "=", "X"), ("company_id", "=", self.company.id)])
        self.assertEqual((gap.kind, gap.amount, gap.state), ("account", 15.5, "open"))

    def test_a_record_that_is_gone_is_not_used(self):
        self.live(self.mapping(), {"A": self.fees})
        self.fees.unlink()
        self.refused("mapping.target", "A")

    def test_texts(self):
        self.live(self.mapping("bank_code"), {"PMNT/RCDT/*": "payment", "*": "other"})
        self.assertEqual(self.translate("PMNT/RCDT/ESCT", "808", kind="bank_code"), ["payment", "other"])

    def test_many_values_take_few_queries(self):
        self.live(self.mapping(), {"A": self.fees, "4*": self.wages})
        self.translate("A")
        with self.assertQueryCount(6):
            found = self.translate(*(f"4{number}" for number in range(1000)))
        self.assertEqual(len(found), 1000)
