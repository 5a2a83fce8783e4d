"""Payments as people registered them, and what the ledger says of them."""

from odoo.tools import SQL

from ..core.checkpoint import CHECKPOINTS
from .rows import RowsPair

#: Every payment that counts, with what its entry moved on the outstanding account; those that have no entry before
#: the bank confirms them have no such account and speak for themselves.
BOOKED = SQL(
    """
    SELECT p.id, p.name, p.company_id, p.journal_id, p.date, p.currency_id, p.payment_type = 'inbound' AS incoming,
           p.amount AS declared, FALSE AS waits,
           CASE WHEN p.outstanding_account_id IS NULL AND p.move_id IS NULL THEN p.amount
                WHEN m.state = 'posted' THEN coalesce(abs((SELECT sum(l.amount_currency) FROM account_move_line l
                                     WHERE l.move_id = m.id AND l.account_id = p.outstanding_account_id)), 0)
            END AS arrived, p.state = 'in_process' AS unproven
      FROM account_payment p LEFT JOIN account_move m ON m.id = p.move_id
     WHERE p.state IN ('in_process', 'paid')
    """
)


@CHECKPOINTS.add("payments.ledger", "Payments and ledger")
class PaymentsLedger(RowsPair):
    sequence = 30
    help = "Every confirmed payment has a posted entry of its amount, unless it is only booked with the statement."
    left_name = "Payments"
    right_name = "Entries"

    def rows(self, env, scope):
        return BOOKED

    def left(self, env, scope):
        """What the bank has not confirmed yet is on its way, its entry is compared all the same."""
        return self._sums(env, SQL("r.declared"), SQL("count(*) FILTER (WHERE r.unproven)"), scope)

    def records(self, env, place, side):
        payments = [
            ("journal_id", "=", place.journal),
            ("date", "=", place.day),
            ("currency_id", "=", place.currency),
            ("state", "in", ("in_process", "paid")),
        ]
        if side == "left":
            return "account.payment", payments
        return "account.move", [("origin_payment_id", "any", payments)]
