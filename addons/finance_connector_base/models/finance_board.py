from odoo import _, api, models

from ..core.figure import FIGURES

DOMAINS = ["operations", "bank", "tax", "treasury", "close"]


class FinanceBoard(models.AbstractModel):
    """Figures for boards, close gates and snapshots; every number opens the records behind it."""

    _name = "finance.board"
    _description = "Finance board"

    @api.model
    def _figures(self, codes=None):
        """Figure objects of the addons loaded here, in board order."""
        loaded = self.env["finance.connector"]._loaded_addons()
        chosen = [FIGURES.get(code)() for code, _label in FIGURES.names(loaded) if codes is None or code in codes]
        return sorted(chosen, key=lambda f: (DOMAINS.index(f.domain), f.sequence))

    @api.model
    def value(self, code, on=None, companies=None):
        """One figure as a plain number.

        :param on: the date at whose end the figure holds; now where None
        """
        return FIGURES.get(code)().value(self.env, companies or self.env.companies, on)

    @api.model
    def read_board(self, on=None):
        """All figures the reader may see, by domain, as the overview shows them."""
        labels = {
            "operations": _("Operations"),
            "bank": _("Bank"),
            "tax": _("Tax"),
            "treasury": _("Treasury"),
            "close": _("Close"),
        }
        boards = {}
        currency = self.env.company.currency_id
        for figure in self._figures():
            if figure.model and not self.env[figure.model].has_access("read"):
                continue
            value = figure.value(self.env, self.env.companies, on)
            boards.setdefault(figure.domain, []).append(
                {
                    "code": figure.code,
                    "label": self.env._(figure.label),
                    "help": self.env._(figure.help) if figure.help else "",
                    "unit": figure.unit,
                    "value": float(value or 0),
                    "mood": self._mood(figure, value),
                    "opens": bool(figure.model),
                }
            )
        return {
            "currency_id": currency.id,
            "may_connect": self._may_connect(),
            "domains": [
                {"code": domain, "label": labels[domain], "figures": boards[domain]}
                for domain in DOMAINS
                if domain in boards
            ],
        }

    def _may_connect(self):
        """Whether the reader has nothing connected yet, and may do so."""
        connectors = self.env["finance.connector"]
        return connectors.has_access("create") and not connectors.search_count([("transport", "!=", "upload")], limit=1)

    @api.model
    def _mood(self, figure, value):
        """``good``, ``work`` or ``plain``: how the number should strike the eye."""
        if figure.good == "zero":
            return "work" if value else "good"
        return "plain"

    @api.model
    def open_figure(self, code, on=None):
        """The action that lists the records behind a figure.

        Models whose rows themselves depend on the date read it from the context, as ``finance_on``.
        """
        figure = FIGURES.get(code)()
        context = figure.context(self.env)
        if on:
            context = {**context, "finance_on": on}
        listed = figure.list_view and self.env.ref(figure.list_view).id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(figure.label),
            "res_model": figure.model,
            "views": [[listed or False, "list"], [False, "form"]],
            "domain": figure.records(self.env, self.env.companies, on),
            "context": context,
        }
