from odoo import models


class FinanceConnector(models.Model):
    _inherit = "finance.connector"

    def _remains(self):
        """What a tax engine needs before invoices get their tax from it."""
        found = super()._remains()
        if self.domain == "tax" and self.tax_provider:
            before = []
            if self.tax_provider == "rate_table" and not self.tax_rate_ids:
                before.append(self.env._("Enter your rates, page Tax."))
            if not self.tax_mapping_ids:
                before.append(self.env._("Say which of your taxes takes what each authority gets, page Tax."))
            if not self.tax_position_ids:
                before.append(self.env._("Name it on the fiscal positions whose customer invoices it shall tax."))
            found[-1:-1] = before  # activating stays the last
        return found
