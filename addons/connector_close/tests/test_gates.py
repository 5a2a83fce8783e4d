"""Checks stand in the way of milestones, say why, and can be allowed by a second person only."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CloseCase


@tagged("post_install", "-at_install")
class TestGates(CloseCase):
    """One check on a figure whose number the test sets; then those that come with the addon."""

    def test_failing_check_blocks(self):
        self.only_gate()
        self.number = 3
        words = r"(?s)Preliminary cannot be taken.*Nothing left over: 3; must be 0.*Tidy up"
        with self.assertRaisesRegex(UserError, words):
            self.period._take(self.preliminary)
        self.assertFalse(self.period.snapshot_ids)
        dialog = self.period.action_take()
        self.assertEqual((dialog["res_model"], dialog["target"]), ("finance.close.gate.result", "new"))
        self.assertEqual(self.period.result_ids.state, "failed")
        self.assertEqual(self.period.failed_count, 1)

    def test_passing_check(self):
        self.only_gate()
        self.number = 0
        self.period.action_take()
        self.assertEqual(self.period.milestone_id, self.preliminary)

    def test_threshold(self):
        self.only_gate(comparison="at_most", threshold=2.5)
        for self.number, state in ((2.5, "passed"), (-2.5, "passed"), (2.51, "failed"), (-3, "failed")):
            self.period._check_now()
            self.assertEqual(self.period.result_ids.state, state)

    def test_warning_does_not_block(self):
        self.only_gate(level="warning")
        self.number = 3
        self.period._take(self.preliminary)
        self.assertEqual(self.period.result_ids.state, "failed")

    def test_checks_of_later_milestones_wait(self):
        self.only_gate(milestone_id=self.final.id)
        self.number = 3
        self.period._take(self.preliminary)
        self.period._take(self.subledgers)
        with self.assertRaisesRegex(UserError, "Final cannot be taken"):
            self.period._take(self.final)

    def test_figure_that_is_not_installed(self):
        gate = self.only_gate(figure="bank.unreconciled")
        self.patch(type(self.env["finance.close.gate"]), "_figure", lambda gate: None)
        self.period._take(self.preliminary)
        self.assertEqual(self.period.result_ids.state, "not_installed")
        self.assertIn("skipped", self.period.result_ids.words)
        self.assertEqual((self.period.check_count, gate.figure), (0, "bank.unreconciled"))

    def test_figure_nobody_knows_any_more(self):
        gate = self.only_gate(figure="bank.unreconciled")
        gate.flush_recordset()
        self.env.cr.execute("UPDATE finance_close_gate SET figure = 'gone.figure' WHERE id = %s", [gate.id])
        gate.invalidate_recordset()
        self.assertEqual(dict(gate._selection_figure())["gone.figure"], "gone.figure (not installed)")
        self.period._take(self.preliminary)
        self.assertEqual(self.period.result_ids.state, "not_installed")

    def test_allowed_by_an_approver(self):
        self.only_gate()
        self.number = 3
        self.period._check_now()
        result = self.period.result_ids
        approver, operator = self.person("approver"), self.person("operator")
        with self.assertRaises(AccessError):
            result.with_user(operator)._waive("I need it")
        with self.assertRaises(AccessError):
            result.sudo()._waive("The software decides")
        reason = {"action": "waive", "result_id": result.id, "reason": "Known differences of the old system"}
        self.env["finance.close.reason"].with_user(approver).create(reason).action_confirm()
        self.assertEqual((result.state, result.waived_by_id), ("waived", approver))
        self.assertIn("Known differences", self.period.message_ids[0].body)
        self.period.with_user(operator)._take(self.preliminary)
        self.assertEqual(self.period.milestone_id, self.preliminary)

    def test_waiver_falls_when_the_number_gets_worse(self):
        self.only_gate()
        self.number = 3
        self.period._check_now()
        self.period.result_ids.with_user(self.person("approver"))._waive("Known")
        for self.number, state in ((3, "waived"), (2, "waived"), (4, "failed"), (0, "passed")):
            self.period._check_now()
            self.assertEqual(self.period.result_ids.state, state)

    def test_nobody_allows_it_for_themselves(self):
        self.only_gate()
        self.number = 3
        self.period._check_now()
        both = self.person("approver", "operator")
        self.period.result_ids.with_user(both)._waive("Known")
        with self.assertRaisesRegex(UserError, "another person"):
            self.period.with_user(both)._take(self.preliminary)

    def test_milestones_in_order(self):
        with self.assertRaisesRegex(UserError, "Take Preliminary first"):
            self.period._take(self.final)

    def test_states_of_the_period(self):
        self.period._take(self.preliminary)
        self.assertEqual(self.period.state, "open")
        self.period._take(self.subledgers)
        self.assertEqual(self.period.state, "soft")
        self.period._take(self.final)
        self.assertEqual((self.period.state, self.period.next_milestone_id.id), ("closed", False))
        with self.assertRaisesRegex(UserError, "reopen"):
            self.period._take(self.final, again=True)

    def test_reopened_and_taken_again(self):
        first = self.take_all()
        operator, approver = self.person("operator"), self.person("approver")
        with self.assertRaises(AccessError):
            self.period.with_user(operator)._reopen("I forgot something")
        self.period.with_user(approver)._reopen("Bill of the landlord")
        self.assertEqual(self.period.state, "reopened")
        self.post("2025-01-31", ("6000", 7), ("1000", -7))
        self.period.with_user(operator).action_take_again()
        self.assertEqual((self.period.state, first.state), ("closed", "superseded"))
        self.assertEqual(self.period._latest_snapshot().revision, 2)

    def test_draft_entry_stands_in_the_way(self):
        move = self.draft("2025-01-31", ("6000", 7), ("1000", -7))
        self.period._take(self.preliminary)
        with self.assertRaisesRegex(UserError, "No draft entry: 1; must be 0"):
            self.period._take(self.subledgers)
        result = self.period.result_ids.filtered(lambda r: r.gate_id.figure == "close.draft_entries")
        action = result.action_open_figure()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), move)
        move.date = "2025-02-01"
        self.period._take(self.subledgers)

    def test_board_shows_the_close(self):
        self.only_gate()
        self.number = 3
        self.period._check_now()
        board = self.env["finance.board"]
        self.assertEqual(board.value("close.periods_late", companies=self.company), 1)
        self.assertEqual(board.value("close.gates_failing", companies=self.company), 1)
        self.number = 0
        self.take_all()
        self.post("2025-01-31", ("6000", 7), ("1000", -7))
        self.period.action_look_for_late_entries()
        self.assertEqual(board.value("close.deltas_open", companies=self.company), 2)
        self.assertEqual(board.value("close.periods_late", companies=self.company), 0)

    def test_daily_look(self):
        self.only_gate()
        self.number = 3
        first, last = (fields.Date.today() - timedelta(days=days) for days in (60, 30))
        recent = self.env["finance.close.period"].create(
            {"company_id": self.company.id, "date_from": first, "date_to": last}
        )
        self.number = 0
        recent._take(self.preliminary)
        self.post(recent.date_to, ("6000", 7), ("1000", -7))
        self.number = 2
        self.env["finance.close.period"]._cron_look()
        self.assertEqual((recent.result_ids.state, recent.late_count), ("failed", 2))
