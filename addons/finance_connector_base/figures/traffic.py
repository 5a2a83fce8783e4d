"""Figures of the lines: which are left alone, what waits for too long."""

from datetime import timedelta

from odoo import fields

from ..core.figure import FIGURES, Figure


@FIGURES.add("lines.open", "Lines left alone")
class LinesOpen(Figure):
    sequence = 62
    good = "zero"
    model = "finance.breaker"
    help = "Failed several times in a row; probed by a single call from time to time."

    def records(self, env, companies, on=None):
        return [("company_id", "in", companies.ids), ("state", "!=", "closed")]


@FIGURES.add("connectors.elsewhere", "Connectors that may not send from here")
class ConnectorsElsewhere(Figure):
    sequence = 61
    good = "zero"
    model = "finance.connector"
    help = "Active, but this database is a copy, or the server is for another environment. What waits is kept."

    def records(self, env, companies, on=None):
        refused = env["finance.permit"].sudo()._refused_environments()
        return [
            ("company_id", "in", companies.ids),
            ("state", "=", "active"),
            ("transport", "!=", "upload"),
            ("environment", "in", refused),
        ]


@FIGURES.add("messages.late", "Waiting too long")
class Late(Figure):
    sequence = 42
    good = "zero"
    model = "finance.message"
    age_field = "create_date"
    help = "Incoming messages older than the limit in the settings. Until they are done nothing more is fetched."

    def records(self, env, companies, on=None):
        minutes = env.company._finance_setting("backlog_minutes", 60)
        return [
            ("company_id", "in", companies.ids),
            ("state", "=", "received"),
            ("hold", "=", False),
            ("create_date", "<=", fields.Datetime.now() - timedelta(minutes=minutes)),
        ]


@FIGURES.add("quota.spent", "Call budgets used up")
class QuotaSpent(Figure):
    sequence = 64
    good = "zero"
    model = "finance.quota"
    help = "No call is left in the running period; what is due waits for the next one."

    def records(self, env, companies, on=None):
        spent = env["finance.quota"].search([("company_id", "in", companies.ids)]).filtered(lambda q: q._left() <= 0)
        return [("id", "in", spent.ids)]
