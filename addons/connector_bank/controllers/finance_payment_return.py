from odoo import http
from odoo.http import request
from odoo.tools import consteq


class FinancePaymentReturn(http.Controller):
    """The way back from the bank's page on which a payment order is authorised."""

    @http.route("/finance/payment/<int:message_id>/<string:token>", type="http", auth="user", readonly=False)
    def back(self, message_id, token, **_query):
        """The address proves only that somebody was sent by us; what became of the order, the bank is asked."""
        message = request.env["finance.message"].sudo().browse(message_id).exists()
        if not message or not consteq(token, message._payment_return_token()):
            raise request.not_found()
        order = request.env["finance.payment.order"].sudo().search([("message_id", "=", message.id)], limit=1)
        if not order or not order.with_user(request.env.user).has_access("read"):
            raise request.not_found()
        order._come_back()
        return request.redirect(f"/odoo/finance-payment-orders/{order.id}")
