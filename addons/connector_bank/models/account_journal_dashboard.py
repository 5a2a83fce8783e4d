from odoo import fields, models
from odoo.tools.misc import format_date


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        """Freshness, last import and open lines for the cards of Odoo's accounting dashboard."""
        result = super()._fill_bank_cash_dashboard_data(dashboard_data)
        banks = self.filtered(lambda journal: journal.type in ("bank", "credit"))
        if not banks or not self.env["finance.bank.balance"].has_access("read"):
            return result
        until = dict(
            self.env["finance.bank.balance"]._read_group(
                [("journal_id", "in", banks.ids), ("kind", "in", ("closing", "interim"))],
                ["journal_id"],
                ["balance_on:max"],
            )
        )
        imported = dict(
            self.env["account.bank.statement.line"]._read_group(
                [("journal_id", "in", banks.ids), ("finance_message_id", "!=", False)],
                ["journal_id"],
                ["create_date:max"],
            )
        )
        proposed = dict(
            self.env["finance.match.proposal"]._read_group(
                [("journal_id", "in", banks.ids), ("state", "=", "proposed"), ("rank", "=", 1)],
                ["journal_id"],
                ["__count"],
            )
        )
        today = fields.Date.context_today(self)
        for journal in banks:
            last = until.get(journal)
            came = imported.get(journal)
            dashboard_data[journal.id].update(
                finance_until=format_date(self.env, last) if last else False,
                finance_days=(today - last).days if last else False,
                finance_imported=format_date(self.env, came) if came else False,
                finance_proposed=proposed.get(journal, 0),
            )
        return result
