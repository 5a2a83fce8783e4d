from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..payments import shipped
from ..payments.camt055 import Original, Stopped, write_cancellation

KINDS = [
    ("stop", "Not sent yet: take the order back"),
    ("cancel", "Sent: ask the bank to cancel"),
    ("recall", "Carried out: ask for the money back"),
]
REASONS = [
    ("CUST", "We no longer want it"),
    ("DUPL", "Paid twice"),
    ("FRAD", "Suspicion of fraud"),
    ("TECH", "Sent by a technical mistake"),
    ("AM09", "Wrong amount"),
    ("AC03", "Wrong account"),
    ("UPAY", "Not due"),
]
#: What the bank can say of one payment: cancelled, not cancelled, looked into.
ANSWERS = ("ACCR", "RJCR", "PDCR")


class FinancePaymentCancellation(models.Model):
    """Payments that are to be stopped or called back, in the way that is still possible, and what came of it.

    What was not sent is taken back here. What the bank has is asked back with camt.055, released by others like a
    payment; its answer (camt.029) decides, and money that left comes back by a statement alone.
    """

    _name = "finance.payment.cancellation"
    _description = "Cancellation of payments"
    _inherit = ["mail.thread", "finance.access"]
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, default="/", copy=False)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    order_id = fields.Many2one("finance.payment.order", required=True, readonly=True, index=True, ondelete="restrict")
    payment_ids = fields.Many2many("account.payment", readonly=True, string="Payments")
    kind = fields.Selection(KINDS, required=True, readonly=True, string="What is possible")
    kind_text = fields.Text(compute="_compute_kind_text", string="What happens then")
    reason = fields.Selection(REASONS, required=True, default="CUST")
    text = fields.Char(string="In words", help="Goes to the bank with the request.")
    state = fields.Selection(
        [("draft", "Draft"), ("asked", "Asked for"), ("done", "Answered"), ("dropped", "Dropped")],
        default="draft", required=True, readonly=True, tracking=True, copy=False,
    )  # fmt: skip
    message_id = fields.Many2one("finance.message", readonly=True, copy=False)
    message_state = fields.Selection(related="message_id.state", string="On its way")
    approval_id = fields.Many2one(related="message_id.approval_id", string="Release")
    approval_state = fields.Selection(related="message_id.approval_id.state", string="Is")
    outcome = fields.Text(compute="_compute_outcome", string="What came of it")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["name"] = self.env["ir.sequence"].next_by_code("finance.payment.cancellation") or "/"
        return super().create(vals_list)

    def write(self, vals):
        if {"reason", "text"} & vals.keys() and not self.env.su and self.filtered(lambda one: one.state != "draft"):
            raise UserError(self.env._("What was asked for does not change any more."))
        return super().write(vals)

    @api.depends("kind", "order_id", "payment_ids")
    def _compute_kind_text(self):
        words = {
            "stop": self.env._(
                "Nothing has left. The order %(order)s is taken back with all its payments; those you still want "
                "are put into a new one."
            ),
            "cancel": self.env._(
                "The bank has the file %(order)s. Others release a request to cancel (camt.055); the bank answers "
                "whether it was in time. Until then the payment counts as on its way."
            ),
            "recall": self.env._(
                "The money has left. The bank asks the payee's bank for it; the payee may refuse. It comes back with "
                "a line of the statement, which opens the bill again."
            ),
        }
        for request in self:
            request.kind_text = words.get(request.kind, "") % {"order": request.order_id.name}

    @api.depends("payment_ids.finance_answer_ids")
    def _compute_outcome(self):
        for request in self:
            told = {one: request._told_of(one) for one in request.payment_ids}
            request.outcome = "\n".join(
                f"{payment.name}: {answer.words}" for payment, answer in told.items() if answer
            ) or False

    def _told_of(self, payment):
        """The latest word of the bank about this request for one payment."""
        own = payment.finance_answer_ids.filtered(
            lambda one: one.status in ANSWERS and one.create_date >= self.create_date
        )
        return own.sorted("id")[-1:]

    # what is possible

    @api.model
    def _possible(self, payment):
        """``stop``, ``cancel``, ``recall``, or None: nothing is there to be stopped."""
        order = payment.sudo().finance_order_id
        if order.state != "handed" or payment.finance_way in ("rejected", "reversed"):
            return None
        message = order.message_id
        if message.state not in ("sent", "processed") and message.arrived == "no":
            return "stop"
        left = payment.finance_way == "reconciled" or payment.finance_told_code in ("ACSC", "ACCC")
        return "recall" if left else "cancel"

    @api.model
    def _of_payments(self, payments):
        """A draft for payments of one order.

        :raise UserError: they cannot be stopped, or not together
        """
        self.check_access("write")
        payments.check_access("read")
        kinds = {self._possible(payment) for payment in payments}
        if None in kinds:
            raise UserError(
                self.env._("Nothing is on its way to a bank here: cancel the payment itself, in its own form.")
            )
        if len(payments.finance_order_id) != 1 or len(kinds) != 1:
            raise UserError(self.env._("Choose payments of one order that are equally far."))
        open_ = self.search([("payment_ids", "in", payments.ids), ("state", "in", ("draft", "asked"))], limit=1)
        if open_:
            return open_
        order = payments.finance_order_id
        values = {"order_id": order.id, "payment_ids": payments.ids, "kind": kinds.pop()}
        return self.sudo().create(values).with_env(self.env)

    # asking

    def action_ask(self):
        """Do what is still possible."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("This was asked for already."))
        possible = {self._possible(payment) for payment in self.payment_ids}
        if possible != {self.kind}:
            self.sudo().kind = next(iter(possible - {None}), self.kind)
            raise UserError(self.env._("The payments went further meanwhile: look at what is possible now."))
        if self.kind == "stop":
            self.order_id.action_cancel()
            self.sudo().state = "done"
            return
        self.sudo().message_id = self._submit()
        self.sudo().state = "asked"

    def _submit(self):
        connector = self.order_id.flow_id.sudo().connector_id
        flow = self.env["finance.flow"].sudo().search(
            [("connector_id", "=", connector.id), ("kind", "=", "payment_cancellation"), ("direction", "=", "out")],
            limit=1,
        )  # fmt: skip
        if not flow.needs_approval:
            raise UserError(
                self.env._(
                    "%s takes no requests to cancel by file. Call the bank now; add the flow “Cancellation of "
                    "payments”, released by others, if it does.", connector.name,
                )
            )  # fmt: skip
        return self.env["finance.deliver"].sudo()._submit(
            connector, "payment_cancellation", self._content(), key=f"payment_cancellation:{self.id}",
            name=f"{self.name.replace('/', '-')}.xml", record=self, flow=flow, content_type="application/xml",
        )  # fmt: skip

    def _content(self):
        order = self.order_id.sudo()
        profile = shipped()[order.profile]
        if not profile.format.startswith("pain"):
            raise UserError(self.env._("Payments of this format cannot be cancelled by file. Call the bank."))
        run = self.env["finance.payment.file"]._read(order)
        wanted = {payment._finance_own_id() for payment in self.payment_ids}
        batch = next(
            one for one in run.batches if any(each.end_to_end_id in wanted for each in one.payments)
        )
        case = self.name.replace("/", "-")
        stopped = [
            Stopped(f"{case}-{number}", one.end_to_end_id, one.amount, one.currency, one.instruction_id, one.uetr)
            for number, one in enumerate(batch.payments, start=1) if one.end_to_end_id in wanted
        ]  # fmt: skip
        if len(stopped) != len(self.payment_ids):
            raise UserError(self.env._("Choose payments of one batch of the file."))
        original = Original(run.message_id, profile.version, run.created_at, batch.id, batch.executed_on)
        bank = order.journal_id.bank_account_id.bank_id
        return write_cancellation(
            case, fields.Datetime.now().replace(microsecond=0, tzinfo=UTC), order.company_id.name,
            (bank.bic or "").replace(" ", "").upper() or bank.name, original, stopped, self.reason, self.text,
        )  # fmt: skip

    def action_drop(self):
        """Give up a draft."""
        self.check_access("write")
        self.sudo().filtered(lambda one: one.state == "draft").state = "dropped"

    def action_open_message(self):
        return {"type": "ir.actions.act_window", "res_model": "finance.message", "res_id": self.message_id.id,
                "view_mode": "form"}  # fmt: skip

    # answers

    @api.model
    def _answered(self, payments):
        """The bank said something of these payments: a request is done when it said of all yes or no."""
        for request in self.sudo().search([("payment_ids", "in", payments.ids), ("state", "=", "asked")]):
            final = [request._told_of(payment).status in ("ACCR", "RJCR") for payment in request.payment_ids]
            if all(final):
                request.state = "done"


class AccountPayment(models.Model):
    _inherit = "account.payment"

    finance_take_back = fields.Selection(KINDS, compute="_compute_finance_take_back", string="Can be taken back")

    @api.depends("finance_order_id.state", "finance_way", "finance_told_code")
    def _compute_finance_take_back(self):
        for payment in self:
            payment.finance_take_back = self.env["finance.payment.cancellation"]._possible(payment)

    def action_finance_take_back(self):
        """Stop or call back these payments, as far as that is possible."""
        request = self.env["finance.payment.cancellation"]._of_payments(self)
        return {"type": "ir.actions.act_window", "res_model": request._name, "res_id": request.id, "view_mode": "form",
                "name": self.env._("Take back")}  # fmt: skip
