from odoo import _, api, fields, models

from ..importing.payouts import WITHOUT_INVOICE
from ..importing.rules import MARKED, Line


class AccountBankStatementLine(models.Model):
    """A booking at the bank, with its identity, its evidence and what is proposed for it."""

    _inherit = "account.bank.statement.line"

    finance_message_id = fields.Many2one("finance.message", string="Message", readonly=True, index="btree_not_null")
    finance_fingerprint = fields.Char(readonly=True, copy=False)
    finance_known_as = fields.Char(
        readonly=True, copy=False, index="btree_not_null",
        help="What it would be by the account's rule of identity, where it was imported by an earlier rule.",
    )
    finance_rule = fields.Selection(
        selection="_finance_rules", compute="_compute_finance_rule", string="Identity by",
        help="By which rule the line is known when the bank delivers it again.",
    )
    finance_occurrence = fields.Integer(
        readonly=True, copy=False, help="1 is the first line with this content, 2 the second …"
    )
    finance_place = fields.Char(readonly=True, copy=False, string="Place in the file")
    finance_booked_on = fields.Date(readonly=True, copy=False, string="Booked at the bank")
    finance_value_on = fields.Date(readonly=True, copy=False, string="Value date")
    finance_bank_ref = fields.Char(readonly=True, copy=False, string="Bank reference", index="btree_not_null")
    finance_ref_source = fields.Char(
        readonly=True, copy=False, help="The interface that gave the bank reference; empty: the bank itself."
    )
    finance_intraday = fields.Boolean(
        readonly=True, copy=False, help="Reported during the day; not yet confirmed by a statement."
    )
    finance_proposal_ids = fields.One2many(
        "finance.match.proposal", "line_id", string="Proposals", groups="finance_connector_base.group_user"
    )
    finance_match_state = fields.Selection(
        [("open", "Open"), ("proposed", "Proposed"), ("reconciled", "Reconciled")],
        compute="_compute_finance_match_state", compute_sudo=True, search="_search_finance_match_state",
        string="Matching",
    )
    finance_other_side = fields.Char(
        compute="_compute_finance_other_side", groups="finance_connector_base.group_user",
        string="At the other company",
        help="The counterpart's booking in another company of this database; for people who work there too.",
    )
    finance_why_not = fields.Text(readonly=True, copy=False, string="Why there is no match")
    finance_why_not_on = fields.Datetime(
        readonly=True, copy=False, string="No match as of",
        help="When the reasons were found; a later look gave the same.",
    )
    finance_hint = fields.Char(
        compute="_compute_finance_hint", compute_sudo=True, string="Next step",
        help="The best proposal, or why there is none.",
    )
    finance_open_amount = fields.Monetary(
        compute="_compute_finance_open_amount", currency_field="finance_open_currency_id", string="Still open",
        help="What of the line is not explained yet, signed like the line.",
    )
    finance_open_currency_id = fields.Many2one("res.currency", compute="_compute_finance_open_amount")
    finance_details_html = fields.Html(compute="_compute_finance_details_html", string="What the bank says")

    _finance_fingerprint_uniq = models.UniqueIndex(
        "(journal_id, finance_fingerprint, finance_occurrence) WHERE finance_fingerprint IS NOT NULL",
        "This line was imported before.",
    )
    _finance_open_idx = models.Index("(journal_id, id) WHERE is_reconciled IS NOT TRUE")
    _finance_desk_idx = models.Index("(internal_index) WHERE is_reconciled IS NOT TRUE")

    @api.model
    def _finance_rules(self):
        return self.env["account.journal"]._finance_rules()

    @api.depends("finance_fingerprint")
    def _compute_finance_rule(self):
        for line in self:
            rule = MARKED.get((line.finance_fingerprint or "").partition(":")[0])
            line.finance_rule = rule and rule.code

    def _finance_identity(self):
        """The line as far as its identity goes."""
        self.ensure_one()
        return Line(self.id, self.finance_fingerprint, self.finance_known_as or None)

    @api.depends("is_reconciled", "finance_proposal_ids.state")
    def _compute_finance_match_state(self):
        for line in self:
            if line.is_reconciled:
                line.finance_match_state = "reconciled"
            elif any(proposal.state == "proposed" for proposal in line.finance_proposal_ids):
                line.finance_match_state = "proposed"
            else:
                line.finance_match_state = "open"

    def _search_finance_match_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        proposed = [("finance_proposal_ids.state", "=", "proposed")]
        by_state = {
            "reconciled": [("is_reconciled", "=", True)],
            "proposed": ["&", ("is_reconciled", "=", False), *proposed],
            "open": ["&", ("is_reconciled", "=", False), "!", *proposed],
        }
        return fields.Domain.OR([fields.Domain(by_state[state]) for state in value if state in by_state])

    @api.depends_context("uid")
    @api.depends("account_number", "partner_id", "partner_name", "amount", "date")
    def _compute_finance_other_side(self):
        for line in self:
            line.finance_other_side = self.env["finance.intercompany"]._seen(line)

    @api.depends("finance_why_not", "is_reconciled", "finance_proposal_ids.state")
    def _compute_finance_hint(self):
        for line in self:
            best = line.finance_proposal_ids.filtered(lambda proposal: proposal.state == "proposed")[:1]
            if line.is_reconciled:
                line.finance_hint = False
            elif best:
                line.finance_hint = _("Proposed: %s", best.documents)
            else:
                line.finance_hint = (line.finance_why_not or "").partition("\n")[0]

    @api.depends("amount_residual", "foreign_currency_id", "currency_id")
    def _compute_finance_open_amount(self):
        for line in self:
            line.finance_open_currency_id = line.foreign_currency_id or line.currency_id
            line.finance_open_amount = -line.amount_residual

    @api.depends_context("lang")
    @api.depends("transaction_details")
    def _compute_finance_details_html(self):
        for line in self:
            line.finance_details_html = self.env["finance.evidence"]._as_table(line.transaction_details or {})

    def _tell_why_not(self, words):
        """Why there is no match, as of now; nothing where there is one."""
        self.write({"finance_why_not": words, "finance_why_not_on": words and fields.Datetime.now()})

    def _finance_without_invoice(self):
        """Whether no invoice explains this line: what a payment provider charges, holds back or moves."""
        self.ensure_one()
        return bool(self.journal_id.finance_payout) and self.transaction_type in WITHOUT_INVOICE

    def action_finance_match(self):
        """Match these lines now and say what came of it."""
        self.check_access("write")
        batches = self.env["finance.writer.batch"]
        last = batches._last()
        result = self.env["finance.matching"]._match(
            self.filtered(lambda line: not (line.is_reconciled or line.statement_id.finance_coming))
        )
        words = _("%(reconciled)s reconciled, %(proposed)s proposed, %(left)s left open", **result)
        by_odoo = batches._words([("id", ">", last)])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if result["reconciled"] else "info",
                "title": _("Matching"),
                "message": f"{words}. {by_odoo}" if by_odoo else words,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_finance_undo(self):
        """Undo the reconciliation; the line is open again and can be matched anew."""
        self.check_access("write")
        self.action_undo_reconciliation()

    def action_undo_reconciliation(self):
        """However it is undone, the proposal that was accepted no longer stands."""
        res = super().action_undo_reconciliation()
        for line in self:
            self.env["finance.audit"]._note("reconciliation.undone", line)
        self.sudo().finance_proposal_ids.filtered(lambda p: p.state == "accepted").state = "undone"
        return res

    def action_finance_message(self):
        return self.finance_message_id.get_formview_action()
