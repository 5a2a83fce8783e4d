import re
import secrets

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .. import server
from ..core.errors import FinanceError
from ..core.transport import TRANSPORTS
from ..events.catalogue import EVENTS
from ..events.choice import conditions, matches_data, matches_type, patterns
from ..events.envelope import CONTENT_TYPE, cloud_event
from ..events.signature import new_secret

#: Events that one transaction hands on.
PAGE = 200
#: How hard it is tried: at once, then after 5 s, 20 s, … up to 6 hours; after three days it is too late.
FLOW = {
    "kind": "event", "direction": "out", "mode": "event", "keeps_order": True, "drain_messages": 500,
    "can_ask": False, "resend": "key", "quiet_seconds": 10, "max_tries": 14, "first_wait_seconds": 5, "factor": 4.0,
    "longest_wait_seconds": 21600, "give_up_hours": 72, "target_clock": "always",
}  # fmt: skip


class FinanceSubscription(models.Model):
    """Another system that is told of business events: of which, how much, and how far it has been served.

    Its connector says where it is and how it is reached; each event is a message of the flow of kind *event*.
    """

    _name = "finance.subscription"
    _inherit = ["mail.thread"]
    _description = "Event subscription"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    company_ids = fields.Many2many(
        "res.company", string="Events of", default=lambda self: self.env.company, tracking=True,
        help="Companies whose events are told; what belongs to no company, like shared suppliers, always is.",
    )  # fmt: skip
    transport = fields.Selection(selection="_selection_transport", required=True, default="https", string="Reached by")
    address = fields.Char(help="https:// and the host; or amqps:// and the broker.", tracking=True)
    path = fields.Char(default="/", help="Path to which events are posted; at a broker the name of the exchange.")
    username = fields.Char(related="connector_id.username", readonly=False)
    connector_id = fields.Many2one(
        "finance.connector", readonly=True, copy=False, ondelete="restrict", check_company=True
    )
    flow_id = fields.Many2one("finance.flow", readonly=True, copy=False, ondelete="restrict")
    state = fields.Selection(related="connector_id.state", string="Status")
    pause_reason = fields.Char(related="connector_id.pause_reason")
    types = fields.Char(
        default="*", required=True, string="Which events", tracking=True,
        help="Types separated by commas, * stands for anything: invoice.*, payment.settled",
    )  # fmt: skip
    conditions = fields.Text(
        tracking=True, string="Only where",
        help="One condition a line, all must hold: currency = EUR, USD or journal != MISC or partner.id = 7",
    )  # fmt: skip
    scope = fields.Selection(
        [("plain", "Numbers, dates and amounts"), ("wide", "Also account numbers, names of persons and texts")],
        default="plain", required=True, tracking=True, string="How much",
    )  # fmt: skip
    must_verify = fields.Boolean(compute="_compute_must_verify", store=True)
    verified_on = fields.Datetime(readonly=True, copy=False, string="Proved on", tracking=True)
    position = fields.Integer(
        readonly=True, copy=False, string="Served up to", help="Position of the last event that was handed on."
    )
    served_on = fields.Datetime(readonly=True, copy=False, string="Last served")
    replays = fields.Integer(readonly=True, copy=False, help="How often events were told anew.")
    backlog_limit = fields.Integer(
        default=10000, string="Waiting at most",
        help="So many messages may wait for this subscriber; later events stay in the outbox until there is room.",
    )  # fmt: skip
    waiting = fields.Integer(compute="_compute_traffic", help="Messages on their way.")
    behind = fields.Integer(
        compute="_compute_traffic", help="Events that were not looked at yet, wanted or not."
    )
    has_secret = fields.Boolean(compute="_compute_has_secret")

    #: Not ``required``: the form would ask people for what ``create`` makes.
    _connector_made = models.Constraint("CHECK (connector_id IS NOT NULL AND flow_id IS NOT NULL)")
    _connector_uniq = models.UniqueIndex("(connector_id)", "This connector has a subscription already.")

    @api.model
    def _selection_transport(self):
        return TRANSPORTS.names(self.env["finance.connector"]._loaded_addons())

    @api.depends("transport")
    def _compute_must_verify(self):
        for subscription in self:
            subscription.must_verify = subscription.transport == "https"

    def _compute_traffic(self):
        waiting = self.env["finance.message"]._read_group(
            [("flow_id", "in", self.flow_id.ids), ("state", "in", ("ready", "sending", "unknown"))],
            ["flow_id"],
            ["__count"],
        )
        counts = {flow.id: count for flow, count in waiting}
        last = self.env["finance.event"].sudo().search([("position", "!=", False)], order="position DESC", limit=1)
        for subscription in self:
            subscription.waiting = counts.get(subscription.flow_id.id, 0)
            subscription.behind = max(last.position - subscription.position, 0)

    def _compute_has_secret(self):
        for subscription in self:
            secrets_known = subscription.connector_id.sudo().credential_ids
            subscription.has_secret = "webhook" in secrets_known.mapped("purpose")

    @api.constrains("types", "conditions")
    def _check_choice(self):
        for subscription in self:
            try:
                conditions(subscription.conditions)
            except FinanceError as error:
                raise ValidationError(str(error)) from error
            unknown = [
                pattern for pattern in patterns(subscription.types)
                if not any(matches_type(kind, (pattern,)) for kind in EVENTS)
            ]  # fmt: skip
            if unknown or not patterns(subscription.types):
                raise ValidationError(self.env._("There are no such events: %s", ", ".join(unknown) or "–"))

    @api.constrains("company_ids")
    def _check_companies(self):
        """Nobody has events told of companies that he may not see."""
        for subscription in self:
            if not self.env.su and subscription.sudo().company_ids - self.env.user.company_ids:
                raise ValidationError(self.env._("You may subscribe to events of your own companies only."))

    @api.model_create_multi
    def create(self, vals_list):
        """A new subscriber is told of what happens from now on."""
        while self.env["finance.event"]._place():
            pass
        last = self.env["finance.event"].sudo().search([("position", "!=", False)], order="position DESC", limit=1)
        for vals in vals_list:
            if not vals.get("connector_id"):
                connector = self._new_connector(vals)
                vals |= {"connector_id": connector.id, "flow_id": connector.flow_ids.id}
            vals.setdefault("position", last.position)
        subscriptions = super().create(vals_list)
        self.env.registry.clear_cache()
        return subscriptions

    def _new_connector(self, vals):
        company = vals.get("company_id") or self.env.company.id
        connectors = self.env["finance.connector"].with_context(active_test=False)
        code = "events." + (re.sub(r"[^a-z0-9]+", "-", vals["name"].lower()).strip("-") or "subscriber")
        alike = connectors.search_count([("company_id", "=", company), ("code", "=like", f"{code}%")])
        return self.env["finance.connector"].create(
            {
                "name": vals["name"],
                "code": f"{code}-{alike + 1}" if alike else code,
                "company_id": company,
                "environment": server.environment(),
                "domain": "other",
                "sequence": 100,  # behind banks and engines
                "transport": vals.get("transport", "https"),
                "address": vals.get("address"),
                "push_path": vals.get("path") or "/",
                "timeout_seconds": 10,
                "flow_ids": [Command.create({"name": self.env._("Events"), **FLOW})],
            }
        )

    def write(self, vals):
        """Another address has to prove itself anew."""
        moved = {"address": "address", "path": "push_path", "transport": "transport"}
        for subscription in self:
            new = {ours for ours in moved.keys() & vals.keys() if vals[ours] != subscription[ours]}
            changed = {moved[ours]: vals[ours] for ours in new}
            if changed:
                subscription.connector_id.write(changed)
                vals = {**vals, "verified_on": False}
        done = super().write(vals)
        if {"active"} & vals.keys():
            self.env.registry.clear_cache()
        return done

    def unlink(self):
        done = super().unlink()
        self.env.registry.clear_cache()
        return done

    # serving

    @api.model
    def _serve(self, subscription_id):
        """Make messages of the next events; with the position in one transaction, so that each is made once.

        :return: how many messages, and whether there is more to do now
        """
        self.env.cr.execute(
            SQL("SELECT FROM finance_subscription WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", subscription_id)
        )
        if not self.env.cr.rowcount:
            return 0, False
        subscription = self.browse(subscription_id)
        if subscription._is_full():
            return 0, False
        events = self._after(subscription.position)
        chosen = [event for event in events if subscription._wants(event)]
        for event in chosen:
            subscription._submit(event)
        if events:
            subscription.sudo().write({"position": events[-1]["position"], "served_on": fields.Datetime.now()})
        return len(chosen), len(events) == PAGE

    def _is_full(self):
        waiting = [("flow_id", "=", self.flow_id.id), ("state", "=", "ready")]
        limit = self.backlog_limit
        return limit and self.env["finance.message"].search_count(waiting, limit=limit) >= limit

    @api.model
    def _after(self, position):
        """The next events behind a position, as plain values."""
        self.env.cr.execute(
            SQL(
                """
                SELECT event_id, type, company_id AS company, res_model, res_id, correlation_id, data, private,
                       position, occurred_on, to_char(occurred_on, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS occurred_at
                  FROM finance_event WHERE position > %s ORDER BY position LIMIT %s
                """,
                position,
                PAGE,
            )
        )
        return self.env.cr.dictfetchall()

    def _wants(self, event):
        return (
            matches_type(event["type"], patterns(self.types))
            and (not event["company"] or event["company"] in self.company_ids.ids)
            and matches_data(event["data"], conditions(self.conditions))
        )

    def _submit(self, event):
        known = EVENTS.get(event["type"])
        number = event["data"].get("number") or event["res_id"]
        event["subject"] = f"{event['res_model']}/{event['res_id']}"
        self.env["finance.deliver"].sudo()._submit(
            self.connector_id,
            "event",
            cloud_event(event, self._source(), wide=self.scope == "wide"),
            key=f"{event['event_id']}#{self.replays}" if self.replays else event["event_id"],
            name=f"{known.label if known else event['type']}: {number}",
            flow=self.flow_id,
            content_type=CONTENT_TYPE,
            options={"id": event["event_id"], "type": event["type"]},
            res_model=event["res_model"],
            res_id=event["res_id"],
            event_kind=event["type"],
            occurred_on=event["occurred_on"],
            **({"correlation_id": event["correlation_id"]} if event["correlation_id"] else {}),
        )

    @api.model
    def _source(self):
        return f"urn:uuid:{self.env['ir.config_parameter'].sudo().get_param('database.uuid')}"

    # what administrators do

    def action_start(self):
        self.ensure_one()
        if self.must_verify and not self.verified_on:
            raise UserError(self.env._("Let the endpoint prove itself first."))
        self.connector_id.action_activate()
        self.env["finance.event.relay"]._enqueue(0)

    def action_pause(self):
        self.connector_id.action_pause()

    def action_new_secret(self):
        """A new signing secret, shown once; the one before stays in force for the connector's overlap."""
        self.ensure_one()
        self.check_access("write")
        secret = new_secret()
        self.env["finance.credential"].create(
            {"connector_id": self.connector_id.id, "purpose": "webhook", "secret": secret}
        )
        return self._notice(self.env._("Signing secret, shown this once: %s", secret), "warning")

    def action_verify(self):
        """Send a signed challenge; an endpoint that wants our events answers with it."""
        self.ensure_one()
        self.check_access("write")
        challenge = secrets.token_urlsafe(24)
        content = self._own_event("subscription.verification", {"challenge": challenge})
        try:
            line = self.env["finance.process.event"].sudo()._line(self.connector_id)
            if self.transport == "https":
                line.challenge("verification", content, challenge)
            else:
                self.connector_id._transport().check()
        except FinanceError as error:
            return self._notice(str(error), "danger")
        self.verified_on = fields.Datetime.now()
        return self._notice(self.env._("The endpoint has proved itself."), "success")

    def _own_event(self, kind, data):
        now = fields.Datetime.now().isoformat() + "Z"
        event = {"event_id": "verification", "type": kind, "subject": f"subscription/{self.id}", "occurred_at": now,
                 "position": 0, "data": data}  # fmt: skip
        return cloud_event(event, self._source())

    def action_replay(self):
        """Tell events anew, from a moment on."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tell events anew"),
            "res_model": "finance.subscription.replay",
            "view_mode": "form",
            "target": "new",
            "context": {"default_subscription_id": self.id},
        }

    def _rewind(self, position, reason):
        """Go back to a position: all that is behind it is told anew, with the same ids."""
        self.ensure_one()
        self.write({"position": position, "replays": self.replays + 1})
        words = self.env._("Events after position %(position)s are told anew: %(reason)s", position=position,
                           reason=reason)  # fmt: skip
        self.message_post(body=words)
        self.env["finance.event.relay"]._enqueue(0)

    def action_open_messages(self):
        return self.connector_id.action_open_messages()

    def _notice(self, words, mood):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": words, "type": mood, "sticky": mood != "success",
                       "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
        }  # fmt: skip
