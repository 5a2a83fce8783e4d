"""Frozen trial balances: what was frozen, and the rows that are kept of it."""

from odoo.tools import SQL

from odoo.addons.finance_connector_base.checkpoints.conditions import on
from odoo.addons.finance_connector_base.core.checkpoint import CHECKPOINTS, Pair, compared

#: Snapshots in force with the sums of their rows.
SNAPSHOTS = SQL(
    """
    SELECT s.id, s.name, s.company_id, p.date_to, s.currency_id, s.row_count, s.total_debit, s.total_credit,
           r.number, r.debit, r.credit
      FROM finance_close_snapshot s
      JOIN finance_close_period p ON p.id = s.period_id
      JOIN LATERAL (SELECT count(*) AS number, coalesce(sum(l.debit), 0) AS debit, coalesce(sum(l.credit), 0) AS credit
                      FROM finance_close_snapshot_line l WHERE l.snapshot_id = s.id) r ON TRUE
     WHERE s.state = 'current'
    """
)


@CHECKPOINTS.add("close.frozen", "Frozen trial balances and rows")
class Frozen(Pair):
    """By the last day of the period; debits count as plus, credits as minus."""

    domain = "close"
    sequence = 10
    help = "The rows of every frozen trial balance still come to the totals with which it was frozen."
    left_name = "Frozen"
    right_name = "Rows"
    measures = ("count", "credit", "debit")

    def left(self, env, scope):
        return self._sums(SQL("s.row_count"), SQL("s.total_debit"), SQL("s.total_credit"), scope)

    def right(self, env, scope):
        return self._sums(SQL("s.number"), SQL("s.debit"), SQL("s.credit"), scope)

    def _sums(self, number, debit, credit, scope):
        return SQL(
            "SELECT s.company_id, NULL::int, NULL::int, s.date_to, s.currency_id, sum(%s)::int, sum(%s), sum(%s),"
            " NULL, NULL, 0 FROM (%s) s WHERE %s GROUP BY 1, 4, 5",
            number,
            debit,
            credit,
            SNAPSHOTS,
            on(scope, SQL("s.date_to")),
        )

    def narrow(self, env, scope):
        return None

    def differences(self, env, place, limit):
        rows = env.execute_query(
            SQL(
                "SELECT s.name, s.row_count, s.total_debit, s.total_credit, s.number, s.debit, s.credit FROM (%s) s"
                " WHERE s.company_id = %s AND s.date_to = %s AND s.currency_id = %s"
                " AND (s.row_count, s.total_debit, s.total_credit) IS DISTINCT FROM (s.number, s.debit, s.credit)"
                " ORDER BY s.id LIMIT %s",
                SNAPSHOTS,
                place.company,
                place.day,
                place.currency,
                limit,
            )
        )
        money = env["res.currency"].browse(place.currency).format
        return list(
            compared(
                {name: sums for name, *sums, _number, _debit, _credit in rows},
                {name: sums for name, _number, _debit, _credit, *sums in rows},
                lambda sums: f"{sums[0]} · +{money(sums[1])} −{money(sums[2])}",
            )
        )

    def records(self, env, place, side):
        own = [("period_id.date_to", "=", place.day), ("state", "=", "current")]
        if side == "left":
            return "finance.close.snapshot", own
        return "finance.close.snapshot.line", [("snapshot_id", "any", own)]
