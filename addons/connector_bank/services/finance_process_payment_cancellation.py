from odoo import models


class FinanceProcessPaymentCancellation(models.AbstractModel):
    """A request to cancel payments on its way to the bank; others release exactly these bytes."""

    _name = "finance.process.payment_cancellation"
    _inherit = "finance.process"
    _description = "Cancellation of payments"

    def _release_facts(self, message):
        """What is to be stopped, why, and what the bank has."""
        request = self.env["finance.payment.cancellation"].browse(message.res_id).sudo()
        kinds = dict(request._fields["kind"]._description_selection(self.env))
        reasons = dict(request._fields["reason"]._description_selection(self.env))
        rows = [
            [payment.partner_id.display_name, "", f"{payment.currency_id.format(payment.amount)} {payment.memo or ''}"]
            for payment in request.payment_ids
        ]
        return {
            "name": self.env._("Cancel %(count)s payments of %(order)s", count=len(rows), order=request.order_id.name),
            "changes": [
                [self.env._("Possible"), "", kinds[request.kind]],
                [self.env._("Reason"), "", f"{reasons[request.reason]} {request.text or ''}".strip()],
                *rows,
            ],
        }
