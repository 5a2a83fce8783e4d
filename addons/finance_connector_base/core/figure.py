"""Figures: one number each, with its meaning and the records behind it.

Addons register ``Figure`` classes; boards, close gates and snapshots read them without knowing
the addon. A figure object is given an environment and never writes.
"""

from .registry import Registry

FIGURES = Registry("figure")


class Figure:
    """One number a person can drill into.

    ``domain`` groups figures on the board (operations, bank, tax, treasury, close); ``unit`` is
    ``count``, ``amount`` (company currency), ``seconds`` or ``percent``; ``good`` says which way is
    better: ``zero`` (anything else needs work), ``high``, ``low`` or ``none`` (just informs).
    """

    domain = "operations"
    unit = "count"
    good = "none"
    sequence = 100
    help = ""
    model = None  # model the drill-down opens
    list_view = None  # XML id of its list, where the model's first one does not suit

    def records(self, env, companies, on=None):
        """Search domain of the records behind the number, at the end of ``on`` (a date)."""
        raise NotImplementedError

    def value(self, env, companies, on=None):
        """The number; by default the count of the records behind it."""
        return env[self.model].search_count(self.records(env, companies, on))

    def context(self, env):
        """Context of the drill-down action."""
        return {}
