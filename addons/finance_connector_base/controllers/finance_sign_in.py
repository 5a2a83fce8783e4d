from odoo import http
from odoo.http import request


class FinanceSignIn(http.Controller):
    """The way back from the provider's page on which a person signed in (OAuth2, authorization code)."""

    @http.route("/finance/sign-in", type="http", auth="user", readonly=False)
    def back(self, state="", code="", error="", **_query):
        connector = request.env["finance.sign.in"].sudo()._back(state, code, error)
        if not connector:
            raise request.not_found()
        return request.redirect(f"/odoo/finance-connectors/{connector.id}")
