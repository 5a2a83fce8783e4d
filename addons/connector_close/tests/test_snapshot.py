"""Milestones freeze the posted ledger; what comes later is a delta and changes nothing frozen."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..snapshot.content import thaw
from .common import CloseCase


@tagged("post_install", "-at_install")
class TestSnapshot(CloseCase):
    """One company, one month, entries before and after the milestone."""

    def rows(self, snapshot):
        return {
            line.code: (line.opening, line.debit, line.credit, line.closing) for line in snapshot.line_ids
        }

    def deltas(self, snapshot):
        return {delta.code: delta.difference for delta in snapshot.delta_ids if delta.state == "open"}

    def test_trial_balance(self):
        snapshot = self.period._take(self.preliminary)
        self.assertEqual(
            self.rows(snapshot),
            {
                "1000": (1500, 0, 40, 1460),
                "3000": (-1000, 0, 0, -1000),
                "6000": (0, 40, 0, 40),
                "9999": (-500, 0, 0, -500),  # sales of the year before
            },
        )
        self.assertEqual((snapshot.item_count, snapshot.total_debit, snapshot.total_credit), (6, 40, 40))

    def test_same_milestone_twice_while_posting_goes_on(self):
        first = self.period._take(self.preliminary)
        digest, content = first.sha256, first._content()
        self.post("2025-01-20", ("6000", 7), ("1000", -7))
        self.post("2025-02-01", ("6000", 9), ("1000", -9))
        second = self.period._take(self.preliminary)
        self.assertEqual(second, first)
        self.assertEqual((second.sha256, second._content()), (digest, content))
        self.assertEqual(first._verify(), (True, True))

    def test_equal_books_have_equal_hashes(self):
        first = self.period._take(self.preliminary)
        self.post("2025-02-01", ("6000", 9), ("1000", -9))
        second = self.period._take(self.subledgers)
        self.assertNotEqual(first, second)
        self.assertEqual(first.sha256, second.sha256)
        self.assertEqual(second.previous_id, first)

    def test_late_entry(self):
        snapshot = self.take_all()
        late = self.post("2025-01-31", ("6000", 7), ("1000", -7))
        self.post("2025-02-01", ("6000", 9), ("1000", -9))
        self.period.action_look_for_late_entries()
        self.assertEqual(self.deltas(snapshot), {"1000": -7, "6000": 7})
        delta = snapshot.delta_ids.filtered(lambda d: d.code == "6000")
        self.assertEqual((delta.before, delta.after, delta.item_count), (40, 47, 1))
        opened = self.env["account.move.line"].search(delta.action_open_items()["domain"])
        self.assertEqual(opened, late.line_ids.filtered(lambda line: line.account_id == self.accounts["6000"]))
        self.assertEqual(self.period.late_count, 2)
        self.assertIn("Late entries after Final", self.period.activity_ids.mapped("summary"))

    def test_late_entry_before_the_period(self):
        snapshot = self.period._take(self.preliminary)
        self.post("2024-03-01", ("1000", 5), ("4000", -5))
        snapshot._look_for_late_entries()
        self.assertEqual(self.deltas(snapshot), {"1000": 5, "9999": -5})
        self.assertEqual(set(snapshot.delta_ids.mapped("opening_difference")), {5, -5})

    def test_posted_entry_is_changed(self):
        move = self.post("2025-01-20", ("6000", 7), ("1000", -7))
        snapshot = self.period._take(self.preliminary)
        move.button_draft()
        snapshot._look_for_late_entries()
        self.assertEqual(self.deltas(snapshot), {"6000": -7, "1000": 7})
        rent, cash = move.line_ids.sorted("balance", reverse=True)
        move.line_ids = [Command.update(rent.id, {"balance": 8}), Command.update(cash.id, {"balance": -8})]
        move.action_post()
        snapshot._look_for_late_entries()
        self.assertEqual(self.deltas(snapshot), {"6000": 1, "1000": -1})
        self.assertEqual(snapshot._verify(), (True, False))

    def test_entry_is_deleted(self):
        move = self.post("2025-01-20", ("6000", 7), ("1000", -7))
        snapshot = self.period._take(self.preliminary)
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        snapshot._look_for_late_entries()
        self.assertEqual(snapshot.delta_ids.mapped("gone_count"), [1, 1])

    def test_change_that_goes_away(self):
        snapshot = self.period._take(self.preliminary)
        move = self.post("2025-01-20", ("6000", 7), ("1000", -7))
        snapshot._look_for_late_entries()
        move.button_draft()
        snapshot._look_for_late_entries()
        self.assertEqual(set(snapshot.delta_ids.mapped("state")), {"gone"})
        self.assertFalse(self.period.late_count)
        move.action_post()
        snapshot._look_for_late_entries()
        self.assertEqual(self.deltas(snapshot), {"6000": 7, "1000": -7})

    def test_explanation_holds_until_the_amount_moves(self):
        snapshot = self.period._take(self.preliminary)
        self.post("2025-01-20", ("6000", 7), ("1000", -7))
        snapshot._look_for_late_entries()
        with self.assertRaisesRegex(UserError, "explanation"):
            snapshot.delta_ids.action_explain()
        snapshot.delta_ids.explanation = "Rent came late"
        snapshot.delta_ids.action_explain()
        snapshot._look_for_late_entries()
        self.assertEqual(set(snapshot.delta_ids.mapped("state")), {"explained"})
        self.post("2025-01-21", ("6000", 1), ("1000", -1))
        snapshot._look_for_late_entries()
        self.assertEqual(set(snapshot.delta_ids.mapped("state")), {"open"})

    def test_taken_again_with_late_entries(self):
        first = self.period._take(self.preliminary)
        late = self.post("2025-01-20", ("6000", 7), ("1000", -7))
        second = self.period._take(self.preliminary, again=True)
        self.assertEqual((first.state, second.state, second.revision), ("superseded", "current", 2))
        self.assertEqual(self.rows(second)["6000"], (0, 47, 0, 47))
        self.assertEqual(set(first.delta_ids.mapped("state")), {"taken_in"})
        self.assertFalse(second.delta_ids)
        self.post("2025-01-21", ("6000", 100), ("1000", -100))  # later than both
        opened = self.env["account.move.line"].search(first.delta_ids[0].action_open_items()["domain"])
        self.assertEqual(opened.move_id, late)
        self.assertEqual(first._verify(), (True, True))
        self.assertEqual(second._verify(), (True, True))

    def test_new_name_or_code_is_no_change(self):
        snapshot = self.period._take(self.preliminary)
        self.accounts["6000"].write({"name": "Rent and lease", "code": "6001"})
        snapshot._look_for_late_entries()
        self.assertFalse(snapshot.delta_ids)
        self.assertEqual(snapshot._verify(), (True, True))

    def test_other_kind_of_account_is_a_change(self):
        snapshot = self.period._take(self.preliminary)
        self.accounts["4000"].account_type = "liability_current"
        snapshot._look_for_late_entries()
        self.assertEqual(self.deltas(snapshot), {"4000": -500, "9999": 500})

    def test_reconciling_is_no_change(self):
        self.accounts["1000"].reconcile = True
        snapshot = self.period._take(self.preliminary)
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.accounts["1000"].id), ("parent_state", "=", "posted")]
        )
        lines.reconcile()
        snapshot._look_for_late_entries()
        self.assertFalse(snapshot.delta_ids)
        self.assertEqual(snapshot._verify(), (True, True))

    def test_only_differences_are_recorded(self):
        self.period._take(self.preliminary)
        recorded = self.env["finance.close.item"].search_count([("company_id", "=", self.company.id)])
        self.post("2025-01-20", ("6000", 7), ("1000", -7))
        self.period._take(self.subledgers)
        after = self.env["finance.close.item"].search_count([("company_id", "=", self.company.id)])
        self.assertEqual(after - recorded, 2)

    def test_foreign_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        foreign = {"currency_id": usd.id, "amount_currency": 110}
        self.post("2025-01-20", ("1000", 100, foreign), ("3000", -100))
        snapshot = self.period._take(self.preliminary)
        lines = snapshot.line_ids.filtered(lambda line: line.code == "1000")
        self.assertEqual(
            {line.currency_id.name: (line.closing, line.closing_currency) for line in lines},
            {"EUR": (1460, 1460), "USD": (100, 110)},
        )

    def test_branch_is_part_of_its_company(self):
        branch = self.env["res.company"].create({"name": "Meadow Foods North", "parent_id": self.company.id})
        self.env.user.company_ids += branch
        journal = self.env["account.journal"].create(
            {"name": "North", "code": "NTH", "type": "general", "company_id": branch.id}
        )
        self.post("2025-01-20", ("6000", 3), ("1000", -3), journal=journal)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        snapshot = self.period._take(self.preliminary)
        self.assertEqual(snapshot.company_ids, self.company | branch)
        self.assertNotIn(other, snapshot.company_ids)
        north = snapshot.line_ids.filtered(lambda line: line.branch_id == branch)
        self.assertEqual({line.code: line.closing for line in north}, {"6000": 3, "1000": -3})

    def test_content_reads_back(self):
        snapshot = self.period._take(self.preliminary)
        header, rows = thaw(snapshot._content())
        self.assertEqual((header.company, header.currency), ("Meadow Foods", "EUR"))
        self.assertEqual(len(rows), snapshot.row_count)

    def test_empty_books(self):
        empty = self.env["finance.close.period"].create(
            {"company_id": self.company.id, "date_from": "2001-01-01", "date_to": "2001-01-31"}
        )
        snapshot = empty._take(self.preliminary)
        self.assertEqual((snapshot.row_count, snapshot._verify()), (0, (True, True)))

    def test_damaged_content_is_found(self):
        snapshot = self.period._take(self.preliminary)
        snapshot.attachment_id.raw = snapshot._content().replace(b'"40.00"', b'"41.00"')
        self.assertFalse(snapshot._verify()[0])
        self.assertEqual(snapshot.action_verify()["params"]["type"], "danger")

    def test_damaged_record_is_found(self):
        snapshot = self.period._take(self.preliminary)
        self.env.cr.execute(
            "UPDATE finance_close_item SET debit = debit + 1 WHERE company_id = %s AND debit = 40", [self.company.id]
        )
        self.assertEqual(snapshot._verify(), (False, True))

    def test_evidence_is_kept(self):
        snapshot = self.period._take(self.preliminary)
        with self.assertRaises(UserError):
            snapshot.unlink()
        with self.assertRaises(UserError):
            self.period.unlink()
        with self.assertRaises(UserError):
            self.period.date_to = "2025-02-28"
