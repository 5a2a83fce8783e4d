from odoo import api, fields, models
from odoo.tools import SQL


class FinanceApprovalBeneficiary(models.Model):
    """Who was ever paid with an approval; its row makes two requests for one beneficiary see each other."""

    _name = "finance.approval.beneficiary"
    _description = "Beneficiary of approvals"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    name = fields.Char(required=True, readonly=True)
    asked_on = fields.Datetime(readonly=True)

    _name_uniq = models.UniqueIndex("(company_id, name)")

    @api.model
    def _touch(self, company, keys):
        """Take the rows of these beneficiaries until the commit, in one order for everybody."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO finance_approval_beneficiary (company_id, name, asked_on)
                SELECT %s, key, clock_timestamp() AT TIME ZONE 'UTC' FROM unnest(%s) key ORDER BY key
                    ON CONFLICT (company_id, name) DO UPDATE SET asked_on = excluded.asked_on
                """,
                company.id,
                keys,
            )
        )
