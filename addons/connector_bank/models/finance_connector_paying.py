from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import hmac

from odoo.addons.finance_connector_base.core.transport import TRANSPORTS

from ..interfaces.paying import Paying

#: Numbers asked about in one fetch; those asked longest ago come first.
MOST_ASKED = 500
#: So far the clocks of the interface and ours may be apart: a payment that is not found counts as absent.
CLOCKS = timedelta(days=1)


class FinanceConnector(models.Model):
    """What a connector needs to pay over a bank's interface, besides its line and what it reads."""

    _inherit = "finance.connector"

    pays_by_interface = fields.Boolean(compute="_compute_pays_by_interface")
    pays = fields.Boolean(compute="_compute_pays")
    only_pays = fields.Boolean(compute="_compute_pays", help="No accounts are read over it.")
    payment_body = fields.Selection(
        [("json", "JSON"), ("pain001", "The pain.001 file itself")],
        "Payments go as", default="json", required=True, tracking=True,
        help="As the bank's manual says. What is released is the pain.001 file in both cases.",
    )  # fmt: skip
    psu_id = fields.Char("User at the bank", tracking=True, help="PSU-ID: who authorises, where the bank asks.")
    psu_corporate_id = fields.Char(
        "Company at the bank", tracking=True, help="PSU-Corporate-ID: our number as a customer, where the bank asks."
    )
    psu_ip_address = fields.Char(
        "Our address on the internet", tracking=True,
        help="PSU-IP-Address: the IP address that banks see us under; they ask for it with each payment.",
    )  # fmt: skip

    gone_looks = fields.Integer(
        "Ask about removed payments (times)", default=3,
        help="So often in a row may the bank say that it no longer has a payment; then it is not asked about it any "
        "more, and a case says so.",
    )  # fmt: skip

    @api.depends("transport")
    def _compute_pays_by_interface(self):
        for connector in self:
            connector.pays_by_interface = self._pays_over(connector.transport)

    @api.depends("pays_by_interface", "flow_ids.kind", "flow_ids.active")
    def _compute_pays(self):
        for connector in self:
            kinds = set(connector.flow_ids.mapped("kind"))
            connector.pays = connector.pays_by_interface and "payment_order" in kinds
            connector.only_pays = connector.pays and "statement" not in kinds

    @api.model
    def _pays_over(self, transport):
        return transport in TRANSPORTS and issubclass(TRANSPORTS.get(transport), Paying)

    def _remains(self):
        found = super()._remains()
        if self.pays and self.transport == "berlin_group" and not self.psu_ip_address:
            found.insert(-1, self.env._("Enter our address on the internet, page Bank interface: banks ask for it."))
        if self.pays and self.transport != "berlin_group" and not self.access_ids:
            found.insert(-1, self.env._("Press Find accounts: payments name the account they are made from."))
        return found

    def _most_gone(self):
        return max(self.gone_looks, 1)

    # the line

    def _transport_settings(self):
        return {**super()._transport_settings(), "only_pays": self.only_pays}

    def _paying_settings(self):
        """What every call about payments needs."""
        self.ensure_one()
        psu = {
            "PSU-ID": self.psu_id, "PSU-Corporate-ID": self.psu_corporate_id, "PSU-IP-Address": self.psu_ip_address,
        }  # fmt: skip
        return {
            **self._transport_settings(),
            "consent": None,  # that of reading accounts has nothing to do with payments
            "payment_body": self.payment_body,
            "psu": {name: value for name, value in psu.items() if value},
        }

    def _paying_transport(self, message):
        """The transport for one order, or for one request to cancel."""
        record = self.env[message.res_model].browse(message.res_id).sudo()
        cancels = record._name == "finance.payment.cancellation"
        order = record.order_id if cancels else record
        settings = self._paying_settings() | {
            "profile": order.profile,
            "order": order._order_ref(),
            "seed": message.correlation_id,
            "again": message.attempt > 1,
            "own_account": self._paying_account(order.journal_id),
            "return_url": message._payment_return_url(),
            "born": f"{(message.create_date - CLOCKS).isoformat(timespec='seconds')}Z",
            "send_seconds": max((message.flow_id.lease_seconds or 2 * self.timeout_seconds) - self.timeout_seconds, 1),
        }
        if cancels:
            settings["cancels"] = order.remote_ids._known(record.payment_ids)
        return TRANSPORTS.get(self.transport)(settings, self._secrets())

    def _paying_account(self, journal):
        """The account of the journal as the interface calls it."""
        return self.sudo().access_ids.filtered(lambda one: one.journal_id == journal)[:1].remote_id or None

    def _asking_transport(self):
        """The transport that looks at what became of the payments that are under way."""
        asked = self.env["finance.payment.remote"].sudo()._asked(self, MOST_ASKED)
        return TRANSPORTS.get(self.transport)({**self._paying_settings(), "asked": asked}, self._secrets())


class FinanceFlow(models.Model):
    _inherit = "finance.flow"

    answered_by = fields.Selection(
        [("hub", "A hub before the bank"), ("treasury", "The treasury platform"), ("bank", "The bank")],
        "Answers are of",
        help="Who says what comes over this flow. Empty: the treasury platform on its connectors, else the bank.",
    )

    def _pull_transport(self):
        if self.kind != "payment_answer" or not self.connector_id.pays_by_interface:
            return super()._pull_transport()
        return self._stepped(self.connector_id._asking_transport())


class FinanceMessage(models.Model):
    _inherit = "finance.message"

    def _payment_return_token(self):
        """Proves that who comes back was sent to the bank by us, with this order."""
        return hmac(self.env(su=True), "finance-payment-return", str(self.id))

    def _payment_return_url(self):
        return f"{self.get_base_url()}/finance/payment/{self.id}/{self._payment_return_token()}"
