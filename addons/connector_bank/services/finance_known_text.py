from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .decision import Decision

LINE = "account.bank.statement.line"
SHOWN = 3


class FinanceKnownText(models.AbstractModel):
    """Lines that nothing else explains, by what people did with such texts before."""

    _name = "finance.known.text"
    _description = "Matching by remembered texts"

    @api.model
    def _find(self, lines):
        company = self.env.company
        lines = lines - self.env["finance.return"]._returns(lines)
        memory = self.env["finance.text.memory"]
        known, memories = memory._of(company) if company.finance_text_memory and lines else (None, {})
        if not memories:
            return [], {}
        allowed = self._allowed(company, memory.concat(*memories.values()).account_id)
        decisions = []
        for line in lines:
            fitting = memory._fitting(line, known, memories)
            if fitting and not line._seek_for_lines()[2]:  # what is settled in part is for a person
                decisions += self._decisions(line, fitting, allowed)
        return decisions, {}

    def _decisions(self, line, fitting, allowed):
        """One decision an account; only a single account may be certain."""
        by_account = fitting.grouped("account_id")
        firsts = [memories[0] for account, memories in by_account.items() if account in allowed]
        return [self._decision(line, memory, len(by_account)) for memory in firsts[:SHOWN]]

    def _decision(self, line, memory, accounts):
        company, _t = line.company_id, self.env._
        doubts = []
        if memory.confirmations < company.finance_text_times:
            doubts.append(_t("Booked so only %s times by a person", memory.confirmations))
        if memory.contradictions:
            doubts.append(_t("Decided otherwise %s times", memory.contradictions))
        if abs(sum(line._seek_for_lines()[0].mapped("balance"))) > memory.largest:
            doubts.append(_t("More than ever before; at most it was %s", memory.currency_id.format(memory.largest)))
        if accounts > 1:
            doubts.append(_t("Such texts went to %s accounts", accounts))
        reasons = [_t("Text “%s”, as on lines that people booked to this account", memory.text)]
        if memory.counterparty:
            reasons.append(_t("Counterparty “%s”, as there", memory.counterparty))
        reasons.append(_t("Counterpart: %s", memory.account_id.display_name))
        sure = not doubts and company.finance_text_automatic
        score = 0.5 if not doubts else 0.3
        return Decision(line.id, "text", sure, score, tuple(reasons), tuple(doubts), None,
                        {"account": memory.account_id.id})  # fmt: skip

    def _allowed(self, company, accounts):
        """Those of ``accounts`` that the desk offers for a write-off."""
        domain = self.env["finance.desk"]._accounts_domain(company) & Domain("id", "in", accounts.ids)
        return accounts.with_company(company).search(domain)

    # the ledger

    @api.model
    def _apply(self, proposal):
        line = self.env[LINE].browse(proposal.line_id.id)
        account = self.env["account.account"].browse(proposal.plan["account"]).exists()
        if not self._allowed(line.company_id, account):
            raise UserError(self.env._("The account cannot be used any more. Match the line again."))
        self.env["finance.followup"]._replace_whole(line, account, line.partner_id)

    @api.model
    def _undone(self, proposal):
        """Nothing else was changed."""
