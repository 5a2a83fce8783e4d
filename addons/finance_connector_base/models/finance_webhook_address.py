import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq

#: Bytes of chance in an address; it only selects the connector, the secret proves who posts.
TOKEN_BYTES = 24


class FinanceWebhookAddress(models.Model):
    """The place a provider posts to. A replaced one stays open for a while, so that no event is lost."""

    _name = "finance.webhook.address"
    _description = "Webhook address"
    _order = "id desc"

    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    token = fields.Char(required=True, readonly=True, copy=False, default=lambda self: self._new_token())
    url = fields.Char(compute="_compute_url", string="Address")
    valid_until = fields.Datetime(readonly=True, help="Empty: the current address.")

    _token_uniq = models.UniqueIndex("(token)", "This webhook address exists already.")

    @api.model
    def _new_token(self):
        return secrets.token_urlsafe(TOKEN_BYTES)

    @api.depends("token")
    def _compute_url(self):
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url", "").rstrip("/")
        for address in self:
            address.url = f"{base}/finance/hook/{address.token}"

    @api.model
    def _connector(self, token):
        """The connector behind an address that is open now, or an empty recordset."""
        address = self.sudo().search_fetch(
            [("token", "=", token)], ["token", "connector_id", "valid_until"], limit=1
        )
        connector = address.connector_id
        open_now = not address.valid_until or address.valid_until > fields.Datetime.now()
        if address and consteq(address.token, token) and open_now and connector.active and connector.webhook_scheme:
            return connector
        return connector.browse()

    @api.model
    def _renew(self, connector):
        """A new address; those that were current stay open for the connector's overlap."""
        until = fields.Datetime.now() + timedelta(hours=connector.webhook_overlap_hours)
        self.search([("connector_id", "=", connector.id), ("valid_until", "=", False)]).valid_until = until
        return self.create({"connector_id": connector.id})
