from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _finance_setting(self, name, default):
        """A number from the settings, as whole number; the measured default where nothing is set."""
        return int(self.env["ir.config_parameter"].sudo().get_param(f"finance_connector_base.{name}", default))
