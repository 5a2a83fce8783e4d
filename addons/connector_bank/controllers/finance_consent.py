from odoo import http
from odoo.http import request


class FinanceConsent(http.Controller):
    """The way back from the bank's page on which a consent is given."""

    @http.route("/finance/consent/<string:token>", type="http", auth="user", readonly=False)
    def back(self, token, **_query):
        """The bank is asked how the consent stands: what the address says is only that somebody came back."""
        consent = request.env["finance.bank.consent"].sudo().search([("token", "=", token)], limit=1)
        connector = consent.connector_id.with_user(request.env.user)
        if not consent or not connector.has_access("read"):
            raise request.not_found()
        consent._look()
        return request.redirect(f"/odoo/finance-connectors/{connector.id}")
