"""Figures of the servers that work on this database."""

from ..core.figure import FIGURES, Figure


@FIGURES.add("nodes.lost", "Servers not heard of")
class NodesLost(Figure):
    sequence = 66
    good = "zero"
    model = "finance.node"
    company_field = party_field = None
    help = "Their work is done by the other servers. One that was taken away for good is deleted from the list."

    def records(self, env, companies, on=None):
        return [("state", "=", "lost")]


@FIGURES.add("nodes.alive", "Servers at work")
class NodesAlive(Figure):
    sequence = 67
    model = "finance.node"
    company_field = party_field = None
    help = "Servers whose job runner was heard of within the last minute."

    def records(self, env, companies, on=None):
        return [("state", "=", "alive")]
