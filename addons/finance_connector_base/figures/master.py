"""Figures of governed master data: what has no mapping, who is there twice."""

from ..core.figure import FIGURES, Figure


@FIGURES.add("mappings.gaps", "Values without mapping")
class MappingGaps(Figure):
    sequence = 62
    good = "zero"
    model = "finance.mapping.gap"
    help = "Arrived and could not be translated; their messages wait."

    def records(self, env, companies, on=None):
        return [("company_id", "in", companies.ids), ("state", "=", "open")]


@FIGURES.add("mappings.waiting", "Mappings waiting for approval")
class MappingsWaiting(Figure):
    sequence = 64
    model = "finance.mapping.version"
    help = "Drafts that another person has been asked to approve."

    def records(self, env, companies, on=None):
        return [("company_id", "in", [*companies.ids, False]), ("state", "=", "waiting")]


@FIGURES.add("partners.duplicates", "Possible duplicates")
class Duplicates(Figure):
    sequence = 66
    model = "finance.duplicate"
    help = "Vendors, customers and banks that seem to be there twice."

    def records(self, env, companies, on=None):
        return [("company_id", "in", [*companies.ids, False]), ("state", "=", "open")]

    def context(self, env):
        return {"search_default_open": 1}
