"""Balances that the cash position reads, and the statements they came with."""

from odoo.tools import SQL

from odoo.addons.finance_connector_base.checkpoints.conditions import at, of, on
from odoo.addons.finance_connector_base.core.checkpoint import CHECKPOINTS, Pair, compared

#: The closing balance of each statement that reported one, beside the one the statement is kept with.
CLOSINGS = SQL(
    """
    SELECT s.id, s.name, s.company_id, s.journal_id, s.date, b.currency_id, b.amount, s.balance_end_real AS closing
      FROM account_bank_statement s
      JOIN LATERAL (SELECT amount, currency_id FROM finance_bank_balance
                     WHERE statement_id = s.id AND kind = 'closing' ORDER BY id DESC LIMIT 1) b ON TRUE
    """
)


@CHECKPOINTS.add("treasury.balances", "Cash and statements")
class CashBalances(Pair):
    domain = "treasury"
    sequence = 10
    help = "The balances behind the cash position are those the statements close with."
    left_name = "Statements"
    right_name = "Balances of the cash position"
    measures = ("count", "balance")

    def left(self, env, scope):
        return self._sums(SQL("c.closing"), scope)

    def right(self, env, scope):
        return self._sums(SQL("c.amount"), scope)

    def _sums(self, amount, scope):
        return SQL(
            "SELECT c.company_id, NULL::int, c.journal_id, c.date, c.currency_id,"
            " count(*), NULL, NULL, sum(%s), NULL, 0 FROM (%s) c WHERE %s AND %s GROUP BY 1, 3, 4, 5",
            amount,
            CLOSINGS,
            on(scope, SQL("c.date")),
            of(scope, SQL("c.journal_id")),
        )

    def narrow(self, env, scope):
        """With the statements of these messages; the daily run sees what was changed later."""
        ((first,),) = env.execute_query(
            SQL(
                "SELECT min(date) FROM account_bank_statement WHERE finance_message_id = ANY(%s)", list(scope.messages)
            )
        )
        return type(scope)(first, messages=scope.messages) if first else None

    def differences(self, env, place, limit):
        rows = env.execute_query(
            SQL(
                "SELECT c.name, c.closing, c.amount FROM (%s) c WHERE %s AND c.closing IS DISTINCT FROM c.amount"
                " ORDER BY c.id LIMIT %s",
                CLOSINGS,
                at(
                    place,
                    company=SQL("c.company_id"),
                    journal=SQL("c.journal_id"),
                    day=SQL("c.date"),
                    currency=SQL("c.currency_id"),
                ),
                limit,
            )
        )
        words = env["res.currency"].browse(place.currency).format
        return list(
            compared({name: one for name, one, _two in rows}, {name: two for name, _one, two in rows}, words)
        )

    def records(self, env, place, side):
        own = [("journal_id", "=", place.journal), ("date", "=", place.day)]
        if side == "left":
            return "account.bank.statement", [*own, ("finance_balance_ids.kind", "=", "closing")]
        return "finance.bank.balance", [("kind", "=", "closing"), ("statement_id", "any", own)]
