"""Which of Odoo's models other systems may lead; invoices, entries and payments never change once they came."""

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "finance.led"]
    _led_object = "partner"


class AccountAccount(models.Model):
    _name = "account.account"
    _inherit = ["account.account", "finance.led"]
    _led_object = "account"


class AccountJournal(models.Model):
    _name = "account.journal"
    _inherit = ["account.journal", "finance.led"]
    _led_object = "journal"


class AccountAnalyticAccount(models.Model):
    _name = "account.analytic.account"
    _inherit = ["account.analytic.account", "finance.led"]
    _led_object = "cost_centre"


class AccountPaymentTerm(models.Model):
    _name = "account.payment.term"
    _inherit = ["account.payment.term", "finance.led"]
    _led_object = "payment_term"


class AccountTax(models.Model):
    _name = "account.tax"
    _inherit = ["account.tax", "finance.led"]
    _led_object = "tax"
