"""Figures: one number each, with its meaning and the records behind it.

Addons register ``Figure`` classes; boards, close gates, alerts and snapshots read them without knowing
the addon. A figure object is given an environment and never writes.
"""

from datetime import timedelta

from .registry import Registry

FIGURES = Registry("figure")

#: Ages in days at which a bucket begins and the next one does; in board order.
AGES = {"day": (0, 1), "three": (1, 3), "week": (3, 7), "month": (7, 30), "older": (30, None)}


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
    on_board = True  # False: only alert rules ask for it
    measure = "__count"  # aggregate that gives the number of a group of records; None: it cannot be split
    company_field = "company_id"  # None: the same for all companies
    party_field = "connector_id"  # bank account or connector by which it is split; None: by none
    age_field = None  # since when a record has waited; None: age says nothing
    age_is_date = False  # whether that field is a date without time

    def records(self, env, companies, on=None):
        """Search domain of the records behind the number, at the end of ``on`` (a date)."""
        raise NotImplementedError

    def value(self, env, companies, on=None):
        """The number; by default the count of the records behind it."""
        return env[self.model].search_count(self.records(env, companies, on))

    def context(self, env):
        """Context of the drill-down action."""
        return {}

    def together(self, values):
        """One number for several companies from the number of each."""
        return sum(values) if self.unit in ("count", "amount") else max(values)

    def split_field(self, by):
        """The field by which the number falls into parts: ``company`` or ``party``; None where it does not."""
        if not self.model or not self.measure or self.unit not in ("count", "amount"):
            return None
        return {"company": self.company_field, "party": self.party_field}[by]

    def split(self, env, companies, by):
        """The number of each company or party, by record; an empty record for those that have none."""
        groups = env[self.model]._read_group(self.records(env, companies), [self.split_field(by)], [self.measure])
        return {record: value or 0 for record, value in groups}

    def age_domain(self, bucket, now):
        """Of its records those in one of ``AGES``.

        :param now: a datetime without zone, in UTC
        """
        begins, ends = AGES[bucket]
        older = [] if not begins else [(self.age_field, "<=", self._moment(now, begins))]
        return older if ends is None else [*older, (self.age_field, ">", self._moment(now, ends))]

    def _moment(self, now, days):
        moment = now - timedelta(days=days)
        return moment.date().isoformat() if self.age_is_date else moment.isoformat(" ", "seconds")
