from odoo import fields, models


class FinanceAuditSeal(models.Model):
    """The place of an event in its chain, which nobody can change without breaking what follows."""

    _name = "finance.audit.seal"
    _description = "Audit seal"
    _order = "chain, seq desc"
    _rec_name = "link"
    _auto = False

    chain = fields.Char(readonly=True)
    seq = fields.Integer(readonly=True, string="Number")
    link = fields.Char(readonly=True, help="SHA-256 of the link before it, the chain, the number and the event.")
    mac = fields.Char(readonly=True, string="Seal", help="HMAC-SHA256 of the link under a key outside the database.")
    key = fields.Char(readonly=True, string="Key id")
    sealed_on = fields.Datetime(readonly=True)
