"""A line for all that a payout settles, with its details read and its rate worked out once."""

from decimal import Decimal
from functools import cached_property


class Settled:
    """``line`` and what it holds.

    ``details``: JSON values of ``core.statement.Detail``
    """

    def __init__(self, line):
        self.line = line
        self.details = line.transaction_details["details"]
        self.journal, self.currency = line.journal_id, line.currency_id
        self.company = line.company_id
        self._total = sum(line._seek_for_lines()[0].mapped("balance"))
        self._amount = Decimal(str(line.amount))

    @cached_property
    def _currencies(self):
        found = self.line.env["res.currency"].search([])
        return {currency.name: currency for currency in found - self.currency}

    def amount(self, place):
        return Decimal(self.details[place]["amount"])

    def balance(self, amount):
        """``amount`` of the line's currency in the currency of the company, at the rate of the line."""
        return self.company.currency_id.round(self._total * float(amount / self._amount))

    def paid_in(self, place):
        """``(amount, currency)`` as the customer paid it, which may be another one than the provider settles."""
        exchange = self.details[place].get("exchange") or {}
        currency = self._currencies.get(exchange.get("instructed_currency"))
        if not currency or not exchange.get("instructed"):
            return self.amount(place), self.currency
        return Decimal(exchange["instructed"]).copy_sign(self.amount(place)), currency

    def left_of(self, values):
        """What is missing for an entry with these counterparts to balance, in the currency of the company."""
        return self.company.currency_id.round(-self._total - sum(each["balance"] for each in values))
