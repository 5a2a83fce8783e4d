from odoo import models

from ..core.transport import Parcel
from ..models.finance_message import UNOPENED
from ..steps.chain import chain, unwrapped
from .finance_wire import keep, kept


class FinanceProcessEnvelope(models.AbstractModel):
    """A message that a step (zip, PGP, manifest) could not open when it came.

    Processed again, it goes through the steps first, from the stored bytes and the file beside them: what
    was never verified is never read as what it claims to be. Each part inside becomes a message of its own.
    """

    _name = "finance.process.envelope"
    _inherit = "finance.process"
    _description = "Message to be opened"

    def process(self, message):
        flow, connector = message.flow_id, message.connector_id
        whole = kept(message) or kept(message.parent_id) or Parcel(message.name, message._raw())
        parts = unwrapped(whole, chain(flow.steps, connector._transport_settings(), connector._secrets()))
        for part in parts:
            self._store(message, whole, part)
        return {"text": self.env._("Opened, %s inside", len(parts)), "parts": len(parts)}

    def _store(self, message, whole, part):
        options = {name: value for name, value in (message.options or {}).items() if name != UNOPENED}
        inside, new = self.env["finance.intake"]._store(
            message.connector_id,
            message.kind,
            part.content,
            name=part.name,
            flow=message.flow_id,
            dedup_key=f"{message.dedup_key}#opened" if part.content == message._raw() else None,
            content_type=part.content_type,
            parent_id=message.id,
            options=options or None,
        )
        if new:
            keep(inside, whole)
            inside._enqueue(new=True)
