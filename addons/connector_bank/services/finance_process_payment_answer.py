from collections import Counter, defaultdict

from odoo import fields, models

from odoo.addons.finance_connector_base.core.masking import masked

from ..answers import CAUSES, STATUSES, BatchAnswer, GroupAnswer, ItemAnswer
from ..answers.reading import parse_bounded
from ..answers.standing import Change, answered
from ..matching.candidates import account_key


class FinanceProcessPaymentAnswer(models.AbstractModel):
    """Status reports and returns: each payment they are about learns what was said, forward only.

    Nothing is booked by an answer. What refuses, contradicts or asks becomes a case about the payment.
    """

    _name = "finance.process.payment_answer"
    _inherit = "finance.process"
    _description = "Answer to payments"

    def process(self, message):
        answers = list(parse_bounded(message._source(), (message.options or {}).get("format")))
        told = _Told(self.env, message, answers)
        tally = Counter()
        for answer in answers:
            for payment in told.payments(answer):
                tally[self._tell(message, payment, answer)] += 1
            why = told.trouble(answer)
            if why:
                tally["case"] += 1
                message._open_case(why, self._trouble_words(why, answer), answer.place)
        return {**tally, "text": self._summary(tally)}

    def _tell(self, message, payment, answer):
        """Lay one answer over one payment; what it counted as."""
        reasons = tuple(reason.code for reason in answer.reasons if reason.code)
        if isinstance(answer, ItemAnswer) and answer.corrected:
            change = Change(payment._finance_standing(), "change")
        else:
            change = answered(payment._finance_standing(), answer.status, reasons)
        known = payment.finance_answer_ids.filtered(
            lambda one: one.message_id == message and one.place == answer.place
        )
        if change.note == "new":
            payment._finance_tell(change.standing)
        if not known:
            self.env["finance.payment.answer"].sudo().create(self._row(message, payment, answer, change, reasons))
        self._consequence(message, payment, answer, change, reasons)
        return change.note

    def _row(self, message, payment, answer, change, reasons):
        created = getattr(answer, "accepted_at", None) or getattr(answer, "created_at", None)
        return {
            "payment_id": payment.id,
            "message_id": message.id,
            "company_id": payment.company_id.id,
            "place": answer.place,
            "status": answer.status,
            "reasons": " ".join(reasons) or False,
            "text": masked("; ".join(reason.text for reason in answer.reasons if reason.text)) or False,
            "name": getattr(answer, "name", None),
            "bank_ref": getattr(answer, "bank_ref", None),
            "amount": getattr(answer, "amount", None),
            "currency_id": payment.currency_id.id,
            "note": change.note,
            "told_on": (created and created.astimezone().replace(tzinfo=None)) or fields.Datetime.now(),
        }

    def _consequence(self, message, payment, answer, change, reasons):
        """What a person has to hear of becomes a case about the payment."""
        new = change.note == "new"
        if new and not change.standing.decide:
            self._solve(payment, "payment.payee")
        why = "\n".join(
            [*map(self._reason_words, reasons), *filter(None, (reason.text for reason in answer.reasons))]
        )
        code, words = None, None
        if change.note == "contradiction":
            code, words = "payment.contradiction", self.env._(
                "%(name)s is %(state)s, now the bank says %(code)s.",
                name=payment.display_name, state=payment.finance_way or "", code=answer.status,
            )  # fmt: skip
        elif change.note == "unknown_status":
            code, words = "payment.status_unknown", self.env._(
                "The bank answers %(name)s with a status we do not know: %(code)s.",
                name=payment.display_name, code=answer.status or "–",
            )  # fmt: skip
        elif change.note == "change":
            what = ", ".join(f"{field} …{value[-4:]}" for field, value in answer.corrected)
            code, words = "payment.change", self.env._(
                "The bank asks for changes before the next payment like %(name)s: %(what)s.",
                name=payment.display_name, what=what,
            )  # fmt: skip
        elif new and change.standing.state == "rejected":
            code, words = "payment.rejected", self.env._("%s was refused.", payment.display_name)
        elif new and change.standing.decide:
            code, words = "payment.payee", self.env._(
                "%(name)s: %(words)s. The bank knows the payee as “%(other)s”.", name=payment.display_name,
                words=STATUSES[change.standing.decide].words, other=getattr(answer, "name", None) or "–",
            )  # fmt: skip
        if code:
            self.env["finance.exception"]._report(
                payment, code, f"{words}\n{why}".strip(), message=message, blocking=False,
                category="state_conflict" if code == "payment.contradiction" else "data",
                partner_id=payment.partner_id.id, res_model=payment._name, res_id=payment.id,
            )  # fmt: skip

    def _solve(self, payment, code):
        about = [("res_model", "=", payment._name), ("res_id", "=", payment.id)]
        cases = self.env["finance.exception"].sudo().search([*about, ("code", "=", code), ("state", "=", "open")])
        cases._solve(self.env._("Solved by itself: the bank has gone on."))

    def _reason_words(self, code):
        cause = CAUSES.get(code)
        return f"{code}: {cause.words}. {cause.next}." if cause else code

    def _trouble_words(self, why, answer):
        if why == "answer.order":
            return self.env._("The bank answers to %s, which is no order of ours.", answer.original_message_id or "–")
        name = answer.end_to_end_id or answer.instruction_id or "–"
        if why == "answer.ambiguous":
            return self.env._("Several payments may be meant by %s.", name)
        return self.env._("The bank answers to the payment %s, which is not ours.", name)

    def _summary(self, tally):
        words = {
            "new": self.env._("%s new", tally["new"]),
            "repeated": self.env._("%s told before", tally["repeated"]),
            "late": self.env._("%s late", tally["late"]),
            "contradiction": self.env._("%s contradict", tally["contradiction"]),
            "case": self.env._("%s not recognised", tally["case"]),
        }
        return ", ".join(text for name, text in words.items() if tally[name]) or self.env._("nothing new")


