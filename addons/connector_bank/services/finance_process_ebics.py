from collections import defaultdict
from datetime import UTC

from odoo import fields, models

from ..answers import GroupAnswer
from ..answers.answer import Reason
from ..ebics.protocol import REFUSED, fate, read_events
from ..ebics.transport import CLOCKS
from ..ebics.waiting import read_waiting


class FinanceProcess(models.AbstractModel):
    """Messages over EBICS know the business transaction format of their flow."""

    _inherit = "finance.process"

    def _transport(self, message):
        connector = message.connector_id
        if connector.transport != "ebics":
            return super()._transport(message)
        return message.flow_id._stepped(connector._ebics_transport(message.flow_id, message), message)


class FinanceProcessEbicsProtocol(models.AbstractModel):
    """The bank's protocol of our orders: each upload learns what became of it; a refused one is told at once."""

    _name = "finance.process.ebics_protocol"
    _inherit = "finance.process"
    _description = "EBICS customer protocol"

    def process(self, message):
        by_order = defaultdict(list)
        for event in read_events(message._raw()):
            if event.order_id:
                by_order[event.order_id].append(event)
        known = self.env["finance.ebics.transfer"].sudo()._begun(message.connector_id, by_order)
        tally = {"done": 0, "refused": 0, "other": 0}
        for order_id, transfer in known.items():
            begun = transfer.started_on - CLOCKS
            events = [one for one in by_order[order_id] if one.at is None or _naive(one.at) > begun]
            found = fate(events)
            if found and transfer.state not in ("done", "refused"):
                self._tell(message, transfer, found, events)
            tally[found if found in tally else "other"] += 1
        text = self.env._("%(done)s orders accepted, %(refused)s refused", **tally)
        return {**tally, "orders": len(by_order), "text": text}

    def _tell(self, message, transfer, found, events):
        last = next((one for one in events if one.action == REFUSED), events[-1])
        transfer.write(
            {"state": found, "reason": last.reason or False, "text": last.text or False,
             "told_on": fields.Datetime.now()}
        )  # fmt: skip
        if found == "refused":
            self._refused(message, transfer, last)

    def _refused(self, message, transfer, event):
        """As the group status of an answer would say it: all payments of the order."""
        sent = transfer.message_id
        words = self.env._("The bank refused the order %(order)s (%(name)s): %(reason)s %(text)s",
                           order=transfer.order_id, name=sent.name or transfer.key, reason=event.reason,
                           text=event.text)  # fmt: skip
        message._open_case("ebics.order_refused", words, transfer.order_id, blocking=False)
        same = [("connector_id", "=", transfer.connector_id.id), ("key", "=", transfer.key)]
        others = transfer.search([*same, ("id", "!=", transfer.id), ("state", "not in", ("refused", "absent"))])
        if sent.kind != "payment_order" or others or sent.state not in ("sent", "processed", "unknown"):
            return  # another upload of the same bytes decides, or the order can still be sent again: all stays frozen
        order = self.env["finance.payment.order"].sudo().browse(sent.res_id).exists()
        answer = GroupAnswer(
            message_id=message.name, original_message_id=order._order_ref() if order else None, status="RJCT",
            reasons=(Reason(event.reason or None, None, event.text or None),), created_at=event.at,
            place=transfer.order_id,
        )  # fmt: skip
        teller = self.env["finance.process.payment_answer"]
        level = teller._level(message)
        teller._keep(message, [(one, answer, *teller._tell(one, answer, level)) for one in order.payment_ids])


class FinanceProcessEbicsSignatures(models.AbstractModel):
    """Which of our orders wait at the bank for the signatures of others."""

    _name = "finance.process.ebics_signatures"
    _inherit = "finance.process"
    _description = "EBICS orders that wait for signatures"

    def process(self, message):
        waiting = {one.order_id: one for one in read_waiting(message._raw()) if one.order_id}
        known = self.env["finance.ebics.transfer"].sudo()._begun(message.connector_id, waiting)
        for order_id, transfer in known.items():
            one = waiting[order_id]
            transfer.write(
                {"signatures_needed": one.needed, "signatures_done": one.done, "signed_by": ", ".join(one.signers)}
            )
        text = self.env._("%(count)s orders wait for signatures, %(ours)s of them ours", count=len(waiting),
                          ours=len(known))  # fmt: skip
        return {"waiting": len(waiting), "ours": len(known), "text": text}


def _naive(moment):
    """As Odoo keeps moments: in UTC, unsaid."""
    return moment.astimezone(UTC).replace(tzinfo=None)
