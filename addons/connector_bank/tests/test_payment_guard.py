"""What accountants, operators and approvers cannot do to payments over the interface."""

import base64

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .answer_maker import report
from .order_case import OrderCase
from .run_case import RunCase

OURS = {
    "finance_end_to_end": "X", "finance_order_ref": "X", "finance_batch_ref": "X", "finance_told_state": "rejected",
    "finance_told_code": "RJCT", "finance_told_reasons": "AC04", "finance_decide": False, "finance_way": "rejected",
    "finance_sequence": "RCUR",
}  # fmt: skip
COPIED = (
    "finance_mandate_id, finance_sequence, state, journal_id, company_id, date, payment_type, partner_type,"
    " payment_method_line_id, currency_id"
)


@tagged("post_install", "-at_install")
class TestPaymentGuard(OrderCase):
    def setUp(self):
        super().setUp()
        self.plain = self.person("plain", "account.group_account_user,account.group_validate_bank_account")
        self.other_account = self.env["res.partner.bank"].create(
            {"acc_number": "BE43068999999501", "partner_id": self.customer.id}
        )

    def refused(self, change, error=UserError, words=""):
        with self.assertRaisesRegex(error, words):
            change()

    def test_our_fields(self):
        order = self.order(self.first)
        values = {**OURS, "finance_order_id": order.id, "finance_mandate_id": False}
        for name, value in values.items():
            with self.subTest(name):
                self.refused(lambda n=name, v=value: self.second.with_user(self.plain).write({n: v}), AccessError)
        self.refused(
            lambda: self.env["account.payment"].with_user(self.plain).create(
                {"payment_type": "outbound", "partner_id": self.supplier.id, "amount": 1,
                 "journal_id": self.journal.id, "finance_order_id": order.id}
            ), AccessError,
        )  # fmt: skip

    def test_payments_move_into_orders_by_their_button_alone(self):
        """Neither another payment into a draft order, nor one that the bank may have."""
        draft, handed = self.order(self.first), self.handed(self.second)
        for command in (Command.link(self.second.id), Command.set(self.second.ids), Command.unlink(self.first.id),
                        Command.delete(self.first.id), Command.clear()):
            with self.subTest(command):
                self.refused(
                    lambda c=command: draft.with_user(self.operator).write({"payment_ids": [c]}), AccessError
                )
        self.assertEqual((draft.payment_ids, handed.payment_ids), (self.first, self.second))

    def test_handed_over_it_stays(self):
        self.handed(self.first)
        payment = self.first.with_user(self.plain)
        day = fields.Date.add(self.first.date, days=1)
        for values in ({"date": day}, {"memo": "Other"}, {"name": "X"}, {"payment_type": "inbound"},
                       {"partner_id": self.customer.id}, {"state": "draft"}, {"state": "rejected"}):
            with self.subTest(values):
                self.refused(lambda v=values: payment.write(v))
        self.refused(payment.unlink)
        self.refused(payment.move_id.button_draft, words="handed over")
        self.refused(payment.move_id.button_cancel)
        self.assertTrue(self.first.exists())

    def test_refused_it_stays_as_evidence(self):
        order = self.handed(self.first)
        self.delivered(order)
        self.answer(report((self.first.name.replace("/", "-"), "RJCT", "AC04"), order=order._order_ref(),
                           batch=order._batch_ref()))  # fmt: skip
        self.first.action_cancel()
        self.refused(self.first.unlink, words="evidence")

    def test_somebody_elses_account(self):
        self.first.action_draft()
        self.first.partner_bank_id = self.other_account
        self.first.action_post()
        self.refused(lambda: self.order(self.first), words="somebody else")

    def test_a_cap_counts_without_the_button(self):
        """Confirmed by writing the state instead of pressing the button."""
        self.env.cr.execute(
            "UPDATE res_partner_bank SET finance_cap_until = now() + interval '1 day' WHERE id = %s",
            [self.vendor_account.id],
        )
        self.env.invalidate_all()
        self.company.finance_bank_first_cap = 5
        self.refused(lambda: self.order(self.first), words="no more than")

    def test_who_changed_a_payment_does_not_release_it(self):
        self.first.action_draft()
        editor = self.person("editor", "finance_connector_base.group_approver,account.group_account_user")
        self.first.with_user(editor).write({"amount": 11})
        self.first.with_user(editor).action_post()
        order = self.handed(self.first)
        self.assertIn(editor, order.maker_ids)
        with self.assertRaises(UserError):
            order.message_id.approval_id.with_user(editor).action_approve()
        order.message_id.approval_id.with_user(self.approver).action_approve()
        self.assertTrue(order.message_id.approved_hash)

    def test_trust_taken_away_before_the_release(self):
        order = self.handed(self.first)
        self.vendor_account.sudo().allow_out_payment = False
        with self.assertRaisesRegex(UserError, "not trusted"):
            order.message_id.approval_id.with_user(self.approver).action_approve()

    def test_bytes_changed_after_the_release(self):
        """By whoever can write to the database or the file store: nothing leaves, and the line pauses."""
        self.enterContext(self.enter_registry_test_mode())
        self.connector.transport = "portal"
        order = self.handed(self.first)
        message = order.message_id
        message.approval_id.with_user(self.approver).action_approve()
        content = message._raw()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE finance_message SET body = %s WHERE id = %s",
            [base64.b64encode(content.replace(b"10.00", b"99.00")), message.id],
        )
        self.env.invalidate_all()
        self.refused(lambda: message.with_user(self.operator)._part("content"), words="released")
        self.env["finance.deliver"].sudo()._advance(message.id)
        self.env.invalidate_all()
        self.assertEqual((message.state, self.connector.state), ("refused", "paused"))
        self.assertTrue(self.case("content.changed"))

    def test_another_companys_or_other_flow(self):
        self.flow.sudo().copy({"name": "Cancel", "kind": "payment_cancellation"})
        flow = self.env["finance.flow"].sudo().search([("name", "=", "Cancel")])
        order = self.order(self.first)
        order.flow_id = flow
        self.refused(order.action_hand_over, words="takes no payment orders")


