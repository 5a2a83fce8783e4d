"""What was left to Odoo is counted with its reason, and told where people look."""

from odoo import Command
from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import server_option

from .pair_case import PairCase


@tagged("post_install", "-at_install")
class TestWriterBatches(PairCase):
    def numbers(self, what="reconciliation"):
        found = self.env["finance.writer.batch"].search([("company_id", "=", self.company.id), ("what", "=", what)])
        return {batch.reason: batch.number for batch in found}

    def test_reasons(self):
        simple = [self.plan(10 + number) for number in range(4)]
        three = self.plan(50) + self.plan(60)[0]
        begun = self.plan(70)
        rest = self.plan(70)[0]
        (rest + begun[1]).remove_move_reconcile()
        self.plan(20, share=0.5).reconcile()
        part = self.plan(80)
        (self.plan(40)[0] + part[1]).reconcile()
        foreign = self.plan(90, journal=self.dollars, share=0.5)
        told = self.plan(60)
        told[1].move_id.message_subscribe(
            partner_ids=self.customer.ids, subtype_ids=self.env.ref("account.mt_invoice_paid").ids
        )
        last = self.env["finance.writer.batch"]._last()
        self.reconcile([*simple, three, part, foreign, told])
        self.assertEqual(
            self.numbers(),
            {
                False: 4, "more than two items": 1, "settled in part before": 1,
                "part of an amount in another currency": 1,
                "somebody is told of the payment, or the document has a payment of its own": 1,
            },
        )  # fmt: skip
        words = self.env["finance.writer.batch"]._words([("id", ">", last)])
        self.assertIn("4 of 8 reconciliations one by one", words)
        self.assertIn("1: settled in part before", words)
        proof = self.env["finance.writer.proof"].search(
            [("journal_id", "=", self.journal.id), ("what", "=", "reconciliation")]
        )
        self.assertEqual((proof.at_once, proof.by_odoo), (4, 3))
        opened = self.env["finance.writer.batch"].search(proof.action_batches()["domain"])
        self.assertEqual(sum(opened.mapped("number")), 7)

    def test_every_reason_has_words(self):
        """A reason without words would stop a batch."""
        self.company.tax_exigibility = True
        plan = self.plan(10)
        self.env.flush_all()
        found, why = self.writer._simple([tuple(plan.ids)])
        self.assertEqual((found, why), ([], {0: "cash_basis"}))
        self.company.tax_exigibility = False
        terms = self.env["account.payment.term"].create(
            {"name": "Halves", "line_ids": [
                Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (0, 30)]}
        )  # fmt: skip
        half = self.plan(50)[0] + self.invoice(100, invoice_payment_term_id=terms.id).line_ids.filtered(
            lambda one: one.account_id.account_type == "asset_receivable"
        )[0]
        documents = self.plan(30)[1] + self.plan(30, "out_refund")[1]
        self.env.flush_all()
        plans = [tuple(each.ids) for each in (half, documents)]
        self.assertEqual(self.writer._simple(plans), ([], {0: "instalments", 1: "documents"}))
        self.assertLessEqual({"cash_basis", "instalments", "documents"}, self.writer._words().keys())

    def test_few_are_not_counted(self):
        with server_option(bulk_pairs="5"):
            self.writer._reconcile([self.plan(10)])
        self.assertFalse(self.numbers())

    def test_switched_off(self):
        """Why lines and pairs of a company go one by one; the job and the connector say so."""
        self.company.finance_quick_writing = False
        self.reconcile([self.plan(10 + number) for number in range(3)])
        self.assertEqual(self.numbers(), {"switched off in the settings": 3})
        batches = self.env["finance.writer.batch"]
        batches._add("lines", {(self.journal.id, None): 5, (self.journal.id, "of a test"): 2})
        words = batches._words([("company_id", "=", self.company.id)])
        self.assertIn("2 of 7 statement lines one by one (2: of a test)", words)
        many = {(self.journal.id, f"reason {number}"): 10 - number for number in range(6)}
        batches._add("counterparts", many)
        words = batches._words([("company_id", "=", self.company.id), ("what", "=", "counterparts")])
        self.assertIn("45 of 45", words)
        self.assertIn("11: other reasons", words)

    def test_forgotten(self):
        batches = self.env["finance.writer.batch"]
        old = batches._add("lines", {(self.journal.id, None): 5})
        new = batches._add("lines", {(self.journal.id, None): 6})
        self.env.flush_all()
        self.env.cr.execute("UPDATE finance_writer_batch SET create_date = '2026-01-01' WHERE id = %s", [old.id])
        self.env.invalidate_all()
        batches._forget()
        self.assertEqual((old + new).exists(), new)
