"""Cases go to the right people, with a due time in their working hours."""

from datetime import datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import ROLES, FinanceCase

FRIDAY = "2026-09-04 14:00:00"


@tagged("post_install", "-at_install")
class TestCaseRouting(FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["finance.case.rule"].search([]).active = False
        cls.calendar = cls.env["resource.calendar"].create({"name": "Office", "tz": "UTC"})
        cls.members = cls.env["res.users"].concat(
            *(cls.person(f"fc_member_{number}", ROLES["operator"]) for number in range(3))
        )
        cls.team = cls.env["finance.team"].create(
            {"name": "Desk", "member_ids": cls.members.ids, "calendar_id": cls.calendar.id}
        )
        cls.partner = cls.env["res.partner"].create({"name": "Azur", "country_id": cls.env.ref("base.fr").id})

    def rule(self, **values):
        return self.env["finance.case.rule"].create({"name": "Rule", "team_id": self.team.id, **values})

    def report(self, code="test.a", record=None, **values):
        return self.env["finance.exception"]._report(record or self.partner, code, "Text", **values)

    def test_without_rules_as_before(self):
        self.upload.owner_id = self.roles["admin"]
        message, _new = self.store()
        case = message._open_case("test", "Text")
        self.assertEqual((case.owner_id, case.rule_id.id, case.team_id.id), (self.roles["admin"], False, False))

    def test_first_rule_that_fits(self):
        large = self.rule(
            name="Large",
            sequence=1,
            amount_from=1000,
            owner_id=self.roles["admin"].id,
            priority="1",
            target_hours=1,
            clock="always",
            team_id=False,
        )
        french = self.rule(name="France", sequence=2, country_id=self.env.ref("base.fr").id)
        self.rule(name="Rest", sequence=3)
        with freeze_time(FRIDAY):
            currency = {"currency_id": self.company.currency_id.id}
            case = self.report("test.large", amount=-1000, **currency, partner_id=self.partner.id)
            self.assertEqual((case.rule_id, case.owner_id, case.priority), (large, self.roles["admin"], "1"))
            self.assertEqual(case.due_on, datetime(2026, 9, 4, 15))
            case = self.report("test.small", amount=999, **currency, partner_id=self.partner.id)
            self.assertEqual((case.rule_id, case.team_id), (french, self.team))
            self.assertIn(case.owner_id, self.members)

    def test_due_in_working_hours(self):
        """Eight hours from Friday 14:00 pass the weekend: three are left on Friday, five on Monday."""
        self.rule(target_hours=8)
        with freeze_time(FRIDAY):
            self.assertEqual(self.report().due_on, datetime(2026, 9, 7, 14))

    def test_holidays_do_not_count(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "date_from": "2026-09-07 00:00:00",
                "date_to": "2026-09-07 23:59:59",
            }
        )
        self.rule(target_hours=8)
        with freeze_time(FRIDAY):
            self.assertEqual(self.report().due_on, datetime(2026, 9, 8, 14))

    def test_each_in_turn(self):
        self.rule()
        owners = [self.report(f"test.{number}").owner_id for number in range(6)]
        self.assertEqual(owners[:3], owners[3:])
        self.assertEqual(len(set(owners)), 3)

    def test_in_turn_within_a_batch(self):
        self.rule()
        reports = [
            {
                "res_id": self.partner.id,
                "company_id": self.company.id,
                "code": "test.many",
                "text": "Text",
                "place": str(number),
            }
            for number in range(7)
        ]
        cases = self.env["finance.exception"]._report_many("res.partner", reports, "Many")
        counts = sorted(len(own) for own in cases.grouped("owner_id").values())
        self.assertEqual(counts, [2, 2, 3])
        self.assertEqual(len(cases.activity_ids), 3)

    def test_fewest_open_cases(self):
        self.team.spread = "load"
        self.rule()
        busy, idle = self.members[0], self.members[1]
        for number in range(4):
            self.report(f"test.{number}").owner_id = busy if number else self.members[2]
        self.assertEqual(self.report("test.next").owner_id, idle)

    def test_who_looks_after_the_partner(self):
        self.team.spread = "partner"
        self.rule()
        self.partner.user_id = self.members[2]
        for number in range(2):
            case = self.report(f"test.{number}", partner_id=self.partner.id)
            self.assertEqual(case.owner_id, self.members[2])

    def test_members_who_left_get_nothing(self):
        self.rule()
        self.members[:2].active = False
        self.assertEqual({self.report(f"test.{number}").owner_id for number in range(2)}, {self.members[2]})

    def test_nobody_until_taken(self):
        self.team.spread = "none"
        self.rule()
        self.assertFalse(self.report().owner_id)

    def test_own_words_come_first(self):
        self.rule(words="Call {partner}.")
        case = self.report(partner_id=self.partner.id)
        self.assertTrue(case.advice.startswith("Call Azur.\n"))

    def test_dry_run_says_why(self):
        self.rule(name="Tax only", domain="tax")
        self.rule(name="All")
        self.rule(name="Never reached")
        before = self.env["finance.exception"].search_count([])
        trial = self.env["finance.case.try"].with_user(self.roles["user"]).create({"code": "test"})
        self.assertEqual(
            trial.explanation.splitlines(),
            [
                "Tax only: does not fit: Area",
                "All: takes the case",
                "Never reached: would fit, but an earlier rule takes it",
            ],
        )
        self.assertEqual(self.env["finance.exception"].search_count([]), before)

    def test_only_administrators_make_rules(self):
        for role in ROLES:
            for model in ("finance.case.rule", "finance.team", "finance.case.policy"):
                self.assertEqual(self.as_role(role)[model].has_access("write"), role == "admin", (role, model))

    def test_numbers_are_checked(self):
        for values in ({"amount_from": -1}, {"target_hours": -1}, {"amount_from": 5, "amount_to": 5}):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.rule(**values)

    def test_one_activity_for_one_cause(self):
        self.rule(owner_id=self.members[0].id)
        cases = [self.report("test", place=f"line {number}") for number in range(3)]
        self.assertEqual([len(case.activity_ids) for case in cases], [1, 0, 0])

    def test_what_closed_by_itself_opens_again(self):
        case = self.report()
        case._solve("gone")
        self.assertEqual(self.report(), case)
        self.assertEqual((case.state, case.reopened, case.occurrences, case.solution), ("open", 1, 2, False))
        case.action_solve()
        self.assertNotEqual(self.report(), case)

    def test_what_is_kept_by_the_system_is_not_entered_by_hand(self):
        case = self.report().with_user(self.roles["operator"])
        for values in ({"cause": "x"}, {"escalation": "head"}, {"parent_id": case.id}, {"closed_by_itself": True}):
            with self.subTest(values), self.assertRaises(AccessError):
                case.write(values)