class _Told:
    """Which payments the answers of one message are about."""

    def __init__(self, env, message, answers):
        items = [answer for answer in answers if isinstance(answer, ItemAnswer)]
        ids = {one for item in items for one in (item.end_to_end_id, item.instruction_id) if one}
        orders = {answer.original_message_id for answer in answers if answer.original_message_id}
        found = env["account.payment"]._finance_answered(message.company_id, list(ids), list(orders))
        self._by_order, self._by_key = found.grouped("finance_order_ref"), defaultdict(set)
        for payment in found:
            for key in payment._finance_keys():
                self._by_key[key].add(payment)
        self._empty = env["account.payment"]
        self._items = {id(item): self._of_item(item) for item in items}
        self._named = {payment for payments in self._items.values() for payment in payments if len(payments) == 1}
        self._has_items = bool(items)

    def _of_item(self, item):
        """The payments that may be meant; of several those of the order, then those of the amount."""
        found = set()
        for one in (item.end_to_end_id, item.instruction_id):
            found = found or (self._by_key.get(account_key(one), set()) if one else set())
        if len(found) > 1 and item.original_message_id:
            found = {one for one in found if one.finance_order_ref == item.original_message_id} or found
        if len(found) > 1 and item.amount is not None:
            found = {one for one in found if not one.currency_id.compare_amounts(one.amount, item.amount)} or found
        return found

    def payments(self, answer):
        """The payments that one answer concerns; of a group or batch those that have no answer of their own."""
        if isinstance(answer, ItemAnswer):
            found = self._items[id(answer)]
            return found if len(found) == 1 and (answer.status or answer.corrected) else ()
        if not answer.status or (STATUSES.get(answer.status) and STATUSES[answer.status].means == "mixed"):
            return ()
        found = self._by_order.get(answer.original_message_id, self._empty)
        if isinstance(answer, BatchAnswer):
            found = found.filtered(lambda payment: payment.finance_batch_ref == answer.batch_id)
        return [payment for payment in found.sorted("id") if payment not in self._named]

    def trouble(self, answer):
        """The code of a case where it is not told what is meant."""
        if isinstance(answer, ItemAnswer):
            found = self._items[id(answer)]
            return None if len(found) == 1 else "answer.ambiguous" if found else "answer.payment"
        if isinstance(answer, GroupAnswer) and answer.status and not self._has_items:
            return None if answer.original_message_id in self._by_order else "answer.order"
        return None
