"""Payments reconciled at once with their bills and with the bank's lines: every row as Odoo leaves it."""

import os
import random

from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import server_option

from ..services.undone import undone
from ..writing import witness
from .ledger_cases import aged
from .order_case import OrderCase

CASES = max(int(os.environ.get("FINANCE_EQUIVALENCE_CASES", "150")) // 6, 2)


@tagged("post_install", "-at_install")
class TestPairWriterPayments(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.writer = cls.env["finance.pair.writer"]

    def items_of(self, payment):
        """The item on the outstanding account, and that on the payable account."""
        return payment.move_id.line_ids.sorted(lambda item: item.account_id != payment.outstanding_account_id)

    def with_bill(self, amount, share=1):
        """A payment's item and that of a bill of which it pays a share."""
        payment = self.pay(round(amount * share, 2), partner_type="supplier")
        bill = self.invoice(amount, move_type="in_invoice")
        account = payment.destination_account_id
        return self.items_of(payment)[1] + bill.line_ids.filtered(lambda item: item.account_id == account)

    def with_line(self, amount, share=1, bill=False):
        """A payment's outstanding item and a bank line that stands on that account.

        :param bill: the payment has paid a bill before, and knows it
        """
        payment = self.pay(amount, partner_type="supplier")
        if bill:
            paid = self.invoice(amount, move_type="in_invoice")
            account = payment.destination_account_id
            (self.items_of(payment)[1] + paid.line_ids.filtered(lambda item: item.account_id == account)).reconcile()
            payment.invoice_ids = paid
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "date": "2026-03-05", "payment_ref": payment.name,
             "amount": -round(amount * share, 2), "partner_id": self.supplier.id,
             "counterpart_account_id": payment.outstanding_account_id.id}
        )  # fmt: skip
        return line._seek_for_lines()[2] + self.items_of(payment)[0]

    def found(self, plans):
        self.env.flush_all()
        self.env.cr.flush()
        return self.writer._simple([tuple(plan.ids) for plan in plans])[0]

    def reconcile(self, plans):
        with server_option(bulk_pairs="2"):
            self.writer._reconcile(plans)
        self.env.cr.flush()

    def proof(self):
        return self.env["finance.writer.proof"].search(
            [("journal_id", "=", self.journal.id), ("what", "=", "reconciliation")], limit=1
        )

    def test_every_row(self):
        """Random pairs both ways: no row and no column differs, messages and events included."""
        proof = self.env["finance.writer.proof"]._of("reconciliation", self.journal)
        for seed in range(CASES):
            chance = random.Random(seed)
            writer = self.writer.with_context(tracking_disable=True) if chance.random() < 0.4 else self.writer
            with self.subTest(seed=seed), undone(self.env):
                plans = []
                for _number in range(chance.randint(2, 4)):
                    amount = round(chance.uniform(1, 9000), 2)
                    make = chance.choice((self.with_bill, self.with_line, lambda *of: self.with_line(*of, bill=True)))
                    plans.append(make(amount, chance.choice((1, 1, 1, 0.4, 1.7))))
                aged(self.env, chance)
                found = self.found(plans)
                self.assertEqual(len(found), len(plans))
                before = writer._rows(found)[0]
                with undone(self.env):
                    expected, told = writer._by_odoo(found, proof)
                with undone(self.env):
                    last, tables = writer._last_rows(), witness.touched(self.env.cr)
                    writer._by_pattern(found, writer._patterns(found, before, expected))
                    self.env.cr.flush()
                    writer._compare(expected, writer._rows(found, last))
                    self.assertEqual(writer._told(tables), told)

    def test_bills_and_then_the_bank(self):
        plans = [self.with_bill(10 + number) for number in range(5)]
        payments = self.env["account.payment"].concat(*(plan[0].payment_id for plan in plans))
        self.assertEqual(len(self.found(plans)), 5)
        self.reconcile(plans)
        self.assertEqual(self.proof().state, "alike")
        self.assertEqual({plan[1].move_id.payment_state for plan in plans}, {"paid"})
        self.assertTrue(all(payments.mapped("is_reconciled")))
        self.assertFalse(any(payments.mapped("is_matched")))
        plans[0].remove_move_reconcile()
        self.assertFalse(payments[0].is_reconciled)
        self.assertEqual(plans[0][1].move_id.payment_state, "not_paid")

    def test_the_bank(self):
        plans = [self.with_line(20 + number) for number in range(5)]
        payments = self.env["account.payment"].concat(*(plan[1].payment_id for plan in plans))
        self.reconcile(plans)
        self.assertEqual(self.proof().state, "alike")
        self.assertEqual(set(payments.mapped("state")), {"paid"})
        self.assertEqual(set(payments.mapped("finance_way")), {"reconciled"})
        self.assertTrue(all(payments.mapped("is_matched")))
        self.assertTrue(all(plan[0].statement_line_id.is_reconciled for plan in plans))
        plans[2][0].statement_line_id.action_undo_reconciliation()
        self.assertFalse(payments[2].is_matched)

    def of_run(self, run, payment):
        return self.env["finance.payment.run.line"].sudo().create(
            {"run_id": run.id, "company_id": self.company.id, "payment_id": payment.id,
             "currency_id": payment.currency_id.id, "amount": payment.amount}
        )  # fmt: skip

    def test_what_depends_on_it(self):
        """Lines of payment runs follow their payments, whether those that are compared with Odoo have some or not."""
        run = self.env["finance.payment.run"].create({"kind": "vendor", "journal_ids": self.journal.ids})
        for in_run in ((2,), (0, 1, 2, 3, 4)):
            plans = [self.with_line(20 + number) for number in range(5)]
            lines = [self.of_run(run, plans[number][1].payment_id) for number in in_run]
            self.assertEqual({line.state for line in lines}, {"released"})
            self.reconcile(plans)
            self.assertEqual((self.proof().state, self.proof().reason), ("alike", False))
            self.env.cr.execute(
                "SELECT DISTINCT state FROM finance_payment_run_line WHERE id = ANY(%s)", [[one.id for one in lines]]
            )
            self.assertEqual(self.env.cr.fetchall(), [("done",)])

    def test_not_simple(self):
        """Payments with a write-off, of an unpaid document, or with a follower are Odoo's."""
        unpaid, followed, off = self.with_line(10), self.with_line(11), self.with_line(12)
        unpaid[1].payment_id.invoice_ids = self.invoice(10, move_type="in_invoice")
        followed[1].payment_id.message_subscribe(
            partner_ids=self.supplier.ids, subtype_ids=self.env.ref("mail.mt_note").ids
        )
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO account_move_line (move_id, company_id, currency_id, display_type, sequence, name)"
            " SELECT move_id, company_id, currency_id, 'line_note', 9, 'x' FROM account_move_line"
            " WHERE id = %s", [off[1].id]
        )  # fmt: skip
        self.assertEqual(self.found([unpaid, followed, off]), [])
        self.assertEqual(len(self.found([self.with_line(13)])), 1)
