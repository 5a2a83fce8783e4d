"""Indexes for what the canonical interface reads in the order of the last change, page after page."""

from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    _finance_changed_idx = models.Index("(company_id, write_date, id)")


class AccountPayment(models.Model):
    _inherit = "account.payment"

    _finance_changed_idx = models.Index("(company_id, write_date, id)")


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    _finance_changed_idx = models.Index("(company_id, write_date, id)")
