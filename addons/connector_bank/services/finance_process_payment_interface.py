from odoo import api, models

#: Kinds of messages that go over a payment interface.
KINDS = ("payment_order", "payment_cancellation")


class FinanceProcess(models.AbstractModel):
    """Orders and requests over an interface need more than bytes: whose account, our ids, where people come back to."""

    _inherit = "finance.process"

    def _transport(self, message):
        connector = message.connector_id
        if message.kind not in KINDS or not connector.pays_by_interface:
            return super()._transport(message)
        return message.flow_id._stepped(connector._paying_transport(message), message)


class FinanceProcessPaymentOrder(models.AbstractModel):
    """The interface answers at once: its numbers and first statuses are taken in."""

    _inherit = "finance.process.payment_order"

    @api.model
    def _follows_over(self, transport):
        return self.env["finance.connector"]._pays_over(transport)

    def delivered(self, message, answer):
        order = self.env["finance.payment.order"].sudo().browse(message.res_id)
        self.env["finance.payment.remote"].sudo()._delivered(message.sudo(), order, answer)


class FinanceProcessPaymentCancellation(models.AbstractModel):
    _inherit = "finance.process.payment_cancellation"

    @api.model
    def _follows_over(self, transport):
        return self.env["finance.connector"]._pays_over(transport)

    def delivered(self, message, answer):
        order = self.env["finance.payment.cancellation"].sudo().browse(message.res_id).order_id
        self.env["finance.payment.remote"].sudo()._delivered(message.sudo(), order, answer)
