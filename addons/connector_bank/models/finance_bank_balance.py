from odoo import api, fields, models

KINDS = [
    ("opening", "Opening"),
    ("closing", "Closing"),
    ("interim", "Interim"),
    ("available", "Available"),
    ("forward", "Forward available"),
    ("other", "Other"),
]

#: ISO 20022 external balance type codes (BalanceType12Code and older) by what they are to us.
KIND_OF_CODE = {
    "OPBD": "opening",
    "PRCD": "opening",
    "CLBD": "closing",
    "ITBD": "interim",
    "CLAV": "available",
    "ITAV": "available",
    "OPAV": "available",
    "FWAV": "forward",
}


class FinanceBankBalance(models.Model):
    """A balance as a bank reported it: the evidence for cash figures."""

    _name = "finance.bank.balance"
    _description = "Bank balance"
    _order = "balance_on desc, reported_on desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    journal_id = fields.Many2one(
        "account.journal", required=True, index=True, readonly=True, ondelete="cascade", check_company=True
    )
    bank_account_id = fields.Many2one(related="journal_id.bank_account_id")
    statement_id = fields.Many2one("account.bank.statement", index="btree_not_null", readonly=True, ondelete="cascade")
    message_id = fields.Many2one("finance.message", index="btree_not_null", readonly=True, ondelete="set null")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    code = fields.Char(readonly=True, help="ISO 20022 balance type, e.g. CLBD or ITBD.")
    amount = fields.Monetary(required=True, readonly=True, aggregator=False)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    balance_on = fields.Date(required=True, readonly=True, string="Balance date")
    reported_on = fields.Datetime(readonly=True, help="When the bank made the report, in UTC.")

    _position_idx = models.Index("(journal_id, kind, balance_on DESC, id DESC)")

    @api.depends("journal_id", "balance_on", "code")
    def _compute_display_name(self):
        for balance in self:
            balance.display_name = f"{balance.journal_id.name} {balance.code or balance.kind} {balance.balance_on}"
