from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import server
from ..core.errors import FinanceError
from ..crypto.expiry import thresholds


class ResCompany(models.Model):
    _inherit = "res.company"

    finance_expiry_days = fields.Char(
        default="30,7,1",
        string="Warn before expiry",
        help="Days before certificates, keys, tokens and consents end, separated by commas; on the day itself always.",
    )

    finance_books_years = fields.Integer(
        default=10,
        string="Evidence for the books is kept for",
        help="Full calendar years after the one in which it arose; no retention rule and no request goes below.",
    )

    _finance_books_years = models.Constraint(
        "CHECK (finance_books_years BETWEEN 1 AND 30)", "Evidence for the books is kept for 1 to 30 years."
    )

    @api.constrains("finance_expiry_days")
    def _check_finance_expiry_days(self):
        for company in self:
            try:
                thresholds(company.finance_expiry_days)
            except FinanceError as error:
                raise ValidationError(str(error)) from error

    def _finance_setting(self, name, default):
        """A whole number from the settings, else of the host, else the measured default."""
        kept = self.env["ir.config_parameter"].sudo().get_param(f"finance_connector_base.{name}")
        return int(float(kept or server.option(name, default)))
