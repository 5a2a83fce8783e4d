from odoo import models


class FinanceConnector(models.Model):
    _inherit = "finance.connector"

    def _remains(self):
        """Statements find their journal by its account number."""
        found = super()._remains()
        if self.flow_ids.filtered(lambda flow: flow.kind == "statement"):
            journals = self.env["account.journal"].search(
                [("company_id", "child_of", self.company_id.id), ("bank_account_id", "!=", False)], limit=1
            )
            if not journals:
                found.insert(-1, self.env._("Give the bank journal its account number: statements find it by that."))
        return found
