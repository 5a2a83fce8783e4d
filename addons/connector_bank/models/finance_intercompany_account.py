from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FinanceIntercompanyAccount(models.Model):
    """The account on which one company keeps what it owes to or is owed by another company of this database."""

    _name = "finance.intercompany.account"
    _description = "Account between companies"
    _order = "company_id, partner_id"
    _check_company_auto = True
    _rec_name = "partner_id"

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, string="Other company", domain="[('ref_company_ids', '!=', False)]",
        ondelete="cascade", help="By its contact: whoever sets the account need not work in the other company.",
    )
    account_id = fields.Many2one(
        "account.account", required=True, check_company=True,
        help="Lines from and to the other company get it proposed.",
    )
    active = fields.Boolean(default=True)

    _pair_uniq = models.UniqueIndex("(company_id, partner_id)", "There is an account for this company already.")

    @api.constrains("partner_id", "company_id")
    def _check_other(self):
        for record in self:
            companies = record.partner_id.sudo().ref_company_ids
            if not companies or record.company_id in companies:
                raise ValidationError(self.env._("Choose the contact of another company of this database."))

    @api.model
    def _of(self, company, other):
        """The account of ``company`` for ``other``, or an empty one."""
        found = self.sudo().search([("company_id", "=", company.id), ("partner_id", "=", other.partner_id.id)], limit=1)
        return found.account_id.sudo(False)
