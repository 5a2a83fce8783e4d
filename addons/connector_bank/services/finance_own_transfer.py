from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError

from ..importing.account import spellings
from .decision import Decision

LINE = "account.bank.statement.line"
#: Amounts of two currencies are taken for one transfer up to this difference of their company amounts.
RATE_PERCENT = 5
SHOWN = 3


class FinanceOwnTransfer(models.AbstractModel):
    """Money between two accounts of the company: both sides meet on the internal transfer account."""

    _name = "finance.own.transfer"
    _description = "Transfers between own accounts"

    @api.model
    def _find(self, lines):
        decisions = []
        lines = lines - self.env["finance.return"]._returns(lines)
        own = self._own_accounts(lines)
        for line in lines.filtered("account_number"):
            journals = own.get(self._key(line.account_number), ())
            journal = next((each for each in journals if each.company_id == line.company_id), None)
            if journal == line.journal_id:
                continue
            if journal:
                decisions += self._decisions(line, journal)
        return decisions, {}

    def _own_accounts(self, lines):
        """``{account: journals}`` of all companies here: the hint names another company, nothing more of it."""
        keys = {self._key(line.account_number) for line in lines if line.account_number}
        found = {}
        if keys:
            for journal in self.env["account.journal"].sudo().search(
                [("type", "in", ("bank", "credit")), ("bank_account_id", "!=", False)]
            ):
                for number in spellings(journal.bank_account_id.sanitized_acc_number, journal._finance_currency().name):
                    if number in keys:
                        found.setdefault(number, []).append(journal)
        return found

    @staticmethod
    def _key(account):
        return "".join(account.split()).upper()

    def _decisions(self, line, journal):
        company = line.company_id
        legs = self._legs(line, journal)
        if not legs:
            return [self._waiting(line, journal)]
        same = legs.filtered(lambda leg: leg.currency_id == line.currency_id)
        legs = same or legs
        found = []
        for leg in legs[:SHOWN]:
            mutual = bool(leg.account_number)
            doubts = []
            if len(legs) > 1:
                doubts.append(self.env._("%s bookings may be the other side", len(legs)))
            elif len(self._legs(leg, line.journal_id)) > 1:
                doubts.append(self.env._("Other bookings may be this side of the transfer"))
            if leg.currency_id != line.currency_id:
                doubts.append(self.env._("The other side is in %s: check the rate", leg.currency_id.name))
            reasons = [
                self.env._("The counterparty's account is that of %s", journal.name),
                self.env._(
                    "The other side is %(entry)s of %(day)s: %(amount)s",
                    entry=leg.move_id.name, day=leg.date, amount=leg.currency_id.format(leg.amount),
                ),
            ]
            if mutual:
                reasons.append(self.env._("Its counterparty's account is that of %s", line.journal_id.name))
            doubts += self._not_allowed(company)
            found.append(
                Decision(line.id, "transfer", not doubts, 0.9 if mutual else 0.7, tuple(reasons), tuple(doubts),
                         leg.id, {"both": True})
            )  # fmt: skip
        return found

    def _not_allowed(self, company):
        if not company.transfer_account_id:
            return [self.env._("The internal transfer account is not set in the accounting settings")]
        return [] if company.finance_sure_transfer else [self.env._("Booking transfers by itself is switched off")]

    def _waiting(self, line, journal):
        doubts = self._not_allowed(line.company_id)
        reasons = (
            self.env._("The counterparty's account is that of %s", journal.name),
            self.env._(
                "Waits on the internal transfer account since %(day)s: the other side on %(journal)s has not come",
                day=line.date, journal=journal.name,
            ),
        )
        return Decision(line.id, "transfer", not doubts, 0.7, reasons, tuple(doubts), None, {"both": False})

    def _legs(self, line, journal):
        """Lines of ``journal`` that may be the other side of ``line``: open, or waiting for it; the nearest first."""
        days = timedelta(days=line.company_id.finance_transfer_days)
        waiting = self.env["finance.match.proposal"].search(
            [("rule", "=", "transfer"), ("state", "=", "accepted"), ("other_line_id", "=", False),
             ("journal_id", "=", journal.id)]
        ).line_id  # fmt: skip
        sign = "<" if line.amount > 0 else ">"
        found = self.env[LINE].search(
            [
                ("journal_id", "=", journal.id), ("state", "=", "posted"), ("id", "!=", line.id),
                ("date", ">=", line.date - days), ("date", "<=", line.date + days), ("amount", sign, 0),
                "|", ("is_reconciled", "=", False), ("id", "in", waiting.ids),
            ]
        )  # fmt: skip
        own = set(spellings(line.journal_id.bank_account_id.sanitized_acc_number, line.currency_id.name))
        named = found.filtered(lambda leg: not leg.account_number or self._key(leg.account_number) in own)
        named -= self.env["finance.return"]._returns(named)
        fitting = named.filtered(lambda leg: self._fits(line, leg))
        return fitting.sorted(lambda leg: (not leg.account_number, abs((leg.date - line.date).days), leg.id))

    def _fits(self, line, leg):
        if leg.currency_id == line.currency_id:
            return line.currency_id.compare_amounts(leg.amount, -line.amount) == 0
        if not leg.account_number:  # another currency and no account: too little
            return False
        ours, theirs = (abs(sum(each._seek_for_lines()[0].mapped("balance"))) for each in (line, leg))
        return abs(ours - theirs) * 100 <= RATE_PERCENT * max(ours, theirs)

    # the ledger

    @api.model
    def _apply(self, proposal):
        line = self.env[LINE].browse(proposal.line_id.id)
        leg = self.env[LINE].browse(proposal.other_line_id.id)
        account = line.company_id.transfer_account_id
        if not account:
            raise UserError(self.env._("Set the internal transfer account in the accounting settings first."))
        if not leg:
            self._to_transfer(line, account)
            return
        first = self._open_item(leg, account)
        if not first:
            if leg.is_reconciled:
                raise UserError(self.env._("The other side was booked otherwise since. Match the line again."))
            first = self._to_transfer(leg, account)
        second = self._to_transfer(line, account, first)
        self.env["account.move.line"]._reconcile_plan([first + second])
        own = self.env["finance.match.proposal"].sudo().search(
            [("line_id", "=", leg.id), ("rule", "=", "transfer"), ("state", "=", "accepted")]
        )
        own.write({"other_line_id": line.id, "plan": {"both": True}})

    def _open_item(self, leg, account):
        return leg.line_ids.filtered(lambda item: item.account_id == account and not item.reconciled)

    def _to_transfer(self, line, account, other=None):
        """The suspense of ``line`` goes to the transfer account; a difference of rates is booked as such."""
        suspense = line._seek_for_lines()[1]
        company = line.company_id
        currency, balance = suspense.currency_id, sum(suspense.mapped("balance"))
        amount = sum(suspense.mapped("amount_currency"))
        difference = 0.0
        if other and other.currency_id != currency:
            difference = company.currency_id.round(balance + other.balance)
            currency, balance, amount = other.currency_id, -other.balance, -other.amount_currency
        values = [
            {
                "account_id": account.id,
                "name": line.payment_ref,
                "currency_id": currency.id,
                "balance": balance,
                "amount_currency": amount,
            }
        ]
        if not company.currency_id.is_zero(difference):
            rate = (
                company.expense_currency_exchange_account_id
                if difference > 0
                else company.income_currency_exchange_account_id
            )
            if not rate:
                raise UserError(self.env._("Set the accounts for exchange differences in the accounting settings."))
            values.append(
                {
                    "account_id": rate.id,
                    "name": self.env._("Difference of rates: %s", line.payment_ref),
                    "currency_id": company.currency_id.id,
                    "balance": difference,
                    "amount_currency": difference,
                }
            )
        return self.env["finance.followup"]._replace_suspense(line, values)[:1]

    @api.model
    def _undone(self, proposal):
        """Nothing else was changed."""
