"""Which records of this addon are told to other systems as events."""

from odoo import models

from odoo.addons.finance_connector_base.events import catalogue

catalogue.add(
    "finance.close.period",
    {
        "id": "Number of the period",
        "period": "Name of the period",
        "first_day": "First day of the period",
        "last_day": "Last day of the period",
        "milestone": "Code of the milestone reached last",
        "state": "`open`, `soft`, `closed`, `reopened`",
    },
    {},
    close__milestone="Milestone of the close reached, or the period opened again",
)


class FinanceClosePeriod(models.Model):
    _name = "finance.close.period"
    _inherit = ["finance.close.period", "finance.event.source"]
    _event_columns = frozenset(("state", "milestone_id"))

    def _event_of_change(self, before, after):
        reopened = after.get("state") == "reopened"
        return "close.milestone" if after.get("milestone_id") or reopened else None

    def _event_facts(self):
        return {
            period.id: {
                "company_id": period.company_id.id,
                "data": {
                    "id": period.id,
                    "period": period.name,
                    "first_day": self._event_day(period.date_from),
                    "last_day": self._event_day(period.date_to),
                    "milestone": period.milestone_id.code or None,
                    "state": period.state,
                },
                "private": {},
            }
            for period in self
        }
