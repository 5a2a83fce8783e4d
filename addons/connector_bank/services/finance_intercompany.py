from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..importing.account import spellings
from ..matching.score import spelled
from .decision import Decision

LINE = "account.bank.statement.line"


class FinanceIntercompany(models.AbstractModel):
    """Lines whose counterparty is another company of this database: said in words, never booked without a person.

    What is stored on the line names the other company and nothing of its books; its own booking is looked up when
    somebody reads the line, with that person's rights.
    """

    _name = "finance.intercompany"
    _description = "Matching between companies"

    @api.model
    def _find(self, lines):
        lines = lines - self.env["finance.return"]._returns(lines)
        decisions, why_not = [], {}
        for line, (other, evidence) in self._others(lines).items():
            account = self.env["finance.intercompany.account"]._of(line.company_id, other)
            if account:
                decisions.append(self._decision(line, other, account, evidence))
            else:
                why_not[line.id] = [
                    evidence,
                    self.env._("No account between companies is set for it: book it with the other side"),
                ]
        return decisions, why_not

    def _decision(self, line, other, account, evidence):
        reasons = (evidence, self.env._("Counterpart: %s", account.display_name))
        doubts = (self.env._("Between companies nothing is booked without a person"),)
        return Decision(line.id, "intercompany", False, 0.5, reasons, doubts, None,
                        {"account": account.id, "partner": other.partner_id.id})  # fmt: skip

    def _others(self, lines):
        """``{line: (other company, how it is known in words)}`` by account, partner or name, in this order."""
        companies = self.env["res.company"].sudo().search([])
        if len(companies) < 2:
            return {}
        transfer = self.env["finance.own.transfer"]
        journals = transfer._own_accounts(lines)
        by_partner = {company.partner_id.commercial_partner_id: company for company in companies}
        by_name = companies.grouped(lambda company: spelled(company.name))
        found = {}
        for line in lines:
            other, words = companies.browse(), False
            holders = journals.get(transfer._key(line.account_number or ""), ())
            if any(each.company_id == line.company_id for each in holders):
                continue
            if holders:
                other = holders[0].company_id
                words = self.env._("The counterparty's account is one of %s", other.name)
            elif partner := line.partner_id.sudo().commercial_partner_id:
                other = by_partner.get(partner, other)
                words = self.env._("The line's partner is %s, a company of this database", other.name)
            elif line.partner_name and len(named := by_name.get(spelled(line.partner_name), other)) == 1:
                other = named
                words = self.env._("The counterparty bears the name of %s, a company of this database", other.name)
            if other and other != line.company_id:
                found[line] = (other, words)
        return found

    # the other side, for those who may see it

    @api.model
    def _seen(self, line):
        """What the books of the other company say, in words, for a person who works there too; else ``False``."""
        other, _evidence = self._others(line).get(line, (None, None))
        if not other or other not in self.env.user.company_ids or not line.journal_id:
            return False
        legs = self._legs(line, other)
        if not legs:
            return self.env._("%s: the other side has not come in", other.name)
        leg = legs[0]
        return self.env._(
            "%(company)s: %(entry)s of %(day)s, %(amount)s", company=other.name, entry=leg.move_id.name,
            day=format_date(self.env, leg.date), amount=leg.currency_id.format(leg.amount),
        )

    def _legs(self, line, other):
        """Lines of ``other`` that may be the other side, by the rights of the person; the nearest first."""
        days = timedelta(days=line.company_id.finance_transfer_days)
        lines = self.env[LINE].with_context(allowed_company_ids=self.env.user.company_ids.ids)
        found = lines.search(
            [
                ("company_id", "=", other.id), ("state", "=", "posted"), ("currency_id", "=", line.currency_id.id),
                ("amount", "=", -line.amount), ("date", ">=", line.date - days), ("date", "<=", line.date + days),
            ]
        )  # fmt: skip
        key = self.env["finance.own.transfer"]._key
        own = set(spellings(line.journal_id.bank_account_id.sanitized_acc_number, line.currency_id.name))
        named = found.filtered(lambda leg: not leg.account_number or key(leg.account_number) in own)
        return named.sorted(lambda leg: (not leg.account_number, abs((leg.date - line.date).days), leg.id))

    # the ledger

    @api.model
    def _apply(self, proposal):
        line = self.env[LINE].browse(proposal.line_id.id)
        partner = self.env["res.partner"].browse(proposal.plan["partner"])
        account = self.env["finance.intercompany.account"]._of(line.company_id, partner.sudo().ref_company_ids[:1])
        if account.id != proposal.plan["account"]:
            raise UserError(self.env._("The account between the companies has changed. Match the line again."))
        self.env["finance.followup"]._replace_whole(line, account, partner)

    @api.model
    def _undone(self, proposal):
        """Nothing else was changed."""
