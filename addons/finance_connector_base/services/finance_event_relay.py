import contextlib
import time
from datetime import timedelta

import psycopg2

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..wakeup import comes_again

#: Seconds after a commit until its events are handed on; what is committed meanwhile goes along.
WAIT_SECONDS = 1
#: How long one round of handing on may take.
ROUND_SECONDS = 20
#: Database → until when, on this process's steady clock, a wake-up that was asked for covers later commits.
_covered = {}


class FinanceEventRelay(models.AbstractModel):
    """Hands committed events on to those who read them: gives them positions, then serves each subscription.

    A wake-up is asked for after the commit, at most once a second for each process; where it gets lost, the
    cron does it within a minute.
    """

    _name = "finance.event.relay"
    _description = "Relay of business events"

    @api.model
    def _wake_after_commit(self):
        """A wake-up once this transaction is committed, where anybody reads events."""
        hooks = self.env.cr.postcommit
        if hooks.data.get(self._name) or not self._has_readers():
            return
        hooks.data[self._name] = True
        hooks.add(self._wake)

    @api.model
    @tools.ormcache()
    def _has_readers(self):
        return bool(self.env["finance.subscription"].sudo().search_count([], limit=1))

    def _wake(self):
        name, now = self.env.cr.dbname, time.monotonic()
        if _covered.get(name, 0) > now:
            return
        with contextlib.suppress(psycopg2.Error), self.env.registry.cursor() as cr:
            job = self.with_env(self.env(cr=cr))._enqueue()
            ahead = (job.eta - fields.Datetime.now()).total_seconds() if job.eta else 0
            _covered[name] = now + min(ahead, WAIT_SECONDS)

    def _enqueue(self, seconds=WAIT_SECONDS):
        return (
            self.sudo()
            .with_delay(
                identity_key=self._name,
                description=self.env._("Hand on business events"),
                max_retries=0,
                eta=fields.Datetime.now() + timedelta(seconds=seconds),
                channel="root.finance.event",
            )
            .relay_job()
        )

    def relay_job(self):
        with comes_again():
            return self._relay()

    @api.model
    def _cron_relay(self):
        self._relay()

    def _relay(self):
        """Place what is committed and serve every subscription, in short transactions of their own."""
        own = self.env["finance.deliver"]._own
        until = time.monotonic() + ROUND_SECONDS
        while own("finance.event", "_place") and time.monotonic() < until:
            pass
        served = 0
        for subscription_id in own(self._name, "_readers"):
            more = True
            while more and time.monotonic() < until:
                count, more = own("finance.subscription", "_serve", subscription_id)
                served += count
        if time.monotonic() >= until:
            own(self._name, "_enqueue")
        return self.env._("%s handed on", served)

    @api.model
    def _readers(self):
        """Subscriptions that are behind, the one that was served longest ago first."""
        self.env.cr.execute(
            SQL(
                """
                SELECT s.id FROM finance_subscription s JOIN finance_connector c ON c.id = s.connector_id
                 WHERE s.active AND c.active AND c.state = 'active' AND (s.verified_on IS NOT NULL OR NOT s.must_verify)
                   AND s.position < (SELECT max(position) FROM finance_event)
              ORDER BY s.served_on NULLS FIRST, s.id
                """
            )
        )
        return [subscription_id for (subscription_id,) in self.env.cr.fetchall()]
