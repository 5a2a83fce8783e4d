from odoo import fields, models


class FinanceCloseItem(models.Model):
    """A posted journal item as it stood in the ledger from one snapshot on, until another.

    Written by ``finance.close.ledger`` alone, in sets. ``since`` and ``until`` are numbers of
    snapshots: the item belongs to snapshot n where ``since <= n < until``. Journal items may be
    deleted, so nothing here is a foreign key to them.
    """

    _name = "finance.close.item"
    _description = "Recorded journal item"
    _log_access = False
    _rec_name = "line_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    line_id = fields.Integer(string="Journal item", required=True, readonly=True)
    account_id = fields.Many2one("account.account", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    date = fields.Date(required=True, readonly=True)
    debit = fields.Float(digits=0, readonly=True)
    credit = fields.Float(digits=0, readonly=True)
    amount_currency = fields.Float(digits=0, readonly=True)
    yearly = fields.Boolean(readonly=True, help="Income or expense: starts from zero each fiscal year.")
    since = fields.Integer(required=True, readonly=True)
    until = fields.Integer(readonly=True)

    _standing_uniq = models.UniqueIndex("(line_id) WHERE until IS NULL")
    _company_idx = models.Index("(company_id, date)")
