from odoo import models


class FinanceTrace(models.AbstractModel):
    """An invoice leads to what a tax engine said about it, and that to the call in which it did."""

    _inherit = "finance.trace"

    def _near(self, records, first):
        yield from super()._near(records, first)
        if records._name == "account.move":
            yield self.env["finance.tax.determination"].search([("move_id", "in", records.ids)], limit=20)
        elif records._name == "finance.tax.determination":
            yield records.move_id

    def _stage(self, record):
        return "tax" if record._name == "finance.tax.determination" else super()._stage(record)
