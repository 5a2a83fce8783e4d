from odoo import api, fields, models

from ..snapshot.rows import AMOUNTS


class FinanceCloseSnapshotLine(models.Model):
    """One account of a frozen trial balance, to read, filter and pivot; the content itself is the file."""

    _name = "finance.close.snapshot.line"
    _description = "Line of a frozen trial balance"
    _order = "snapshot_id desc, branch_id, code, currency_id"
    _rec_name = "code"

    snapshot_id = fields.Many2one(
        "finance.close.snapshot", required=True, readonly=True, index=True, ondelete="cascade"
    )
    period_id = fields.Many2one(related="snapshot_id.period_id", store=True)
    company_id = fields.Many2one(related="snapshot_id.company_id", store=True, index=True)
    branch_id = fields.Many2one("res.company", required=True, readonly=True, string="Books of")
    branch_name = fields.Char(readonly=True)
    account_id = fields.Many2one("account.account", required=True, readonly=True, ondelete="restrict")
    code = fields.Char(readonly=True, string="Account code")
    account_name = fields.Char(readonly=True, string="Account name")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    books_currency_id = fields.Many2one(related="snapshot_id.currency_id", string="Currency of the books")
    opening = fields.Monetary(readonly=True, currency_field="books_currency_id")
    debit = fields.Monetary(readonly=True, currency_field="books_currency_id")
    credit = fields.Monetary(readonly=True, currency_field="books_currency_id")
    closing = fields.Monetary(readonly=True, currency_field="books_currency_id")
    closing_currency = fields.Monetary(
        readonly=True, currency_field="currency_id", string="Closing in currency", aggregator=None
    )

    @api.model
    def _write_down(self, snapshot, rows):
        """Lines of ``{(company id, account id, currency id): Row}``."""
        return self.create(
            [
                {
                    "snapshot_id": snapshot.id,
                    "branch_id": company,
                    "branch_name": row.company,
                    "account_id": account,
                    "code": row.account,
                    "account_name": row.name,
                    "currency_id": currency,
                    **{name: float(getattr(row, name)) for name in AMOUNTS},
                }
                for (company, account, currency), row in rows.items()
            ]
        )

    def action_open_items(self):
        """The journal items of the account in the period, as they are now."""
        self.ensure_one()
        period = self.period_id
        return {
            "type": "ir.actions.act_window",
            "name": f"{self.code} {self.account_name}",
            "res_model": "account.move.line",
            "views": [[False, "list"], [False, "form"]],
            "domain": [
                ("account_id", "=", self.account_id.id),
                ("company_id", "=", self.branch_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("parent_state", "=", "posted"),
                ("date", ">=", period.date_from),
                ("date", "<=", period.date_to),
            ],
        }
