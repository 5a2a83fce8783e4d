from collections import Counter, defaultdict

from odoo import fields, models

from odoo.addons.finance_connector_base.core.masking import masked

from ..answers import DOUBLES, STATUSES, BatchAnswer, GroupAnswer, ItemAnswer
from ..answers.reading import parse_bounded
from ..answers.standing import Change, answered
from ..matching.candidates import account_key

#: Area of the connector → who answers, where it is not the bank.
RELAYS = {"treasury": "treasury"}


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
        tally, rows = Counter(), []
        for answer in answers:
            for payment in told.payments(answer):
                rows.append((payment, answer, *self._tell(payment, answer, self._level(message, answer))))
                tally[rows[-1][2].note] += 1
            why = told.trouble(answer)
            if why:
                tally["case"] += 1
                message._open_case(why, self._trouble_words(why, answer), answer.place)
        self._keep(message, rows)
        self.env["account.payment"].union(*{row[0] for row in rows}).finance_order_id._prove_arrival()
        return {**tally, "text": self._summary(tally)}

    def _level(self, message, answer=None):
        """Who stands between us and the bank, where it is not the bank that answers."""
        relay = message.sudo().flow_id.answered_by or RELAYS.get(message.sudo().connector_id.domain)
        return getattr(answer, "level", None) or (relay if relay != "bank" else None)

    def _tell(self, payment, answer, level):
        """Lay one answer over one payment: how it counts, and its reason codes."""
        reasons = tuple(reason.code for reason in answer.reasons if reason.code)
        if isinstance(answer, ItemAnswer) and answer.corrected:
            return Change(payment._finance_standing(), "change"), reasons
        change = answered(payment._finance_standing(), answer.status, reasons, level)
        if change.standing.state == "rejected" and DOUBLES & {*reasons} and self._went_twice(payment):
            return Change(payment._finance_standing(), "contradiction"), reasons
        if change.note == "new":
            payment._finance_tell(change.standing)
        return change, reasons

    def _went_twice(self, payment):
        """Whether its file left more than once: a copy that is refused as a double says nothing of the other one."""
        attempts = payment.sudo().finance_order_id.message_id.attempt_ids
        return len(attempts.filtered(lambda one: one.step == "send")) > 1

    def _keep(self, message, rows):
        """One row for each answer and payment, whenever the message is processed again; and what follows from it."""
        kept = self.env["finance.payment.answer"].sudo()
        known = {(one.payment_id, one.place): one for one in kept.search([("message_id", "=", message.id)])}
        new = [row for row in rows if (row[0], row[1].place) not in known]
        made = kept.create([self._row(message, *row) for row in new])
        known |= {(one.payment_id, one.place): one for one in made}
        follow = self.env["finance.answer.consequence"]
        for payment, answer, change, reasons in rows:
            follow._follow(message, payment, answer, change, reasons, known[payment, answer.place])
        told = [payment.id for payment, _answer, change, _reasons in rows if change.note == "new"]
        follow._gone_on(self.env["account.payment"].browse(told).filtered(lambda one: not one.finance_decide))

    def _row(self, message, payment, answer, change, reasons):
        created = getattr(answer, "accepted_at", None) or getattr(answer, "created_at", None)
        return {
            "payment_id": payment.id,
            "message_id": message.id,
            "company_id": payment.company_id.id,
            "place": answer.place,
            "order_ref": answer.original_message_id,
            "status": answer.status,
            "reasons": " ".join(reasons) or False,
            "text": masked("; ".join(reason.text for reason in answer.reasons if reason.text)) or False,
            "name": getattr(answer, "name", None),
            "bank_ref": getattr(answer, "bank_ref", None),
            "amount": getattr(answer, "amount", None),
            "currency_id": payment.currency_id.id,
            "note": change.note,
            "level": self._level(message, answer) or getattr(STATUSES.get(answer.status), "level", False),
            "told_on": (created and created.astimezone().replace(tzinfo=None)) or fields.Datetime.now(),
        }

    def _trouble_words(self, why, answer):
        if why == "answer.order":
            named = answer.original_message_id or answer.case_id or "–"
            return self.env._("The bank answers to %s, which is no order of ours.", named)
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
        cases = {answer.case_id for answer in answers if getattr(answer, "case_id", None)}
        found = env["account.payment"]._finance_answered(message.company_id, list(ids), list(orders))
        self._by_order, self._by_key = found.grouped("finance_order_ref"), defaultdict(set)
        for payment in found:
            for key in payment._finance_keys():
                self._by_key[key].add(payment)
        self._empty = env["account.payment"]
        self._items = {id(item): self._of_item(item) for item in items}
        self._named = {payment for payments in self._items.values() for payment in payments if len(payments) == 1}
        self._has_items = bool(items)
        self._by_case = self._asked_for(env, message, cases)

    def _asked_for(self, env, message, cases):
        """``{our case id: payments}`` of requests to cancel."""
        names = [one.replace("-", "/") for one in cases]
        requests = env["finance.payment.cancellation"].sudo().search(
            [("name", "in", names), ("company_id", "child_of", message.company_id.id)]
        )
        return {one.name.replace("/", "-"): one.payment_ids for one in requests}

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
        means = STATUSES[answer.status].means if answer.status in STATUSES else None
        if not answer.status or means == "mixed" or (means == "decide" and self._has_items):
            return ()  # whose names do not agree, the items say
        if getattr(answer, "case_id", None):
            return list(self._by_case.get(answer.case_id, ()))
        found = self._by_order.get(answer.original_message_id, self._empty)
        if isinstance(answer, BatchAnswer):
            found = found.filtered(lambda payment: payment.finance_batch_ref == answer.batch_id)
        return [payment for payment in found.sorted("id") if payment not in self._named]

    def trouble(self, answer):
        """The code of a case where it is not told what is meant."""
        if isinstance(answer, ItemAnswer):
            found = self._items[id(answer)]
            return None if len(found) == 1 else "answer.ambiguous" if found else "answer.payment"
        if getattr(answer, "case_id", None):
            return None if answer.case_id in self._by_case else "answer.order"
        if isinstance(answer, GroupAnswer) and answer.status and not self._has_items:
            return None if answer.original_message_id in self._by_order else "answer.order"
        return None
