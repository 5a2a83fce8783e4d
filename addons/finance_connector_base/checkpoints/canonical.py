"""Objects that other systems sent through the canonical interface, and the records made of them."""

from odoo.tools import SQL

from ..core.checkpoint import CHECKPOINTS, Pair, compared
from .conditions import on, on_day

#: Models whose records stand for objects without an amount.
MASTER = {"res.partner": "res_partner", "account.analytic.account": "account_analytic_account",
          "finance.message": "finance_message"}  # fmt: skip

#: Each object with what is there of it: ``there``, and the amount its record has now.
ROWS = SQL(
    """
    SELECT i.id, i.message_id, i.company_id, i.connector_id, m.create_date, i.object, i.external_id, i.state,
           i.amount, i.state IN ('waiting', 'refused') AS waits,
           CASE WHEN i.amount IS NOT NULL
                THEN coalesce(c.id, v.currency_id, p.currency_id, y.currency_id) END AS currency_id,
           CASE WHEN i.state NOT IN ('done', 'unchanged') OR v.id IS NOT NULL OR p.id IS NOT NULL THEN TRUE
                ELSE %(master)s END AS there,
           CASE WHEN i.amount IS NULL OR i.state NOT IN ('done', 'unchanged') THEN i.amount
                WHEN p.id IS NOT NULL THEN p.amount
                WHEN v.move_type = 'entry'
                THEN (SELECT coalesce(sum(l.amount_currency) FILTER (WHERE l.amount_currency > 0), 0)
                        FROM account_move_line l
                       WHERE l.move_id = v.id AND l.currency_id = coalesce(c.id, v.currency_id))
                ELSE v.amount_total END AS written
      FROM finance_message_item i
      JOIN finance_message m ON m.id = i.message_id
      JOIN res_company y ON y.id = i.company_id
      LEFT JOIN res_currency c ON c.name = i.currency
      LEFT JOIN account_move v ON i.res_model = 'account.move' AND v.id = i.res_id
      LEFT JOIN account_payment p ON i.res_model = 'account.payment' AND p.id = i.res_id
    """,
    master=SQL(
        "CASE i.res_model %s ELSE FALSE END",
        SQL(" ").join(
            SQL("WHEN %s THEN EXISTS (SELECT FROM %s r WHERE r.id = i.res_id)", model, SQL.identifier(table))
            for model, table in MASTER.items()
        ),
    ),
)


@CHECKPOINTS.add("canonical.written", "Objects sent and written")
class CanonicalWritten(Pair):
    """Two rows a day and client: the number of all objects, and for each currency those that have an amount."""

    sequence = 20
    help = "Every object that another system sent is here, with the amount it was sent with."
    left_name = "Requests"
    right_name = "Records"
    measures = ("count", "balance")

    def left(self, env, scope):
        return SQL(
            "SELECT m.company_id, m.connector_id, NULL::int, m.create_date::date, NULL::int,"
            " sum((m.options->>'count')::int), NULL::numeric, NULL::numeric, NULL::numeric, NULL::bigint, 0"
            " FROM finance_message m WHERE m.kind IN ('canonical', 'canonical_file')"
            " AND m.options ? 'count' AND %s GROUP BY 1, 2, 4 UNION ALL %s",
            on(scope, SQL("m.create_date")),
            self._amounts(SQL("r.amount"), SQL("TRUE"), scope),
        )

    def right(self, env, scope):
        return SQL(
            "SELECT r.company_id, r.connector_id, NULL::int, r.create_date::date, NULL::int,"
            " count(*) FILTER (WHERE r.there), NULL::numeric, NULL::numeric, NULL::numeric, NULL::bigint,"
            " count(*) FILTER (WHERE r.waits) FROM (%s) r WHERE %s"
            " AND EXISTS (SELECT FROM finance_message o WHERE o.id = r.message_id AND o.options ? 'count')"
            " GROUP BY 1, 2, 4 UNION ALL %s",
            ROWS,
            on(scope, SQL("r.create_date")),
            self._amounts(SQL("r.written"), SQL("r.there"), scope),
        )

    def _amounts(self, amount, there, scope):
        return SQL(
            "SELECT r.company_id, r.connector_id, NULL::int, r.create_date::date, r.currency_id,"
            " count(*) FILTER (WHERE %s), NULL, NULL, sum(%s), NULL, 0"
            " FROM (%s) r WHERE r.amount IS NOT NULL AND %s GROUP BY 1, 2, 4, 5",
            there,
            amount,
            ROWS,
            on(scope, SQL("r.create_date")),
        )

    def differences(self, env, place, limit):
        rows = env.execute_query(
            SQL(
                "SELECT r.object, r.external_id, r.amount, r.there, r.written FROM (%s) r"
                " WHERE r.connector_id = %s AND r.create_date::date = %s AND %s"
                " AND (NOT r.there OR r.amount IS DISTINCT FROM r.written) ORDER BY r.id LIMIT %s",
                ROWS,
                place.connector,
                place.day,
                SQL("r.currency_id = %s", place.currency) if place.currency else SQL("TRUE"),
                limit,
            )
        )
        sent = {f"{name} {key}": amount for name, key, amount, *_rest in rows}
        here = {f"{name} {key}": amount for name, key, _amount, there, amount in rows if there}
        currency = env["res.currency"].browse(place.currency or [])
        return list(compared(sent, here, lambda one: currency.format(one) if currency and one is not None else "✓"))

    def records(self, env, place, side):
        own = [("connector_id", "=", place.connector)]
        if side == "left":
            return "finance.message", [*own, ("kind", "in", ("canonical", "canonical_file")), *on_day(place)]
        return "finance.message.item", [*own, *on_day(place, "message_id.create_date")]
