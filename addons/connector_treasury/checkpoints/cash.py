"""Balances that the cash position reads, and the statements they came with."""

from odoo.tools import SQL

from odoo.addons.finance_connector_base.checkpoints.rows import RowsPair
from odoo.addons.finance_connector_base.core.checkpoint import CHECKPOINTS

#: The closing balance of each statement that reported one, beside the one the statement is kept with.
CLOSINGS = SQL(
    """
    SELECT s.id, s.name, s.company_id, s.journal_id, s.date, b.currency_id, s.balance_end_real AS declared,
           b.amount AS arrived, FALSE AS waits
      FROM account_bank_statement s
      JOIN LATERAL (SELECT amount, currency_id FROM finance_bank_balance
                     WHERE statement_id = s.id AND kind = 'closing' ORDER BY id DESC LIMIT 1) b ON TRUE
    """
)


@CHECKPOINTS.add("treasury.balances", "Cash and statements")
class CashBalances(RowsPair):
    domain = "treasury"
    sequence = 10
    help = "The balances behind the cash position are those the statements close with."
    left_name = "Statements"
    right_name = "Balances of the cash position"
    measures = ("count", "balance")

    def rows(self, env, scope):
        return CLOSINGS

    def narrow(self, env, scope):
        """With the statements of these messages; the daily run sees what was changed later."""
        ((first,),) = env.execute_query(
            SQL(
                "SELECT min(date) FROM account_bank_statement WHERE finance_message_id = ANY(%s)", list(scope.messages)
            )
        )
        return type(scope)(first, messages=scope.messages) if first else None

    def records(self, env, place, side):
        own = [("journal_id", "=", place.journal), ("date", "=", place.day)]
        if side == "left":
            return "account.bank.statement", [*own, ("finance_balance_ids.kind", "=", "closing")]
        return "finance.bank.balance", [("kind", "=", "closing"), ("statement_id", "any", own)]