@tagged("post_install", "-at_install")
class TestRunGuard(RunCase):
    def refused(self, change, error=UserError, words=""):
        with self.assertRaisesRegex(error, words):
            change()

    def test_what_a_run_made_is_not_changed(self):
        """Not even before it is handed over: others agreed to it."""
        self.bill(100)
        run = self.released(self.run_of())
        payment = run.line_ids.payment_id
        payment.action_draft()
        self.refused(lambda: payment.write({"amount": 99}), words="agreed")
        self.refused(lambda: payment.write({"partner_bank_id": False}), words="agreed")
        payment.action_post()
        self.env.cr.execute("UPDATE account_payment SET amount = 99 WHERE id = %s", [payment.id])
        self.env.invalidate_all()
        self.refused(run.action_hand_over, words="what was agreed")

    def test_a_payment_of_a_run_waits_for_its_run(self):
        """Between two jobs nobody takes its payments into an order of his own."""
        self.bill(100)
        self.bill(50)
        run = self.agreed(self.run_of())
        self.env["finance.run.release"].sudo()._release(run.sudo(), 1)
        self.refused(lambda: self.order(run.line_ids.payment_id), words="not released")

    def test_who_edits_does_not_approve(self):
        editor = self.person("editor", "finance_connector_base.group_approver,finance_connector_base.group_operator")
        for change in (
            lambda run: run.line_ids.with_user(editor).write({"amount": 40}),
            lambda run: run.line_ids.with_user(editor).write({"reason": "Because"}),
            lambda run: run.group_ids.with_user(editor).write({"profile": "sepa_credit_03"}),
        ):
            self.bill(100)
            run = self.run_of()
            change(run)
            run.action_request()
            with self.assertRaises(UserError):
                run.approval_id.with_user(editor).action_approve()
            run.approval_id.with_user(self.approver).action_approve()
            self.assertEqual(run.state, "approved")

    def test_what_approvers_read_is_agreed(self):
        """A reason, a reference or a name that changes afterwards is another question."""
        for change in (
            lambda run: run.line_ids.write({"reason": "Urgent"}),
            lambda run: run.line_ids.sudo().write({"reference": "Other"}),
            lambda run: run.line_ids.partner_id.sudo().write({"name": "Else"}),
        ):
            self.bill(100)
            run = self.agreed(self.run_of())
            change(run)
            run.release_job()
            self.assertFalse(run.line_ids.payment_id)
            run.action_cancel()

    def test_a_document_that_became_another_partners(self):
        bill = self.bill(100)
        run = self.agreed(self.run_of())
        bill.button_draft()
        bill.partner_id = self.customer
        bill.action_post()
        run.release_job()
        self.assertFalse(run.line_ids.payment_id)

    def test_the_banks_number_changed(self):
        """Where an account is known by its bank's number too, another bank is another account."""
        self.bill(100)
        run = self.agreed(self.run_of())
        self.vendor_account.sudo().clearing_number = "021000021"
        run.release_job()
        self.assertEqual((run.state, run.line_ids.payment_id.ids), ("draft", []))

    def test_changed_since_the_run_was_approved(self):
        self.bill(100)
        run = self.released(self.run_of())
        self.assertNotIn("since", run.order_ids.warning_text)
        self.supplier.sudo().city = "Ghent"
        self.assertNotIn("since", run.order_ids.warning_text)
        self.env.cr.execute("UPDATE res_partner SET name = 'Somebody' WHERE id = %s", [self.supplier.id])
        self.env.invalidate_all()
        self.assertIn("since RUN", run.order_ids.warning_text)

    def test_a_transfer_goes_to_the_account_it_names(self):
        savings = self.bank_journal("SAVE", "BE43068999999501")
        run = self.run_of("transfer", propose=False)
        line = self.env["finance.payment.run.line"].create(
            {"run_id": run.id, "journal_to_id": savings.id, "amount": 50}
        )
        reserve = self.bank_journal("RSRV", "BE62510007547061")
        line.journal_to_id = reserve
        self.assertEqual(line.partner_bank_id, reserve.bank_account_id)
        with self.assertRaisesRegex(ValidationError, "not the account of"):
            line.write({"partner_id": self.supplier.id, "partner_bank_id": self.vendor_account.id})

    def test_an_account_of_somebody_else(self):
        """A bill names an account that is not its vendor's: said in words, and stopped also after the approval."""
        stranger = self.env["res.partner.bank"].create(
            {"acc_number": "BE43068999999501", "partner_id": self.customer.id}
        )
        bill = self.bill(100)
        self.env.cr.execute("UPDATE account_move SET partner_bank_id = %s WHERE id = %s", [stranger.id, bill.id])
        self.env.invalidate_all()
        run = self.run_of()
        self.assertIn("somebody else", run.line_ids.warning_text)
        self.refused(run.action_request, words="somebody else")
        run.line_ids.partner_bank_id = self.vendor_account
        self.agreed(run)
        self.vendor_account.sudo().partner_id = self.customer
        run.release_job()
        self.assertFalse(run.line_ids.payment_id)
        run.action_check()
        self.assertIn("somebody else", run.line_ids.warning_text)

    def test_the_payees_judge_is_somebody_else(self):
        """Who asked for the run does not decide about its payees; the job that made the payments has the name of
        whoever approved, and he may."""
        self.operator.group_ids |= self.env.ref("finance_connector_base.group_approver")
        self.bill(100)
        run = self.released(self.run_of(user=self.operator))
        run.with_user(self.operator).action_hand_over()
        payment = run.line_ids.payment_id
        self.delivered(run.order_ids)
        self.answer(report((payment.name.replace("/", "-"), "RVNM", None, "Else"), order=run.order_ids._order_ref()))
        check = self.env["finance.payee.check"].search([("payment_id", "=", payment.id)])
        check.with_user(self.approver).reason = "Called"
        self.refused(check.with_user(self.operator).action_accept, words="does not decide")
        check.with_user(self.approver).action_accept()
        self.assertEqual(check.state, "accepted")


