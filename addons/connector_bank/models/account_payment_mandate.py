from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AccountPayment(models.Model):
    """A direct debit: by which mandate it is collected, and what its fate means for the mandate."""

    _inherit = "account.payment"

    finance_mandate_id = fields.Many2one(
        "finance.mandate", "Mandate", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    finance_sequence = fields.Char("Sequence", readonly=True, copy=False, help="FRST, RCUR, OOFF or FNAL.")
    finance_run_line_ids = fields.One2many(
        "finance.payment.run.line", "payment_id", readonly=True, groups="finance_connector_base.group_user"
    )

    _finance_one_off_uniq = models.UniqueIndex(
        "(finance_mandate_id) WHERE finance_mandate_id IS NOT NULL AND finance_sequence = 'OOFF'"
        " AND state NOT IN ('canceled', 'rejected') AND coalesce(finance_way, '') <> 'rejected'",
        "A one-off mandate collects once.",
    )

    @api.constrains("finance_mandate_id", "partner_id", "company_id")
    def _check_finance_mandate(self):
        """A mandate collects from its own debtor, for its own company."""
        for payment in self.filtered("finance_mandate_id").sudo():
            mandate = payment.finance_mandate_id
            if mandate.partner_id.commercial_partner_id != payment.partner_id.commercial_partner_id:
                raise ValidationError(self.env._("The mandate %s is another debtor's.", mandate.reference))
            if mandate.company_id != payment.company_id:
                raise ValidationError(self.env._("The mandate %s was given to another company.", mandate.reference))

    def _finance_tell(self, standing):
        told = super()._finance_tell(standing)
        if standing.state in ("rejected", "reversed"):
            self.sudo().finance_mandate_id._answered(standing.reasons)
        return told
