from datetime import timedelta

from odoo import fields, models

#: Days of which the connector tells.
LATELY = 7


class FinanceConnector(models.Model):
    _inherit = "finance.connector"

    finance_writing_text = fields.Text(compute="_compute_finance_writing_text")

    def _compute_finance_writing_text(self):
        """Where what comes over this connector is not written at once, and why."""
        for connector in self:
            connector.finance_writing_text = False
            if connector.flow_ids.filtered(lambda flow: flow.kind == "statement"):
                found = self.env["finance.writer.proof"]._slow(connector.company_id)
                words = [
                    self.env._("Odoo writes %(what)s of %(journal)s one by one: %(reason)s",
                               what=name, journal=journal, reason=reason)
                    for name, journal, reason in found
                ]  # fmt: skip
                lately = self.env["finance.writer.batch"]._words(
                    [("company_id", "child_of", connector.company_id.id),
                     ("create_date", ">=", fields.Datetime.now() - timedelta(days=LATELY))]
                )  # fmt: skip
                if lately:
                    words.append(self.env._("In the last %(days)s days: %(words)s", days=LATELY, words=lately))
                connector.finance_writing_text = "\n".join(words)

    def _remains(self):
        """Statements find their journal by its account number."""
        found = super()._remains()
        if self.flow_ids.filtered(lambda flow: flow.kind == "statement") and not self.is_payout_provider:
            journals = self.env["account.journal"].search(
                [("company_id", "child_of", self.company_id.id), ("bank_account_id", "!=", False)], limit=1
            )
            if not journals:
                found.insert(-1, self.env._("Give the bank journal its account number: statements find it by that."))
        return found
