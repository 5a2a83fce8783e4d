"""Payments that count as paid, and the bank's evidence for them."""

from odoo.tools import SQL

from odoo.addons.finance_connector_base.checkpoints.rows import RowsPair
from odoo.addons.finance_connector_base.core.checkpoint import CHECKPOINTS

#: What statement lines settle of a payment ``p``; NULL where none does.
PROVEN = SQL(
    """
    (SELECT sum(CASE i.id WHEN r.debit_move_id THEN r.debit_amount_currency ELSE r.credit_amount_currency END)
       FROM account_move_line i
       JOIN account_partial_reconcile r ON i.id IN (r.debit_move_id, r.credit_move_id)
       JOIN account_move_line o ON o.id = CASE i.id WHEN r.debit_move_id THEN r.credit_move_id
                                               ELSE r.debit_move_id END
       JOIN account_move b ON b.id = o.move_id AND b.statement_line_id IS NOT NULL
      WHERE i.move_id = p.move_id AND i.account_id = p.outstanding_account_id)
    """
)
#: Payments through banks with an entry of their own.
PAID = SQL(
    """
    SELECT p.id, p.name, p.company_id, p.journal_id, p.date, p.currency_id, p.payment_type = 'inbound' AS incoming,
           p.amount AS declared, CASE WHEN %s IS NOT NULL THEN p.amount END AS arrived, FALSE AS waits
      FROM account_payment p JOIN account_journal j ON j.id = p.journal_id AND j.type = 'bank'
     WHERE p.state = 'paid' AND p.move_id IS NOT NULL
    """,
    PROVEN,
)


@CHECKPOINTS.add("payments.statement", "Payments and bank")
class PaymentsStatement(RowsPair):
    domain = "bank"
    sequence = 40
    help = "Every payment that counts as paid is settled by a statement line: the bank itself says so."
    left_name = "Paid"
    right_name = "Seen at the bank"

    def rows(self, env, scope):
        return PAID

    def records(self, env, place, side):
        paid = [
            ("journal_id", "=", place.journal),
            ("date", "=", place.day),
            ("currency_id", "=", place.currency),
            ("state", "=", "paid"),
        ]
        return "account.payment", paid if side == "left" else [*paid, ("is_matched", "=", True)]
