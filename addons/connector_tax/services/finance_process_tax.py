import json

from odoo import models

from odoo.addons.finance_connector_base.core.canonical import canonical_json, sha256
from odoo.addons.finance_connector_base.core.errors import TurnError
from odoo.addons.finance_connector_base.core.transport import Receipt

from ..core.tax import order_from

#: Seconds until a message looks again whether the one before it is through.
TURN_SECONDS = 20
#: What the engine's identifier names.
LINK = "tax document"
UNDER_WAY = ("ready", "sending", "unknown")


class FinanceProcessTax(models.AbstractModel):
    """What commits and voids have in common: one order, carried out once, one after the other."""

    _name = "finance.process.tax"
    _inherit = "finance.process"
    _description = "Tax document"
    _follows = True
    _writes = ("tax_result",)

    def send(self, delivery):
        self._wait_for_turn(delivery)
        return self._receipt(delivery.transport.carry_out(order_from(delivery.content), delivery.key))

    def ask(self, delivery):
        quote = delivery.transport.ask(order_from(delivery.content))
        return None if quote is None else self._receipt(quote)

    def _wait_for_turn(self, delivery):
        """Orders about one document keep their order: a void never overtakes its commit."""
        before = self.env["finance.message"].sudo().browse(delivery.options.get("after") or []).exists()
        if before and before.state in UNDER_WAY:
            raise TurnError(f"waits for {before.name}", code="tax.turn", retry_after=TURN_SECONDS)

    def _receipt(self, quote):
        """What the engine holds, small enough to be kept whole with the attempt."""
        held = {
            "engine_id": quote.engine_id,
            "status": quote.status,
            "amount": quote.amount,
            "taxable": quote.taxable,
            "tax": quote.tax,
            "answer_sha256": sha256(quote.content),
        }
        return Receipt(remote_id=quote.engine_id, content=canonical_json(held), status=200)

    def _settle(self, action, message, answer):
        determination = self.env["finance.tax.determination"].sudo().browse(message.res_id).exists()
        if not determination:
            return
        held = json.loads(answer)
        determination._settled(action, held)
        if action == "commit" and determination.move_id and held["engine_id"]:
            self._link(determination, held["engine_id"], message)

    def _link(self, determination, engine_id, message):
        links, connector = self.env["finance.link"], determination.connector_id
        if not links._find(connector, LINK, engine_id, "account.move"):
            links._add(connector, LINK, engine_id, determination.move_id, message)


class FinanceProcessTaxCommit(models.AbstractModel):
    """Posting: the engine keeps the document for filing."""

    _name = "finance.process.tax.commit"
    _inherit = "finance.process.tax"
    _description = "Tax document: commit"

    def delivered(self, message, answer):
        self._settle("commit", message, answer)


class FinanceProcessTaxVoid(models.AbstractModel):
    """Back to draft: the engine takes a kept document back."""

    _name = "finance.process.tax.void"
    _inherit = "finance.process.tax"
    _description = "Tax document: void"

    def delivered(self, message, answer):
        self._settle("void", message, answer)
