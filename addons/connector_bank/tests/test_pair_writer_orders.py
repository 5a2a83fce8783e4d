"""Invoices of sales orders, bills of purchase orders and expenses reconciled at once: as Odoo leaves them.

Only where Sales, Purchase and Expenses are installed; ``tests_process/test_with_sales.py`` sees to that.
"""

import random
import unittest

from odoo.tests import tagged

from ..services.undone import undone
from ..writing import witness
from .ledger_cases import aged
from .pair_case import PairCase

CASES = 12
FOLLOWING = ("sale_order", "sale_order_line", "purchase_order", "purchase_order_line", "hr_expense")


@tagged("post_install", "-at_install")
class TestPairWriterOrders(PairCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not {"sale.order", "purchase.order", "hr.expense"} <= set(cls.env.registry):
            raise unittest.SkipTest("Sales, Purchase and Expenses are not installed here")
        cls.service = cls.env["product.product"].sudo().create(
            {"name": "Advice", "type": "service", "invoice_policy": "order", "purchase_method": "purchase",
             "taxes_id": False, "supplier_taxes_id": False}
        )  # fmt: skip
        cls.employee = cls.env["hr.employee"].sudo().create(
            {"name": "Elm", "company_id": cls.company.id, "work_contact_id": cls.supplier.id}
        )

    def sold(self, amount, chance):
        order = self.env["sale.order"].sudo().create(
            {"partner_id": self.customer.id, "company_id": self.company.id,
             "order_line": [(0, 0, {"product_id": self.service.id, "product_uom_qty": 1, "price_unit": amount})]}
        )  # fmt: skip
        order.action_confirm()
        if chance.random() < 0.4:
            wizard = self.env["sale.advance.payment.inv"].sudo().with_context(active_ids=order.ids)
            wizard.create({"advance_payment_method": "percentage", "amount": 30}).create_invoices()
        else:
            order._create_invoices()
        return order.invoice_ids.sudo(False)

    def bought(self, amount, _chance):
        order = self.env["purchase.order"].sudo().create(
            {"partner_id": self.supplier.id, "company_id": self.company.id,
             "order_line": [(0, 0, {"product_id": self.service.id, "product_qty": 1, "price_unit": amount})]}
        )  # fmt: skip
        order.button_confirm()
        order.action_create_invoice()
        return order.invoice_ids.sudo(False)

    def spent(self, amount, _chance):
        bill = self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.supplier.id,
             "invoice_line_ids": [(0, 0, {"name": "Train", "price_unit": amount, "tax_ids": [(5,)]})]}
        )  # fmt: skip
        self.env["hr.expense"].sudo().create(
            {"name": "Train", "employee_id": self.employee.id, "company_id": self.company.id,
             "total_amount_currency": amount, "payment_mode": "own_account", "approval_state": "approved",
             "account_move_id": bill.id}
        )  # fmt: skip
        return bill

    def pair(self, chance):
        """The item of a bank line, and that of a document which one of the three made."""
        move = chance.choice((self.sold, self.bought, self.spent))(round(chance.uniform(1, 900), 2), chance)
        move.write({"invoice_date": "2026-02-20", "date": "2026-02-20"})
        move.action_post()
        item = move.line_ids.filtered(
            lambda one: one.account_id.account_type in ("asset_receivable", "liability_payable")
        )
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "date": "2026-03-05", "payment_ref": move.name,
             "amount": round(item.balance * chance.choice((1, 1, 0.5, 1.5)), 2), "partner_id": move.partner_id.id,
             "counterpart_account_id": item.account_id.id}
        )  # fmt: skip
        return line._seek_for_lines()[2] + item

    def following(self):
        """Rows of the orders and expenses, and what is told on them."""
        self.env.cr.flush()
        found = {}
        for table in FOLLOWING:
            self.env.cr.execute(f"SELECT id, to_jsonb(t) - 'write_date' - 'write_uid' FROM {table} t ORDER BY id")
            found[table] = self.env.cr.fetchall()
        self.env.cr.execute(
            "SELECT model, res_id, body FROM mail_message WHERE model IN ('sale.order', 'purchase.order', 'hr.expense')"
            " ORDER BY 1, 2, 3"
        )
        return {**found, "told": self.env.cr.fetchall()}

    def test_every_row(self):
        """Random pairs both ways: no row of the ledger, of an order or an expense differs."""
        proof = self.env["finance.writer.proof"]._of("reconciliation", self.journal)
        self.assertIsNone(proof._against())
        for seed in range(CASES):
            chance = random.Random(seed)
            with self.subTest(seed=seed), undone(self.env):
                plans = [self.pair(chance) for _number in range(4)]
                aged(self.env, chance)
                self.env.flush_all()
                found, why = self.writer._simple([tuple(plan.ids) for plan in plans])
                self.assertEqual(len(found), len(plans), why)
                before = self.writer._rows(found)[0]
                with undone(self.env):
                    expected, told = self.writer._by_odoo(found, proof)
                    by_odoo = self.following()
                with undone(self.env):
                    last, tables = self.writer._last_rows(), witness.touched(self.env.cr)
                    self.writer._by_pattern(found, self.writer._patterns(found, before, expected))
                    self.env.cr.flush()
                    self.writer._compare(expected, self.writer._rows(found, last))
                    self.assertEqual(self.writer._told(tables), told)
                    self.assertEqual(self.following(), by_odoo)

    def test_at_once(self):
        """Nothing is left to Odoo: orders are told, expenses paid."""
        chance = random.Random(99)
        plans = [self.pair(chance) for _number in range(12)]
        self.reconcile(plans)
        self.assertEqual((self.proof().state, self.proof().reason), ("alike", False))
        left = self.env["finance.writer.batch"].search([("journal_id", "=", self.journal.id), ("reason", "!=", False)])
        self.assertEqual(sum(left.mapped("number")), 0, left.mapped("reason"))
        self.assertTrue(all(item.matched_debit_ids or item.matched_credit_ids for plan in plans for item in plan))
