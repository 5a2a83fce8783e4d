import contextlib
from datetime import timedelta

import psycopg2

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .finance_message import AWAY_SECONDS, DATABASE_AWAY

#: Seconds by which wake-ups of a batch are rounded, so that many messages share one.
STEP = 10


class FinanceFlowTraffic(models.Model):
    """Lane, batch and back-pressure of a flow, and what its unknown outcomes may lead to."""

    _inherit = "finance.flow"

    moves_money = fields.Boolean(
        help="Payments and the like: their own narrow lane; an unknown outcome is settled by two persons."
    )
    can_ask = fields.Boolean(
        default=True, string="Can be asked", help="Whether the other side can tell by key if a message has arrived."
    )
    resend = fields.Selection(
        [
            ("absent", "When the other side says it never came"),
            ("key", "With the same key: the other side remembers keys"),
            ("never", "Never by itself: two persons decide"),
        ],
        default="absent",
        required=True,
        string="Sent again",
        help="What may follow an unknown outcome. Nothing is ever sent again blindly.",
    )
    lease_seconds = fields.Integer(
        string="Lease", help="After this time a worker that did not come back counts as dead; 0: twice the time limit."
    )
    give_up_hours = fields.Float(string="Too late after (hours)", help="Older messages are not sent; 0: never too old.")
    drain_messages = fields.Integer(
        string="Batch of",
        help="One wake-up works on so many waiting messages in a row, each in transactions of its own; "
        "0: one job for each message.",
    )
    keeps_order = fields.Boolean(
        string="In order for each object",
        help="A message waits until all earlier ones about the same record are delivered. With “On a case: Go on” "
        "it does not wait for one that was given up.",
    )
    quota_scope = fields.Char(string="Budget for", help="Which call budget the calls of this flow count for.")
    put_off_text = fields.Char(readonly=True, copy=False, string="Put off")
    drain_seconds = fields.Integer(
        default=20,
        string="Batch time (seconds)",
        help="Then other flows have their turn; far below the job time limit.",
    )

    @api.constrains("lease_seconds", "give_up_hours", "drain_messages", "drain_seconds", "connector_id")
    def _check_traffic(self):
        for flow in self:
            if min(flow.lease_seconds, flow.give_up_hours, flow.drain_messages) < 0 or flow.drain_seconds < 1:
                raise ValidationError(_("Times and numbers of a flow cannot be negative."))
            if flow.lease_seconds and flow.lease_seconds <= flow.connector_id.timeout_seconds:
                raise ValidationError(_("The lease must be longer than the connector's time limit for one call."))

    def _lane(self):
        """The queue channel of this flow's messages: a narrow one for payments, else one for each area."""
        self.ensure_one()
        if self.direction == "out" and (self.moves_money or self.criticality == "critical"):
            return "root.finance.pay"
        if self.kind == "event":
            return "root.finance.event"
        return f"root.finance.{self.domain or 'other'}"

    def _drains(self):
        return bool(self) and self.drain_messages > 1

    def _wake_drain(self, eta=None):
        """One wake-up for all messages of this flow that this transaction brings."""
        self.ensure_one()
        if eta:
            eta = eta.replace(second=eta.second // STEP * STEP, microsecond=0) + timedelta(seconds=STEP)
        wanted = self.env.cr.precommit.data.setdefault("finance.drain", set())
        if (self.id, eta) in wanted:
            return
        wanted.add((self.id, eta))
        self.env.cr.precommit.add(lambda: self._enqueue_drain(eta))

    def _drain_key(self):
        return f"finance.flow.drain:{self.id}"

    def _enqueue_drain(self, eta=None, part=0, parts=1):
        """:param part: for a helper that begins with one of several parts"""
        if not eta and not part and self._drain_waits():
            self.env.cr.postcommit.add(self._drain_after_commit)
            return
        key = self._drain_key() + (f":{eta}" if eta else "") + (f":{part}/{parts}" if part else "")
        self.sudo().with_delay(
            identity_key=key,
            description=_("Messages: %s", self.name),
            max_retries=0,
            eta=eta,
            channel=self._lane(),
        ).drain_job(part, parts)

    def _drain_waits(self):
        """Whether a wake-up for now has not begun yet."""
        waiting = [("identity_key", "=", self._drain_key()), ("state", "in", ("pending", "enqueued"))]
        return bool(self.env["queue.job"].sudo().search_count(waiting, limit=1))

    def _drain_after_commit(self):
        """The wake-up we relied on may have begun before our commit and seen nothing of it: then another one."""
        with contextlib.suppress(psycopg2.Error), self.env.registry.cursor() as cr:  # else the sweeper wakes it
            flow = self.with_env(self.env(cr=cr))
            if not flow._drain_waits():
                flow._enqueue_drain()

    def drain_job(self, part=0, parts=1):
        """Work on what waits in this flow, message by message."""
        self.ensure_one()
        return self.env["finance.drain"]._drain(self, part, parts)

    def _on_drain_failed(self, exc_name=None, exc_message=None, exc_info=None):
        """The database went away under the batch: its messages are still waiting."""
        if exc_name in DATABASE_AWAY:
            self._enqueue_drain(fields.Datetime.now() + timedelta(seconds=AWAY_SECONDS))

    def _put_off(self, planned):
        """Why nothing may be fetched now, in words; the flow then comes again when it may."""
        found = self.env["finance.deliver"]._own(self._name, "_admit_pull", self.id, planned)
        return found and self.env._("Put off: %s", found)

    @api.model
    def _admit_pull(self, flow_id, planned):
        """Ask breaker, bucket and budgets for one call; keep the next time and the reason where one says no."""
        flow = self.browse(flow_id)
        if flow.connector_id.state != "active":  # fetching will say so, and spends nothing
            return None
        permit = self.env["finance.permit"]
        permit._adopt(flow.connector_id)
        refusal = permit._refusal(flow.connector_id.environment)
        if refusal:
            if flow.put_off_text != refusal:
                flow.sudo().put_off_text = refusal
            return refusal
        wait, words = self.env["finance.breaker"]._guard(flow.connector_id, "pull"), _("the line is not free")
        if wait is None:
            quota = self.env["finance.quota"]
            spent = quota._reserve(flow.connector_id, "pull", flow.quota_scope or "", planned=planned)
            wait, words = spent or (None, False)
        values = {"put_off_text": words}
        if wait is not None:
            values["next_run"] = fields.Datetime.now() + timedelta(seconds=int(wait) + 1)
        if flow.put_off_text != words or wait is not None:
            flow.sudo().write(values)
        return words

    def _called(self, error=None, headers=None):
        """Tell line and budgets how fetching went, and what the other side says is left."""
        with self.env.registry.cursor() as cr:
            flow = self.with_env(self.env(cr=cr))
            flow.env["finance.breaker"]._guarded(flow.connector_id, "pull", error)
            flow.env["finance.quota"]._learn(flow.connector_id, "pull", headers or {}, flow.quota_scope or "")

    @api.model
    def _late_domains(self):
        """Areas whose oldest waiting incoming message is too old, with its age in minutes."""
        limit = self.env.company._finance_setting("backlog_minutes", 60)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.domain,
                       floor(extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - min(m.create_date)) / 60)
                  FROM finance_message m JOIN finance_connector c ON c.id = m.connector_id
                 WHERE m.state = 'received' AND m.hold IS NOT TRUE AND c.state = 'active'
                   AND (m.next_try_on IS NULL OR m.next_try_on <= clock_timestamp() AT TIME ZONE 'UTC')
              GROUP BY c.domain
                """
            )
        )
        return {domain: int(minutes) for domain, minutes in rows if limit and minutes >= limit}
