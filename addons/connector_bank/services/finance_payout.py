from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..formats.payout import CONVERSION, PAYMENT, PAYOUT, PAYOUT_REVERSAL, REFUND, RESERVE
from ..importing.payouts import CHARGED, ON_THE_WAY
from .decision import Decision

LINE = "account.bank.statement.line"


class FinancePayout(models.AbstractModel):
    """The lines of a payment provider: fees with their tax, reserves, refunds, and money on its way to the bank."""

    _name = "finance.payout"
    _description = "Lines of payment providers"

    @api.model
    def _find(self, lines):
        decisions, why_not = [], {}
        for line in lines.filtered(lambda each: each.journal_id.finance_payout):
            decision, words = self._of_line(line)
            if decision:
                decisions.append(decision)
            elif words:
                why_not[line.id] = [words]
        return decisions, why_not

    def _of_line(self, line):
        """What a line is booked against: a decision, or words why there is none."""
        kind, journal = line.transaction_type, line.journal_id
        if kind in CHARGED:
            reasons = [self.env._("%s charges this", journal.name)]
            if journal.finance_payout_fee_tax_id and kind != "rounding":
                reasons.append(self.env._("With tax: %s", journal.finance_payout_fee_tax_id.name))
            missing = self.env["finance.payout.fee"]._missing(journal)
            return self._decision(line, kind, journal._finance_fee_account(), reasons, missing)
        if kind == RESERVE:
            missing = self.env._("%s has no account for reserves", journal.display_name)
            reasons = [self.env._("%s holds this back, or gives it free", journal.name)]
            return self._decision(line, kind, journal.finance_payout_reserve_account_id, reasons, missing)
        if kind in ON_THE_WAY:
            missing = self.env._("The internal transfer account is not set in the accounting settings")
            return self._decision(line, kind, line.company_id.transfer_account_id, [self._on_the_way(line)], missing)
        if kind == REFUND and line.amount < 0:
            return self._refund(line), self.env._("No open credit note of this amount belongs to what it refunds")
        if kind == PAYMENT and journal.finance_payout_clearing_account_id and not self._is_proposed(line):
            reasons = [self.env._("No invoice explains it: %s has an account for such payments", journal.name)]
            return self._decision(line, "clearing", journal.finance_payout_clearing_account_id, reasons, None)
        return None, None

    def _decision(self, line, kind, account, reasons, missing):
        if not account:
            return None, missing
        doubts = [] if line.company_id.finance_sure_payout else [
            self.env._("Booking for payment providers by itself is switched off")
        ]  # fmt: skip
        reasons = (*reasons, self.env._("Counterpart: %s", account.display_name))
        plan = {"kind": kind, "account": account.id}
        return Decision(line.id, "payout", not doubts, 0.9, reasons, tuple(doubts), None, plan), None

    def _on_the_way(self, line):
        return {
            PAYOUT: self.env._("Paid out: waits on the internal transfer account for the bank's line"),
            PAYOUT_REVERSAL: self.env._("A payout came back to the provider"),
            CONVERSION: self.env._("Converted: meets its other side on the internal transfer account"),
        }.get(line.transaction_type, self.env._("Moved between the provider and an own account"))

    def _is_proposed(self, line):
        return any(proposal.state == "proposed" for proposal in line.finance_proposal_ids)

    # refunds

    def _refund(self, line):
        """Against the credit note of the invoice that the refunded payment settled; else a person decides."""
        original = self._original(line)
        if not original:
            return None
        returns = self.env["finance.return"]
        note = self._credit_note(returns._documents(original), line.amount, line.currency_id)
        if note:
            reasons = (
                self.env._("Refunds %s", original.display_name),
                self.env._("Credit note %s is of this amount", note.name),
            )
            doubts = () if line.company_id.finance_sure_payout else (
                self.env._("Booking for payment providers by itself is switched off"),
            )  # fmt: skip
            plan = {"kind": REFUND, "note": note.id}
            return Decision(line.id, "payout", not doubts, 0.9, reasons, doubts, None, plan)
        return returns._of_refund(line, original)

    def _original(self, line):
        """The one payment this refund names, on the same account at the provider."""
        names = self._names(line)
        if not names:
            return self.env[LINE]
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.id FROM account_bank_statement_line s JOIN account_move m ON m.id = s.move_id
                 WHERE s.journal_id = %s AND s.transaction_type = %s AND s.amount > 0 AND m.state = 'posted'
                   AND m.date <= %s AND s.transaction_details->'details'->0->>'transaction_id' = ANY(%s) LIMIT 2
                """,
                line.journal_id.id, PAYMENT, line.date, list(names),
            )
        )  # fmt: skip
        return self.env[LINE].browse(rows[0] if len(rows) == 1 else ())

    def _names(self, line):
        details = (line.transaction_details or {}).get("details") or []
        names = {detail.get("transaction_id") for detail in details}
        names |= {other.get("value") for detail in details for other in detail.get("other_references") or ()}
        return names - {None}

    @api.model
    def _credit_note(self, invoices, amount, currency):
        """The one open credit note of these invoices that a refund of ``amount`` settles."""
        notes = invoices.reversal_move_ids.filtered(
            lambda note: note.state == "posted"
            and note.currency_id == currency
            and currency.compare_amounts(note.amount_residual, abs(amount)) == 0
        )
        return notes if len(notes) == 1 else notes.browse()

    # the ledger

    @api.model
    def _apply(self, proposal):
        line = self.env[LINE].browse(proposal.line_id.id)
        plan, kind = proposal.plan, proposal.plan["kind"]
        if kind in CHARGED:
            self._charge(line, kind)
        elif kind == REFUND:
            self._settle_note(line, self.env["account.move"].browse(plan["note"]).exists())
        elif kind in ON_THE_WAY:
            self._send(line)
        else:
            account = self.env["account.account"].browse(plan["account"]).exists()
            self.env["finance.followup"]._replace_suspense(line, [self._whole(line, account)])

    def _charge(self, line, kind):
        suspense = line._seek_for_lines()[1]
        stated = any(each.transaction_type == "tax" for each in line.statement_id.line_ids)
        items = self.env["finance.payout.fee"]._items(
            line.journal_id, kind, sum(suspense.mapped("amount_currency")), sum(suspense.mapped("balance")),
            suspense.currency_id, line.payment_ref, net=stated,
        )  # fmt: skip
        self.env["finance.followup"]._replace_suspense(line, items)

    def _settle_note(self, line, note):
        item = note.line_ids.filtered(lambda each: each.display_type == "payment_term" and not each.reconciled)
        if len(item) != 1:
            raise UserError(self.env._("The credit note was settled since. Match the line again."))
        values = {**self._whole(line, item.account_id), "partner_id": item.partner_id.id}
        new = self.env["finance.followup"]._replace_suspense(line, [values], item.partner_id.commercial_partner_id)
        self.env["account.move.line"]._reconcile_plan([new + item])

    def _whole(self, line, account):
        return self.env["finance.return"]._whole(line, account)

    def _send(self, line):
        """To the transfer account, against the other side where that waits there."""
        account = line.company_id.transfer_account_id
        if not account:
            raise UserError(self.env._("Set the internal transfer account in the accounting settings first."))
        other = self._waiting(line, account)
        new = self.env["finance.own.transfer"]._to_transfer(line, account, other)
        if other:
            self.env["account.move.line"]._reconcile_plan([new + other])
        elif line.transaction_type == PAYOUT:
            self._tell_bank(line)

    def _waiting(self, line, account):
        """The open item of a conversion's other leg, or of the payout that came back."""
        wanted = {CONVERSION: CONVERSION, PAYOUT_REVERSAL: PAYOUT}.get(line.transaction_type)
        if not wanted:
            return self.env["account.move.line"]
        days = line.company_id.finance_payout_days
        names = self._names(line)
        found = self._open_items(line.company_id, account, wanted).filtered(
            lambda item: item.balance * line.amount > 0
            and abs((item.date - line.date).days) <= days
            and names & self._names(item.move_id.statement_line_id)
            and (item.currency_id != line.currency_id
                 or item.currency_id.compare_amounts(item.amount_residual_currency, line.amount) == 0)
        )  # fmt: skip
        return found if len(found) == 1 else found.browse()

    @api.model
    def _open_items(self, company, account, kind):
        """Items of this kind that wait on the transfer account."""
        return self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("reconciled", "=", False), ("parent_state", "=", "posted"),
             ("company_id", "=", company.id), ("move_id.statement_line_id.transaction_type", "=", kind),
             ("journal_id.finance_payout", "!=", False)]
        )  # fmt: skip

    def _tell_bank(self, line):
        """A bank line that came before the provider's file is looked at again."""
        waiting = self.env[LINE].search(
            [("company_id", "=", line.company_id.id), ("is_reconciled", "=", False), ("state", "=", "posted"),
             ("amount", "=", -line.amount), ("journal_id.finance_payout", "=", False)]
        )  # fmt: skip
        for journal in waiting.journal_id.filtered("finance_auto_match"):
            self.env["finance.matching"]._enqueue(journal)

    @api.model
    def _undone(self, proposal):
        """Nothing else was changed."""
