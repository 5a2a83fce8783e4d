from odoo import models

from ..core.errors import BusinessError
from .finance_canonical import QUIET


class FinanceCanonicalAccountMove(models.AbstractModel):
    """What documents and journal entries have in common: rows, dates, posting."""

    _name = "finance.canonical.account_move"
    _inherit = "finance.canonical"
    _description = "Canonical entry or document"
    _records = "account.move"
    _journal_types = ("general",)

    def _prepare(self, run):
        found = [item.found for item in run.waiting]
        lines = [line for one in found for line in one.lines]
        currencies = {getattr(one, "currency", None) for one in (*found, *lines)}
        self._journals(run, self._journal_types)
        dated = [(line, item.day) for item in run.waiting for line in item.found.lines]
        self._look_up(run, "account", {(line.account, day) for line, day in dated})
        self._look_up(run, "cost_centre", {(line.cost_centre, day) for line, day in dated})
        self._look_up(run, "currency", currencies)

    def _currency(self, run, code, pointer):
        if not code:
            return run.company.currency_id
        return self.env["res.currency"].browse(self._found(run, "currency", code, pointer))

    def _rounded(self, currency, amount, pointer):
        """The amount as Odoo keeps it; one with more decimals than the currency has is refused."""
        value = currency.round(float(amount))
        if abs(value - float(amount)) > 1e-7:
            raise BusinessError(
                self.env._("%(currency)s has only %(digits)s decimals.", currency=currency.name,
                           digits=currency.decimal_places),
                code="amount.decimals",
                place=pointer,
            )  # fmt: skip
        return value

    def _check(self, run, pairs, records):
        if run.post and records:
            records.with_context(**QUIET)._post(soft=False)
