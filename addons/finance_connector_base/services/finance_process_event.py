from odoo import models

from ..core.errors import ConfigurationError, OutcomeUnknownError, TechnicalError
from ..core.transport import Parcel
from ..events.line import SignedPost
from ..events.signature import key


class FinanceProcessEvent(models.AbstractModel):
    """A business event on its way to a subscriber. It may arrive twice and has the same id each time."""

    _name = "finance.process.event"
    _inherit = "finance.process"
    _description = "Business event"

    def _transport(self, message):
        return self._line(message.connector_id)

    def _line(self, connector):
        """What events are pushed through: signed posts over HTTPS, else the transport itself."""
        transport = connector._transport()
        if connector.transport != "https":
            return transport
        secrets = connector.sudo().credential_ids.filtered(lambda one: one.purpose == "webhook" and one._is_valid())
        keys = [key(secret) for secret in filter(None, (one._reveal() for one in secrets))]
        if not keys:
            raise ConfigurationError(self.env._("no signing secret is stored"), code="secret.missing")
        return SignedPost(transport.call, connector.push_path or "", keys)

    def send(self, delivery):
        told = delivery.options
        parcel = Parcel(delivery.name, delivery.content, content_type=delivery.content_type, headers=told)
        try:
            return delivery.transport.push(parcel, told["id"])
        except OutcomeUnknownError as error:  # doubles do no harm: subscribers know each event by its id
            raise TechnicalError(str(error), code=error.code, retry_after=error.retry_after) from error

    def ask(self, delivery):
        raise NotImplementedError
