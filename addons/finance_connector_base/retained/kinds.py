"""Kinds of data that are kept for a time. Addons register their own; ``finance.retention`` works through them.

An object is given an environment of the superuser; what it does is committed by whoever calls it.
"""

from odoo.tools import SQL

from ..core.registry import Registry
from ..retention.classes import USUAL

RETAINED = Registry("kind of data")
#: action → what a person reads.
ACTIONS = {
    "erase": "Erase contents",
    "anonymise": "Anonymise",
    "delete": "Delete",
}


class Retained:
    """One kind: which rows there are, since when they are done with, how sensitive they are, how they go.

    ``source`` is a FROM clause in which the rows are ``t`` and their flow is ``f``; ``message`` is the column with
    the message they belong to, whose entries in the books may keep them (None: the law does not ask for them).
    """

    model = None
    actions = ("erase",)
    source = ""
    since = "t.done_on"
    where = "TRUE"
    company = "t.company_id"
    sensitivity = f"coalesce(f.sensitivity, '{USUAL}')"
    message = None
    help = ""

    def due(self, env, rule, company, before, after, limit):
        """Rows done with before a moment, the oldest first.

        :param after: ``(since, id)`` of the last one looked at, or ``None``
        :return: ``[(id, since)]``
        """
        return env.execute_query(
            SQL(
                "SELECT t.id, %(since)s FROM %(source)s WHERE %(where)s AND %(company)s = %(company_id)s"
                " AND %(sensitivity)s = %(class)s AND %(since)s < %(before)s"
                " AND (%(since)s, t.id) > (%(on)s::timestamp, %(id)s)"
                " ORDER BY %(since)s, t.id LIMIT %(limit)s",
                since=SQL(self.since),
                source=SQL(self.source),
                where=SQL(self.where),
                company=SQL(self.company),
                company_id=company.id,
                sensitivity=SQL(self.sensitivity),
                **{"class": rule.sensitivity},
                before=before,
                on=after[0] if after else "-infinity",
                id=after[1] if after else 0,
                limit=limit,
            )
        )

    def messages(self, env, ids):
        """``{id: message id}`` of those whose message may be evidence of the books."""
        if not self.message:
            return {}
        query = SQL("SELECT id, %s FROM %s t WHERE id = ANY(%s)", SQL(self.message), self.table(env), list(ids))
        return dict(env.execute_query(query))

    def table(self, env):
        return SQL.identifier(env[self.model]._table)

    def apply(self, env, ids, action, why):
        """Let them go.

        :param why: facts for the audit trail: which rule, which request
        :return: bytes that were freed, as far as they are known
        """
        raise NotImplementedError
