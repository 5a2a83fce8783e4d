from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.finance_connector_base import server
from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS

from ..interfaces.paying import FORMAT
from ..payments import shipped

#: Statuses in which the bank waits for one of us.
WAITS = (False, "RCVD", "PATC", "PDNG")
#: With four calls of a third of a second each, so many are through in the five minutes of a lease.
MOST_PAYMENTS = 200
#: Kinds of flows by which a bank says what became of orders.
ANSWERING = ("payment_answer", "ebics_protocol", "ebics_signatures")


class FinancePaymentOrder(models.Model):
    """Orders over a bank's interface: their numbers there, the authorisation at the bank, and asking how they stand."""

    _inherit = "finance.payment.order"

    remote_ids = fields.One2many("finance.payment.remote", "order_id", string="Numbers at the interface")
    to_authorise = fields.Boolean(compute="_compute_to_authorise", string="Waits for an authorisation at the bank")
    can_ask_bank = fields.Boolean(compute="_compute_can_ask_bank")
    signatures_text = fields.Char(compute="_compute_signatures_text", string="Signatures at the bank")

    @api.depends("remote_ids", "payment_ids.finance_told_code", "state")
    def _compute_to_authorise(self):
        for order in self:
            told = set(order.payment_ids.mapped("finance_told_code"))
            linked = order.sudo().remote_ids.filtered("link")
            order.to_authorise = bool(order.state == "handed" and linked and told <= set(WAITS))

    def _compute_signatures_text(self):
        """What the latest upload of the order still waits for (EBICS, distributed signature)."""
        transfers = self.env["finance.ebics.transfer"].sudo()
        for order in self:
            message = order.sudo().message_id
            found = transfers.browse()
            if message and order.sudo().flow_id.connector_id.transport == "ebics":
                found = transfers.search(
                    [("connector_id", "=", message.connector_id.id), ("key", "=", message.dedup_key)], limit=1
                )
            order.signatures_text = found.signatures_text

    @api.depends("message_id.state", "flow_id")
    def _compute_can_ask_bank(self):
        for order in self:
            state = order.sudo().message_id.state
            order.can_ask_bank = state == "unknown" or (state in ("sent", "processed") and bool(order._answering()))

    def _answering(self):
        """The flows by which the bank of this order can be asked."""
        flows = self.sudo().flow_id.connector_id.flow_ids
        return flows._fetching().filtered(lambda flow: flow.active and flow.kind in ANSWERING)

    def _check_payments(self):
        for order in self.filtered(lambda one: one.sudo().flow_id.connector_id.pays_by_interface):
            connector = order.sudo().flow_id.connector_id
            if shipped()[order.profile].format != FORMAT:
                raise UserError(self.env._("%s takes orders in pain.001 profiles only.", connector.name))
            transport = TRANSPORTS.get(connector.transport)
            most = int(server.option("interface_payments", MOST_PAYMENTS))
            if transport.one_by_one and order.count > most:
                raise UserError(
                    self.env._("%(name)s takes payments one by one, no more than %(most)s in an order: put the others"
                               " into another one.", name=connector.name, most=most)
                )  # fmt: skip
            try:
                transport.fits(self.env["finance.payment.file"]._run(order))
            except FinanceError as error:
                raise UserError(f"{error.place}: {error}" if error.place else str(error)) from error
        return super()._check_payments()

    def action_authorise(self):
        """Go to the bank's page; coming back, the bank is asked whether it was authorised."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("finance_connector_base.group_approver"):
            raise AccessError(self.env._("Approvers authorise payments at the bank."))
        order = self.sudo()
        connector = order.flow_id.connector_id
        if not order.to_authorise:
            raise UserError(self.env._("%s does not wait for an authorisation.", self.name))
        refusal = self.env["finance.permit"]._refusal(connector.environment)
        if refusal:
            raise UserError(self.env._("Nothing is paid from here: %s", refusal))
        if connector.state != "active" or connector.id in self.env["finance.stop"]._stopped_ids():
            raise UserError(self.env._("%s is stopped or paused.", connector.name))
        self.env["finance.audit"]._note("payment_order.authorising", order, facts={"order": order.name})
        link = order.remote_ids.filtered("link")[:1].link
        return {"type": "ir.actions.act_url", "url": link, "target": "self"}

    def action_ask_bank(self):
        """Ask now what became of the order. What the bank says decides, nothing else; nothing is sent again by this."""
        self.check_access("write")
        for order in self:
            message = order.sudo().message_id
            if message.state == "unknown":
                words = order._ask_for_outcome(message)
            elif message.state in ("sent", "processed") and order._answering():
                order.sudo().remote_ids._there_again()
                order._answering()._enqueue_pull(planned=False)
                words = self.env._("The bank is asked; what it says stands here in a moment.")
            else:
                raise UserError(
                    self.env._("Nobody can be asked about %s: its line brings no answers. Call the bank.", order.name)
                )
            order.message_post(body=self.env._("Asked at the bank: %s", words))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": words, "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
        }

    def _ask_for_outcome(self, message):
        """Let the protocol ask; not before the quiet time, in which the bank may not know of it yet."""
        message.lock_for_update()
        if message.next_try_on and message.next_try_on > fields.Datetime.now():
            return self.env._("too early; the bank is asked by itself at %s.", message.next_try_on)
        message.next_try_on = fields.Datetime.now()
        message._enqueue()
        return self.env._("The bank is asked what became of it.")

    def _come_back(self):
        """A person came back from the bank's page: the bank is asked, whatever the address says."""
        self.ensure_one()
        self._answering()._enqueue_pull(planned=False)


class FinancePaymentCancellation(models.Model):
    _inherit = "finance.payment.cancellation"

    def _submit(self):
        remotes = self.order_id.sudo().remote_ids
        whole = remotes.filtered(lambda one: not one.payment_id)
        if whole and set(self.payment_ids.ids) != set(self.order_id.payment_ids.ids):
            raise UserError(
                self.env._("This bank cancels %s only as a whole: take back all its payments.", self.order_id.name)
            )
        if self.order_id.sudo().flow_id.connector_id.pays_by_interface and not remotes:
            raise UserError(self.env._("The bank's number of %s is not known: call the bank.", self.order_id.name))
        return super()._submit()
