"""Figures of tax: what waits for the engine, what stands on other taxes, where the two differ."""

from odoo.addons.finance_connector_base.core.figure import FIGURES, Figure


class TaxFigure(Figure):
    domain = "tax"
    good = "zero"
    model = "finance.tax.determination"
    states = ()
    age_field = "tax_date"
    age_is_date = True

    def records(self, env, companies, on=None):
        found = [("company_id", "in", companies.ids), ("state", "in", self.states), *self.also]
        return [*found, ("tax_date", "<=", on)] if on else found

    also = ()


@FIGURES.add("tax.awaiting_commit", "Tax waiting to be committed")
class AwaitingCommit(TaxFigure):
    sequence = 10
    help = "Posted documents that the tax engine does not keep yet."
    states = ("quoted",)
    also = (("move_state", "=", "posted"),)


@FIGURES.add("tax.awaiting_void", "Tax waiting to be voided")
class AwaitingVoid(TaxFigure):
    sequence = 20
    help = "Documents taken back here that the tax engine still keeps."
    states = ("voiding",)


@FIGURES.add("tax.true_up", "Tax to true up")
class TrueUp(TaxFigure):
    sequence = 30
    help = "Posted with Odoo's own taxes while the engine could not be reached."
    states = ("fallback",)
    also = (("move_state", "=", "posted"),)


@FIGURES.add("tax.failed", "Tax not determined")
class Failed(TaxFigure):
    sequence = 40
    help = "Drafts whose tax the engine refused to determine."
    states = ("failed",)


@FIGURES.add("tax.difference", "Tax at the engine less tax posted")
class Difference(TaxFigure):
    sequence = 50
    unit = "amount"
    measure = "company_difference:sum"
    help = "What the engine keeps for filing differs from what we posted."
    states = ("committed",)
    also = (("difference", "!=", 0),)

    def value(self, env, companies, on=None):
        rows = env[self.model]._read_group(self.records(env, companies, on), [], [self.measure])
        return rows[0][0] or 0.0


@FIGURES.add("tax.committed", "Tax committed")
class Committed(TaxFigure):
    sequence = 60
    unit = "amount"
    good = "none"
    measure = "company_tax:sum"
    help = "Tax that the engine keeps for filing."
    states = ("committed",)

    def value(self, env, companies, on=None):
        rows = env[self.model]._read_group(self.records(env, companies, on), [], [self.measure])
        return rows[0][0] or 0.0
