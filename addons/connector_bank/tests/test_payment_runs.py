import base64

from lxml import etree
from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .run_case import RunCase


@tagged("post_install", "-at_install")
class TestPaymentRuns(RunCase):
    """From due bills to payments that others agreed to, in one file, and no bill twice."""

    def test_what_is_due(self):
        due, later = self.bill(100), self.bill(50, days=30)
        run = self.run_of()
        self.assertEqual(run.line_ids.move_id, due)
        line = run.line_ids
        self.assertEqual(
            (line.amount, line.open_amount, line.decision, line.state, line.partner_bank_id),
            (100, 100, "pay", "proposed", self.vendor_account),
        )
        run.due_until = fields.Date.add(self.day, days=60)
        run.action_propose()
        self.assertEqual(run.line_ids.move_id, due | later)
        self.assertEqual((run.count, run.amount), (2, 150))

    def test_to_the_file(self):
        bills = self.bill(100, ref="B-100") | self.bill(20.5, ref="B-20")
        run = self.released(self.run_of())
        payments = run.line_ids.payment_id
        self.assertEqual(len(payments), 2)
        self.assertEqual(set(bills.mapped("payment_state")), {"paid"})
        self.assertEqual(set(run.line_ids.mapped("state")), {"released"})
        self.assertEqual(run.order_ids.payment_ids, payments)
        run.action_hand_over()
        order = run.order_ids
        self.assertEqual((order.state, order.amount, order.executed_on), ("handed", 120.5, payments[0].date))
        tree = etree.fromstring(order.message_id._raw())
        found = [node.text for node in tree.iter("{*}InstdAmt")]
        self.assertEqual(found, ["100.00", "20.50"])
        self.assertEqual([node.text for node in tree.iter("{*}Ustrd")], ["B-100", "B-20"])

    def test_maker_is_not_checker(self):
        self.bill(100)
        run = self.run_of()
        run.action_request()
        self.assertEqual((run.state, run.approval_state), ("asked", "waiting"))
        with self.assertRaises(UserError):
            run.approval_id.with_user(self.env.user).action_approve()
        with self.assertRaises(UserError):
            run.action_release()
        self.assertEqual(run.release_job() and run.state, "asked")
        self.assertFalse(run.line_ids.payment_id)

    def voided_by(self, change, *, approved):
        self.bill(100)
        self.bill(200)
        run = self.run_of()
        self.agreed(run) if approved else run.action_request()
        change(run)
        self.assertEqual((run.state, run.approval_state), ("draft", "void"))
        run.release_job()
        self.assertFalse(run.line_ids.payment_id)

    def test_changed_amount_voids(self):
        self.voided_by(lambda run: run.line_ids[0].write({"amount": 40}), approved=True)

    def test_held_line_voids(self):
        self.voided_by(lambda run: run.line_ids[0].action_hold(), approved=True)

    def test_line_taken_out_voids(self):
        self.voided_by(lambda run: run.line_ids[0].unlink(), approved=False)

    def test_changed_profile_voids(self):
        self.voided_by(lambda run: run.group_ids.write({"profile": "sepa_credit_03"}), approved=False)

    def test_agreed_line_taken_out_voids(self):
        self.voided_by(lambda run: run.line_ids[0].unlink(), approved=True)

    def test_payee_changed_behind_the_approval(self):
        self.bill(100)
        run = self.agreed(self.run_of())
        self.vendor_account.sudo().acc_holder_name = "Somebody else"
        run.release_job()
        self.assertEqual((run.state, run.line_ids.payment_id.ids), ("draft", []))

    def test_one_live_line_per_item(self):
        self.bill(100)
        first = self.run_of()
        second = self.run_of()
        self.assertEqual((len(first.line_ids), len(second.line_ids)), (1, 0))
        first.action_cancel()
        second.action_propose()
        self.assertEqual((first.line_ids.state, second.line_ids.state), ("free", "proposed"))
        self.env.flush_all()
        refused = self.assertRaisesRegex(IntegrityError, "one_live_uniq")
        with refused, mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE finance_payment_run_line SET state = 'proposed' WHERE id = %s", [first.line_ids.id]
            )

    def test_refused_by_the_bank_is_free_again(self):
        bill = self.bill(100)
        run = self.released(self.run_of())
        run.action_hand_over()
        payment = run.line_ids.payment_id
        self.assertFalse(self.run_of().line_ids)
        payment._finance_tell(payment._finance_standing().__class__("rejected", "RJCT", "bank", ("AC04",), None))
        self.assertEqual(run.line_ids.state, "free")
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self.run_of().line_ids.move_id, bill)

    def test_paid_meanwhile(self):
        """Somebody registers a payment by hand while the run waits: it is not paid again, and says so."""
        bill, other = self.bill(100), self.bill(50)
        run = self.agreed(self.run_of())
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create({"journal_id": self.journal.id})._create_payments()
        run.release_job()
        line = run.line_ids.filtered(lambda one: one.move_id == bill)
        self.assertEqual((run.state, line.state), ("released", "free"))
        self.assertTrue(line.refusal)
        self.assertEqual(run.line_ids.payment_id.amount, 50)
        self.assertEqual(other.payment_state, "paid")

    def test_in_parts_and_killed_between(self):
        """One payment in each transaction; what was made before a kill is not made again."""
        for amount in (10, 20, 30):
            self.bill(amount)
        run = self.agreed(self.run_of())
        service = self.env["finance.run.release"].sudo()
        self.assertEqual(service._release(run.sudo(), 1), (1, 2))
        with self.assertRaisesRegex(UserError, "carried out"):
            run.line_ids[0].write({"amount": 1})
        self.assertEqual(service._release(run.sudo(), 1), (1, 1))
        self.assertEqual(service._release(run.sudo(), 5), (1, 0))
        self.assertEqual(service._release(run.sudo(), 5), (0, 0))
        self.assertEqual(sorted(run.line_ids.payment_id.mapped("amount")), [10, 20, 30])

    def test_part_payment(self):
        bill = self.bill(100)
        run = self.run_of()
        with self.assertRaises(ValidationError):
            run.line_ids.amount = 100.01
        run.line_ids.write({"amount": 40, "reason": "in two parts"})
        self.released(run)
        self.assertEqual((bill.amount_residual, bill.payment_state), (60, "partial"))
        self.assertFalse(self.run_of().line_ids, "the first part is still on its way")

    def terms(self, **values):
        return self.env["account.payment.term"].create(
            {"name": "2 in 10", "early_discount": True, "discount_percentage": 2, "discount_days": 10,
             "early_pay_discount_computation": "included",
             "line_ids": [Command.clear(), Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})],
             **values}
        )  # fmt: skip

    def test_discount(self):
        """Gained while it is in time, booked as Odoo books it, and shown as lost afterwards."""
        terms = self.terms()
        gained = self.bill(100, invoice_payment_term_id=terms.id, day=fields.Date.subtract(self.day, days=1), ref="D1")
        lost = self.bill(200, invoice_payment_term_id=terms.id, day=fields.Date.subtract(self.day, days=20), ref="D2")
        run = self.run_of(due_until=fields.Date.add(self.day, days=15))
        by_move = {line.move_id: line for line in run.line_ids}
        self.assertEqual((by_move[gained].amount, by_move[gained].gained), (98, 2))
        self.assertEqual((by_move[lost].amount, by_move[lost].lost), (200, 4))
        self.assertEqual((run.gained, run.lost, run.amount), (2, 4, 298))
        self.released(run)
        self.assertEqual((gained.payment_state, gained.amount_residual), ("paid", 0))
        entry = by_move[gained].payment_id.move_id
        self.assertEqual(sorted(round(line.balance, 2) for line in entry.line_ids), [-98, -2, 100])

    def test_minimum_balance(self):
        self.journal.finance_minimum = 99_900
        small, large = self.bill(60, days=-3), self.bill(50, days=-2)
        run = self.run_of()
        decided = {line.move_id: line.decision for line in run.line_ids}
        self.assertEqual(decided, {small: "pay", large: "hold"})
        self.assertEqual(run.group_ids.remaining, 99_940)
        self.assertEqual(self.run_of(keep_minimum=False, propose=False).action_propose(), None)

    def test_blocked(self):
        bill = self.bill(100)
        bill.action_toggle_block_payment()
        other = self.env["res.partner"].create({"name": "Blocked", "finance_pay_block": True})
        self.invoice(10, partner=other, move_type="in_invoice", invoice_date_due=self.day)
        run = self.run_of()
        self.assertEqual(set(run.line_ids.mapped("decision")), {"hold"})
        self.assertTrue(all(run.line_ids.mapped("reason")))
        run.line_ids.action_pay()
        with self.assertRaisesRegex(UserError, "blocked"):
            run.action_request()

    def test_warnings(self):
        self.bill(100, ref="SAME 1")
        self.bill(100, ref="same-1")
        run = self.run_of()
        flags = set(" ".join(run.line_ids.mapped("flags")).split())
        self.assertLessEqual({"first", "new_details", "double_bill"}, flags)
        with self.assertRaisesRegex(UserError, "same vendor, amount"):
            run.action_request()
        run.line_ids.write({"reason": "two deliveries, looked at"})
        run.action_request()
        self.assertIn("two deliveries", run.approval_id.warnings)

    def test_paid_the_same_lately(self):
        payment = self.pay(100)
        self.bill(100)
        run = self.run_of()
        self.assertIn("double_payment", run.line_ids.flags)
        payment.action_draft()
        payment.action_cancel()
        run.action_check()
        self.assertNotIn("double_payment", run.line_ids.flags)

    def test_changed_account(self):
        self.pay(7)
        other = self.env["res.partner.bank"].create({"acc_number": "BE43068999999501", "partner_id": self.supplier.id})
        self.bill(100, partner_bank_id=other.id)
        run = self.run_of()
        self.assertLessEqual({"changed", "untrusted", "first"}, set(run.line_ids.flags.split()))
        with self.assertRaisesRegex(UserError, "not trusted"):
            run.action_request()

    def test_list_of_names(self):
        self.company.finance_screening_list = base64.b64encode(b"name;source;note\nCobalt Wrks Ltd;EU list;\n")
        self.bill(100)
        run = self.run_of()
        self.assertIn("EU list", run.line_ids.warning_text)
        with self.assertRaisesRegex(UserError, "EU list"):
            run.action_request()

    def test_one_payment_per_payee(self):
        self.bill(100, ref="B1")
        self.bill(50, ref="B2")
        self.invoice(30, move_type="in_refund", ref="C1", invoice_date_due=self.day)
        self.assertEqual(len(self.run_of(propose=True).line_ids), 2, "credit notes go with their payee's bills only")
        self.env["finance.payment.run"].search([]).action_cancel()
        run = self.released(self.run_of(bundle=True))
        payment = run.line_ids.payment_id
        self.assertEqual((len(payment), payment.amount, payment.memo), (1, 120, "B1, B2, C1"))
        self.assertEqual(set(run.line_ids.move_id.mapped("payment_state")), {"paid"})

    def test_credit_notes_take_everything(self):
        self.bill(10)
        self.invoice(30, move_type="in_refund", ref="C1", invoice_date_due=self.day)
        run = self.run_of(bundle=True)
        self.assertEqual(set(run.line_ids.mapped("decision")), {"hold"})

    def test_each_as_late_as_allowed(self):
        with freeze_time("2026-03-02"):
            self.day = fields.Date.today()
            self.bill(10, days=5)
            self.bill(20, days=-5)
            run = self.run_of(when="due", due_until="2026-03-31")
            days = sorted(run.group_ids.mapped("executed_on"))
            self.assertEqual([day.isoformat() for day in days], ["2026-03-02", "2026-03-06"])

    def test_customer_refund(self):
        self.customer.bank_ids = [Command.create({"acc_number": "BE43068999999501"})]
        refund = self.invoice(25, move_type="out_refund", invoice_date_due=self.day)
        run = self.run_of("refund")
        self.assertEqual((run.line_ids.move_id, run.line_ids.amount), (refund, 25))
        self.assertIn("untrusted", run.line_ids.flags)

    def test_between_own_accounts(self):
        target = self.bank_journal("BNKB", "BE43068999999501")
        run = self.run_of("transfer", propose=False)
        line = self.env["finance.payment.run.line"].create(
            {"run_id": run.id, "journal_to_id": target.id, "amount": 500, "text": "Cover"}
        )
        self.assertEqual(line.account_id, self.company.transfer_account_id)
        self.assertEqual(line.partner_bank_id, target.bank_account_id)
        self.assertEqual((run.count, run.amount), (1, 500))
        values = self.env["finance.run.release"]._payment_values(run, line)
        self.assertEqual(values["destination_account_id"], self.company.transfer_account_id.id)
        with self.assertRaisesRegex(UserError, "to itself"):
            line.create({"run_id": run.id, "journal_to_id": self.journal.id, "amount": 500})

    def test_expense_receipts(self):
        receipt = self.invoice(12, move_type="in_receipt", invoice_date_due=self.day, partner=self.supplier)
        self.bill(100)
        self.assertEqual(self.run_of("expense").line_ids.move_id, receipt)

    def test_taxes(self):
        """Open items of the ledger accounts that are named."""
        owed = self.account("Owed to the tax office", "251998", "liability_current")
        owed.reconcile = True
        other = self.account("Tax of the month", "251997", "liability_current")
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1
        )
        entry = self.env["account.move"].create(
            {"journal_id": journal.id, "line_ids": [
                Command.create({"account_id": owed.id, "balance": -70, "partner_id": self.supplier.id}),
                Command.create({"account_id": other.id, "balance": 70})]}
        )  # fmt: skip
        entry.action_post()
        with self.assertRaises(UserError):
            self.run_of("tax")
        run = self.released(self.run_of("tax", account_ids=owed.ids))
        self.assertEqual((run.line_ids.move_id, run.line_ids.payment_id.amount), (entry, 70))
        self.assertTrue(entry.line_ids.filtered(lambda line: line.account_id == owed).reconciled)

    def test_money_goes_to_the_partner_of_the_document(self):
        self.bill(100)
        line = self.run_of().line_ids
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        account = self.env["res.partner.bank"].create({"acc_number": "BE43068999999501", "partner_id": stranger.id})
        for values in ({"partner_bank_id": account.id}, {"partner_id": stranger.id},
                       {"partner_id": stranger.id, "partner_bank_id": account.id}):  # fmt: skip
            with self.assertRaises(ValidationError):
                line.write(values)

    def test_only_credit_notes_left(self):
        self.bill(100, ref="B1")
        self.invoice(30, move_type="in_refund", ref="C1", invoice_date_due=self.day)
        run = self.run_of(bundle=True)
        run.line_ids.filtered(lambda line: line.amount > 0).action_hold()
        with self.assertRaisesRegex(UserError, "Credit notes"):
            run.action_request()

    def test_roles(self):
        self.bill(100)
        user = self.person("looker", "finance_connector_base.group_user")
        run = self.run_of(user=self.operator)
        self.assertEqual(run.with_user(user).count, 1)
        for act in (
            lambda: run.with_user(user).action_propose(),
            lambda: run.with_user(user).action_request(),
            lambda: run.with_user(user).action_cancel(),
            lambda: run.line_ids.with_user(user).write({"decision": "hold"}),
            lambda: run.with_user(self.operator).write({"state": "approved"}),
            lambda: run.line_ids.with_user(self.operator).write({"payment_id": self.first.id}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_other_companies(self):
        self.bill(100)
        run = self.run_of()
        other = self.setup_other_company()["company"]
        stranger = self.person("stranger", "finance_connector_base.group_operator", other)
        self.assertFalse(run.with_user(stranger).search([("id", "=", run.id)]))
        self.assertFalse(run.line_ids.with_user(stranger).search([("run_id", "=", run.id)]))
        with self.assertRaises(AccessError):
            run.with_user(stranger).action_propose()

    def test_way_of_each_bank(self):
        """Each account pays over its own way; of two ways none is guessed."""
        other_journal = self.bank_journal("BNKB", "BE43068999999501", currency_id=self.env.ref("base.USD").id)
        other = self.flow.copy({"connector_id": self.connector.copy({"code": "other", "state": "active"}).id})
        self.assertFalse(self.env["finance.payment.order"]._flow_of(self.journal))
        self.bill(100)
        run = self.run_of()
        with self.assertRaisesRegex(UserError, "choose one on the journal"):
            run.action_request()
        run.action_cancel()
        self.journal.finance_payment_flow_id, other_journal.finance_payment_flow_id = other, self.flow
        self.assertEqual(self.run_of().group_ids.flow_id, other)
        self.connector.state = "paused"
        self.assertEqual(self.env["finance.payment.order"]._flow_of(other_journal), self.flow, "it waits for its own")
