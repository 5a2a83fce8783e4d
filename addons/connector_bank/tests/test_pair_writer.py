"""Pairs reconciled at once: every row as Odoo leaves it; what is not simple stays with Odoo."""

import random
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ..services.undone import NotAlike, undone
from .ledger_cases import aged, seeds
from .pair_case import PairCase


@tagged("post_install", "-at_install")
class TestPairWriter(PairCase):
    def test_every_row(self):
        """Random pairs both ways: no row and no column differs, messages and events included."""
        proof = self.env["finance.writer.proof"]._of("reconciliation", self.journal)
        for seed in seeds(share=5):
            chance = random.Random(seed)
            kinds = ("out_invoice", "in_invoice", "out_refund", "in_refund")
            with self.subTest(seed=seed), undone(self.env):
                amounts = [round(chance.uniform(1, 9000), 2) for _number in range(chance.randint(2, 4))]
                plans = [
                    self.plan(amount, chance.choice(kinds), share=chance.choice((1, 1, 0.4, 0.9999, 1.7)))
                    for amount in amounts
                ]
                plans += [
                    self.plan(round(chance.uniform(1, 9000), 2), chance.choice(kinds), journal=self.dollars)
                    for _number in range(chance.choice((0, 0, 1, 2)))
                ]
                for plan in plans:
                    self.talk(chance, plan[1].move_id)
                aged(self.env, chance)
                found = self.writer._simple([tuple(plan.ids) for plan in plans])[0]
                self.assertEqual(len(found), len(plans))
                self.assertEqual(self.writer._by_rate(found), (found, []))
                before = self.writer._rows(found)[0]
                with undone(self.env):
                    expected, told = self.writer._by_odoo(found, proof)
                with undone(self.env):
                    last = self.writer._last_rows()
                    self.writer._by_pattern(found, self.writer._patterns(found, before, expected))
                    self.env.cr.flush()
                    self.writer._compare(expected, self.writer._rows(found, last))
                paid = [
                    pair for pair in found
                    if not float(pair.invoice_left) and plans[pair.place][1].move_id.move_type.endswith("invoice")
                ]  # fmt: skip
                self.assertEqual(told["finance_event"], len(paid))

    def test_difference_is_seen(self):
        plans = [self.plan(10), self.plan(20)]
        proof = self.env["finance.writer.proof"]._of("reconciliation", self.journal)
        self.env.flush_all()
        self.env.cr.flush()
        found = self.writer._simple([tuple(plan.ids) for plan in plans])[0]
        before = self.writer._rows(found)[0]
        with undone(self.env):
            expected, _told = self.writer._by_odoo(found, proof)
        patterns = self.writer._patterns(found, before, expected)
        with undone(self.env):
            last = self.writer._last_rows()
            self.writer._by_pattern(found, patterns)
            plans[1][1].move_id.payment_state = "partial"
            self.env.cr.flush()
            with self.assertRaises(NotAlike):
                self.writer._compare(expected, self.writer._rows(found, last))

    def test_quick_and_undone(self):
        plans = [self.plan(10 + number) for number in range(6)]
        self.reconcile(plans)
        self.assertEqual(self.proof().state, "alike")
        for plan in plans:
            self.assertTrue(all(plan.mapped("reconciled")))
            self.assertEqual(plan[0].matching_number, plan[1].matching_number)
            self.assertEqual(plan[1].move_id.payment_state, "paid")
        self.assertEqual(len({plan[0].matching_number for plan in plans}), 6)
        line = plans[3][0].statement_line_id
        line.action_undo_reconciliation()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(plans[3][1].move_id.payment_state, "not_paid")
        self.assertEqual(plans[3][1].amount_residual, 13)
        plans[4][1].move_id.button_draft()
        plans[5][0].remove_move_reconcile()
        self.assertEqual(plans[5][1].move_id.payment_state, "not_paid")
        self.assertFalse(plans[5][1].full_reconcile_id)

    def test_part_and_more(self):
        """A line that pays a part leaves the rest of the invoice open; one that pays more, the rest of the line."""
        parts = [self.plan(100 + number, share=0.4) for number in range(3)]
        more = [self.plan(200 + number, share=1.5) for number in range(3)]
        self.reconcile([*parts, *more])
        self.assertEqual(self.proof().state, "alike")
        for plan in parts:
            self.assertEqual(plan[1].move_id.payment_state, "partial")
            self.assertAlmostEqual(plan[1].amount_residual, plan[1].balance * 0.6, 2)
            self.assertTrue(plan[0].reconciled)
            self.assertEqual(plan[0].matching_number, f"P{plan[1].matched_credit_ids.id}")
        for plan in more:
            self.assertEqual(plan[1].move_id.payment_state, "paid")
            self.assertAlmostEqual(plan[0].amount_residual, -plan[1].balance * 0.5, 2)
            self.assertFalse(plan[0].full_reconcile_id)
        rest = self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "date": "2026-03-06", "payment_ref": "rest", "amount": 60,
             "counterpart_account_id": parts[0][1].account_id.id}
        )  # fmt: skip
        (rest._seek_for_lines()[2] + parts[0][1]).reconcile()
        self.assertEqual(parts[0][1].move_id.payment_state, "paid")
        self.assertEqual(len((parts[0] + rest._seek_for_lines()[2]).full_reconcile_id), 1)
        parts[1][0].statement_line_id.action_undo_reconciliation()
        self.assertEqual(parts[1][1].move_id.payment_state, "not_paid")

    def test_not_simple(self):
        """Other currencies, discounts in part, twice the same item: these are not for the quick way."""
        terms = self.env["account.payment.term"].create(
            {"name": "2/10", "early_discount": True, "discount_percentage": 2, "discount_days": 10,
             "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})]}
        )  # fmt: skip
        part = self.plan(100, share=0.98, invoice_payment_term_id=terms.id)
        foreign = self.plan(100, currency_id=self.dollar.id)
        twice = self.plan(50)
        two_terms = self.invoice(100, invoice_payment_term_id=self.env["account.payment.term"].create(
            {"name": "Halves", "line_ids": [
                Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (0, 30)]}
        ).id)  # fmt: skip
        half = two_terms.line_ids.filtered(lambda one: one.account_id.account_type == "asset_receivable")[0]
        other = self.plan(50)
        told = self.plan(60)
        told[1].move_id.message_subscribe(
            partner_ids=self.customer.ids, subtype_ids=self.env.ref("account.mt_invoice_paid").ids
        )
        plans = [part, foreign, twice, twice, other[0] + half, told]
        self.env.flush_all()
        ids = [tuple(plan.ids) for plan in plans]
        self.assertFalse(self.writer._simple(ids)[0])
        simple = [self.plan(number) for number in (1, 2, 3)]
        self.reconcile([part, *simple])
        self.assertEqual(part[1].move_id.payment_state, "partial")
        self.assertEqual({plan[1].move_id.payment_state for plan in simple}, {"paid"})

    def test_other_currency(self):
        """At one rate and at different rates it is quick; settled in part, it is Odoo's."""
        same = [self.plan(100 + number, journal=self.dollars) for number in range(3)]
        other = [self.plan(200 + number, journal=self.dollars, on="2026-04-02") for number in range(2)]
        part = self.plan(300, journal=self.dollars, share=0.5)
        writer = type(self.writer)
        with patch.object(writer, "_write_all", autospec=True, side_effect=writer._write_all) as at_once:
            self.reconcile([*same, *other, part])
        quick = [pair.debit_id for call in at_once.call_args_list for pair in call.args[2]]
        self.assertEqual(set(quick), {plan[1].id for plan in (*same, *other)})
        proofs = self.env["finance.writer.proof"].search([("journal_id", "=", self.dollars.id)])
        self.assertEqual(
            set(proofs.mapped(lambda proof: (proof.what, proof.state))),
            {("reconciliation", "alike"), ("exchange", "alike")},
        )
        for plan in [*same, *other]:
            self.assertEqual(plan[1].move_id.payment_state, "paid")
            self.assertTrue(all(plan.mapped("reconciled")))
        self.assertFalse(any(plan[1].matched_credit_ids.exchange_move_id for plan in same))
        self.assertTrue(all(plan[1].matched_credit_ids.exchange_move_id for plan in other))
        self.assertEqual(part[1].move_id.payment_state, "partial")

    def test_stranger(self):
        """Whoever takes part when invoices are paid makes the quick way step back by itself."""
        model_class = self.env.registry["account.move"]
        original, paid = model_class._invoice_paid_hook, []

        def hook(records):
            paid.extend(records.ids)
            return original(records)

        plans = [self.plan(10 + number) for number in range(3)]
        with patch.object(model_class, "_invoice_paid_hook", hook):
            self.reconcile(plans)
        self.assertEqual(self.proof().state, "differs")
        self.assertIn("_invoice_paid_hook", self.proof().reason)
        self.assertEqual(set(paid), {plan[1].move_id.id for plan in plans})
