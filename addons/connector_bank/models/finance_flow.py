from odoo import fields, models


class FinanceFlow(models.Model):
    _inherit = "finance.flow"

    answer_hours = fields.Float(
        default=24.0,
        string="Answer within (hours)",
        help="A payment order is acknowledged within this time, or a case says that it is stuck. 0: this bank sends no "
        "acknowledgements.",
    )
