"""Entries of payments written at once: equal to Odoo's in every column, and everything Odoo does afterwards works."""

import os
import random
from contextlib import closing
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import server_option

from ..services import finance_payment_writer
from ..services.undone import NotAlike, undone
from ..writing import overrides
from .order_case import OrderCase

CASES = int(os.environ.get("FINANCE_EQUIVALENCE_CASES", "60"))


@tagged("post_install", "-at_install")
class TestPaymentWriter(OrderCase):
    def setUp(self):
        super().setUp()
        self.writer = self.env["finance.payment.writer"].sudo().with_context(tracking_disable=True)
        self.kind = finance_payment_writer._kind
        (self.supplier | self.customer).write({"supplier_rank": 1, "customer_rank": 1})

    def drafts(self, count, chance=None, **changes):
        """Draft payments of one kind, or of the kinds that chance has it."""
        choose = chance.choice if chance else lambda choices: choices[0]
        journal = choose([self.journal, self.journal, self.journal.copy()])
        outstanding = self.first.outstanding_account_id
        (journal.outbound_payment_method_line_ids | journal.inbound_payment_method_line_ids).payment_account_id = (
            outstanding
        )
        values = []
        for number in range(count):
            outbound = choose([True, True, False])
            values.append(
                {"payment_type": "outbound" if outbound else "inbound",
                 "partner_type": choose(["supplier", "customer"] if outbound else ["customer", "supplier"]),
                 "partner_id": choose([self.supplier.id, self.customer.id]),
                 "amount": chance.randint(1, 10**6) / 100 if chance else number + 10.25,
                 "date": choose(["2026-03-05", "2026-03-20", "2026-04-02", "2025-12-30"]),
                 "memo": choose([f"B-{number}", f"A {chance.randint(1, 3) if chance else 1}", False]),
                 "journal_id": journal.id, **changes}
            )  # fmt: skip
            if outbound and values[-1]["partner_id"] == self.supplier.id:
                values[-1]["partner_bank_id"] = choose([self.vendor_account.id, False])
        payments = self.env["account.payment"].sudo().with_context(tracking_disable=True).create(values)
        self.env.flush_all()
        return payments

    def confirmed(self, payments):
        with server_option(bulk_payments="2"):
            self.writer._confirm(payments)
        return payments

    def proof(self):
        return self.env["finance.writer.proof"].search([("what", "=", "payments")], limit=1)

    def trusted(self):
        """What a test patches is no stranger."""
        return patch.object(overrides, "strangers", return_value=[])

    def both_ways(self, payments):
        """``(by Odoo, by pattern)``; the pattern is made from one or two of each kind."""
        kinds = list(payments.grouped(self.kind).values())
        sample = [some[0] | some[-1] for some in kinds]
        with undone(self.env):
            self.writer._by_odoo(payments)
            expected = self.writer._rows(payments)
        with undone(self.env):
            together = payments.browse().concat(*sample)
            self.writer._by_odoo(together)
            patterns = self.writer._patterns(sample, self.writer._rows(together))
        with undone(self.env):
            self.writer._by_pattern(kinds, patterns)
            payments.action_post()
            found = self.writer._rows(payments)
        return expected, found

    def test_every_column(self):
        """Random payments both ways: no row and no column differs."""
        for seed in range(CASES):
            chance = random.Random(seed)
            with self.subTest(seed=seed), closing(self.env.cr.savepoint()):
                self.writer._compare(*self.both_ways(self.drafts(chance.randint(3, 9), chance)))

    def test_difference_is_seen(self):
        expected, (rows, labels) = self.both_ways(self.drafts(4))
        self.writer._compare(expected, (rows, labels))
        next(iter(rows["account_move_line"].values()))["quantity"] = 7
        with self.assertRaises(NotAlike):
            self.writer._compare(expected, (rows, labels))

    def test_quick(self):
        payments = self.drafts(30)
        with patch.object(type(payments), "_generate_move_vals", autospec=True,
                          side_effect=type(payments)._generate_move_vals) as generated, self.trusted():  # fmt: skip
            self.confirmed(payments)
        self.assertLess(generated.call_count, 10)
        self.assertEqual(self.proof().state, "alike")
        self.assertEqual(set(payments.mapped("state")), {"in_process"})
        self.assertEqual(set(payments.move_id.mapped("state")), {"posted"})
        numbers = sorted(payments.move_id.mapped("sequence_number"))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 30)))
        self.assertEqual(payments.mapped("name"), payments.mapped("move_id.name"))
        self.assertEqual(len(set(payments.mapped("name"))), 30)
        for payment in payments:
            self.assertEqual(payment.amount, payment.move_id.line_ids[0].credit)

    def test_number_goes_on(self):
        """The next payment by hand takes the next number."""
        payments = self.confirmed(self.drafts(12))
        last = max(payments.move_id.mapped("sequence_number"))
        after = self.pay(5, date=payments[0].date)
        self.assertEqual(after.move_id.sequence_number, last + 1)

    def test_afterwards(self):
        """Reset, cancel, reconcile: as with Odoo's own."""
        payments = self.confirmed(self.drafts(12))
        payments[0].action_draft()
        self.assertEqual(payments[0].move_id.state, "draft")
        payments[0].action_cancel()
        self.assertEqual(payments[0].state, "canceled")
        bill = self.invoice(payments[1].amount, move_type="in_invoice")
        open_items = bill.line_ids.filtered(lambda one: one.account_id == payments[1].destination_account_id)
        (open_items | payments[1].move_id.line_ids.filtered(
            lambda one: one.account_id == payments[1].destination_account_id)).reconcile()  # fmt: skip
        self.assertTrue(payments[1].is_reconciled)
        self.assertIn(bill.payment_state, ("paid", "in_payment"))

    def test_events(self):
        """Each is told of once."""
        payments = self.confirmed(self.drafts(10))
        self.env.cr.flush()
        self.assertEqual(self.proof().state, "alike")
        told = self.env["finance.event"].sudo().search(
            [("res_model", "=", payments._name), ("res_id", "in", payments.ids), ("type", "=", "payment.confirmed")]
        )
        self.assertEqual(sorted(told.mapped("res_id")), sorted(payments.ids))

    def test_untrusted_payee(self):
        """Odoo's own checks of payments hold: an account that nobody agreed to gets nothing."""
        other = self.env["res.partner.bank"].create(
            {"acc_number": "BE71096123456769", "partner_id": self.supplier.id}
        )
        payments = self.drafts(6)
        payments[3].partner_bank_id = other
        codes = payments.payment_method_line_id.mapped("code")
        with patch.object(type(payments), "_get_method_codes_needing_bank_account", lambda own: codes):
            with self.assertRaisesRegex(UserError, "manually validated"):
                self.confirmed(payments)

    def test_unknown_column(self):
        """A trigger of the database, of which no Python knows: the rows differ, so Odoo writes."""
        self.env.cr.execute(
            """
            CREATE FUNCTION pg_temp.keep_state() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.invoice_origin := NEW.state; RETURN NEW; END $$;
            CREATE TRIGGER keep_state BEFORE INSERT ON account_move
            FOR EACH ROW EXECUTE FUNCTION pg_temp.keep_state()
            """
        )
        payments = self.confirmed(self.drafts(8))
        self.assertEqual(set(payments.move_id.mapped("state")), {"posted"})
        self.assertEqual(self.proof().state, "differs")
        self.assertIn("account_move.invoice_origin", self.proof().reason)
        self.assertEqual(self.cases(), ["writer.differs"])

    def test_other_currency_goes_by_odoo(self):
        self.env.ref("base.USD").active = True
        payments = self.drafts(5, currency_id=self.env.ref("base.USD").id)
        self.confirmed(payments)
        self.assertFalse(self.proof())
        self.assertEqual(set(payments.mapped("state")), {"in_process"})

    def test_partner_counts(self):
        """Documents of a partner are counted once, after the commit as by Odoo; one that is new is Odoo's."""
        payments = self.drafts(9)
        with patch.object(type(self.supplier), "_increase_rank", autospec=True) as counted:
            self.confirmed(payments)
        kept = [call.args[2] for call in counted.call_args_list if call.args[0] == self.supplier]
        self.assertEqual(sum(kept[-2:]), 9, "the first by Odoo, and the others; before, exemplars that were undone")
        self.supplier.supplier_rank = 0
        self.confirmed(self.drafts(5))
        self.assertEqual(self.supplier.supplier_rank, 5)

    def test_few_go_by_odoo(self):
        self.writer._confirm(self.drafts(5))
        self.assertFalse(self.proof())
