from odoo import fields, models


class FinanceConnect(models.TransientModel):
    """What is asked for when a bank is connected by EBICS."""

    _inherit = "finance.connect"

    ebics_host_id = fields.Char("Host id", help="The bank's name in EBICS, from its letter.")
    ebics_partner_id = fields.Char("Partner id", help="Your number as a customer, from its letter.")
    ebics_user_id = fields.Char("User id", help="The user that speaks for you, from its letter.")
