from odoo import api, models

from .finance_payment_journey import PAYMENTS

RUN, ORDER = "finance.payment.run", "finance.payment.order"


class FinancePaymentJourney(models.AbstractModel):
    """A whole payment run on one screen: from its proposal over its orders to what the banks booked."""

    _inherit = "finance.payment.journey"

    @api.model
    def read_journey(self, model, record_id):
        if model != RUN:
            return super().read_journey(model, record_id)
        run = self.env[RUN].browse(record_id).exists()
        run.check_access("read")
        payments = run.line_ids.payment_id[:PAYMENTS]
        trace = self.env["finance.trace"].read_trace(RUN, record_id)
        return {
            "head": self._head_of_run(run, payments),
            "words": self._words_of_run(run, payments),
            "stages": self._stages_of_run(run, payments),
            "steps": trace["steps"],
            "cut": trace["cut"],
            "rows": [self._row_of_order(order, payments) for order in run.order_ids],
        }

    def _head_of_run(self, run, payments):
        kinds = dict(run._fields["kind"]._description_selection(self.env))
        ids = run.order_ids.sudo().message_id.mapped("correlation_id")
        days = sorted({str(day) for day in run.group_ids.mapped("executed_on")})
        facts = [
            (self.env._("Kind"), kinds[run.kind]),
            (self.env._("Lines"), run.count),
            (self.env._("Held or left out"), run.held_count),
            (self.env._("Amount"), run.company_currency_id.format(run.amount)),
            (self.env._("Payments"), len(payments)),
            (self.env._("Banks"), ", ".join(run.group_ids.journal_id.mapped("name"))),
            (self.env._("To be carried out on"), ", ".join(days)),
            (self.env._("Correlation ids"), ", ".join(ids)),
        ]
        return {
            "name": run.display_name,
            "facts": [[label, str(value)] for label, value in facts if value],
            "takeBack": False,
        }

    def _words_of_run(self, run, payments):
        match run.state:
            case "draft":
                return self.env._("It is a proposal; nobody was asked yet.")
            case "asked":
                return self.env._("It waits for approval.")
            case "cancelled":
                return self.env._("It was cancelled; nothing was paid by it.")
            case "approved":
                return self.env._("It is approved: %(done)s of %(count)s lines are payments so far.",
                                  done=run.done_count, count=run.count)  # fmt: skip
        if not payments:
            return self.env._("Nothing could be paid: its lines say why.")
        return self._words(payments.finance_order_id[:1], payments)

    def _stages_of_run(self, run, payments):
        approval, orders, total = run.sudo().approval_id, run.order_ids, len(payments)
        votes = approval.vote_ids.filtered(lambda one: one.decision == "approve").sorted("id")
        agreed = approval.state == "approved" and run.state in ("approved", "released")
        opens = {"model": "finance.approval", "id": approval.id} if approval else None
        lines = {"model": "finance.payment.run.line", "domain": [["run_id", "=", run.id]]}
        orders_list = {"model": ORDER, "domain": [["run_id", "=", run.id]]} if orders else None
        files = {order: order.sudo().message_id for order in orders}
        released = orders.filtered(lambda one: files[one].approval_id.state == "approved")
        sent = {order: self._sent(order) for order in orders if self._sent(order)}
        stages = [
            self._stage("proposed", self.env._("Proposed"), run.create_date, run.count, run.count,
                        (run.requested_by_id or run.create_uid).sudo().name, lines),
            self._stage("agreed", self.env._("Agreed"), votes[-1:].create_date, run.count if agreed else 0, run.count,
                        ", ".join(votes.user_id.mapped("name")), opens),
            self._stage("initiated", self.env._("Payments made"), min(payments.mapped("create_date"), default=None),
                        run.done_count, run.count, orders and self.env._("Orders: %s", len(orders)), orders_list),
            self._stage("approved", self.env._("Released"),
                        max(released.sudo().message_id.approval_id.vote_ids.mapped("create_date"), default=None),
                        self._counted(released, payments), total,
                        ", ".join(released.sudo().message_id.approval_id.vote_ids.user_id.mapped("name"))),
            self._stage("sent", self.env._("Sent"), max(sent.values(), default=None),
                        self._counted(orders.browse([one.id for one in sent]), payments), total,
                        ", ".join(orders.sudo().flow_id.connector_id.mapped("name"))),
        ]  # fmt: skip
        return self._with_answers(stages, payments)

    def _counted(self, orders, payments):
        return len(payments.filtered(lambda one: one.finance_order_id in orders))

    def _row_of_order(self, order, payments):
        """An order of the run, to be opened on the same screen."""
        own = payments.filtered(lambda one: one.finance_order_id == order)
        ways = set(own.mapped("finance_way"))
        states = dict(order._fields["state"]._description_selection(self.env))
        return {
            "id": order.id,
            "model": ORDER,
            "name": order.name,
            "payee": order.journal_id.display_name,
            "amount": order.currency_id.format(order.amount),
            "way": states[order.state],
            "told": self._words(order, own) if own else "",
            "mood": "bad" if ways & {"rejected", "reversed"} else self._mood(ways.pop() if len(ways) == 1 else None),
        }
