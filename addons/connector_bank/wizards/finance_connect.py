from odoo import fields, models


class FinanceConnect(models.TransientModel):
    """What a bank's interface needs besides its line."""

    _inherit = "finance.connect"

    institution = fields.Char(
        string="Bank at the interface", help="As the interface calls it, e.g. SPARKASSE_BERLIN_BELADEBEXXX."
    )
    merchant_accounts = fields.Char(help="Whose reports are read, separated by commas.")
    consent_days = fields.Integer(
        string="Consent for (days)", help="As the bank allows: 90 days, in the European Union mostly 180."
    )
    psu_ip_address = fields.Char("Our address on the internet", help="The IP address that banks see this server under.")
    psu_id = fields.Char("User at the bank", help="PSU-ID, where the bank wants it.")
    psu_corporate_id = fields.Char("Company at the bank", help="PSU-Corporate-ID, where the bank wants it.")
