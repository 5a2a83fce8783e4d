"""Figures every finance connector has: messages, cases, unknown outcomes."""

from odoo import fields

from ..core.figure import FIGURES, Figure


def until(on, field="create_date"):
    """Domain part for what existed at the end of the day ``on``."""
    if on is None:
        return []
    return [(field, "<", fields.Datetime.to_string(fields.Date.add(fields.Date.to_date(on), days=1)))]


class CaseFigure(Figure):
    model = "finance.exception"
    good = "zero"
    age_field = "create_date"

    def records(self, env, companies, on=None):
        return [("company_id", "in", companies.ids), ("state", "=", "open"), *until(on)]

    def context(self, env):
        return {"search_default_open": 1}


@FIGURES.add("cases.open", "Open cases")
class OpenCases(CaseFigure):
    sequence = 10
    help = "What a person has to decide."


@FIGURES.add("cases.overdue", "Overdue cases")
class OverdueCases(CaseFigure):
    sequence = 20
    help = "Open cases past their service target."

    def records(self, env, companies, on=None):
        return [*super().records(env, companies, on), ("due_on", "<", fields.Datetime.now())]


@FIGURES.add("cases.escalated", "Escalated cases")
class EscalatedCases(CaseFigure):
    sequence = 25
    help = "Open cases of which the lead or the head of the team had to be told."

    def records(self, env, companies, on=None):
        return [*super().records(env, companies, on), ("escalation", "!=", False)]


class MessageFigure(Figure):
    model = "finance.message"
    good = "zero"
    age_field = "create_date"
    states = ()

    def records(self, env, companies, on=None):
        return [("company_id", "in", companies.ids), ("state", "in", self.states), *until(on)]


@FIGURES.add("messages.unknown", "Unknown outcomes")
class UnknownOutcomes(MessageFigure):
    sequence = 30
    states = ("unknown",)
    help = "Sent, no answer. They are asked about and never sent again blindly."


@FIGURES.add("messages.waiting", "Messages waiting")
class Waiting(MessageFigure):
    sequence = 40
    good = "none"
    states = ("ready", "sending", "sent", "received")
    help = "On their way through the queue."


@FIGURES.add("messages.stuck", "Given up or quarantined")
class Stuck(MessageFigure):
    sequence = 50
    states = ("dead", "quarantined")
    help = "No longer tried; each has a case."


@FIGURES.add("connectors.down", "Connectors in trouble")
class ConnectorsDown(Figure):
    sequence = 60
    good = "zero"
    model = "finance.connector"
    party_field = None
    help = "Paused, or the last test failed."

    def records(self, env, companies, on=None):
        trouble = ["|", ("state", "=", "paused"), ("health", "in", ("unreachable", "auth", "configuration"))]
        return [("company_id", "in", companies.ids), *trouble]
