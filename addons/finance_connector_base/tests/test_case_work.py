"""Many cases at once: merged by cause, given, put off, closed with words that help the next one."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ROLES, FinanceCase


@tagged("post_install", "-at_install")
class TestCaseWork(FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["finance.case.rule"].search([]).active = False
        cls.colleague = cls.person("fc_colleague", ROLES["operator"])

    def report(self, number, text="The period 2026-0%s is locked", code="odoo.refused"):
        message, _new = self.store(content=f"{code}{number}".encode(), name=f"{number}.txt")
        message._move("refused")
        return message._open_case(code, text.replace("%s", str(number))).with_user(self.roles["operator"])

    def reports(self, count=3):
        return self.env(user=self.roles["operator"])["finance.exception"].concat(*map(self.report, range(count)))

    def bulk(self, cases, action, **values):
        context = cases.action_bulk()["context"]
        bulk = cases.env["finance.case.bulk"].with_context(**context).create({"action": action, **values})
        return bulk.action_do()

    def test_merge_follows_and_splits(self):
        cases = self.reports()
        other = self.report(9, "Currency is missing")
        (cases | other).action_merge()
        first = cases[0]
        self.assertEqual((first.child_ids, first.child_count), (cases[1:], 2))
        self.assertFalse(other.parent_id)
        first.action_take()
        self.assertEqual(set(cases.owner_id), {self.roles["operator"]})
        first.due_on = "2026-12-01 10:00:00"
        self.assertEqual(set(cases.mapped("due_on")), {fields.Datetime.to_datetime("2026-12-01 10:00:00")})
        first.action_split()
        self.assertFalse(cases.parent_id)
        other.action_solve()
        self.assertEqual(set(cases.mapped("state")), {"open"})

    def test_new_ones_of_the_cause_join(self):
        cases = self.reports(2)
        cases.action_merge()
        cases[0].action_take()
        late = self.report(7)
        self.assertEqual((late.parent_id, late.owner_id), (cases[0], self.roles["operator"]))
        self.assertFalse(late.activity_ids)
        self.assertFalse(self.report(8, "Other words").parent_id)

    def test_closing_the_leader_closes_all(self):
        cases = self.reports()
        cases.action_merge()
        self.bulk(cases[0], "solve", note="Period opened")
        self.assertEqual(set(cases.mapped("state")), {"solved"})
        self.assertIn("Period opened", cases[2].solution)

    def test_another_leads_when_the_leader_closes_by_itself(self):
        cases = self.reports()
        cases.action_merge()
        cases[0].message_id._solve_cases()
        self.assertEqual(cases.mapped("state"), ["solved", "open", "open"])
        self.assertEqual((cases[1].parent_id.id, cases[2].parent_id), (False, cases[1]))
        self.assertTrue(cases[1].gathers)

    def test_retry_takes_the_merged_ones_along(self):
        cases = self.reports()
        cases.action_merge()
        cases[0].action_retry()
        self.assertEqual(set(cases.message_id.mapped("state")), {"received"})

    def test_retry_of_many_leaves_out_what_is_done(self):
        cases = self.reports()
        cases[0].message_id.sudo().state = "processed"
        self.assertIn("2 of 3", self.bulk(cases, "retry")["params"]["message"])
        self.assertEqual(cases.message_id.mapped("state").count("received"), 2)

    def test_merge_needs_the_same_cause(self):
        with self.assertRaises(UserError):
            (self.report(1) | self.report(2, "Other words")).action_merge()

    def test_merge_all_of_a_cause(self):
        cases = self.reports(4)
        cases.invalidate_recordset()
        self.assertEqual(cases[0].same_cause_count, 3)
        cases[2].action_merge_cause()
        self.assertEqual(cases[0].child_ids, cases[1:])

    def test_give_many(self):
        cases = self.reports()
        self.bulk(cases, "assign", owner_id=self.colleague.id)
        self.assertEqual(cases.owner_id, self.colleague)
        self.assertEqual(len(cases.activity_ids), 1)
        self.assertEqual(cases.activity_ids.user_id, self.colleague)
        with self.assertRaises(UserError):
            self.bulk(cases, "assign", owner_id=self.roles["user"].id)

    def test_due_and_drop(self):
        cases = self.reports()
        self.bulk(cases, "due", due_on="2026-12-01 10:00:00")
        self.assertEqual(set(cases.mapped("due_on")), {fields.Datetime.to_datetime("2026-12-01 10:00:00")})
        with self.assertRaises(UserError):
            self.bulk(cases, "drop", note="  ")
        self.bulk(cases, "drop", note="Test file")
        self.assertEqual(set(cases.mapped("state")), {"dropped"})
        self.assertIn("Test file", cases[0].solution)

    def test_readers_do_nothing(self):
        cases = self.reports(2)
        for role in ("user", "auditor", "approver"):
            own = cases.with_user(self.roles[role])
            for act in (own.action_merge, own.action_split, own.action_bulk, own.action_take_suggested):
                with self.subTest(role=role, act=act.__name__), self.assertRaises(AccessError):
                    act()

    def test_what_helped_before(self):
        for number in range(2):
            case = self.report(number).with_user(self.colleague)
            self.bulk(case, "solve", note=f"Opened period {number}")
        self.report(2).sudo()._solve("by itself")
        new = self.report(5)
        self.assertEqual(len(new.similar_ids), 2)
        self.assertEqual(new.suggested_owner_id, self.colleague)
        self.assertIn("Opened period 1", new.suggestion)
        self.assertIn("the same cause", new.suggestion)
        self.assertNotEqual(new.owner_id, self.colleague)
        new.action_take_suggested()
        self.assertEqual(new.owner_id, self.colleague)

    def test_nothing_similar(self):
        case = self.report(1, "Never seen before", code="test.new")
        self.assertFalse(case.similar_ids or case.suggestion or case.suggested_owner_id)
