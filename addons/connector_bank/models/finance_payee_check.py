from odoo import api, fields, models
from odoo.exceptions import UserError

#: What the check of the payee's name says (European Payments Council, verification of payee).
RESULTS = [
    ("RVNM", "No match"),
    ("RVMC", "Close match"),
    ("RVCM", "Some do not agree"),
    ("RVNC", "Check not complete"),
]


class FinancePayeeCheck(models.Model):
    """A payee whose name is not that of the account: both names, and what a person decided."""

    _name = "finance.payee.check"
    _description = "Check of a payee's name"
    _inherit = ["mail.thread", "finance.access"]
    _order = "id desc"
    _rec_name = "payment_id"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="payment_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="payment_id.partner_id", store=True)
    amount = fields.Monetary(related="payment_id.amount")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    account_id = fields.Many2one("res.partner.bank", readonly=True, index=True)
    answer_id = fields.Many2one("finance.payment.answer", readonly=True, ondelete="restrict")
    result = fields.Selection(RESULTS, required=True, readonly=True, string="The check says")
    our_name = fields.Char(readonly=True, string="Payee as we know him")
    bank_name = fields.Char(readonly=True, string="Payee as the bank knows him")
    state = fields.Selection(
        [("open", "To be decided"), ("accepted", "Pay all the same"), ("refused", "Do not pay"),
         ("gone", "The bank went on")],
        default="open", required=True, readonly=True, tracking=True,
    )  # fmt: skip
    reason = fields.Char(string="Why", tracking=True, help="How you know that this is the payee, or is not.")
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)

    _open_uniq = models.UniqueIndex("(payment_id) WHERE state = 'open'", "This payee waits for a decision already.")
    _account_idx = models.Index("(account_id) WHERE state IN ('open', 'refused')")

    def write(self, vals):
        if "reason" in vals and not self.env.su and self.filtered(lambda one: one.state != "open"):
            raise UserError(self.env._("What was decided does not change any more."))
        return super().write(vals)

    @api.model
    def _ask(self, payment, status, name, answer):
        """The bank's answer about the payee of a payment waits for a person."""
        checks = self.sudo()
        known = checks.search([("payment_id", "=", payment.id), ("state", "=", "open")])
        values = {"result": status, "bank_name": name, "answer_id": answer.id}
        if known:
            known.write(values)
            return known
        account = payment.partner_bank_id
        return checks.create(
            {**values, "payment_id": payment.id, "account_id": account.id,
             "our_name": account.acc_holder_name or payment.partner_id.name}
        )  # fmt: skip

    @api.model
    def _gone_on(self, payments):
        """The bank went on by itself: nothing is left to be decided."""
        self.sudo().search([("payment_id", "in", payments.ids), ("state", "=", "open")]).state = "gone"

    @api.model
    def _blocking(self, payments):
        """Checks because of which these payments may not be released, where the company wants it so."""
        wanted = payments.filtered("company_id.finance_payee_decided").partner_bank_id
        return self.sudo().search(
            [("account_id", "in", wanted.ids), "|", ("state", "=", "refused"), "&", ("state", "=", "open"),
             ("result", "=", "RVNM")]
        )  # fmt: skip

    def action_accept(self):
        """This is the payee: the payment may go on."""
        self._decide("accepted")

    def action_refuse(self):
        """This is not the payee: nothing more is paid to the account; operators take the payment back at once."""
        self._decide("refused")
        takes_back = self.env["finance.payment.cancellation"].has_access("write") and len(self) == 1
        if takes_back and self.payment_id.finance_take_back:
            return self.payment_id.action_finance_take_back()
        return None

    def _decide(self, state):
        self.check_access("write")
        if not self.env.user.has_group("finance_connector_base.group_approver"):
            raise UserError(self.env._("Approvers decide about payees."))
        for check in self:
            if check.state != "open":
                raise UserError(self.env._("%s was decided already.", check.payment_id.display_name))
            if not check.reason:
                raise UserError(self.env._("Say how you know it: whom you asked, what you compared."))
            order = check.payment_id.finance_order_id.sudo()
            if self.env.user in order.maker_ids | order.message_id.approval_id.maker_id:
                raise UserError(self.env._("Who made the payment does not decide about its payee."))
            check.sudo().write(
                {"state": state, "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()}
            )
            check.payment_id.sudo().finance_decide = False
            self.env["finance.answer.consequence"]._solve(
                check.payment_id, "payment.payee", self.env._("Decided by %s.", self.env.user.name)
            )


class FinanceMessage(models.Model):
    _inherit = "finance.message"

    def _approved(self, approval):
        """A payment does not leave while a person has to decide about its payee, or its account lost its trust."""
        if self.kind == "payment_order":
            order = self.env["finance.payment.order"].sudo().browse(self.res_id)
            order._check_payees()
            for payment in order.payment_ids.filtered(lambda one: not one.finance_mandate_id):
                why = payment._finance_payee_why_not()
                if why:
                    raise UserError(self.env._("%(name)s: %(why)s", name=payment.display_name, why=why))
        return super()._approved(approval)
