from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.finance_connector_base.core.transport import TRANSPORTS

from ..interfaces.adyen import announced_report
from ..interfaces.provider import PayoutProvider

#: Reports and announcements looked at, the latest.
MOST_REPORTS = 1000


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
    throttle_seconds = fields.Integer(
        default=60,
        string="Wait for points (seconds)",
        help="How long one fetch waits until Shopify lets it go on; then the next fetch does the rest.",
    )
    reads_balances = fields.Boolean(
        string="Balances of each day",
        help="Read with each day the balances at its two ends: they prove that nothing is missing. Leave it off where "
        "the settlement report comes too, whose days end at another hour. Switched on later, the first such day is a "
        "gap to the days before, which state no balance.",
    )
    merchant_accounts = fields.Char(help="Merchant accounts whose reports are read, separated by commas.")
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
            "balances": self.reads_balances,
            "throttle_seconds": self.throttle_seconds,
            "api_version": self.api_version or "",
            **(self._adyen_settings() if self.transport == "adyen" else {}),
        }

    def _adyen_settings(self):
        """Which reports are announced and which are stored, as ``(merchant account, name)``."""
        messages = self.env["finance.message"].sudo()
        mine = [("connector_id", "=", self.id), ("direction", "=", "in")]
        stored = messages.search_fetch(
            [*mine, ("kind", "=", "statement"), ("remote_id", "!=", False)], ["remote_id"], order="id desc",
            limit=MOST_REPORTS,
        )  # fmt: skip
        since = fields.Datetime.subtract(fields.Datetime.now(), days=self.payout_days)
        events = messages.search(
            [*mine, ("event_kind", "=", "REPORT_AVAILABLE"), ("state", "!=", "quarantined"),
             ("create_date", ">=", since)],
            order="id desc", limit=MOST_REPORTS,
        )  # fmt: skip
        return {
            "merchants": self.merchant_accounts or "",
            "pull_path": self.pull_path or "",
            "stored": [tuple(one.remote_id.rsplit("/", 1)) for one in stored if "/" in one.remote_id],
            "announced": [named for one in events if (named := announced_report(one._raw()))],
        }
