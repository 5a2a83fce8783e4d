from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError

from ..formats.payout import PAYOUT
from .decision import Decision

LINE = "account.bank.statement.line"
SHOWN = 3
#: Amounts of two currencies are taken for one payout up to this difference of their company amounts.
RATE_PERCENT = 5


class FinancePayoutArrival(models.AbstractModel):
    """The bank's line of a payout: it clears what waits on the internal transfer account."""

    _name = "finance.payout.arrival"
    _description = "Payouts that arrive at the bank"

    @api.model
    def _find(self, lines):
        decisions = []
        lines = lines.filtered(lambda line: not line.journal_id.finance_payout)
        for company, own in lines.grouped("company_id").items():
            account = company.transfer_account_id
            waiting = account and self.env["finance.payout"]._open_items(company, account, PAYOUT)
            for line in own if waiting else ():
                decisions += self._of_line(line, waiting)
        return self._once(decisions), {}

    def _of_line(self, line, waiting):
        days = line.company_id.finance_payout_days
        items = waiting.filtered(
            lambda item: item.balance * line.amount > 0 and abs((item.date - line.date).days) <= days
        )
        text = self._text(line)
        equal = items.filtered(
            lambda item: item.currency_id == line.currency_id
            and item.currency_id.compare_amounts(item.amount_residual_currency, line.amount) == 0
        )
        named = items.filtered(lambda item: self._names(item, text) == 2)
        found = (named & equal) or equal or named.filtered(lambda item: self._is_near(line, item))
        return [self._decision(line, item, found, self._names(item, text)) for item in found[:SHOWN]]

    def _text(self, line):
        evidence = line.transaction_details or {}
        details = evidence.get("details") or []
        parts = [line.payment_ref, line.partner_name, line.ref, line.finance_bank_ref, evidence.get("additional")]
        for detail in details:
            parts += [*detail.get("remittance", ()), detail.get("end_to_end_id"), detail.get("additional")]
        return " ".join(part for part in parts if part).casefold()

    def _names(self, item, text):
        """2: the bank's line names the payout; 1: the provider; 0: neither."""
        line = item.move_id.statement_line_id
        evidence = line.transaction_details or {}
        ids = {line.finance_bank_ref, *(detail.get("transaction_id") for detail in evidence.get("details") or ())}
        if any(name.casefold() in text for name in ids if name and len(name) > 3):
            return 2
        keys = line.journal_id.sudo().finance_account_key_ids
        return int(any(self._provider(key.format) in text for key in keys))

    def _provider(self, format_code):
        return {"checkout": "checkout.com"}.get(format_code, format_code)

    def _is_near(self, line, item):
        if item.currency_id == line.currency_id:
            return False
        ours = abs(sum(line._seek_for_lines()[0].mapped("balance")))
        return abs(ours - abs(item.amount_residual)) * 100 <= RATE_PERCENT * max(ours, abs(item.amount_residual))

    def _decision(self, line, item, found, named):
        payout = item.move_id.statement_line_id
        reasons = [
            self.env._(
                "The payout %(entry)s of %(day)s waits for it: %(amount)s",
                entry=item.move_id.name, day=item.date, amount=item.currency_id.format(abs(item.amount_currency)),
            )
        ]
        if named:
            reasons.append(
                self.env._("The line names the payout") if named == 2 else self.env._("The line names the provider")
            )
        doubts = []
        if len(found) > 1:
            doubts.append(self.env._("%s payouts may be meant", len(found)))
        if not named:
            doubts.append(self.env._("The line names neither the payout nor the provider"))
        if item.currency_id != line.currency_id:
            doubts.append(self.env._("The payout is in %s: check the rate", item.currency_id.name))
        if not line.company_id.finance_sure_payout:
            doubts.append(self.env._("Booking for payment providers by itself is switched off"))
        return Decision(
            line.id, "arrival", not doubts, (0.6, 0.8, 0.9)[named], tuple(reasons), tuple(doubts), payout.id,
            {"item": item.id, "both": False},
        )  # fmt: skip

    def _once(self, decisions):
        """Of two lines that are sure of one payout, neither is."""
        wanted = [each.other_line_id for each in decisions if each.sure]
        words = self.env._("Another line may be this payout as well")
        return [
            replace(each, sure=False, doubts=(*each.doubts, words))
            if each.sure and wanted.count(each.other_line_id) > 1
            else each
            for each in decisions
        ]

    @api.model
    def _apply(self, proposal):
        line = self.env[LINE].browse(proposal.line_id.id)
        item = self.env["account.move.line"].browse(proposal.plan["item"]).exists()
        if not item or item.reconciled:
            raise UserError(self.env._("The payout was booked otherwise since. Match the line again."))
        new = self.env["finance.own.transfer"]._to_transfer(line, item.account_id, item)
        self.env["account.move.line"]._reconcile_plan([new + item])

    @api.model
    def _undone(self, proposal):
        """Nothing else was changed."""
