from datetime import timedelta

from odoo import models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _finance_after(self, start, hours):
        """The moment when so many working hours have passed since ``start``, holidays left out.

        Without a calendar, or where it never comes, the clock simply goes on.

        :param start: in UTC, without time zone; so is the result
        """
        if self:
            moment = self.plan_hours(hours, start, compute_leaves=True)
            if moment:
                return moment.replace(microsecond=0)
        return start + timedelta(hours=hours)
