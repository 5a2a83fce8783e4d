"""Proposals beside invoices: returns, transfers and rules have a plan instead of parts."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.canonical import sha256

from ..services.finance_followup import FINDERS


class FinanceMatchProposal(models.Model):
    _inherit = "finance.match.proposal"

    other_line_id = fields.Many2one(
        "account.bank.statement.line", readonly=True, index="btree_not_null", ondelete="cascade", string="Other line",
        help="The line that is returned, or the other side of a transfer.",
    )
    plan = fields.Json(readonly=True)

    @api.model
    def _signature_of_plan(self, line_id, rule, other_line_id, plan):
        """What makes a proposal without parts the same again."""
        return sha256([line_id, rule, other_line_id, sorted((key, str(value)) for key, value in plan.items())])[:32]

    @api.depends("part_ids.item_id", "other_line_id", "plan")
    def _compute_documents(self):
        res = super()._compute_documents()
        rules = self.filtered(lambda proposal: proposal.rule == "rule")
        for proposal in rules:
            model = self.env["account.reconcile.model"].browse((proposal.plan or {}).get("rule")).exists()
            proposal.documents = model.name or False
            proposal.partner_id = model.line_ids.partner_id[:1] or proposal.line_id.partner_id
        for proposal in self.filtered(lambda proposal: proposal.rule == "text"):
            proposal.documents = proposal._account_taught().display_name
            proposal.partner_id = proposal.line_id.partner_id
        for proposal in self.filtered(lambda proposal: proposal.rule == "intercompany"):
            plan = proposal.plan or {}
            proposal.documents = self.env["account.account"].browse(plan.get("account")).exists().display_name
            proposal.partner_id = self.env["res.partner"].browse(plan.get("partner")).exists()
        for proposal in self.filtered(lambda proposal: proposal.rule in ("payout", "settlement")):
            proposal.documents = proposal._of_provider()
        for proposal in self.filtered("other_line_id"):
            other = proposal.other_line_id
            proposal.documents = f"{other.move_id.name} {other.payment_ref or ''}".strip()
            proposal.partner_id = other.partner_id
        return res

    def _of_provider(self):
        """What a line of a payment provider is booked against, in short."""
        plan = self.plan or {}
        if self.rule == "settlement":
            places = {part[0] for part in (*plan.get("parts", ()), *plan.get("reopen", ()))}
            return self.env._("%s payments with their documents", len(places))
        if plan.get("note"):
            return self.env["account.move"].browse(plan["note"]).exists().name
        return self.env["account.account"].browse(plan.get("account")).exists().display_name

    def action_accept(self):
        followups = self.filtered(lambda proposal: proposal.rule in FINDERS)
        res = super(FinanceMatchProposal, self - followups).action_accept()
        for proposal in self - followups:
            proposal._remember()
        followups.check_access("write")
        for proposal in followups:
            if proposal.state != "proposed":
                raise UserError(self.env._("This proposal was decided already."))
            self.env["finance.followup"].with_company(proposal.company_id)._accept(proposal)
            proposal._remember()
        return res

    def action_reject(self):
        for proposal in self.filtered(lambda each: each.state == "proposed" and each.rule == "text"):
            self.env["finance.text.memory"]._reject(proposal.line_id, proposal._account_taught())
        return super().action_reject()

    def _remember(self):
        """What a person decided teaches who pays from this account, and where lines with such a text go."""
        self.ensure_one()
        partner = self.part_ids.item_id.partner_id.commercial_partner_id
        if len(partner) == 1:
            self.env["finance.payer.memory"]._confirm(self.line_id, partner)
        if account := self._account_taught():
            self.env["finance.text.memory"]._confirm(self.line_id, account)

    def _forget(self):
        """What a person undid does not hold."""
        self.ensure_one()
        partner = self.part_ids.item_id.partner_id.commercial_partner_id
        if len(partner) == 1:
            self.env["finance.payer.memory"]._reject(self.line_id, partner)
        if account := self._account_taught():
            self.env["finance.text.memory"]._reject(self.line_id, account)

    def _account_taught(self):
        """The one account that the whole line went to by its text, or by hand."""
        account = self.env["account.account"].with_company(self.company_id)
        if self.rule == "text":
            return account.browse(self.plan["account"]).exists()
        offs, line = self.write_offs or (), self.line_id
        if self.rule != "by_hand" or self.part_ids or self.rest or len(offs) != 1:
            return account
        currency = line.foreign_currency_id or line.currency_id
        whole = line.amount_currency if line.foreign_currency_id else line.amount
        if currency.compare_amounts(float(offs[0]["amount"]), whole):
            return account
        return account.browse(offs[0]["account_id"]).exists()

    def _drop_obsolete(self):
        res = super()._drop_obsolete()
        settled = (self.line_id | self.other_line_id).filtered("is_reconciled")
        self.sudo().search(
            [
                ("state", "=", "proposed"),
                "|", ("line_id", "in", settled.ids), ("other_line_id", "in", self.other_line_id.ids),
            ]
        ).unlink()
        return res


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def action_undo_reconciliation(self):
        """Two lines that settle each other are undone together; what a return had opened is closed again."""
        model = self.env["finance.match.proposal"].sudo()  # who undoes it need not be a user of the connectors
        accepted = [("state", "=", "accepted"), ("rule", "in", list(FINDERS))]
        own = model.search([("line_id", "in", self.ids), *accepted])
        leaning = model.search([("other_line_id", "in", self.ids), *accepted])
        both = own.filtered(lambda proposal: (proposal.plan or {}).get("both"))
        decided = model.search(
            [("line_id", "in", self.ids), ("state", "=", "accepted"), ("rule", "not in", list(FINDERS))]
        )
        for proposal in own | decided:
            proposal._forget()
        lines = self | self.browse((leaning.line_id | both.other_line_id).ids)
        res = super(AccountBankStatementLine, lines).action_undo_reconciliation()
        for proposal in own - leaning:
            if proposal.other_line_id not in lines:
                self.env[FINDERS[proposal.rule]].with_company(proposal.company_id)._undone(proposal)
        return res
