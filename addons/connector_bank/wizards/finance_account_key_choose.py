from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class FinanceAccountKeyChoose(models.TransientModel):
    """Which journals the accounts in a provider's file belong to: asked once, remembered."""

    _name = "finance.account.key.choose"
    _description = "Choose journals for a payment provider"

    message_id = fields.Many2one("finance.message", required=True, readonly=True)
    line_ids = fields.One2many("finance.account.key.choose.line", "choose_id", string="Accounts")

    @api.model
    def _of_message(self, message):
        """The question for what ``message`` found no journal for."""
        currencies = {currency.name: currency.id for currency in self.env["res.currency"].search([])}
        return self.create(
            {
                "message_id": message.id,
                "line_ids": [
                    Command.create({"format": code, "account": account, "currency_id": currencies.get(currency)})
                    for code, account, currency in (message.result or {}).get("accounts", ())
                ],
            }
        )

    def action_choose(self):
        """Remember the answers, then import what waited for them."""
        self.ensure_one()
        if not self.line_ids.journal_id:
            raise UserError(self.env._("Choose a journal for at least one account."))
        self.env["finance.account.key"].sudo().create(
            [
                {
                    "company_id": line.journal_id.company_id.id,
                    "journal_id": line.journal_id.id,
                    "format": line.format,
                    "account": line.account,
                    "currency_id": line.currency_id.id,
                }
                for line in self.line_ids.filtered("journal_id")
            ]
        )
        self.message_id.action_process_now()
        self._others_waiting().action_retry()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _others_waiting(self):
        """Further messages of the company that wait for such an answer."""
        cases = self.env["finance.exception"].search(
            [("code", "=", "payout.account_unknown"), ("state", "=", "open"), ("message_state", "=", "refused"),
             ("company_id", "=", self.message_id.company_id.id), ("message_id", "!=", self.message_id.id)]
        )  # fmt: skip
        return cases.message_id


class FinanceAccountKeyChooseLine(models.TransientModel):
    _name = "finance.account.key.choose.line"
    _description = "Account without journal"

    choose_id = fields.Many2one("finance.account.key.choose", required=True, ondelete="cascade")
    format = fields.Char(required=True, readonly=True)
    provider = fields.Char(compute="_compute_provider")
    account = fields.Char(readonly=True, string="Merchant account")
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_id = fields.Many2one(related="choose_id.message_id.company_id")
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', 'in', ('bank', 'credit')), ('company_id', 'child_of', company_id), "
        "'|', ('currency_id', '=', currency_id), '&', ('currency_id', '=', False), "
        "('company_id.currency_id', '=', currency_id)]",
    )

    @api.depends("format")
    def _compute_provider(self):
        for line in self:
            line.provider = self.env["finance.account.key"]._words(line.format, None, None)
