"""Figures of webhooks: posts that were refused."""

from datetime import timedelta

from odoo import fields

from ..core.figure import FIGURES, Figure
from .operations import until


@FIGURES.add("webhooks.refused", "Refused posts (7 days)")
class RefusedPosts(Figure):
    sequence = 70
    good = "zero"
    model = "finance.webhook.tally"
    measure = "times:sum"
    help = "Posts to our webhook addresses that were forged, stale or unreadable. None of them was let in."

    def records(self, env, companies, on=None):
        end = fields.Datetime.to_datetime(on) + timedelta(days=1) if on else fields.Datetime.now()
        since = fields.Datetime.to_string(end - timedelta(days=7))
        return [("company_id", "in", companies.ids), ("hour", ">=", since), *until(on, "hour")]

    def value(self, env, companies, on=None):
        ((total,),) = env[self.model]._read_group(self.records(env, companies, on), [], [self.measure])
        return total or 0
