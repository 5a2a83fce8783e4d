from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.finance_connector_base.core.checkpoint import Place, Scope
from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..checkpoints.orders import DELIVERED, REFUSED, SEEN, PaymentsAnswers, PaymentsFiles, PaymentsSettled
from ..payments.order import DIRECT_DEBIT
from ..proving import stages

#: Differences that one proof names.
MOST_DIFFERENCES = 1000
#: The payments of a bank and day: those of files by the day they are carried out, others by their own.
OF_PLACE = SQL(
    """
      FROM account_payment p
      JOIN account_journal j ON j.id = p.journal_id AND j.type = 'bank'
      LEFT JOIN finance_payment_order o ON o.id = p.finance_order_id AND o.state = 'handed'
      LEFT JOIN finance_message m ON m.id = o.message_id
     WHERE (o.id IS NOT NULL OR p.payment_type = 'outbound' AND p.state IN ('in_process', 'paid'))
    """
)
JOURNAL, DAY = SQL("coalesce(o.journal_id, p.journal_id)"), SQL("coalesce(o.executed_on, p.date)")


class FinancePaymentProof(models.AbstractModel):
    """Reads what proves the payments of one bank, day and currency, from the ledger, files, answers and statements.

    Files are read from their bytes each time.
    """

    _name = "finance.payment.proof"
    _description = "Reading the proof of payments"

    @api.model
    def _due(self, since, until):
        """Places of these days that have no proof yet, that were not proven when looked at last, or break now.

        Of banks that were paid through by files only; where everything is done by hand nobody asks for a proof.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.company_id, %(journal)s, %(day)s, p.currency_id %(rows)s
                   AND %(day)s BETWEEN %(since)s AND %(until)s
                   AND EXISTS (SELECT FROM finance_payment_order x WHERE x.journal_id = %(journal)s
                                  AND x.state = 'handed')
                   AND NOT EXISTS (SELECT FROM finance_payment_control c
                                    WHERE c.journal_id = %(journal)s AND c.day = %(day)s AND c.latest
                                      AND c.currency_id = p.currency_id AND c.state = 'agree'
                                      AND NOT EXISTS (SELECT FROM finance_checkpoint k
                                                       WHERE k.code = ANY(%(codes)s) AND k.state = 'break'
                                                         AND k.journal_id = c.journal_id AND k.day = c.day))
                 GROUP BY 1, 2, 3, 4 ORDER BY 3, 2
                """,
                journal=JOURNAL,
                day=DAY,
                rows=OF_PLACE,
                since=since,
                until=until,
                codes=[pair.code for pair in (PaymentsFiles, PaymentsAnswers, PaymentsSettled)],
            )
        )
        return [Place(company, None, journal, day, currency) for company, journal, day, currency in rows]

    @api.model
    def _content(self, place):
        """The proof of one place as plain values: stages, items, differences, state."""
        items = self._items(place)
        differences = [
            *self._found(PaymentsFiles, place),
            *self._found(PaymentsAnswers, place),
            *self._found(PaymentsSettled, place),
            *self._lost_outside(place, items),
        ][:MOST_DIFFERENCES]
        unproven = any(one["seen"] is None and not one["refused"] for one in items)
        return {
            "company": place.company,
            "journal": place.journal,
            "day": str(place.day),
            "currency": self.env["res.currency"].browse(place.currency).name,
            "stages": stages(items, self._in_files(place)),
            "differences": differences,
            "items": items,
            "state": "break" if differences else "waiting" if unproven else "agree",
        }

    def _items(self, place):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT coalesce(p.name, '#' || p.id), r.name, p.amount::text, p.payment_type = 'inbound',
                       coalesce(p.finance_end_to_end, ''), o.name, m.name, m.sha256,
                       CASE WHEN %(delivered)s THEN to_char(coalesce(m.done_on, m.write_date), 'YYYY-MM-DD HH24:MI:SS')
                        END, p.finance_told_code, a.amount::text, %(seen)s::text, %(refused)s, l.words
                  FROM (SELECT p.id AS payment, o.id AS handed %(rows)s AND %(journal)s = %(bank)s AND %(day)s = %(on)s
                           AND p.currency_id = %(currency)s) f
                  JOIN account_payment p ON p.id = f.payment
                  LEFT JOIN res_partner r ON r.id = p.partner_id
                  LEFT JOIN finance_payment_order o ON o.id = f.handed
                  LEFT JOIN finance_message m ON m.id = o.message_id
                  LEFT JOIN LATERAL (SELECT coalesce(nullif(a.amount, 0), p.amount) AS amount
                                       FROM finance_payment_answer a WHERE a.payment_id = p.id AND a.status IS NOT NULL
                                      ORDER BY a.amount IS NULL, a.id DESC LIMIT 1) a ON TRUE
                  LEFT JOIN LATERAL (
                        SELECT string_agg(DISTINCT b.name || ' ' || b.date, ', ') AS words
                          FROM account_move_line i
                          JOIN account_partial_reconcile r ON i.id IN (r.debit_move_id, r.credit_move_id)
                          JOIN account_move_line x ON x.id = CASE i.id WHEN r.debit_move_id THEN r.credit_move_id
                                                                  ELSE r.debit_move_id END
                          JOIN account_move b ON b.id = x.move_id AND b.statement_line_id IS NOT NULL
                         WHERE i.move_id = p.move_id) l ON TRUE
                 ORDER BY p.id
                """,
                delivered=DELIVERED,
                seen=SEEN,
                refused=REFUSED,
                rows=OF_PLACE,
                journal=JOURNAL,
                bank=place.journal,
                day=DAY,
                on=place.day,
                currency=place.currency,
            )
        )
        names = ("name", "payee", "amount", "incoming", "end_to_end", "order", "file", "sha256", "sent_on", "code",
                 "answered", "seen", "refused", "line")  # fmt: skip
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _in_files(self, place):
        """``[number, in, out]`` of what the files of the place hold."""
        number, sides = 0, {True: Decimal(), False: Decimal()}
        for order in self._orders(place):
            for batch in self._batches(order):
                own = [one for one in batch.payments if one.currency == order.env["res.currency"].browse(
                    place.currency).name]  # fmt: skip
                number += len(own)
                sides[batch.kind == DIRECT_DEBIT] += sum((one.amount for one in own), Decimal())
        return [number, str(sides[True]), str(sides[False])]

    def _batches(self, order):
        """What stands in the file; nothing where it cannot be read or never left: the differences say so."""
        message = order.message_id
        if not message or message.state == "cancelled" or (message.state == "dead" and message.arrived == "no"):
            return ()
        try:
            return self.env["finance.payment.file"]._read(order).batches
        except FinanceError:
            return ()

    def _orders(self, place):
        return self.env["finance.payment.order"].search(
            [("company_id", "=", place.company), ("journal_id", "=", place.journal), ("executed_on", "=", place.day),
             ("state", "=", "handed")]
        )  # fmt: skip

    def _found(self, pair, place):
        """Differences of one hand-over, where its totals differ."""
        check, scope = pair(), Scope(fields.Date.to_date("9999-01-01"), (place.day,), (place.journal,))
        broken = [one for one in check.found(self.env, scope) if one.place == place and one.differing]
        rows = check.differences(self.env, place, MOST_DIFFERENCES) if broken else []
        words = {"missing": self.env._("Missing"), "unexpected": self.env._("Not expected"),
                 "changed": self.env._("Changed")}  # fmt: skip
        sides = f"{self.env._(check.left_name)} ↔ {self.env._(check.right_name)}"
        return [[sides, f"{words[one.what]}: {one.key}", one.left, one.right] for one in rows]

    def _lost_outside(self, place, items):
        """Payments in no file that no statement shows, long after their day."""
        days = self.env["res.company"].browse(place.company).finance_settle_days
        if place.day > fields.Date.today() - timedelta(days=days):
            return []
        words = f"{self.env._('Ledger')} ↔ {self.env._('Files or statements')}"
        return [
            [words, self.env._("In no file, on no statement: %s", one["name"]), one["amount"], ""]
            for one in items
            if not one["order"] and one["seen"] is None
        ]
