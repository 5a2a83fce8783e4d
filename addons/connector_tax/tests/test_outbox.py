import json

from odoo import fields
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import TaxCase


@tagged("post_install", "-at_install")
class TestOutbox(TaxCase):
    """Posting leaves a message; a job brings it to the engine, once, in order."""

    def posted(self, *prices):
        move = self.invoice(*prices)
        move.action_post()
        return move

    def deliver(self, *messages):
        """What the jobs do: each step in transactions of its own."""
        with self.enter_registry_test_mode():
            for message in messages:
                if message.next_try_on:
                    message.sudo().next_try_on = fields.Datetime.now()
                self.env.flush_all()
                self.env["finance.deliver"]._advance(message.id)
                self.env.invalidate_all()
                if message.state == "sent":
                    self.env["finance.deliver"]._advance(message.id)
        self.env.invalidate_all()

    def kinds(self):
        return [effect["kind"] for effect in self.sandbox.effects("avatax")]

    def test_posting_makes_no_call_with_an_effect(self):
        move = self.posted()
        determination = move.tax_determination_id
        message = determination.commit_message_id
        self.assertFalse(self.sandbox.effects())
        self.assertEqual((message.state, message.kind), ("ready", "tax.commit"))
        self.assertEqual(determination.document_code, move.name)
        order = json.loads(message._raw())
        self.assertEqual((order["body"]["code"], order["body"]["commit"]), (move.name, True))
        self.assertEqual(move.tax_status, "waiting")

    def test_commit(self):
        move = self.posted()
        determination = move.tax_determination_id
        self.deliver(determination.commit_message_id)
        self.assertEqual((determination.state, move.tax_status), ("committed", "committed"))
        self.assertEqual((determination.engine_status, determination.committed_tax), ("Committed", 9.5))
        self.assertEqual(determination.engine_reference, "4000000001")
        self.assertEqual((determination.difference, self.kinds()), (0.0, ["committed"]))
        link = self.env["finance.link"].search([("connector_id", "=", self.connector.id)])
        self.assertEqual((link.external_id, link.res_model, link.res_id), ("4000000001", "account.move", move.id))

    def test_commit_twice_is_one_document(self):
        determination = self.posted().tax_determination_id
        message = determination.commit_message_id
        self.deliver(message)
        self.env.cr.execute("UPDATE finance_message SET state = 'ready' WHERE id = %s", [message.id])
        self.env.invalidate_all()
        self.deliver(message)
        self.assertEqual((message.state, self.kinds()), ("processed", ["committed"]))

    def test_lost_answer_is_asked_for_not_sent_again(self):
        for fault, sends in (("502_after", 1), ("reset_before", 2)):
            with self.subTest(fault):
                self.sandbox.reset()
                determination = self.posted(*([100.0] if sends == 1 else [70.0])).tax_determination_id
                message = determination.commit_message_id
                self.sandbox.calls.clear()
                self.sandbox.fault(fault, method="POST")
                self.deliver(message)
                self.assertEqual(message.state, "unknown")
                self.deliver(message)
                if message.state == "ready":
                    self.deliver(message)
                self.assertEqual((message.state, determination.state), ("processed", "committed"))
                self.assertEqual((len(self.calls()), self.kinds()), (sends, ["committed"]))

    def test_busy_engine_is_waited_for(self):
        message = self.posted().tax_determination_id.commit_message_id
        self.sandbox.fault("429", seconds=7)
        self.deliver(message)
        self.assertEqual((message.state, message.tries), ("ready", 0))
        self.deliver(message)
        self.assertEqual((message.state, message.tries), ("ready", 0), "the whole connector waits")
        self.connector.gate_ids.sudo().blocked_until = fields.Datetime.now()
        self.deliver(message)
        self.assertEqual(message.state, "processed")

    def test_other_content_under_the_same_number_is_a_case(self):
        move = self.posted()
        other = self.connector._tax_engine()
        request = move.tax_determination_id._request()
        bigger = type(request)(**{**{name: getattr(request, name) for name in request.__slots__},
                                  "customer_code": "SOMEBODY"})  # fmt: skip
        other.carry_out(other.commit_order(bigger, other.quote(bigger)), "k")
        message = move.tax_determination_id.commit_message_id
        self.deliver(message)
        self.assertEqual(message.state, "refused")
        self.assertEqual(message.exception_ids.code, "duplicate.tax_content")
        self.assertEqual(move.tax_determination_id.state, "quoted")

    def test_difference_is_told(self):
        move = self.posted()
        determination = move.tax_determination_id
        determination.sudo().amount_tax = 9.0
        self.deliver(determination.commit_message_id)
        self.assertEqual((determination.state, determination.difference), ("committed", 0.5))
        case = self.env["finance.exception"].search([("code", "=", "tax.difference")])
        self.assertEqual((case.res_id, case.amount), (determination.id, 0.5))
        case._cron_watch()
        self.assertEqual(case.state, "open")
        determination.sudo().amount_tax = 9.5
        case._cron_watch()
        self.assertEqual((case.state, case.closed_by_itself), ("solved", True))

    def test_draft_before_sending_sends_nothing(self):
        move = self.posted()
        determination = move.tax_determination_id
        move.button_draft()
        self.assertEqual((determination.state, determination.commit_message_id.state), ("voided", "cancelled"))
        self.assertFalse(determination.void_message_id)
        self.assertFalse(move.tax_determination_id)

    def test_draft_voids_and_posting_commits_again(self):
        move = self.posted()
        first = move.tax_determination_id
        self.deliver(first.commit_message_id)
        move.button_draft()
        self.assertEqual((first.state, first.void_message_id.state), ("voiding", "ready"))
        move.invoice_line_ids.price_unit = 200.0
        move.action_post()
        second = move.tax_determination_id
        self.deliver(second.commit_message_id)
        self.assertEqual(second.commit_message_id.state, "ready", "the commit waits for the void before it")
        self.deliver(first.void_message_id, second.commit_message_id)
        self.assertEqual((first.state, second.state), ("voided", "committed"))
        self.assertEqual(self.kinds(), ["committed", "voided", "committed"])
        self.assertEqual(second.committed_tax, 19.0)

    def test_void_never_overtakes_a_commit_of_unknown_outcome(self):
        move = self.posted()
        first = move.tax_determination_id
        self.sandbox.fault("502_after", method="POST")
        self.deliver(first.commit_message_id)
        move.button_draft()
        void = first.void_message_id
        self.deliver(void)
        self.assertEqual((first.commit_message_id.state, void.state), ("unknown", "ready"))
        self.deliver(first.commit_message_id, void)
        self.assertEqual((first.state, self.kinds()), ("voided", ["committed", "voided"]))

    def test_cancel_voids(self):
        move = self.posted()
        determination = move.tax_determination_id
        self.deliver(determination.commit_message_id)
        move.button_cancel()
        self.deliver(determination.void_message_id)
        self.assertEqual((move.state, determination.state), ("cancel", "voided"))

    def test_refused_commit_is_taken_back(self):
        move = self.posted()
        determination = move.tax_determination_id
        self.sandbox.parties["avatax"].settings["companies"] = ("OTHER",)
        self.deliver(determination.commit_message_id)
        self.assertEqual(determination.commit_message_id.state, "refused")
        move.button_draft()
        self.assertEqual(determination.commit_message_id.state, "cancelled")

    def test_compare_finds_what_was_changed_there(self):
        move = self.posted()
        determination = move.tax_determination_id
        self.deliver(determination.commit_message_id)
        self.assertEqual(determination.compare_job(), "equal")
        engine, request = self.connector._tax_engine(), determination._request()
        adjusted = engine.adjust_order(request, determination._quote())
        adjusted.body["newTransaction"]["lines"][0]["amount"] = 1
        engine.carry_out(adjusted, "k")
        self.assertIn("1.00 instead of 100.00", determination.compare_job())
        engine.carry_out(engine.void_order(request, determination._quote()), "k")
        determination.compare_job()
        cases = self.env["finance.exception"].search([("res_id", "=", determination.id), ("state", "=", "open")])
        self.assertEqual(set(cases.mapped("code")), {"duplicate.tax_content", "tax.lost"})

    def test_compare_by_schedule(self):
        move = self.posted()
        self.deliver(move.tax_determination_id.commit_message_id)
        with trap_jobs() as trap:
            self.env["finance.tax.determination"].sudo()._cron_compare(days=9999)
            self.assertTrue(trap.enqueued_jobs)

    def test_credit_note_is_committed_as_a_return(self):
        move = self.posted()
        refund = move._reverse_moves([{"invoice_date": "2026-04-01"}], cancel=True)
        self.deliver(move.tax_determination_id.commit_message_id, refund.tax_determination_id.commit_message_id)
        kept = self.sandbox.effects("avatax")[-1]["data"]
        self.assertEqual((kept["type"], kept["code"], float(kept["totalTax"])), ("ReturnInvoice", refund.name, -9.5))
        self.assertEqual(refund.tax_determination_id.difference, 0.0)
