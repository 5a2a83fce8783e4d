"""Pairs whose two sides are two columns of the same rows: what one side says of each, and what the other says."""

from odoo.tools import SQL

from ..core.checkpoint import Pair, compared
from .conditions import at, of, on


class RowsPair(Pair):
    """``rows`` gives id, name, company_id, journal_id, date, currency_id, incoming, declared, arrived and waits.

    ``declared`` and ``arrived`` are positive amounts, NULL where that side knows nothing of the row. A row that
    ``waits`` is on its way: both sides count it alike, and it is no difference.
    """

    measures = ("count", "credit", "debit")

    def rows(self, env, scope):
        """SQL of the rows.

        :param scope: ``None`` where single rows of a place are looked for
        """
        raise NotImplementedError

    def left(self, env, scope):
        return self._sums(env, SQL("r.declared"), SQL("count(*) FILTER (WHERE r.waits)"), scope)

    def right(self, env, scope):
        return self._sums(env, SQL("CASE WHEN r.waits THEN r.declared ELSE r.arrived END"), SQL("0"), scope)

    def _sums(self, env, amount, waiting, scope):
        moved = SQL(
            "sum(%s) FILTER (WHERE r.incoming), sum(%s) FILTER (WHERE NOT r.incoming), NULL::numeric", amount, amount
        )
        if "balance" in self.measures:
            moved = SQL("NULL::numeric, NULL::numeric, sum(%s)", amount)
        return SQL(
            "SELECT r.company_id, NULL::int, r.journal_id, r.date, r.currency_id, count(%s), %s, NULL::bigint, %s"
            " FROM (%s) r WHERE %s AND %s GROUP BY 1, 3, 4, 5",
            amount,
            moved,
            waiting,
            self.rows(env, scope),
            on(scope, SQL("r.date")),
            of(scope, SQL("r.journal_id")),
        )

    def narrow(self, env, scope):
        return None

    def differences(self, env, place, limit):
        rows = env.execute_query(
            SQL(
                "SELECT coalesce(r.name, '#' || r.id), r.declared, r.arrived FROM (%s) r"
                " WHERE %s AND NOT r.waits AND r.declared IS DISTINCT FROM r.arrived ORDER BY r.id LIMIT %s",
                self.rows(env, None),
                at(
                    place,
                    company=SQL("r.company_id"),
                    journal=SQL("r.journal_id"),
                    day=SQL("r.date"),
                    currency=SQL("r.currency_id"),
                ),
                limit,
            )
        )
        return list(
            compared(
                {name: one for name, one, _other in rows if one is not None},
                {name: other for name, _one, other in rows if other is not None},
                env["res.currency"].browse(place.currency).format,
            )
        )
