from odoo import api, fields, models

from ..core.errors import CATEGORIES


class FinanceCaseTry(models.TransientModel):
    """Which rule would take a case, and why the others would not; nothing is changed."""

    _name = "finance.case.try"
    _description = "Try the routing rules"

    case_id = fields.Many2one("finance.exception", string="Like this case")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    domain = fields.Selection(
        selection=lambda self: self.env["finance.exception"]._areas(), string="Area", required=True, default="bank"
    )
    code = fields.Char(required=True, default="statement.gap")
    category = fields.Selection(list(CATEGORIES), string="Class", default="data", required=True)
    connector_id = fields.Many2one("finance.connector")
    flow_id = fields.Many2one("finance.flow")
    partner_id = fields.Many2one("res.partner")
    amount = fields.Monetary()
    currency_id = fields.Many2one("res.currency", default=lambda self: self.env.company.currency_id)
    explanation = fields.Text(compute="_compute_explanation")

    @api.onchange("case_id")
    def _onchange_case_id(self):
        case = self.case_id
        if case:
            for name in ("company_id", "domain", "code", "category", "connector_id", "flow_id", "partner_id", "amount"):
                self[name] = case[name]
            self.currency_id = case.currency_id or case.company_id.currency_id

    @api.depends(
        "company_id", "domain", "code", "category", "connector_id", "flow_id", "partner_id", "amount", "currency_id"
    )
    def _compute_explanation(self):
        for trial in self:
            values = {name: trial[name] for name in ("domain", "category", "amount")}
            relations = ("company_id", "connector_id", "flow_id", "partner_id", "currency_id")
            values |= {name: trial[name]._origin.id for name in relations} | {"code": trial.code or ""}
            trial.explanation = "\n".join(self.env["finance.case.rule"]._explain(values))
