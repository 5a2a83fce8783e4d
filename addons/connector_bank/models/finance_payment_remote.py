import json
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.transports.paging import write_json

from ..answers.interface_answer import GONE

#: Where a payment is still asked about.
UNDER_WAY = ("initiated", "acknowledged")


class FinancePaymentRemote(models.Model):
    """A payment, or an order as a whole, by the number that the interface gave it: what it is asked about by."""

    _name = "finance.payment.remote"
    _description = "Payment at an interface"
    _order = "id desc"
    _rec_name = "remote_id"

    order_id = fields.Many2one("finance.payment.order", required=True, readonly=True, index=True, ondelete="cascade")
    payment_id = fields.Many2one(
        "account.payment", readonly=True, index="btree_not_null", ondelete="restrict", help="Empty: the whole order."
    )
    connector_id = fields.Many2one("finance.connector", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    remote_id = fields.Char("Number there", required=True, readonly=True)
    end_to_end_id = fields.Char("End-to-end id", readonly=True)
    link = fields.Char(readonly=True, copy=False, groups="finance_connector_base.group_approver")
    gone_times = fields.Integer(
        "Not there (times)", readonly=True, help="How often in a row the bank said that it no longer has it."
    )
    gone_told = fields.Boolean(readonly=True, help="People were told that it is not there; it is not asked about.")
    asked_on = fields.Datetime("Last asked about", readonly=True)

    _once_uniq = models.UniqueIndex("(order_id, coalesce(end_to_end_id, ''))", "This payment has its number already.")

    @api.model
    def _delivered(self, message, order, answer):
        """Keep the numbers, and take in what the answer says as an answer to payments; safe to run again.

        :raise FormatError: ``pay.numbers``: it cannot be read, so nobody can ask about the payments
        """
        try:
            found = json.loads(answer or b"{}")
        except ValueError as error:
            raise FormatError(str(error), code="pay.numbers", place=order.name) from error
        rows = [row for row in found.get("told") or () if row.get("id")]
        if not found.get("payment_interface"):
            return
        self._keep(message, order, rows, self._safe_link(message, order, found.pop("link", None)))
        connector = message.connector_id
        stored, new = self.env["finance.intake"]._store(
            connector, "payment_answer", write_json(found), name=f"{order._order_ref()}.json",
            flow=connector._flow("payment_answer", "in"), content_type="application/json",
        )  # fmt: skip
        if new:
            stored._enqueue(new=True)

    def _keep(self, message, order, rows, link):
        known = {one.end_to_end_id or False: one for one in order.remote_ids}
        payments = {payment._finance_own_id(): payment for payment in order.payment_ids}
        for row in rows:
            named = row.get("end_to_end_id") or False
            if named in known:
                known[named].write({"remote_id": row["id"], **({"link": link} if link else {})})
                continue
            self.create(
                {
                    "order_id": order.id, "connector_id": message.connector_id.id, "remote_id": row["id"], "link": link,
                    "end_to_end_id": named, "payment_id": payments[named].id if named in payments else False,
                }
            )  # fmt: skip

    def _safe_link(self, message, order, link):
        """The page on which a person authorises; one that is not safe to open is a case."""
        parts = urlsplit(link or "")
        allowed = ("https",) if message.connector_id.environment == "live" else ("https", "http")
        if link and (not parts.hostname or parts.scheme not in allowed):
            words = self.env._("The bank names a page that is not safe to open: %s", link[:200])
            message._open_case("pay.link", words, order.name, blocking=False)
            return None
        return link

    def _known(self, payments):
        """Values of ``Known`` for these payments."""
        own = self.filtered(lambda one: not one.payment_id or one.payment_id in payments)
        return [{"id": one.remote_id, "end_to_end_id": one.end_to_end_id or None} for one in own]

    @api.model
    def _looked(self, connector, content):
        """Count what the bank no longer has; after so many times it is not asked any more, and people are told."""
        rows = json.loads(content)["told"]
        gone = {row["id"] for row in rows if row["status"] == GONE}
        found = self.search([("connector_id", "=", connector.id), ("remote_id", "in", [row["id"] for row in rows])])
        found.filtered(lambda one: one.gone_times and one.remote_id not in gone)._there_again()
        for one in found.filtered(lambda one: one.remote_id in gone):
            one.gone_times += 1
            if one.gone_times >= connector._most_gone() and not one.gone_told:
                one.gone_told = True
                payments = one.payment_id or one.order_id.payment_ids
                left = payments.filtered(lambda payment: payment.finance_way in UNDER_WAY)
                self.env["finance.answer.consequence"]._left_alone(left, one.gone_times)

    def _there_again(self):
        """Count anew."""
        self.write({"gone_times": 0, "gone_told": False})

    @api.model
    def _asked(self, connector, most):
        """What is under way over this connector, by order, as plain values."""
        since = fields.Datetime.now() - timedelta(days=self.env.company._finance_setting("checkpoint_days", 62))
        found = self.search(
            [("connector_id", "=", connector.id), ("create_date", ">", since), ("order_id.state", "=", "handed"),
             ("gone_told", "=", False),
             "|", ("payment_id.finance_way", "in", UNDER_WAY), "&", ("payment_id", "=", False),
             ("order_id.payment_ids.finance_way", "in", UNDER_WAY)],
            limit=most, order="asked_on nulls first, id",
        )  # fmt: skip
        found.asked_on = fields.Datetime.now()
        return [
            {"order": order._order_ref(), "payments": own._known(order.payment_ids)}
            for order, own in found.grouped("order_id").items()
        ]
