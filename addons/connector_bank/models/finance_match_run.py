from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_datetime, formatLang

MINUTE = 60
#: States of a job that will still do something.
ACTIVE = ("pending", "enqueued", "started", "wait_dependencies")


class FinanceMatchRun(models.Model):
    """The matching of one account's open lines by jobs, from the import to its last job: how far it is.

    The newest one of an account counts. Jobs only add steps and people only add stops: nobody waits for a job, and
    no job fails because somebody stopped it, which a change of this record would bring about.
    """

    _name = "finance.match.run"
    _description = "Matching of an account"
    _order = "id desc"

    journal_id = fields.Many2one("account.journal", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="journal_id.company_id", store=True, index=True)
    stop_ids = fields.One2many("finance.match.run.stop", "run_id", readonly=True)
    step_ids = fields.One2many("finance.match.run.step", "run_id", readonly=True)
    state = fields.Selection(
        [("waiting", "Waits for its turn"), ("running", "Under way"), ("stopped", "Stopped"),
         ("broken_off", "Broken off"), ("done", "Done")],
        compute="_compute_state",
    )
    reconciled = fields.Integer(compute="_compute_progress")
    later = fields.Integer(compute="_compute_progress", string="Sure ones to go")

    @api.model
    def _newest(self, journals):
        """The newest run of each of ``journals`` that has one."""
        ids = self.env.execute_query(
            SQL("SELECT max(id) FROM finance_match_run WHERE journal_id = ANY(%s) GROUP BY journal_id", journals.ids)
        )
        return self.browse([newest for (newest,) in ids])

    @api.model
    def _begun(self, journal):
        """The run of ``journal`` that is stopped or not done yet; a new one where there is none."""
        run = self._newest(journal)
        return run if run and (run._stop() or not run._is_done()) else self.create({"journal_id": journal.id})

    def _is_done(self):
        return bool(self.step_ids) and not self.step_ids[-1].later

    def _stop(self):
        """The stop in force, or empty."""
        return self.stop_ids.filtered(lambda stop: not stop.released)[-1:]

    def _is_stopped_now(self):
        """Whether somebody has stopped it meanwhile: asked outside the transaction, which would not see it."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                "SELECT 1 FROM finance_match_run_stop s JOIN finance_match_run r ON r.id = s.run_id"
                " WHERE r.journal_id = %s AND NOT s.released LIMIT 1", [self.journal_id.id],
            )  # fmt: skip
            return bool(cr.rowcount)

    def _step(self, result):
        """A job did some of it.

        :param result: as ``finance.matching._match`` gives it
        """
        names = ("reconciled", "proposed", "left", "later", "seconds")
        self.env["finance.match.run.step"].create({"run_id": self.id, **{name: result[name] for name in names}})

    @api.depends("step_ids.later", "stop_ids.released")
    def _compute_state(self):
        waiting = self.filtered(lambda run: not run._stop())
        jobs = self.env["queue.job"].sudo().search_fetch(
            [("identity_key", "in", [run.journal_id._finance_match_key() for run in waiting]), ("state", "in", ACTIVE)],
            ["identity_key", "state"],
        )
        active = {}
        for job in jobs:
            active.setdefault(job.identity_key, set()).add(job.state)
        for run in self:
            states = active.get(run.journal_id._finance_match_key())
            if run._stop():
                run.state = "stopped"
            elif states is None:
                run.state = "done" if run._is_done() else "broken_off"
            else:
                run.state = "running" if (run.step_ids and not run._is_done()) or "started" in states else "waiting"

    @api.depends("step_ids.reconciled", "step_ids.later")
    def _compute_progress(self):
        for run in self:
            run.reconciled = sum(run.step_ids.mapped("reconciled"))
            run.later = run.step_ids[-1:].later

    def _words(self):
        """How far it is, for people."""
        _ = self.env._
        done, to_go = self._number(self.reconciled), self._number(self.later)
        if self.state == "waiting":
            return _("Matching waits for its turn")
        if self.state == "stopped":
            stop = self._stop()
            return _(
                "Matching was stopped by %(name)s, %(when)s. New lines wait, too.",
                name=stop.create_uid.name, when=format_datetime(self.env, stop.create_date, dt_format="short"),
            )  # fmt: skip
        if self.state == "broken_off":
            return _("Matching broke off before it was done")
        if self.state == "running" and (not self.step_ids or self._is_done()):
            return _("Matching is under way")
        if self.state == "running":
            return _(
                "Matching: %(done)s lines reconciled, %(to_go)s sure ones to go, %(left)s left",
                done=done, to_go=to_go, left=self._time_left(),
            )  # fmt: skip
        last = self.step_ids[-1]
        return _(
            "Matched %(when)s: %(done)s reconciled, %(proposed)s proposed, %(left)s open",
            when=format_datetime(self.env, last.create_date, dt_format="short"), done=done,
            proposed=self._number(last.proposed), left=self._number(last.left),
        )  # fmt: skip

    def _time_left(self):
        _ = self.env._
        seconds = sum(self.step_ids.mapped("seconds")) * self.later / max(self.reconciled, 1)
        if seconds >= 2 * MINUTE:
            return _("about %s minutes", round(seconds / MINUTE))
        return _("about %s seconds", round(seconds))

    def _number(self, number):
        return formatLang(self.env, number, digits=0)

    def _shown(self):
        """What a screen shows of it."""
        all_sure = self.reconciled + self.later
        return {
            "journal": self.journal_id.id,
            "name": self.journal_id.display_name,
            "state": self.state,
            "words": self._words(),
            "percent": round(100 * self.reconciled / all_sure) if all_sure else 0,
        }

    @api.autovacuum
    def _gc_older(self):
        """Of each account, only the newest is of use; a job that began on an older one may still be at work."""
        self.env.cr.execute(
            "DELETE FROM finance_match_run r USING finance_match_run newer"
            " WHERE newer.journal_id = r.journal_id AND newer.id > r.id"
            " AND newer.create_date < now() AT TIME ZONE 'UTC' - interval '7 days'"
        )


class FinanceMatchRunStep(models.Model):
    """What one job did."""

    _name = "finance.match.run.step"
    _description = "Step of the matching of an account"
    _order = "id"

    run_id = fields.Many2one("finance.match.run", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    reconciled = fields.Integer(readonly=True)
    proposed = fields.Integer(readonly=True)
    left = fields.Integer(readonly=True, string="Open")
    later = fields.Integer(readonly=True, string="Sure ones to go")
    seconds = fields.Float(readonly=True)


class FinanceMatchRunStop(models.Model):
    """Somebody stopped it."""

    _name = "finance.match.run.stop"
    _description = "Stop of the matching of an account"
    _order = "id"

    run_id = fields.Many2one("finance.match.run", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    released = fields.Boolean(readonly=True, default=False)
