from odoo import api, models
from odoo.tools import SQL

from .. import server
from ..models.finance_node import LOST_SECONDS


class FinanceHealth(models.AbstractModel):
    """Whether this installation does its work: each check is ``ok``, ``warn`` (people look) or ``fail``.

    Only what a restart or another server can mend fails: a backlog or an emergency stop must not make
    a load balancer take every server away.
    """

    _name = "finance.health"
    _description = "Finance health"

    @api.model
    def _report(self):
        """:return: ``{check: {"status": .., "detail": ..}}``; details are for those who may see them"""
        return {
            "database": {"status": "ok", "detail": ""},
            "runner": self._runner(),
            "backlog": self._backlog(),
            "permit": self._permit(),
            "stop": self._stop(),
        }

    @api.model
    def _status(self, report):
        found = {check["status"] for check in report.values()}
        return "failing" if "fail" in found else "degraded" if "warn" in found else "ok"

    def _runner(self):
        """Job runners say every few seconds that they live; without any, nothing is sent or processed."""
        ((seconds,),) = self.env.execute_query(
            SQL(
                "SELECT extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - max(last_seen))::float"
                " FROM finance_node"
            )
        )
        if seconds is None:
            return {"status": "fail", "detail": "no job runner was ever heard of"}
        detail = f"last heard of {max(seconds, 0):.0f} s ago"
        return {"status": "ok" if seconds <= LOST_SECONDS else "fail", "detail": detail}

    def _backlog(self):
        """Age of the oldest incoming message that nobody holds back."""
        limit = 60 * self.env.company._finance_setting("backlog_minutes", 60)
        ((seconds,),) = self.env.execute_query(
            SQL(
                "SELECT extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - min(create_date))::float"
                " FROM finance_message WHERE state = 'received' AND hold IS NOT TRUE"
            )
        )
        detail = f"the oldest message waits for {seconds or 0:.0f} s, the limit is {limit} s"
        return {"status": "ok" if (seconds or 0) <= limit else "warn", "detail": detail}

    def _permit(self):
        """A copy or a sandbox may rightly be without permit to send."""
        refusal = self.env["finance.permit"]._refusal(server.environment())
        return {"status": "warn" if refusal else "ok", "detail": refusal or f"may send ({server.environment()})"}

    def _stop(self):
        stops = self.env["finance.stop"].sudo().search_count([("state", "=", "active")])
        return {"status": "warn" if stops else "ok", "detail": f"{stops} emergency stops in force"}