@tagged("post_install", "-at_install")
class TestMandateGuard(RunCase):
    def setUp(self):
        super().setUp()
        self.company.write({"finance_creditor_identifier": "DE98ZZZ09999999999", "finance_notice_days": 0})
        account = self.env["res.partner.bank"].create(
            {"acc_number": "BE43068999999501", "partner_id": self.customer.id}
        )
        self.mandate = self.env["finance.mandate"].create(
            {"reference": "M-1", "partner_id": self.customer.id, "account_id": account.id, "one_off": True,
             "signed_on": fields.Date.subtract(self.day, days=30)}
        )  # fmt: skip
        self.mandate.action_sign()

    def test_a_one_off_mandate_once_in_a_run(self):
        self.invoice(9, day=self.day, invoice_date_due=self.day)
        self.invoice(8, day=self.day, invoice_date_due=self.day)
        run = self.run_of("debit")
        self.assertEqual(len(run.line_ids.filtered(lambda line: "once" in (line.warning_text or ""))), 1)
        with self.assertRaisesRegex(UserError, "once"):
            run.action_request()
        run.line_ids.filtered("stopped").action_hold()
        self.assertEqual(len(self.released(run).line_ids.payment_id), 1)

    def test_nor_in_two_live_runs(self):
        self.invoice(9, day=self.day, invoice_date_due=self.day)
        run = self.released(self.run_of("debit"))
        self.invoice(8, day=self.day, invoice_date_due=self.day)
        other = self.run_of("debit")
        self.assertIn("once", other.line_ids.warning_text)
        payment = run.line_ids.payment_id
        refused = self.assertRaisesRegex(IntegrityError, "one_off_uniq")
        with refused, mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                f"INSERT INTO account_payment ({COPIED}) SELECT {COPIED} FROM account_payment WHERE id = %s",  # noqa: S608
                [payment.id],
            )

    def test_another_debtor_or_company(self):
        self.invoice(9, day=self.day, invoice_date_due=self.day)
        payment = self.released(self.run_of("debit")).line_ids.payment_id
        with self.assertRaises(UserError):
            payment.partner_id = self.supplier
        other = self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "partner_id": self.supplier.id, "amount": 5,
             "journal_id": self.journal.id}
        )  # fmt: skip
        with self.assertRaisesRegex(ValidationError, "another debtor"):
            other.sudo().finance_mandate_id = self.mandate
        with self.assertRaisesRegex(UserError, "signed mandate"):
            self.mandate.with_user(self.operator).partner_id = self.supplier
        draft = self.mandate.copy({"reference": "M-2"})
        with self.assertRaisesRegex(ValidationError, "somebody else"):
            draft.partner_id = self.supplier
