from odoo import http
from odoo.http import content_disposition, request

#: Proofs in one workbook: two months of ten banks.
MOST = 700


class FinancePaymentControl(http.Controller):
    """Proofs of payments as a workbook, for those who may read them."""

    @http.route("/finance/payment-control/<string:ids>.xlsx", type="http", auth="user", readonly=True)
    def workbook(self, ids):
        numbers = [int(one) for one in ids.split(",") if one.isascii() and one.isdigit()][:MOST]
        proofs = request.env["finance.payment.control"].search([("id", "in", numbers)])
        if not proofs:
            raise request.not_found()
        name = proofs.name if len(proofs) == 1 else request.env._("Proof of payments")
        return request.make_response(
            proofs._workbook(),
            [
                ("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                ("Content-Disposition", content_disposition(f"{name}.xlsx")),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )
