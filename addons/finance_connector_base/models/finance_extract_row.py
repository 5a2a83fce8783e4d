from odoo import fields, models


class FinanceExtractRow(models.Model):
    """The last version of a row that an extract has handed over, by its hash."""

    _name = "finance.extract.row"
    _description = "Extracted row"
    _log_access = False
    _order = "record_id"

    extract_id = fields.Many2one("finance.extract", required=True, readonly=True, ondelete="cascade")
    record_id = fields.Integer(required=True, readonly=True)
    row_hash = fields.Char(required=True, readonly=True)
    deleted = fields.Boolean(readonly=True)
    number = fields.Integer(readonly=True, string="File")

    _record_uniq = models.UniqueIndex("(extract_id, record_id)")
