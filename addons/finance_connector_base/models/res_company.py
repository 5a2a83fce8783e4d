from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.errors import FinanceError
from ..crypto.expiry import thresholds


class ResCompany(models.Model):
    _inherit = "res.company"

    finance_expiry_days = fields.Char(
        default="30,7,1",
        string="Warn before expiry",
        help="Days before certificates, keys, tokens and consents end, separated by commas; on the day itself always.",
    )

    @api.constrains("finance_expiry_days")
    def _check_finance_expiry_days(self):
        for company in self:
            try:
                thresholds(company.finance_expiry_days)
            except FinanceError as error:
                raise ValidationError(str(error)) from error

    def _finance_setting(self, name, default):
        """A number from the settings, as whole number; the measured default where nothing is set."""
        return int(self.env["ir.config_parameter"].sudo().get_param(f"finance_connector_base.{name}", default))
