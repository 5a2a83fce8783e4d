from odoo import fields, models
from odoo.exceptions import AccessError

from odoo.addons.finance_connector_base import server

from .account_journal_card import READER

OPERATOR = "finance_connector_base.group_operator"
#: A job of matching begins no more work after so many seconds: far below what a server gives a request, so that many
#: lines cannot keep it from ever ending.
MATCH_SECONDS = 30


class AccountJournal(models.Model):
    """Matching of an account in jobs: its progress, stop and go on."""

    _inherit = "account.journal"

    finance_match_state = fields.Char(compute="_compute_finance_match", groups=READER)
    finance_match_words = fields.Char(compute="_compute_finance_match", string="Matching", groups=READER)

    def _compute_finance_match(self):
        newest = {run.journal_id: run for run in self.env["finance.match.run"]._newest(self)}
        for journal in self:
            run = newest.get(journal)
            journal.finance_match_state = run and run.state
            journal.finance_match_words = run and run._words()

    def _finance_match_key(self):
        """By which the jobs of one account are known: only one waits at a time."""
        return f"finance.match:{self.id}"

    def finance_match_job(self):
        """Match the open lines of this journal; many in several jobs, each of which commits."""
        self.ensure_one()
        self.check_access("read")
        self.env["account.bank.statement.line"].check_access("write")
        run = self.env["finance.match.run"].sudo()._begun(self)
        if run._stop():
            return run._words()
        matching, batches = self.env["finance.matching"], self.env["finance.writer.batch"]
        last = batches._last()
        seconds = float(server.option("match_seconds", MATCH_SECONDS))
        result = matching._match_journals(self, seconds, run._is_stopped_now)
        run._step(result)
        if result["later"]:
            matching._enqueue(self)
            words = self.env._("%(lines)s lines: %(reconciled)s reconciled, %(later)s follow in the next job", **result)
        else:
            words = self.env._(
                "%(lines)s lines: %(reconciled)s reconciled, %(proposed)s proposed, %(left)s open", **result
            )
        by_odoo = batches._words([("id", ">", last)])
        return f"{words}. {by_odoo}" if by_odoo else words

    def _finance_check_operator(self):
        """:raise AccessError: stop and go on are for operators, of their companies"""
        if not self.env.user.has_group(OPERATOR):
            raise AccessError(self.env._("Operators stop matching and let it go on."))
        self.check_access("read")

    def action_finance_match_stop(self):
        """No further lines are reconciled by jobs, until somebody says so; what is under way is kept."""
        self._finance_check_operator()
        runs = self.env["finance.match.run"].sudo()._newest(self)
        for run in runs.filtered(lambda run: run.state in ("waiting", "running", "broken_off")):
            self.env["finance.match.run.stop"].sudo().create({"run_id": run.id})
            self.env["finance.audit"]._note("matching.stopped", run.journal_id)

    def action_finance_match_resume(self):
        """Go on where it was."""
        self._finance_check_operator()
        runs = self.env["finance.match.run"].sudo()._newest(self)
        for run in runs.filtered(lambda run: run.state in ("stopped", "broken_off")):
            if run._stop():
                run.stop_ids.released = True
                self.env["finance.audit"]._note("matching.resumed", run.journal_id)
            self.env["finance.matching"]._enqueue(run.journal_id)
