from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.finance_connector_base.core.transport import TRANSPORTS

from ..interfaces.provider import PayoutProvider


class Stored:
    """The remote ids that a connector holds already, asked for one by one on a cursor of their own."""

    def __init__(self, registry, connector_id):
        self._registry, self._id = registry, connector_id

    def __contains__(self, remote_id):
        with self._registry.cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT 1 FROM finance_message WHERE remote_id = %s AND connector_id = %s AND direction = 'in' "
                    "AND kind = 'statement' LIMIT 1",
                    remote_id,
                    self._id,
                )
            )
            return cr.fetchone() is not None


class FinanceConnector(models.Model):
    """What a connector to a payment provider's interface needs besides its line: how far back it looks for payouts."""

    _inherit = "finance.connector"

    is_payout_provider = fields.Boolean(compute="_compute_is_payout_provider")
    payout_days = fields.Integer(
        default=35,
        string="Look back (days)",
        help="How far back each fetch looks for payouts that were not complete before. What is stored is not read "
        "again.",
    )
    waiting_days = fields.Integer(
        default=14,
        string="Report incomplete after (days)",
        help="A payout that the provider has not completed by then is a case.",
    )
    api_version = fields.Char(
        string="Version of the interface",
        help="Empty: the one this connector was written for. Try another one in a sandbox first.",
    )

    @api.depends("transport")
    def _compute_is_payout_provider(self):
        for connector in self:
            found = TRANSPORTS.get(connector.transport) if connector.transport in TRANSPORTS else object
            connector.is_payout_provider = issubclass(found, PayoutProvider)

    def _transport_settings(self):
        settings = super()._transport_settings()
        if not self.is_payout_provider:
            return settings
        fetched = self.flow_ids.filtered(lambda flow: flow.direction == "in" and flow.last_success)
        days = self.payout_days if fetched else max(self.history_days, self.payout_days)
        return {
            **settings,
            "since": fields.Date.subtract(fields.Date.today(), days=days).isoformat(),
            "known": Stored(self.env.registry, self.id),
            "waiting_days": self.waiting_days,
            "api_version": self.api_version or "",
        }
