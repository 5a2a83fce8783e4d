"""Late cases climb the chain, each owner hears once a day."""

from datetime import datetime

from odoo.tests import freeze_time, tagged

from .common import ROLES, FinanceCase


@tagged("post_install", "-at_install")
class TestCaseEscalation(FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["finance.exception"].search([]).escalate_on = False
        cls.env["finance.case.rule"].search([]).active = False
        cls.lead, cls.head, cls.member = (
            cls.person(f"fc_{name}", ROLES["operator"]) for name in ("lead", "head", "member")
        )
        cls.team = cls.env["finance.team"].create(
            {
                "name": "Desk",
                "member_ids": cls.member.ids,
                "calendar_id": cls.env["resource.calendar"].create({"name": "Office", "tz": "UTC"}).id,
                "lead_id": cls.lead.id,
                "head_id": cls.head.id,
                "lead_after_hours": 2,
                "head_after_hours": 3,
            }
        )
        cls.env["finance.case.rule"].create(
            {"name": "All", "team_id": cls.team.id, "target_hours": 2, "clock": "working"}
        )

    def report(self, number=0):
        with freeze_time("2026-09-04 08:00:00"):  # a Friday
            return self.env["finance.exception"]._report(self.env.user.partner_id, f"test.{number}", "Text")

    def escalate(self, moment):
        with freeze_time(moment):
            self.env["finance.exception"]._cron_escalate()

    def test_lead_then_head(self):
        case = self.report()
        self.assertEqual((case.due_on, case.escalate_on), (datetime(2026, 9, 4, 10), datetime(2026, 9, 4, 12)))
        self.escalate("2026-09-04 11:59:00")
        self.assertFalse(case.escalation)
        self.escalate("2026-09-04 15:30:00")
        self.assertEqual((case.escalation, case.escalate_on), ("lead", datetime(2026, 9, 7, 9, 30)))
        self.assertIn(self.lead, case.activity_ids.user_id)
        self.assertIn(self.lead.name, case.message_ids[0].body)
        self.escalate("2026-09-07 11:00:00")
        self.assertEqual((case.escalation, case.escalate_on), ("head", False))
        self.assertIn(self.head, case.activity_ids.user_id)

    def test_many_cases_are_one_activity(self):
        cases = self.env["finance.exception"].concat(*map(self.report, range(5)))
        self.escalate("2026-09-04 16:00:00")
        self.assertEqual(set(cases.mapped("escalation")), {"lead"})
        activity = cases.activity_ids.filtered(lambda one: one.user_id == self.lead)
        self.assertEqual(len(activity), 1)
        self.assertIn("5 late cases", activity.summary)

    def test_a_later_due_time_puts_it_off(self):
        case = self.report()
        case.with_user(self.roles["operator"]).write({"due_on": "2026-09-08 10:00:00"})
        self.assertEqual(case.escalate_on, datetime(2026, 9, 8, 12))

    def test_closed_cases_stay_quiet(self):
        case = self.report()
        case._solve("gone")
        self.escalate("2026-09-30 10:00:00")
        self.assertFalse(case.escalation)

    def test_without_lead_the_head_is_told(self):
        self.team.lead_id = False
        case = self.report()
        self.escalate("2026-09-07 10:00:00")
        self.assertEqual(case.escalation, "head")

    def test_one_digest_for_each_owner(self):
        cases = self.env["finance.exception"].concat(*map(self.report, range(12)))
        self.member.notification_type = "inbox"
        with freeze_time("2026-09-04 09:00:00"):
            self.env["finance.exception"]._cron_digest()
        told = self.env["mail.notification"].search([("res_partner_id", "=", self.member.partner_id.id)])
        message = told.mail_message_id.filtered(lambda one: "12" in (one.subject or ""))
        self.assertEqual(len(message), 1)
        self.assertEqual(message.body.count("<li>"), 10)
        self.assertIn(f"finance-cases/{cases[0].id}", message.body)
