"""The numbers above the worklist are those of the filters behind them; closed cases tell how long they took."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestCaseWorklist(FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["finance.case.rule"].search([]).active = False
        cls.operator = cls.roles["operator"]
        cls.team = cls.env["finance.team"].create({"name": "Desk", "member_ids": cls.operator.ids})

    def numbers(self):
        return {one["name"]: one["value"] for one in self.as_role("operator")["finance.exception"].read_worklist()}

    def report(self, number, **values):
        case = self.env["finance.exception"]._report(self.env.user.partner_id, f"test.{number}", "Text")
        case.write(values)
        return case

    def test_numbers_are_those_of_the_filters(self):
        before = self.numbers()
        now = fields.Datetime.now()
        day_end = self.as_role("operator")["finance.exception"]._day_end()
        late = self.report(1, due_on=now - timedelta(hours=1), owner_id=self.operator.id)
        self.report(2, due_on=day_end, team_id=self.team.id)
        merged = self.report(3, due_on=now + timedelta(days=3))
        merged.sudo().parent_id = late
        self.report(4, due_on=now - timedelta(days=1))._solve("gone")
        self.env.flush_all()
        after = self.numbers()
        grown = {name: after[name] - before[name] for name in after}
        self.assertEqual(grown, {"open": 2, "due_today": 1, "overdue": 1, "mine": 1, "my_team": 1, "unowned": 1})
        cases = self.as_role("operator")["finance.exception"]
        leading = [("state", "=", "open"), ("parent_id", "=", False)]
        for name, domain in {
            "due_today": [("due_today", "=", True)],
            "overdue": [("overdue", "=", True)],
            "mine": [("owner_id", "=", self.operator.id)],
            "my_team": [("team_id.member_ids", "=", self.operator.id)],
            "unowned": [("owner_id", "=", False)],
        }.items():
            self.assertEqual(after[name], cases.search_count([*leading, *domain]), name)

    def test_other_companies_do_not_count(self):
        before = self.numbers()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.report(1).sudo().company_id = elsewhere
        self.env.flush_all()
        self.assertEqual(self.numbers(), before)

    def test_how_long_it_took(self):
        case, late = self.report(1), self.report(2)
        begun = fields.Datetime.now() - timedelta(hours=10)
        late.due_on = begun + timedelta(hours=1)
        self.env.flush_all()
        self.env.cr.execute("UPDATE finance_exception SET create_date = %s WHERE id = %s", [begun, late.id])
        self.env.invalidate_all()
        (case | late)._solve("gone")
        self.assertAlmostEqual(late.hours_to_close, 10, delta=0.1)
        self.assertEqual((case.in_time, late.in_time), (1, 0))
