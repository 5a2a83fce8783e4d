from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Orders for which one run opens cases.
MOST = 1000
#: The bank may have the file, and it could be sent (again).
OPEN = ("ready", "unknown", "refused", "dead")


class FinancePaymentOrder(models.Model):
    """Where an order is, and the case when its acknowledgement does not come."""

    _inherit = "finance.payment.order"

    def action_journey(self):
        """How far the order is, on one screen."""
        return self.env["account.payment"]._finance_journey(self)

    def _is_spoken_of(self):
        """Whether the bank itself speaks of this order's file.

        By an answer that came after the file was made, or by a statement line that carries an id of ours. Of payments
        that go one by one over an interface each has to be spoken of: a part of them may be there.
        """
        self.ensure_one()
        found = map(self._speaks_of, self.payment_ids)
        return all(found) if self.flow_id.connector_id.pays_by_interface else any(found)

    def _speaks_of(self, payment):
        own = {None, False, self._order_ref()}
        return any(
            answer.message_id.id > self.message_id.id and answer.order_ref in own
            for answer in payment.finance_answer_ids
        ) or (payment.is_matched and payment._finance_is_named(payment.reconciled_statement_line_ids))

    def _prove_arrival(self):
        """Orders of which the bank speaks although the answer to their file was lost: the file did arrive."""
        for order in self.sudo().filtered(lambda one: one.message_state in OPEN and one._is_spoken_of()):
            if not self.env["finance.standing"]._prove(order.message_id):
                order.message_post(body=self.env._("The bank speaks of its payments: the file did arrive."))

    def _look_first(self):
        """A case where a payment is booked by a line that does not say that it is ours: people look before it is sent.

        :return: words why nothing may be sent now, or ``None``; a case that people closed stands for their look
        """
        booked = self.payment_ids.filtered(lambda payment: payment.is_matched and not self._speaks_of(payment))
        if not booked:
            return None
        about = [("code", "=", "payment.unsure"), ("message_id", "=", self.message_id.id)]
        cases = self.env["finance.exception"].search(about)
        if cases and not cases.filtered(lambda case: case.state == "open"):
            return None
        words = self.env._(
            "%(order)s: a statement line was matched with %(payments)s, which does not carry our end-to-end id. "
            "It is not sure whether the file was carried out.",
            order=self.name, payments=", ".join(booked[:5].mapped("name")),
        )  # fmt: skip
        if not cases:
            self.env["finance.exception"]._report(
                self, "payment.unsure", words, message=self.message_id, category="state_conflict", blocking=False,
                res_model=self._name, res_id=self.id,
            )
        return words

    @api.model
    def _cron_stuck(self):
        """Settle what statements and answers prove; a case for each file of which nothing is heard in time."""
        waiting = self.sudo().search(
            [("state", "=", "handed"), ("message_id.state", "in", OPEN),
             "|", ("payment_ids.is_matched", "=", True), ("payment_ids.finance_answer_ids", "!=", False)], limit=MOST,
        )  # fmt: skip
        waiting._prove_arrival()
        for order in waiting.filtered(lambda one: one.message_state in OPEN):
            order._look_first()
        for order in self._stuck():
            hours = order.flow_id.answer_hours
            self.env["finance.exception"]._report(
                order, "payment.stuck",
                self.env._(
                    "%(order)s reached the bank more than %(hours)g hours ago, and none of its %(count)s payments "
                    "(%(amount)s) is acknowledged.", order=order.name, hours=hours, count=order.count,
                    amount=order.currency_id.format(order.amount),
                ),
                message=order.message_id, category="transient", blocking=False, res_model=order._name, res_id=order.id,
            )  # fmt: skip

    @api.model
    def _stuck(self, ids=None):
        """Orders whose acknowledgement is late, where acknowledgements are expected; without a case already."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT o.id FROM finance_payment_order o
                  JOIN finance_message m ON m.id = o.message_id AND m.state IN ('sent', 'processed')
                  JOIN finance_flow f ON f.id = o.flow_id AND f.answer_hours > 0
                 WHERE o.state = 'handed' AND %s
                   AND coalesce(m.done_on, m.write_date) < %s - make_interval(secs => f.answer_hours * 3600)
                   AND coalesce(m.done_on, m.write_date) > %s
                   AND EXISTS (SELECT FROM finance_flow e JOIN finance_connector n ON n.id = e.connector_id
                                WHERE e.kind = 'payment_answer' AND e.active AND n.state = 'active'
                                  AND e.company_id = o.company_id)
                   AND NOT EXISTS (SELECT FROM account_payment p WHERE p.finance_order_id = o.id
                                      AND (p.is_matched OR p.finance_told_code IS NOT NULL))
                   AND EXISTS (SELECT FROM account_payment p WHERE p.finance_order_id = o.id)
                 ORDER BY o.id LIMIT %s
                """,
                SQL("o.id = ANY(%s)", list(ids)) if ids is not None else SQL(
                    "NOT EXISTS (SELECT FROM finance_exception x WHERE x.code = 'payment.stuck' AND x.res_id = o.id"
                    " AND x.res_model = 'finance.payment.order' AND x.state IN ('open', 'dropped'))"
                ),
                fields.Datetime.now(),
                fields.Datetime.now() - timedelta(days=self.env.company._finance_setting("checkpoint_days", 62)),
                MOST,
            )
        )  # fmt: skip
        return self.sudo().browse([row[0] for row in rows])


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_finance_journey(self):
        """How far the payment is, on one screen."""
        return self._finance_journey(self)

    @api.model
    def _finance_journey(self, record):
        record.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "connector_bank.payment_journey",
            "name": self.env._("Journey: %s", record.display_name),
            "params": {"model": record._name, "res_id": record.id},
        }


class FinanceException(models.Model):
    _inherit = "finance.exception"

    @api.model
    def _cause_checks(self):
        return {**super()._cause_checks(), "payment.stuck": "_still_stuck"}

    def _still_stuck(self):
        """An answer, a statement, or more time given by the flow ends it."""
        stuck = set(self.env["finance.payment.order"]._stuck(self.mapped("res_id")).ids)
        return self.filtered(lambda case: case.res_id in stuck)
