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
        today = fields.Date.context_today(self)
        for journal in banks:
            last, came = journal.finance_until_on, journal.finance_last_import_on
            dashboard_data[journal.id].update(
                finance_until=format_date(self.env, last) if last else False,
                finance_late=bool(journal.finance_late_case_id or journal.finance_gap_case_ids),
                finance_days=(today - last).days if last else False,
                finance_imported=format_date(self.env, came) if came else False,
                finance_proposed=journal.finance_proposed_count,
            )
        return result
