from odoo import api, models

from ..answers import CAUSES, STATUSES
from ..answers.interface_answer import GONE


class FinanceAnswerConsequence(models.AbstractModel):
    """What follows from one answer about one payment: cases, decisions, proposed changes. No money is booked."""

    _name = "finance.answer.consequence"
    _description = "Consequence of an answer"

    @api.model
    def _follow(self, message, payment, answer, change, reasons, row):
        """
        :param answer: as it was read; ``row``: as it is kept
        :param change: a ``Change``
        """
        if answer.status in ("ACCR", "RJCR"):
            self.env["finance.payment.cancellation"]._answered(payment)
        code, words = self._trouble(payment, answer, change)
        if code == "payment.payee":
            self.env["finance.payee.check"]._ask(payment, change.standing.decide, getattr(answer, "name", None), row)
        elif code == "payment.change":
            words = f"{words}\n{self._propose_change(payment, answer)}".strip()
        if code:
            why = [*map(self._reason_words, reasons), *filter(None, (reason.text for reason in answer.reasons))]
            if code == "payment.rejected":
                why.append(self.env["finance.refusal"]._close(payment, answer, " ".join(why)) or "")
            self.env["finance.exception"]._report(
                payment, code, "\n".join([words, *why]).strip(), message=message, blocking=False,
                category="state_conflict" if code == "payment.contradiction" else "data",
                partner_id=payment.partner_id.id, res_model=payment._name, res_id=payment.id,
            )  # fmt: skip

    def _trouble(self, payment, answer, change):
        """Code and words of the case that a person has to hear of."""
        new, name = change.note == "new", payment.display_name
        if change.note == "contradiction":
            return "payment.contradiction", self.env._(
                "%(name)s is %(state)s, now the bank says %(code)s.",
                name=name, state=payment.finance_way or "", code=answer.status,
            )  # fmt: skip
        if answer.status == GONE:
            if self._carried_out(payment):  # banks remove such initiations after a while
                return None, ""
            return "payment.gone", self.env._(
                "The bank no longer has the initiation of %(name)s; its last word was %(code)s.",
                name=name, code=payment.finance_told_code or "–",
            )  # fmt: skip
        if change.note == "unknown_status":
            return "payment.status_unknown", self.env._(
                "The bank answers %(name)s with a status we do not know: %(code)s.",
                name=name, code=answer.status or "–",
            )  # fmt: skip
        if change.note == "change":
            what = ", ".join(f"{field} …{value[-4:]}" for field, value in answer.corrected)
            return "payment.change", self.env._(
                "The bank asks for changes before the next payment like %(name)s: %(what)s.", name=name, what=what
            )
        if new and answer.status == "RJCR":
            return "payment.not_cancelled", self.env._("%s is not cancelled.", name)
        if new and change.standing.state == "rejected" and answer.status != "ACCR":
            return "payment.rejected", self.env._("%s was refused.", name)
        if new and change.standing.decide:
            return "payment.payee", self.env._(
                "%(name)s: %(words)s. We know the payee as “%(own)s”, the bank as “%(other)s”.", name=name,
                words=STATUSES[change.standing.decide].words, own=payment.partner_id.name or "–",
                other=getattr(answer, "name", None) or "–",
            )  # fmt: skip
        return None, ""

    def _carried_out(self, payment):
        """Whether that was the bank's last word."""
        last = STATUSES.get(payment.finance_told_code)
        return bool(last and last.means == "announced")

    @api.model
    def _left_alone(self, payments, times):
        """The bank said so often that it no longer has these payments that it is not asked any more."""
        cases = self.env["finance.exception"].sudo()
        for payment in payments.filtered(lambda one: not self._carried_out(one)):
            about = [("res_model", "=", payment._name), ("res_id", "=", payment.id), ("code", "=", "payment.gone")]
            known = cases.search([*about, ("state", "=", "open")], limit=1)
            words = self.env._(
                "The bank has said %(times)s times that it no longer has the initiation of %(name)s, and is not asked "
                "any more; its last word was %(code)s. Ask the bank, on the order, asks again.",
                times=times, name=payment.display_name, code=payment.finance_told_code or "–",
            )  # fmt: skip
            cases._report(
                payment, "payment.gone", words, known.place or None, message=known.message_id, blocking=False,
                category="data", partner_id=payment.partner_id.id, res_model=payment._name, res_id=payment.id,
            )  # fmt: skip

    @api.model
    def _gone_on(self, payments):
        """The bank said more of these payments, and nothing is left to be decided."""
        self.env["finance.payee.check"]._gone_on(payments)
        self._solve(payments, "payment.payee", self.env._("Solved by itself: the bank has gone on."))

    @api.model
    def _solve(self, payments, code, words):
        about = [("res_model", "=", payments._name), ("res_id", "in", payments.ids)]
        cases = self.env["finance.exception"].sudo().search([*about, ("code", "=", code), ("state", "=", "open")])
        cases._solve(words)

    def _propose_change(self, payment, answer):
        """A draft of the change request with what the bank corrects; people call back and ask for it.

        :return: words for the case
        """
        values, account = dict(answer.corrected), payment.partner_bank_id
        number = values.get("account") or account.acc_number
        if not number or not values.keys() & {"account", "routing_number", "name"}:
            return ""
        proposed = {
            "account_id": account.id,
            "partner_id": (account.partner_id or payment.partner_id).id,
            "acc_number": number,
            "bank_id": account.bank_id.id,
            "acc_holder_name": values.get("name") or account.acc_holder_name,
            "clearing_number": values.get("routing_number") or account.clearing_number,
            "company_id": payment.company_id.id,
        }
        changes = self.env["finance.bank.change"].sudo()
        known = changes.search(
            [("partner_id", "=", proposed["partner_id"]), ("acc_number", "=", number),
             ("clearing_number", "=", proposed["clearing_number"]), ("state", "in", ("draft", "asked"))], limit=1,
        )  # fmt: skip
        if not known:
            changes.create(proposed)
        return self.env._("A change of the bank details is drafted: call the payee back, then ask for it.")

    def _reason_words(self, code):
        cause = CAUSES.get(code)
        return f"{code}: {cause.words}. {cause.next}." if cause else code
