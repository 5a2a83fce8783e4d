from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..authority.errors import AuthorityError
from .common import FinanceCase


class AuthorityCase(FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payroll = cls.connector("upload", "Payroll")
        cls.maker, cls.ann = cls.roles["admin"], cls.roles["approver"]

    def draft(self, object_code, connector=None, **values):
        known = {"object": object_code, "connector_id": connector and connector.id, "company_id": self.company.id}
        return self.env["finance.authority"].with_user(self.maker).create({**known, **values})

    def live(self, object_code, connector=None, **values):
        authority = self.draft(object_code, connector, **values)
        authority.action_request()
        authority.approval_id.with_env(self.env(user=self.ann)).action_approve()
        self.assertEqual(authority.state, "live")
        return authority

    def guard(self, connector, *names, object_code="partner", **named):
        return self.env["finance.authority"]._guard(object_code, names, connector, **named)

    def refused(self, code, *given, **named):
        with self.assertRaises(AuthorityError) as caught:
            self.guard(*given, **named)
        self.assertEqual(caught.exception.code, code)
        return str(caught.exception)


@tagged("post_install", "-at_install")
class TestAuthority(AuthorityCase):
    """Who leads is approved, and what others send is refused."""

    def test_nobody_writes_before_it_is_approved(self):
        self.refused("authority.missing", self.payroll, "name")
        draft = self.draft("partner", self.payroll)
        draft.action_request()
        self.refused("authority.missing", self.payroll, "name")
        with self.assertRaises(AccessError):
            draft.approval_id.with_env(self.env(user=self.maker)).action_approve()
        draft.approval_id.with_env(self.env(user=self.ann)).action_approve()
        self.assertEqual(self.guard(self.payroll, "name").writes, {"name"})

    def test_both_systems_are_named(self):
        self.live("partner", self.upload)
        words = self.refused("authority.not_leading", self.payroll, "name")
        self.assertIn("Payroll", words)
        self.assertIn("Test upload", words)

    def test_fields_led_by_odoo_stay(self):
        self.live("partner", self.payroll)
        self.live("partner", field_name="phone")
        found = self.guard(self.payroll, "name", "phone")
        self.assertEqual((found.writes, set(found.stays)), ({"name"}, {"phone"}))
        self.assertIn("Odoo", self.refused("authority.not_leading", self.payroll, "phone"))

    def test_another_rule_replaces_the_one_before(self):
        first = self.live("partner", self.payroll)
        self.live("partner", self.upload)
        self.assertEqual(first.state, "retired")
        self.refused("authority.not_leading", self.payroll, "name")
        self.guard(self.upload, "name", create=True)

    def test_the_database_sees_to_it_itself(self):
        rule, draft = self.live("partner", self.payroll), self.draft("invoice", self.payroll)
        self.env.flush_all()
        for statement in (
            f"UPDATE finance_authority SET state = 'live' WHERE id = {draft.id}",
            f"UPDATE finance_authority SET connector_id = {self.upload.id} WHERE id = {rule.id}",
            f"DELETE FROM finance_authority WHERE id = {rule.id}",
        ):
            with self.assertRaises(CheckViolation, msg=statement), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.cr.execute(statement)

    def test_unknown_fields_are_refused(self):
        with self.assertRaises(ValidationError):
            self.draft("partner", self.payroll, field_name="no_such_field")
