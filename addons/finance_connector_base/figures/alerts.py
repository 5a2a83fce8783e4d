"""Figures about alerts, and those that only alert rules ask for."""

from odoo.tools import SQL

from ..core.figure import FIGURES, Figure

TWICE_DAYS = 7


@FIGURES.add("alerts.firing", "Alerts")
class AlertsFiring(Figure):
    sequence = 5
    good = "zero"
    model = "finance.alert"
    party_field = None
    age_field = "fired_on"
    help = "Alert rules whose limit is passed now."

    def records(self, env, companies, on=None):
        return [("company_id", "in", [*companies.ids, False]), ("state", "=", "firing")]


@FIGURES.add("messages.sent_twice", "Sent twice (7 days)")
class SentTwice(Figure):
    """Every send is fenced, so this is zero; it is watched because it is the one thing that may never happen."""

    sequence = 35
    good = "zero"
    on_board = False
    model = "finance.message"
    age_field = "create_date"
    help = "Messages of which the other side took two sends."

    def records(self, env, companies, on=None):
        rows = env.execute_query(
            SQL(
                "SELECT message_id FROM finance_attempt WHERE step = 'send' AND outcome = 'ok'"
                " AND ended_on >= now() AT TIME ZONE 'UTC' - make_interval(days => %s)"
                " GROUP BY message_id HAVING count(*) > 1",
                TWICE_DAYS,
                to_flush=env["finance.attempt"]._fields["outcome"],
            )
        )
        return [("company_id", "in", companies.ids), ("id", "in", [message_id for (message_id,) in rows])]
