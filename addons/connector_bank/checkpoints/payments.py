"""Payments that count as paid, and the bank's evidence for them."""

from odoo.tools import SQL

from odoo.addons.finance_connector_base.checkpoints.conditions import at, of, on
from odoo.addons.finance_connector_base.core.checkpoint import CHECKPOINTS, Pair, compared

#: Payments through banks with an entry of their own; ``proven`` is what statement lines settle of it.
PAID = SQL(
    """
    SELECT p.id, p.company_id, p.journal_id, p.date, p.currency_id, p.payment_type, p.state, p.amount, p.name,
           EXISTS (SELECT FROM account_move_line i
                     JOIN account_partial_reconcile r ON i.id IN (r.debit_move_id, r.credit_move_id)
                     JOIN account_move_line o ON o.id = CASE i.id WHEN r.debit_move_id THEN r.credit_move_id
                                                             ELSE r.debit_move_id END
                     JOIN account_move b ON b.id = o.move_id AND b.statement_line_id IS NOT NULL
                    WHERE i.move_id = p.move_id AND i.account_id = p.outstanding_account_id) AS proven
      FROM account_payment p JOIN account_journal j ON j.id = p.journal_id AND j.type = 'bank'
     WHERE p.state = 'paid' AND p.move_id IS NOT NULL
    """
)


@CHECKPOINTS.add("payments.statement", "Payments and bank")
class PaymentsStatement(Pair):
    """The file and its acknowledgement join this chain as pairs of their own."""

    domain = "bank"
    sequence = 40
    help = "Every payment that counts as paid is settled by a statement line: the bank itself says so."
    left_name = "Paid"
    right_name = "Seen at the bank"
    measures = ("count", "credit", "debit")

    def left(self, env, scope):
        return self._sums(SQL("TRUE"), scope)

    def right(self, env, scope):
        return self._sums(SQL("b.proven"), scope)

    def _sums(self, condition, scope):
        return SQL(
            "SELECT b.company_id, NULL::int, b.journal_id, b.date, b.currency_id, count(*),"
            " sum(b.amount) FILTER (WHERE b.payment_type = 'inbound'),"
            " sum(b.amount) FILTER (WHERE b.payment_type = 'outbound'), NULL, NULL, 0"
            " FROM (%s) b WHERE %s AND %s AND %s GROUP BY 1, 3, 4, 5",
            PAID,
            condition,
            on(scope, SQL("b.date")),
            of(scope, SQL("b.journal_id")),
        )

    def narrow(self, env, scope):
        return None

    def differences(self, env, place, limit):
        rows = env.execute_query(
            SQL(
                "SELECT coalesce(b.name, '#' || b.id), b.amount FROM (%s) b WHERE %s AND NOT b.proven"
                " ORDER BY b.id LIMIT %s",
                PAID,
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
        return list(compared(dict(rows), {}, env["res.currency"].browse(place.currency).format))

    def records(self, env, place, side):
        paid = [
            ("journal_id", "=", place.journal),
            ("date", "=", place.day),
            ("currency_id", "=", place.currency),
            ("state", "=", "paid"),
        ]
        return "account.payment", paid if side == "left" else [*paid, ("is_matched", "=", True)]
