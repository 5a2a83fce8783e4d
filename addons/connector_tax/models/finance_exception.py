from odoo import api, models


class FinanceException(models.Model):
    """Cases about taxes close by themselves when ours and the engine's agree again."""

    _inherit = "finance.exception"

    @api.model
    def _cause_checks(self):
        return {**super()._cause_checks(), "tax.difference": "_still_different", "tax.lost": "_still_lost"}

    def _determinations(self):
        found = self.filtered(lambda case: case.res_model == "finance.tax.determination")
        records = self.env["finance.tax.determination"].sudo().browse(found.mapped("res_id")).exists()
        return {record.id: record for record in records}

    def _still_different(self):
        known = self._determinations()
        return self.filtered(
            lambda case: (
                (one := known.get(case.res_id)) is None
                or (one.state not in ("voided", "superseded") and not one.currency_id.is_zero(one.difference))
            )
        )

    def _still_lost(self):
        """Found again by a comparison after the case was opened, or no longer meant to be there."""
        known = self._determinations()
        return self.filtered(
            lambda case: (
                (one := known.get(case.res_id)) is None
                or (
                    one.state not in ("voided", "superseded")
                    and (not one.compared_on or one.compared_on <= case.last_seen_on)
                )
            )
        )
