import logging
import time
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ..retained.kinds import RETAINED

_logger = logging.getLogger(__name__)

#: A trial, for which a person waits, counts for so long.
TRIAL_SECONDS = 20
#: Rows looked at in one transaction; the largest that keeps each below a second with files of 1 MB.
CHUNK = 500


class FinanceRetention(models.AbstractModel):
    """The nightly job: what is older than its rule goes, in chunks that commit; holds and the law win over rules."""

    _name = "finance.retention"
    _description = "Retention"

    @api.model
    def _cron_retain(self):
        """Work through all rules in force; what the time does not suffice for goes on right after."""
        until = time.monotonic() + self.env.company._finance_setting("retention_seconds", 60)
        rules = self.env["finance.retention.rule"].sudo()
        for rule, company in rules._in_force():
            run_id = self._own("_begin", rule.id, company.id)
            while run_id and self._step(run_id):
                if time.monotonic() > until:
                    self.env.ref("finance_connector_base.ir_cron_retention")._trigger()
                    return

    def _step(self, run_id):
        """One chunk; whether there are more. A chunk that fails ends the run with its reason, not the whole job."""
        try:
            return self._own("_chunk", run_id)
        except psycopg2.errors.SerializationFailure:
            return True  # somebody was faster: look again
        except Exception as error:  # whatever it is, the other rules go on
            _logger.exception("retention run %s failed", run_id)
            self._own("_fail", run_id, f"{type(error).__name__}: {error}"[:200])
            return False

    @api.model
    def _try(self, rules):
        """What these rules would do today, in the caller's transaction.

        :return: the trial runs
        """
        until = time.monotonic() + TRIAL_SECONDS
        runs = self.env["finance.retention.run"]
        for rule in rules:
            for company in rule._companies():
                run = runs.create({"rule_id": rule.id, "company_id": company.id, "dry": True})
                while self._look(run):
                    if time.monotonic() > until:
                        run.write({"text": self.env._("Counted for %s s; there may be more.", TRIAL_SECONDS)})
                        break
                run.write({"state": "done", "ended_on": fields.Datetime.now()})
                runs |= run
        return runs

    def _own(self, method, *given):
        """Run a method in a transaction of its own."""
        return self._own_of(self._name, method, *given)

    @api.model
    def _own_of(self, model, method, *given):
        """The same, of another model."""
        with self.env.registry.cursor() as cr:
            return getattr(self.env(cr=cr)[model].sudo(), method)(*given)

    def _begin(self, rule_id, company_id):
        """The run of today: one that was not finished goes on; none where today's is done."""
        runs = self.env["finance.retention.run"]
        about = [("rule_id", "=", rule_id), ("company_id", "=", company_id), ("dry", "=", False)]
        today = fields.Datetime.now().replace(hour=0, minute=0, second=0)
        run = runs.search([*about, "|", ("state", "=", "running"), ("started_on", ">=", today)], limit=1)
        if run:
            return run.id if run.state == "running" else None
        return runs.create({"rule_id": rule_id, "company_id": company_id}).id

    def _fail(self, run_id, words):
        run = self.env["finance.retention.run"].browse(run_id)
        run.write({"state": "failed", "text": words, "ended_on": fields.Datetime.now()})

    def _chunk(self, run_id):
        self.env["finance.legal.hold"]._bar()  # first: it must see every hold
        return self._look(self.env["finance.retention.run"].browse(run_id))

    def _look(self, run):
        """Look at the next rows of a run, and let go what may; whether there are more."""
        rule, kind = run.rule_id, RETAINED.get(run.rule_id.kind)()
        before = fields.Datetime.now() - timedelta(days=rule.days)
        after = (run.last_on, run.last_id) if run.last_id else None
        rows = kind.due(self.env, rule, run.company_id, before, after, CHUNK)
        ids = [row_id for row_id, _since in rows]
        held = self.env["finance.legal.hold"]._covering(kind.model, ids)
        lawful = self._lawful(kind, [row_id for row_id in ids if row_id not in held])
        gone = [row_id for row_id in ids if row_id not in held and row_id not in lawful]
        freed = 0
        if gone and not run.dry:
            freed = kind.apply(self.env, gone, rule.action, {"rule": rule.id, "run": run.id})
        values = {
            "due": run.due + len(ids),
            "gone": run.gone + len(gone),
            "held": run.held + len(held),
            "lawful": run.lawful + len(lawful),
            "freed": run.freed + freed,
        }
        if rows:
            values |= {"last_id": rows[-1][0], "last_on": rows[-1][1].isoformat()}
        if len(rows) < CHUNK:
            values |= {"state": "done", "ended_on": fields.Datetime.now()}
        run.write(values)
        if len(rows) < CHUNK and not run.dry:
            self._note(run)
        return len(rows) == CHUNK

    def _lawful(self, kind, ids):
        """Rows whose message stands behind entries in the books that are still to be kept."""
        messages = kind.messages(self.env, ids)
        kept = self.env["finance.message"]._kept_by_law(set(messages.values()) - {None})
        return {row_id for row_id, message_id in messages.items() if message_id in kept}

    def _note(self, run):
        facts = {name: run[name] for name in ("due", "gone", "held", "lawful")} | {"rule": run.rule_id.id}
        self.env["finance.audit"]._note("retention.applied", run, facts, company_id=run.company_id.id)
