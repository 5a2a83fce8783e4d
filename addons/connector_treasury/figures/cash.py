"""Treasury figures: how much cash, how old the numbers are, what is not in the total."""

from decimal import Decimal

from odoo.addons.finance_connector_base.core.figure import FIGURES, Figure


class CashFigure(Figure):
    """A number from the cash position; ``filter`` narrows the accounts behind it."""

    domain = "treasury"
    model = "finance.cash.position"
    party_field = "journal_id"
    filter = []

    def positions(self, env, on):
        return env[self.model].with_context(finance_on=on) if on else env[self.model]

    def records(self, env, companies, on=None):
        return [("company_id", "in", companies.ids), *self.filter]

    def value(self, env, companies, on=None):
        return self.positions(env, on).search_count(self.records(env, companies, on))


@FIGURES.add("treasury.cash", "Cash")
class Cash(CashFigure):
    sequence = 10
    unit = "amount"
    measure = None
    help = "All accounts in company currency, as last reported by their banks."

    def value(self, env, companies, on=None):
        groups = env[self.model]._totals("entity", on, companies)["groups"]
        return sum((Decimal(group["value"]) for group in groups), Decimal(0))

    def context(self, env):
        return {"search_default_by_bank": 1}


@FIGURES.add("treasury.stale", "Stale accounts")
class StaleAccounts(CashFigure):
    sequence = 20
    good = "zero"
    filter = [("freshness", "!=", "fresh")]
    help = "The newest balance is older than the settings allow, or the bank never reported one."


@FIGURES.add("treasury.age", "Oldest balance")
class OldestBalance(CashFigure):
    sequence = 30
    unit = "seconds"
    measure = None
    good = "low"
    help = "Age of the oldest number in the cash total."

    def oldest(self, env, companies, on):
        domain = [("company_id", "in", companies.ids), ("evidence", "!=", "none")]
        return self.positions(env, on).search(domain, order="held_at", limit=1)

    def records(self, env, companies, on=None):
        return [("id", "in", self.oldest(env, companies, on).ids)]

    def value(self, env, companies, on=None):
        return round(self.oldest(env, companies, on).age_hours * 3600)


@FIGURES.add("treasury.negative", "Overdrawn accounts")
class NegativeAccounts(CashFigure):
    sequence = 40
    good = "zero"
    filter = [("amount", "<", 0)]
    help = "The bank reported a balance below zero."


@FIGURES.add("treasury.rates", "Accounts without a current rate")
class RatesMissing(CashFigure):
    sequence = 50
    good = "zero"
    filter = [("valuation", "in", ("no_rate", "old_rate"))]
    help = "No exchange rate, so not in the total; or one older than the settings allow."
