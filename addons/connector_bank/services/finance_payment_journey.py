import re
from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain

from ..answers.codes import STATUSES

FOUND, TOKENS = 40, 6
_AMOUNT = re.compile(r"\d{1,15}([.,]\d{1,3})?", re.ASCII)
#: Where each token may stand.
PLACES = (
    "name", "memo", "payment_reference", "finance_end_to_end", "finance_order_ref", "finance_order_id.name",
    "partner_id.name", "invoice_ids.name", "invoice_ids.ref",
)  # fmt: skip
#: Answers of so many payments of an order are counted at once.
PAYMENTS = 20_000


class FinancePaymentJourney(models.AbstractModel):
    """Where is my money: finds payments by whatever somebody knows of them, and says how far each is."""

    _name = "finance.payment.journey"
    _description = "Payment journey"

    # finding

    @api.model
    def find(self, text):
        """Payments in which each word stands somewhere, the latest first; a number is an amount, too.

        :return: ``{"rows": […], "more": whether there are more}``
        """
        tokens = text.split()[:TOKENS]
        if not tokens:
            return {"rows": [], "more": False}
        domain = Domain.AND([Domain("state", "!=", "draft"), *map(self._token, tokens)])
        payments = self.env["account.payment"].search(domain, limit=FOUND + 1, order="date desc, id desc")
        return {"rows": [self._row(one) for one in payments[:FOUND]], "more": len(payments) > FOUND}

    def _token(self, token):
        domain = Domain.OR(Domain(place, "ilike", token) for place in PLACES)
        domain |= Domain("name", "ilike", token.replace("-", "/"))
        if _AMOUNT.fullmatch(token):
            amount = float(token.replace(",", "."))
            domain |= Domain("amount", ">=", amount - 0.0005) & Domain("amount", "<=", amount + 0.0005)
        return domain

    def _row(self, payment):
        ways = dict(payment._fields["finance_way"]._description_selection(self.env))
        return {
            "id": payment.id,
            "name": payment.name,
            "payee": payment.partner_id.display_name or "",
            "amount": payment.currency_id.format(payment.amount),
            "day": fields.Date.to_string(payment.date),
            "memo": payment.memo or "",
            "way": ways.get(payment.finance_way, ""),
            "told": payment.finance_told_text or "",
            "mood": self._mood(payment.finance_way),
        }

    def _mood(self, way):
        return {"reconciled": "good", "rejected": "bad", "reversed": "bad", "acknowledged": "work"}.get(way, "plain")

    # one payment or order

    @api.model
    def read_journey(self, model, record_id):
        """Stages and steps of a payment or an order.

        :return: ``head`` (name, payee, amount …), ``words`` (the answer for who asks), ``stages`` and ``trace``
        """
        record = self.env[model].browse(record_id).exists()
        record.check_access("read")
        order = record if model == "finance.payment.order" else record.finance_order_id
        payments = record.payment_ids[:PAYMENTS] if model == "finance.payment.order" else record
        trace = self.env["finance.trace"].read_trace(model, record_id)
        return {
            "head": self._head(record, order, payments),
            "words": self._words(order, payments),
            "stages": self._stages(order, payments),
            "steps": trace["steps"],
            "cut": trace["cut"],
            "rows": [self._row(one) for one in payments[:FOUND]] if model == "finance.payment.order" else [],
        }

    def _head(self, record, order, payments):
        message = order.sudo().message_id
        total = sum(payments.mapped("amount"))
        amount = payments.currency_id[:1].format(total) if len(payments.currency_id) == 1 else f"{total:,.2f}"
        facts = [
            (self.env._("Payee"), payments.partner_id.display_name if len(payments) == 1 else len(payments)),
            (self.env._("Amount"), amount),
            (self.env._("Bank"), (order.journal_id or payments.journal_id[:1]).display_name),
            (self.env._("To be carried out on"), order.executed_on and str(order.executed_on)),
            (self.env._("End-to-end id"), payments.finance_end_to_end if len(payments) == 1 else None),
            (self.env._("Order"), order.name),
            (self.env._("Correlation id"), message.correlation_id),
        ]
        if len(payments) != 1:
            facts[0] = (self.env._("Payments"), len(payments))
        return {
            "name": record.display_name,
            "facts": [[label, str(value)] for label, value in facts if value],
            "takeBack": payments.finance_take_back if len(payments) == 1 else False,
        }

    def _words(self, order, payments):
        """One sentence for the vendor who asks."""
        if len(payments) != 1:
            counts = {way: len(own) for way, own in payments.grouped("finance_way").items()}
            ways = dict(payments._fields["finance_way"]._description_selection(self.env))
            return " · ".join(f"{ways.get(way, '–')}: {count}" for way, count in counts.items())
        way = payments.finance_way
        line = payments.reconciled_statement_line_ids[:1]
        if way == "reversed":
            return self.env._("The money came back: %s", payments.finance_told_text or "")
        if way == "reconciled":
            return self.env._("Our account was debited on %s: the bank statement shows it.", line.date or payments.date)
        if way == "rejected":
            return self.env._("The bank refused it: %s", payments.finance_told_text or "")
        if order.to_authorise:
            return self.env._("The bank has it and waits until one of us authorises it there.")
        if way == "acknowledged":
            return self.env._("The bank has it: %s.", payments.finance_told_text or payments.finance_told_code)
        if order.message_id.sudo().state == "unknown":
            return self.env._("It was sent and no answer came: it is not known whether the bank has it.")
        if self._sent(order):
            return self.env._("It was sent to the bank on %s; the bank has not answered yet.", self._sent(order))
        if order.state == "handed":
            return self.env._("It waits to be released or sent.")
        return self.env._("It is confirmed in Odoo and in no file yet.")

    def _sent(self, order):
        """When the file reached the other side, as far as that is known."""
        message = order.sudo().message_id
        if message.arrived == "yes" or message.state in ("sent", "processed"):
            return message.done_on or message.write_date
        return None

    def _stages(self, order, payments):
        """From the first to the last: ``done``, ``now``, ``bad`` or ``todo``."""
        message, total = order.sudo().message_id, len(payments)
        votes = message.approval_id.vote_ids.filtered(lambda one: one.decision == "approve").sorted("id")
        stages = [
            self._stage("initiated", self.env._("Initiated"), min(payments.mapped("create_date"), default=None), total,
                        total, ", ".join(self._makers(order, payments).mapped("name")[:3])),
            self._stage("approved", self.env._("Approved"), votes[-1:].create_date,
                        total if message.approval_id.state == "approved" else 0, total,
                        ", ".join(votes.user_id.mapped("name")),
                        {"model": "finance.approval", "id": message.approval_id.id} if message.approval_id else None),
            self._stage("sent", self.env._("Sent"), self._sent(order), total if self._sent(order) else 0, total,
                        order.sudo().flow_id.connector_id.name,
                        {"model": "finance.message", "id": message.id} if message else None),
        ]  # fmt: skip
        return self._with_answers(stages, payments)

    def _with_answers(self, stages, payments):
        """These stages, what the bank answered and booked after them, and where it stands."""
        total = len(payments)
        answers = payments.finance_answer_ids.filtered(lambda one: one.status and one.note != "unknown_status")
        bank = answers.filtered(lambda one: one.level not in ("hub", "treasury"))
        scheme = bank.filtered(lambda one: one.status in STATUSES and STATUSES[one.status].level == "scheme")
        lines = payments.reconciled_statement_line_ids
        on_lines = {"model": lines._name, "domain": [["id", "in", lines.ids]]} if lines else None
        seen = payments.filtered(lambda one: one.is_matched)
        bad = payments.filtered(lambda one: one.finance_way in ("rejected", "reversed"))
        stages += [
            *self._relays(answers, total),
            self._answered("bank", self.env._("Bank"), bank, total),
            self._answered("scheme", self.env._("Scheme"), scheme, total),
            self._stage("settled", self.env._("Settled"), min(lines.mapped("create_date"), default=None), len(seen),
                        total, ", ".join(map(str, sorted(set(lines.mapped("date")))[:2])),
                        on_lines),
            self._stage("reconciled", self.env._("Reconciled"), self._reconciled_on(lines), len(seen), total, ""),
        ]  # fmt: skip
        if bad:
            told = bad.finance_answer_ids[:1]
            back = set(bad.mapped("finance_way")) == {"reversed"}
            words = self.env._("Came back") if back else self.env._("Refused")
            on = not back and told.told_on
            stages.append(
                {**self._stage("bad", words, on, len(bad), total, bad[:1].finance_told_text or ""), "mood": "bad"}
            )
        return self._marked(stages, ended=total and len(bad) == total)

    def _makers(self, order, payments):
        """Who wanted them paid: a run's payments are made by a job in the name of whoever agreed last."""
        return order.sudo().run_id.requested_by_id or payments.create_uid.sudo()

    def _relays(self, answers, total):
        """Hub and treasury, where one of them stands between us and the bank."""
        names = {"hub": self.env._("Hub"), "treasury": self.env._("Treasury")}
        for level, label in names.items():
            own = answers.filtered(lambda one, level=level: one.level == level)
            if own:
                yield self._answered(level, label, own, total)

    def _answered(self, code, label, answers, total):
        first = answers.sorted("told_on")[:1]
        opens = {"model": answers._name, "domain": [["id", "in", answers.ids]]} if answers else None
        latest = answers.sorted("id")[-1:]
        return self._stage(code, label, first.told_on, len(answers.payment_id), total, latest.words or "", opens)

    def _reconciled_on(self, lines):
        items = lines.move_id.line_ids
        partials = items.matched_debit_ids | items.matched_credit_ids
        return min(partials.mapped("create_date"), default=None)

    def _stage(self, code, label, on, count, total, text, opens=None):
        mood = "done" if total and count >= total else "part" if count else "todo"
        return {
            "code": code, "label": label, "on": fields.Datetime.to_string(on) if isinstance(on, datetime) else False,
            "count": count, "total": total, "text": text or "", "opens": opens, "mood": mood,
        }  # fmt: skip

    def _marked(self, stages, ended):
        """The first one that is not done is where it stands, unless it ended otherwise.

        What was skipped on the way (a bank that answers nothing, but books) is past all the same.
        """
        last = max((number for number, one in enumerate(stages) if one["mood"] == "done"), default=-1)
        for number, stage in enumerate(stages):
            if stage["mood"] in ("todo", "part") and number < last:
                stage["mood"] = "skipped"
        waiting = next((one for one in stages[last + 1 :] if one["mood"] in ("todo", "part")), None)
        if waiting and not ended:
            waiting["now"] = True
        return stages
