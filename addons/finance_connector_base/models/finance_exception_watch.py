from odoo import _, api, models
from odoo.tools import SQL

from ..core.protocol import FINAL


class FinanceException(models.Model):
    """Cases close by themselves when their cause is gone; each addon says how to see that for its codes."""

    _inherit = "finance.exception"

    @api.model
    def _cause_checks(self):
        """Code → name of a method on cases that returns those whose cause is still there.

        Addons add theirs. The method looks at all given cases at once.
        """
        return {
            "line.down": "_still_line_down",
            "expiry": "_still_expiring",
            "checkpoint.break": "_still_broken",
            "outcome.unknown": "_still_on_its_way",
            "outcome.absent": "_still_on_its_way",
            "message.too_late": "_still_on_its_way",
        }

    @api.model
    def _cause_changes(self):
        """Code → models: where one of their records was changed after the case was last seen, its message is tried
        again, once for each change seen; that closes the case, or says that the cause is still there.

        Addons add theirs, for codes of messages that write nothing until the cause is gone.
        """
        periods, leads = ("res.company", "account.lock_exception"), ("finance.authority",)
        return {
            "unknown.account": ("account.account",),
            "unknown.journal": ("account.journal",),
            "unknown.tax": ("account.tax",),
            "unknown.cost_centre": ("account.analytic.account",),
            "unknown.plan": ("account.analytic.plan",),
            "unknown.currency": ("res.currency",),
            "unknown.partner": ("finance.link", "res.partner"),
            "unknown.document": ("finance.link",),
            "period.locked": periods,
            "authority.missing": leads,
            "authority.not_leading": leads,
            "mapping.not_approved": ("finance.mapping.version",),
            "file.object": ("finance.flow",),
        }

    @api.model
    def _cron_watch(self):
        """Close what lost its cause without an event that told us."""
        limit = self.env.company._finance_setting("case_batch", 1000)
        for code, method in self._cause_checks().items():
            last = 0
            while True:
                cases = self.sudo().search(
                    [("code", "=", code), ("state", "=", "open"), ("id", ">", last)], order="id", limit=limit
                )
                if not cases:
                    break
                cases._close_gone(method)
                last = cases[-1].id
        self._retry_changed(limit)
        self._close_without_record(limit)

    def _close_gone(self, method):
        (self - getattr(self, method)())._solve(_("Solved by itself: the cause is gone."))

    @api.model
    def _retry_changed(self, limit):
        """Try refused messages again whose cause may be gone."""
        newest = {}
        for code, names in self._cause_changes().items():
            for name in names:
                newest.setdefault(name, self._newest(name))
            changed = [moment for name in names if (moment := newest[name])]
            if not changed:
                continue
            waiting = [
                ("code", "=", code),
                ("state", "=", "open"),
                ("message_state", "=", "refused"),
                ("message_id.hold", "=", False),
                ("last_seen_on", "<", max(changed)),
            ]
            self.sudo().search(waiting, order="id", limit=limit).message_id.action_retry()

    @api.model
    def _newest(self, name):
        """When a record of a model was last made or changed; ``None`` where there is none."""
        model = self.env[name].sudo()
        model.flush_model()
        table = SQL.identifier(model._table)
        self.env.cr.execute(SQL("SELECT greatest(max(write_date), max(create_date)) FROM %s", table))
        return self.env.cr.fetchone()[0]

    @api.model
    def _close_without_record(self, limit):
        """A case about a record that no longer exists has nobody left to help."""
        groups = self.sudo()._read_group(
            [("state", "=", "open"), ("res_model", "!=", False), ("message_id", "=", False)], ["res_model"]
        )
        for (model,) in groups:
            if model not in self.env:
                continue
            last = 0
            while True:
                cases = self.sudo().search(
                    [("res_model", "=", model), ("state", "=", "open"), ("message_id", "=", False), ("id", ">", last)],
                    order="id",
                    limit=limit,
                )
                if not cases:
                    break
                there = set(self.env[model].sudo().browse(cases.mapped("res_id")).exists()._ids)
                cases.filtered(lambda case, there=there: case.res_id not in there)._solve(
                    _("Solved by itself: what it was about is gone.")
                )
                last = cases[-1].id

    def _still_line_down(self):
        breakers = (
            self.env["finance.breaker"]
            .sudo()
            .search([("connector_id", "in", self.mapped("res_id")), ("state", "!=", "closed")])
        )
        down = {(breaker.connector_id.id, breaker.operation) for breaker in breakers}
        return self.filtered(lambda case: (case.res_id, case.place) in down)

    def _still_on_its_way(self):
        """Nobody has to look up what is settled, or was given up, by now."""
        return self.filtered(lambda case: case.message_id.state not in FINAL)

    def _still_expiring(self):
        return self.env["finance.expiry"].sudo().search([("case_id", "in", self.ids)]).case_id

    def _still_broken(self):
        broken = [("case_id", "in", self.ids), ("state", "=", "break")]
        return self.env["finance.checkpoint"].sudo().search(broken).case_id
