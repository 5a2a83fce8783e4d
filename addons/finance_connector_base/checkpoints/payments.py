"""Payments as people registered them, and what the ledger says of them."""

from odoo.tools import SQL

from ..core.checkpoint import CHECKPOINTS, Pair, compared
from .conditions import at, of, on

#: Every payment that counts, with what its entry moved on the outstanding account; those that have no entry before
#: the bank confirms them have no such account and speak for themselves.
BOOKED = SQL(
    """
    SELECT p.id, p.company_id, p.journal_id, p.date, p.currency_id, p.payment_type, p.state, p.amount, p.name,
           CASE WHEN p.outstanding_account_id IS NULL AND p.move_id IS NULL THEN p.amount
                WHEN m.state = 'posted' THEN coalesce(abs((SELECT sum(l.amount_currency) FROM account_move_line l
                                     WHERE l.move_id = m.id AND l.account_id = p.outstanding_account_id)), 0)
            END AS booked
      FROM account_payment p LEFT JOIN account_move m ON m.id = p.move_id
     WHERE p.state IN ('in_process', 'paid')
    """
)


@CHECKPOINTS.add("payments.ledger", "Payments and ledger")
class PaymentsLedger(Pair):
    sequence = 30
    help = "Every confirmed payment has a posted entry of its amount, unless it is only booked with the statement."
    left_name = "Payments"
    right_name = "Entries"
    measures = ("count", "credit", "debit")

    def left(self, env, scope):
        return self._sums(SQL("b.amount"), SQL("count(*) FILTER (WHERE b.state = 'in_process')"), scope)

    def right(self, env, scope):
        return self._sums(SQL("b.booked"), SQL("0"), scope)

    def _sums(self, amount, waiting, scope):
        return SQL(
            "SELECT b.company_id, NULL::int, b.journal_id, b.date, b.currency_id, count(%s),"
            " sum(%s) FILTER (WHERE b.payment_type = 'inbound'), sum(%s) FILTER (WHERE b.payment_type = 'outbound'),"
            " NULL, NULL, %s FROM (%s) b WHERE %s AND %s GROUP BY 1, 3, 4, 5",
            amount,
            amount,
            amount,
            waiting,
            BOOKED,
            on(scope, SQL("b.date")),
            of(scope, SQL("b.journal_id")),
        )

    def narrow(self, env, scope):
        return None

    def differences(self, env, place, limit):
        rows = env.execute_query(
            SQL(
                "SELECT coalesce(b.name, '#' || b.id), b.amount, b.booked FROM (%s) b"
                " WHERE %s AND b.amount IS DISTINCT FROM b.booked ORDER BY b.id LIMIT %s",
                BOOKED,
                at(
                    place,
                    company=SQL("b.company_id"),
                    journal=SQL("b.journal_id"),
                    day=SQL("b.date"),
                    currency=SQL("b.currency_id"),
                ),
                limit,
            )
        )
        currency = env["res.currency"].browse(place.currency)
        paid = {name: amount for name, amount, _booked in rows}
        booked = {name: amount for name, _amount, amount in rows if amount is not None}
        return list(compared(paid, booked, currency.format))

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
