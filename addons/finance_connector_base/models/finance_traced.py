"""Records from which a reader can see the whole chain, from the source to the ledger."""

from odoo import models


class FinanceTraced(models.AbstractModel):
    """Gives a record the button *Trace*."""

    _name = "finance.traced"
    _description = "Traced"

    def action_trace(self):
        """From the source to the ledger: everything that belongs to this record, in the order of time."""
        return self.env["finance.trace"]._action(self)


class FinanceMessage(models.Model):
    _name = "finance.message"
    _inherit = ["finance.message", "finance.traced"]


class FinanceException(models.Model):
    _name = "finance.exception"
    _inherit = ["finance.exception", "finance.traced"]


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "finance.traced"]


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "finance.traced"]


class AccountBankStatement(models.Model):
    _name = "account.bank.statement"
    _inherit = ["account.bank.statement", "finance.traced"]


class AccountBankStatementLine(models.Model):
    _name = "account.bank.statement.line"
    _inherit = ["account.bank.statement.line", "finance.traced"]
