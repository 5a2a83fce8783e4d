from odoo import fields, models


class FinanceMappingGapMessage(models.Model):
    """A message in which a value without mapping stood."""

    _name = "finance.mapping.gap.message"
    _description = "Message with a value without mapping"
    _order = "id desc"
    _rec_name = "message_id"
    _log_access = False

    gap_id = fields.Many2one("finance.mapping.gap", required=True, ondelete="cascade")
    message_id = fields.Many2one("finance.message", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    count = fields.Integer(string="Times")
    amount = fields.Float(digits=(16, 2))

    _once = models.UniqueIndex("(gap_id, message_id)", "Counted already.")
