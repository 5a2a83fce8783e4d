"""The way of a payment through the bank: order, file, acknowledgement, statement; by the day it is carried out."""

from odoo.tools import SQL

from odoo.addons.finance_connector_base.checkpoints.conditions import of, on
from odoo.addons.finance_connector_base.checkpoints.rows import RowsPair
from odoo.addons.finance_connector_base.core.checkpoint import CHECKPOINTS, Pair, compared
from odoo.addons.finance_connector_base.core.errors import FinanceError

from .payments import PROVEN

#: A message that still can, or did, bring the file to the bank.
ALIVE = SQL("m.state != 'cancelled' AND NOT (m.state = 'dead' AND m.arrived = 'no')")
DELIVERED = SQL("(m.arrived = 'yes' OR m.state IN ('sent', 'processed'))")
REFUSED = SQL("coalesce(p.finance_told_state, '') = 'rejected'")
#: The money left and came back: both lines are on statements, and what is seen of it is right.
RETURNED = SQL("coalesce(p.finance_told_state, '') = 'reversed'")
#: What the statement shows of a payment; one without an entry of its own is paid by what settled its bill.
SEEN = SQL("CASE WHEN p.move_id IS NULL THEN CASE WHEN p.state = 'paid' THEN p.amount END ELSE %s END", PROVEN)
#: Every payment in a file that was handed over.
HANDED = SQL(
    """
      FROM account_payment p
      JOIN finance_payment_order o ON o.id = p.finance_order_id AND o.state = 'handed'
      LEFT JOIN finance_message m ON m.id = o.message_id
      LEFT JOIN finance_flow f ON f.id = o.flow_id
    """
)
COLUMNS = SQL(
    "p.id, p.name, o.company_id, o.journal_id, o.executed_on AS date, p.currency_id,"
    " p.payment_type = 'inbound' AS incoming"
)


class OfOrders:
    """What the pairs of orders share."""

    def narrow(self, env, scope):
        """From the first day of the orders that these messages carried, answered, or settled."""
        messages = list(scope.messages)
        ((first,),) = env.execute_query(
            SQL(
                """
                SELECT min(o.executed_on) FROM finance_payment_order o
                 WHERE o.state = 'handed' AND (o.message_id = ANY(%s)
                    OR EXISTS (SELECT FROM finance_payment_answer a JOIN account_payment p ON p.id = a.payment_id
                                WHERE a.message_id = ANY(%s) AND p.finance_order_id = o.id))
                """,
                messages,
                messages,
            )
        )
        return type(scope)(first, messages=scope.messages) if first else None


def orders_of(place):
    """Search domain of the orders of a place."""
    return [("journal_id", "=", place.journal), ("executed_on", "=", place.day), ("state", "=", "handed")]


def payments_of(place):
    """Search domain of the payments of a place."""
    return [("finance_order_id", "any", orders_of(place)), ("currency_id", "=", place.currency)]


@CHECKPOINTS.add("payments.files", "Payments and files")
class PaymentsFiles(OfOrders, Pair):
    """The control totals travel with the file: they are read back from its bytes when it is handed over."""

    domain = "bank"
    sequence = 50
    help = "Every payment that was handed over stands in the file of its order with its amount, and nothing else does."
    left_name = "Payments handed over"
    right_name = "Files"
    measures = ("count", "credit", "debit")

    def left(self, env, scope):
        return SQL(
            "SELECT o.company_id, NULL::int, o.journal_id, o.executed_on, p.currency_id, count(*),"
            " sum(p.amount) FILTER (WHERE p.payment_type = 'inbound'),"
            " sum(p.amount) FILTER (WHERE p.payment_type = 'outbound'), NULL::numeric, NULL::bigint,"
            " count(*) FILTER (WHERE NOT %s) %s WHERE %s AND %s GROUP BY 1, 3, 4, 5",
            DELIVERED,
            HANDED,
            on(scope, SQL("o.executed_on")),
            of(scope, SQL("o.journal_id")),
        )

    def right(self, env, scope):
        return SQL(
            """
            SELECT o.company_id, NULL::int, o.journal_id, o.executed_on, c.id, sum((t->>'count')::int),
                   sum((t->>'credit')::numeric), sum((t->>'debit')::numeric), NULL::numeric, NULL::bigint, 0
              FROM finance_payment_order o JOIN finance_message m ON m.id = o.message_id AND %s
              CROSS JOIN LATERAL jsonb_array_elements(m.options->'control') t
              LEFT JOIN res_currency c ON c.name = t->>'currency'
             WHERE o.state = 'handed' AND %s AND %s GROUP BY 1, 3, 4, 5
            """,
            ALIVE,
            on(scope, SQL("o.executed_on")),
            of(scope, SQL("o.journal_id")),
        )

    def differences(self, env, place, limit):
        """The files themselves are read again: they are the evidence."""
        found = []
        orders = env["finance.payment.order"].search([*orders_of(place), ("company_id", "=", place.company)])
        for order in orders:
            found += self._in_order(env, order, env["res.currency"].browse(place.currency))
            if len(found) >= limit:
                break
        return found[:limit]

    def _in_order(self, env, order, currency):
        own = order.payment_ids.filtered(lambda one: one.currency_id == currency)
        here = {payment._finance_own_id(): payment.amount for payment in own}
        message = order.message_id
        if not message or message.state == "cancelled" or (message.state == "dead" and message.arrived == "no"):
            return list(compared(here, {}, currency.format))
        try:
            run = env["finance.payment.file"]._read(order)
        except FinanceError:
            return list(compared(here, {}, currency.format))
        there = {
            one.end_to_end_id: float(one.amount)
            for batch in run.batches for one in batch.payments if one.currency == currency.name
        }  # fmt: skip
        return list(compared(here, there, currency.format))

    def records(self, env, place, side):
        if side == "left":
            return "account.payment", payments_of(place)
        return "finance.payment.order", orders_of(place)


