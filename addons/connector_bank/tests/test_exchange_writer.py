"""Pairs at different rates reconciled at once: every row as Odoo leaves it, the numbers without gaps."""

import random
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import server_option

from ..services.undone import undone
from ..writing import witness
from .ledger_cases import aged, seeds
from .pair_case import PairCase


@tagged("post_install", "-at_install")
class TestExchangeWriter(PairCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exchange = cls.env["finance.exchange.writer"]
        cls.pounds = cls.bank_journal("POUND", currency_id=cls.env.ref("base.GBP").id)
        cls.pounds.currency_id.active = True
        for day, rate in (("2025-01-01", 0.91), ("2025-11-20", 0.8333), ("2026-02-01", 0.87), ("2026-03-04", 0.8512)):
            cls.env["res.currency.rate"].create(
                {"currency_id": cls.pounds.currency_id.id, "name": day, "rate": rate, "company_id": cls.company.id}
            )

    def random_plan(self, chance):
        kinds = ("out_invoice", "in_invoice", "out_refund", "in_refund")
        day = chance.choice(("2025-11-15", "2026-01-31", "2026-02-20", "2026-03-01"))
        journal, on = chance.choice((
            (self.pounds, chance.choice(("2025-12-03", "2026-02-28", "2026-03-05", "2026-12-24"))),
            (self.dollars, chance.choice(("2026-04-02", "2026-05-02"))),
        ))  # fmt: skip
        values = {"partner": chance.choice((self.customer, self.supplier, None))}
        return self.plan(
            round(chance.uniform(1, 9000), 2), chance.choice(kinds), journal=journal, on=on, day=day, **values
        )

    def differing(self, plans):
        self.env.flush_all()
        self.env.cr.flush()
        found = self.writer._simple([tuple(plan.ids) for plan in plans])[0]
        self.assertEqual(len(found), len(plans))
        level, differing = self.writer._by_rate(found)
        return level, self.exchange._fitting(differing)

    def test_every_row(self):
        """Random pairs both ways, by a bookkeeper or the machine: no row and no column differs, nor what is told."""
        bookkeeper = self.person("bookkeeper", "account.group_account_manager,finance_connector_base.group_operator")
        count = 0
        for seed in seeds(share=5):
            chance = random.Random(seed)
            writer = self.exchange
            if chance.random() < 0.7:
                context = {"allowed_company_ids": self.company.ids}
                user = chance.choice((bookkeeper, self.env.user))
                writer = self.env(user=user, context=context)["finance.exchange.writer"]
            with self.subTest(seed=seed), undone(self.env):
                plans = [self.random_plan(chance) for _number in range(chance.randint(2, 6))]
                for plan in plans:
                    self.talk(chance, plan[1].move_id)
                aged(self.env, chance)
                level, found = self.differing(plans)
                self.assertEqual(len(level) + len(found), len(plans))
                if not found:
                    continue
                count += 1
                self.both_ways(writer, found)
        self.assertGreater(count, 0)

    def both_ways(self, writer, found):
        """By Odoo, after the pattern alone, and as it is done for good, the first of each sequence by Odoo."""
        proof = self.env["finance.writer.proof"]._of("exchange", self.pounds)
        before = writer._rows(found)[0]
        with undone(writer.env):
            expected, told = writer._by_odoo(found, proof)
        patterns = writer._patterns(found, before, expected)
        for write in (lambda: writer._try(found, patterns, expected), lambda: writer._by_pattern(found, patterns)):
            with undone(writer.env):
                tables, last = witness.touched(writer.env.cr), writer._last_rows()
                write()
                writer.env.cr.flush()
                writer._compare(expected, writer._rows(found, last))
                writer._tells_alike(told, tables)

    def many(self):
        """Pairs over two years and both signs."""
        return [
            self.plan(100 + number, kind, journal=self.pounds, on=on, day="2025-11-15")
            for number, (kind, on) in enumerate(
                (kind, on)
                for on in ("2025-12-03", "2026-02-28", "2026-03-05")
                for kind in ("out_invoice", "in_invoice")
                for _time in range(2)
            )
        ]

    def test_numbers(self):
        """The entries are numbered without gaps, after those there are; each is found from its pair."""
        first = self.plan(50, journal=self.pounds, on="2026-02-28", day="2025-11-15")
        first.reconcile()
        plans = self.many()
        self.reconcile(plans)
        proof = self.env["finance.writer.proof"].search([("what", "=", "exchange")], limit=1)
        self.assertEqual((proof.journal_id, proof.state), (self.pounds, "alike"))
        entries = self.env["account.move"].search([("journal_id", "=", self.company.currency_exchange_journal_id.id)])
        self.assertEqual(len(entries), 1 + len(plans))
        for prefix, some in entries.grouped("sequence_prefix").items():
            numbers = sorted(some.mapped("sequence_number"))
            self.assertEqual(numbers, list(range(1, len(some) + 1)), prefix)
            self.assertEqual(len(set(some.mapped("name"))), len(some))
        for plan in plans:
            self.assertEqual(plan[1].move_id.payment_state, "paid")
            self.assertEqual(len(plan.full_reconcile_id.reconciled_line_ids), 3)
            self.assertAlmostEqual(sum(plan.full_reconcile_id.reconciled_line_ids.mapped("balance")), 0)
            entry = plan[1].matched_debit_ids.exchange_move_id + plan[1].matched_credit_ids.exchange_move_id
            self.assertEqual(len(entry), 1)
            self.assertEqual(sum(entry.line_ids.mapped("balance")), 0)
        plans[-1].remove_move_reconcile()
        self.assertEqual(plans[-1][1].move_id.payment_state, "not_paid")
        self.assertFalse(plans[-1].full_reconcile_id)
        following = self.plan(60, journal=self.pounds, on="2026-03-05", day="2025-11-15")
        following.reconcile()

    def test_difference_is_seen(self):
        """Where Odoo does anything else it makes them all, and says why."""
        model_class = type(self.env["account.move.line"])
        original = model_class._get_exchange_account

        def others(items, company, amount):
            return original(items, company, -amount)

        plans = self.many()
        with patch.object(model_class, "_get_exchange_account", others):
            self.reconcile(plans)
        proof = self.env["finance.writer.proof"].search([("what", "=", "exchange")], limit=1)
        self.assertEqual(proof.state, "differs")
        self.assertIn("_get_exchange_account", proof.reason)
        self.assertEqual({plan[1].move_id.payment_state for plan in plans}, {"paid"})

    def test_not_for_the_quick_way(self):
        """Hashed exchange journals and missing accounts are Odoo's, which says what it needs."""
        plans = self.many()
        journal = self.company.currency_exchange_journal_id
        journal.restrict_mode_hash_table = True
        self.assertEqual(self.differing(plans), ([], []))
        journal.restrict_mode_hash_table = False
        self.assertEqual(len(self.differing(plans)[1]), len(plans))
        self.company.income_currency_exchange_account_id = False
        self.assertEqual(self.differing(plans), ([], []))

    def test_few(self):
        with server_option(bulk_pairs="100"):
            self.writer._reconcile(self.many())
        self.assertFalse(self.env["finance.writer.proof"].search([("what", "=", "exchange")]))
