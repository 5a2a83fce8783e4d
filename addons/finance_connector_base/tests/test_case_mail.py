from odoo.tests import tagged
from odoo.tools import mute_logger

from ..core.masking import remember
from .common import FinanceCase

MAIL = """\
From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{name}@example.com>
{more}Content-Type: text/plain; charset=utf-8

{body}
"""


@tagged("post_install", "-at_install")
class TestCaseMail(FinanceCase):
    """A mail to the team opens a case; the answers stand on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].search([], limit=1) or cls.env["mail.alias.domain"].create(
            {"name": "finance.example"}
        )
        cls.company.alias_domain_id = domain
        cls.ann = cls.roles["operator"]
        cls.team = cls.env["finance.team"].create(
            {"name": "Bank desk", "member_ids": cls.ann.ids, "company_id": cls.company.id, "alias_name": "bank-desk"}
        )
        cls.address = f"bank-desk@{domain.name}"

    def mail(self, name, sender=None, subject="Statement of 31 January is missing", body="Please look.", more=""):
        raw = MAIL.format(
            sender=sender or self.employee.email, to=self.address, subject=subject, name=name, body=body, more=more
        )
        number = self.env["mail.thread"].message_process(False, raw)
        return self.env["finance.exception"].browse(number or [])

    @property
    def employee(self):
        return self.roles["user"]

    def test_a_case_of_the_team(self):
        case = self.mail("one")
        self.assertEqual((case.code, case.team_id, case.owner_id), ("mail", self.team, self.ann))
        self.assertEqual(case.name, "By mail: Statement of 31 January is missing")
        self.assertIn("Please look.", case.text)
        self.assertEqual((case.partner_id, case.company_id), (self.employee.partner_id, self.company))
        self.assertTrue(case.due_on)
        self.assertIn("Please look.", case.message_ids.mapped("body")[0])

    def test_an_answer_stays_with_it(self):
        case = self.mail("one")
        sent = case.with_user(self.ann).message_post(
            body="Found it.", partner_ids=self.employee.partner_id.ids, subtype_xmlid="mail.mt_comment"
        )
        again = self.mail("two", body="Thank you.", more=f"In-Reply-To: {sent.message_id}\n")
        self.assertEqual(again.exists() or case, case)
        self.assertIn("Thank you.", str(case.message_ids.mapped("body")))
        self.assertEqual(self.env["finance.exception"].search_count([("code", "=", "mail")]), 1)

    def test_two_mails_are_two_cases(self):
        self.assertNotEqual(self.mail("one"), self.mail("two"))

    def test_secrets_are_masked(self):
        secret = "fck-known-secret-0123456789"
        remember(secret)
        self.assertFalse(secret in self.mail("one", body=f"The key is {secret}.").text)

    def test_strangers_are_sent_back(self):
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.assertFalse(self.mail("one", sender="stranger@elsewhere.example"))
        self.assertFalse(self.env["finance.exception"].search([("code", "=", "mail")]))

    def test_teams_without_address(self):
        self.assertFalse(self.env["finance.team"].create({"name": "Silent"}).alias_id)