@CHECKPOINTS.add("payments.answers", "Files and acknowledgements")
class PaymentsAnswers(OfOrders, RowsPair):
    """Only where an acknowledgement is expected; a debit on the statement answers as well."""

    domain = "bank"
    sequence = 60
    help = "Every payment of a file that reached the bank is acknowledged with its amount within the time agreed."
    left_name = "Files at the bank"
    right_name = "Acknowledged"

    def rows(self, env, scope):
        return SQL(
            """
            SELECT %s, p.amount AS declared, coalesce(a.amount, %s) AS arrived,
                   a.amount IS NULL AND %s IS NULL AND coalesce(m.done_on, m.write_date)
                       > now() AT TIME ZONE 'UTC' - make_interval(secs => f.answer_hours * 3600) AS waits
            %s
              LEFT JOIN LATERAL (SELECT coalesce(nullif(a.amount, 0), p.amount) AS amount
                                   FROM finance_payment_answer a WHERE a.payment_id = p.id AND a.status IS NOT NULL
                                  ORDER BY a.amount IS NULL, a.id DESC LIMIT 1) a ON TRUE
             WHERE %s AND f.answer_hours > 0
               AND EXISTS (SELECT FROM finance_flow e JOIN finance_connector n ON n.id = e.connector_id
                            WHERE e.kind = 'payment_answer' AND e.active AND n.state = 'active'
                              AND e.company_id = o.company_id)
            """,
            COLUMNS,
            SEEN,
            SEEN,
            HANDED,
            DELIVERED,
        )

    def records(self, env, place, side):
        payments = payments_of(place)
        if side == "left":
            return "account.payment", payments
        return "finance.payment.answer", [("payment_id", "any", payments), ("status", "!=", False)]


@CHECKPOINTS.add("payments.settled", "Acknowledgements and statements")
class PaymentsSettled(OfOrders, RowsPair):
    """What was refused may not show on a statement; what was not has to, some days after its day."""

    domain = "bank"
    sequence = 70
    help = "The statement shows each payment that the bank has and did not refuse, with its amount, and no other."
    left_name = "Not refused by the bank"
    right_name = "On statements"

    def rows(self, env, scope):
        return SQL(
            """
            SELECT * FROM (
                SELECT %s, CASE WHEN %s THEN NULL WHEN %s THEN %s ELSE p.amount END AS declared, %s AS arrived,
                       o.executed_on > current_date - y.finance_settle_days AND NOT %s AND %s IS NULL AS waits
                %s JOIN res_company y ON y.id = o.company_id
                 WHERE %s) s
             WHERE declared IS NOT NULL OR arrived IS NOT NULL
            """,
            COLUMNS,
            REFUSED,
            RETURNED,
            SEEN,
            SEEN,
            REFUSED,
            SEEN,
            HANDED,
            DELIVERED,
        )

    def records(self, env, place, side):
        payments = payments_of(place)
        if side == "left":
            return "account.payment", [*payments, ("finance_told_state", "not in", ("rejected",))]
        return "account.payment", [*payments, ("is_matched", "=", True)]
