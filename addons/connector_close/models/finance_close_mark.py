from odoo import fields, models


class FinanceCloseMark(models.Model):
    """How far the ledger of one company is recorded; every snapshot of the company must change it."""

    _name = "finance.close.mark"
    _description = "Recorded up to"
    _log_access = False
    _rec_name = "company_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    version = fields.Integer(required=True, readonly=True, help="Number of the latest snapshot.")

    _company_uniq = models.UniqueIndex("(company_id)")
