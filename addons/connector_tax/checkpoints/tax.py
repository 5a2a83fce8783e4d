"""Tax that the engine keeps for filing, and tax that we posted."""

from odoo.tools import SQL

from odoo.addons.finance_connector_base.checkpoints.conditions import at, on
from odoo.addons.finance_connector_base.core.checkpoint import CHECKPOINTS, Pair, compared

#: What is still on its way to the engine, or being taken back there, counts as what it will keep; so does a true-up
#: that nobody posted yet. In the engine's sign: refunds are negative. NULL: one side has nothing of it.
DOCUMENTS = SQL(
    """
    SELECT d.id, d.name, d.company_id, d.connector_id, d.tax_date, d.currency_id, d.kept,
           d.state IN ('quoted', 'voiding') OR coalesce(t.state = 'draft', FALSE) AS waits,
           CASE WHEN m.state IS DISTINCT FROM 'posted' OR d.state = 'voiding' THEN NULL
                WHEN t.state = 'draft' OR t.id IS NOT NULL AND d.currency_id != y.currency_id THEN d.kept
                ELSE own.tax + coalesce(
                    (SELECT sum(l.balance) FROM account_move_line l
                      WHERE l.move_id = t.id AND l.account_id = k.tax_true_up_account_id), 0) END AS posted
      FROM (SELECT *, CASE state WHEN 'committed' THEN committed_tax WHEN 'quoted' THEN amount_tax END AS kept
              FROM finance_tax_determination) d
      JOIN res_company y ON y.id = d.company_id
      LEFT JOIN finance_connector k ON k.id = d.connector_id
      LEFT JOIN account_move m ON m.id = d.move_id
      LEFT JOIN account_move t ON t.id = d.true_up_move_id
      LEFT JOIN LATERAL (SELECT -coalesce(sum(l.amount_currency), 0) AS tax FROM account_move_line l
                          WHERE l.move_id = m.id AND l.tax_line_id IS NOT NULL) own ON TRUE
     WHERE d.state IN ('committed', 'voiding') OR (d.state = 'quoted' AND m.state = 'posted')
    """
)


@CHECKPOINTS.add("tax.posted", "Tax committed and posted")
class TaxPosted(Pair):
    domain = "tax"
    sequence = 10
    help = "What the tax engine keeps for filing is posted here with the same tax, and nothing else is."
    left_name = "Tax engine"
    right_name = "Ledger"
    measures = ("count", "credit", "debit")

    def left(self, env, scope):
        return self._sums(SQL("d.kept"), SQL("count(*) FILTER (WHERE d.waits)"), scope)

    def right(self, env, scope):
        return self._sums(SQL("d.posted"), SQL("0"), scope)

    def _sums(self, amount, waiting, scope):
        return SQL(
            "SELECT d.company_id, d.connector_id, NULL::int, d.tax_date, d.currency_id, count(%(amount)s),"
            " coalesce(sum(%(amount)s) FILTER (WHERE %(amount)s > 0), 0),"
            " coalesce(sum(-%(amount)s) FILTER (WHERE %(amount)s < 0), 0), NULL, NULL, %(waiting)s"
            " FROM (%(documents)s) d WHERE d.tax_date IS NOT NULL AND %(days)s GROUP BY 1, 2, 4, 5",
            amount=amount,
            waiting=waiting,
            documents=DOCUMENTS,
            days=on(scope, SQL("d.tax_date")),
        )

    def narrow(self, env, scope):
        ((first,),) = env.execute_query(
            SQL(
                "SELECT min(d.tax_date) FROM finance_message m JOIN finance_tax_determination d ON d.id = m.res_id"
                " WHERE m.id = ANY(%s) AND m.res_model = 'finance.tax.determination'",
                list(scope.messages),
            )
        )
        return type(scope)(first, messages=scope.messages) if first else None

    def differences(self, env, place, limit):
        rows = env.execute_query(
            SQL(
                "SELECT d.name || ' #' || d.id, d.kept, d.posted FROM (%s) d"
                " WHERE %s AND d.kept IS DISTINCT FROM d.posted ORDER BY d.id LIMIT %s",
                DOCUMENTS,
                at(
                    place,
                    company=SQL("d.company_id"),
                    connector=SQL("d.connector_id"),
                    day=SQL("d.tax_date"),
                    currency=SQL("d.currency_id"),
                ),
                limit,
            )
        )
        currency = env["res.currency"].browse(place.currency)
        return list(
            compared(
                {name: kept for name, kept, _posted in rows if kept is not None},
                {name: posted for name, _kept, posted in rows if posted is not None},
                currency.format,
            )
        )

    def records(self, env, place, side):
        documents = [
            ("connector_id", "=", place.connector),
            ("tax_date", "=", place.day),
            ("currency_id", "=", place.currency),
            ("state", "in", ("quoted", "committed", "voiding")),
        ]
        if side == "left":
            return "finance.tax.determination", documents
        return "account.move", [("state", "=", "posted"), ("tax_determination_id", "any", documents)]
