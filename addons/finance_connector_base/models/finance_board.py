from odoo import _, api, fields, models

from ..core.figure import AGES, FIGURES

DOMAINS = ["operations", "bank", "tax", "treasury", "close"]
#: Parts shown in one table of the board; those with the largest numbers first.
MOST_PARTS = 100


class FinanceBoard(models.AbstractModel):
    """Figures for boards, close gates and snapshots; every number opens the records behind it.

    Numbers are counted when they are asked for, from partial indexes that hold only what is open: they
    are exact now, not as of the last run of some job. Only the trend is kept (``finance.figure.value``).
    """

    _name = "finance.board"
    _description = "Finance board"

    @api.model
    def _figures(self, codes=None):
        """Figure objects of the addons loaded here, in board order."""
        loaded = self.env["finance.connector"]._loaded_addons()
        chosen = [FIGURES.get(code)() for code, _label in FIGURES.names(loaded) if codes is None or code in codes]
        return sorted(chosen, key=lambda f: (DOMAINS.index(f.domain), f.sequence))

    @api.model
    def _readable_figures(self):
        """Those whose records the reader may see."""
        figures = [figure for figure in self._figures() if figure.on_board]
        return [figure for figure in figures if not figure.model or self.env[figure.model].has_access("read")]

    @api.model
    def value(self, code, on=None, companies=None):
        """One figure as a plain number.

        :param on: the date at whose end the figure holds; now where None
        """
        return FIGURES.get(code)().value(self.env, companies or self.env.companies, on)

    @api.model
    def read_board(self, on=None):
        """All figures the reader may see, by domain, as the overview shows them."""
        boards = {}
        figures = self._readable_figures()
        trends = self.env["finance.figure.value"]._trends(figures)
        for figure in figures:
            value = figure.value(self.env, self.env.companies, on)
            boards.setdefault(figure.domain, []).append(
                {
                    **self._words(figure),
                    "value": float(value or 0),
                    "mood": self._mood(figure, value),
                    "opens": bool(figure.model),
                    **trends.get(figure.code, {}),
                }
            )
        return {
            "currency_id": self.env.company.currency_id.id,
            "counted_on": fields.Datetime.to_string(fields.Datetime.now()),
            "may_connect": self._may_connect(),
            "connected": self._connected(),
            "domains": self._by_domain(boards, "figures"),
        }

    @api.model
    def read_split(self, by):
        """The same figures in parts, one table for each domain: rows are the parts, columns the figures.

        :param by: ``company``, ``party`` (bank account or connector) or ``age``
        """
        columns, cells = {}, {}
        for figure in self._readable_figures():
            parts = self._parts(figure, by)
            if parts is None:
                continue
            columns.setdefault(figure.domain, []).append({**self._words(figure), "opens": True})
            for part, value in parts.items():
                cells.setdefault(figure.domain, {}).setdefault(part, {})[figure.code] = float(value)
        tables = {
            domain: {"columns": listed, **self._rows(cells.get(domain, {}), by)} for domain, listed in columns.items()
        }
        return {
            "currency_id": self.env.company.currency_id.id,
            "counted_on": fields.Datetime.to_string(fields.Datetime.now()),
            "domains": self._by_domain(tables, "table"),
        }

    def _parts(self, figure, by):
        if by == "age":
            if not figure.age_field or figure.unit != "count":
                return None
            records, now = figure.records(self.env, self.env.companies), fields.Datetime.now()
            count = self.env[figure.model].search_count
            return {bucket: count([*records, *figure.age_domain(bucket, now)]) for bucket in AGES}
        field = figure.split_field(by)
        if not field or field not in self.env[figure.model]._fields:
            return None
        return figure.split(self.env, self.env.companies, by)

    def _rows(self, cells, by):
        """Rows of one table; of many parts only those with most in them."""
        if by == "age":
            labels = {
                "day": _("Under 1 day"),
                "three": _("1 to 3 days"),
                "week": _("3 to 7 days"),
                "month": _("7 to 30 days"),
                "older": _("Over 30 days"),
            }
            rows = [{"key": key, "label": labels[key], "cells": cells.get(key, {})} for key in AGES]
            return {"rows": rows, "more": 0}
        ranked = sorted(cells, key=lambda part: (-sum(cells[part].values()), part.id))
        rows = [
            {
                "key": f"{part._name},{part.id or 0}",
                "label": part.sudo().display_name if part else _("None given"),
                "cells": cells[part],
            }
            for part in ranked[:MOST_PARTS]
        ]
        return {"rows": rows, "more": max(len(ranked) - MOST_PARTS, 0)}

    def _words(self, figure):
        return {
            "code": figure.code,
            "label": self.env._(figure.label),
            "help": self.env._(figure.help) if figure.help else "",
            "unit": figure.unit,
        }

    def _by_domain(self, found, key):
        labels = {
            "operations": _("Operations"),
            "bank": _("Bank"),
            "tax": _("Tax"),
            "treasury": _("Treasury"),
            "close": _("Close"),
        }
        return [{"code": domain, "label": labels[domain], key: found[domain]} for domain in DOMAINS if domain in found]

    def _connected(self):
        """Whether anything is connected yet, in the reader's companies."""
        connectors = self.env["finance.connector"]
        return bool(connectors.search_count([("transport", "!=", "upload")], limit=1))

    def _may_connect(self):
        """Whether the reader has nothing connected yet, and may do so."""
        return self.env["finance.connector"].has_access("create") and not self._connected()

    @api.model
    def _mood(self, figure, value):
        """``good``, ``work`` or ``plain``: how the number should strike the eye."""
        if figure.good == "zero":
            return "work" if value else "good"
        return "plain"

    @api.model
    def open_figure(self, code, on=None, by=None, part=None):
        """The action that lists the records behind a figure, or behind one part of it.

        Models whose rows themselves depend on the date read it from the context, as ``finance_on``.

        :param by: as in ``read_split``
        :param part: key of a row there
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
            "domain": [*figure.records(self.env, self.env.companies, on), *self._part_domain(figure, by, part)],
            "context": context,
        }

    def _part_domain(self, figure, by, part):
        if not by:
            return []
        if by == "age":
            return figure.age_domain(part, fields.Datetime.now())
        return [(figure.split_field(by), "=", int(part.partition(",")[2]) or False)]
