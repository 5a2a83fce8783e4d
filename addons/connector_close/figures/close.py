"""Figures of the close: what is late, what stands in its way, what came after it."""

from odoo import fields

from odoo.addons.finance_connector_base.core.figure import FIGURES, Figure


def day(on):
    return fields.Date.to_date(on) if on else fields.Date.today()


class CloseFigure(Figure):
    domain = "close"
    good = "zero"
    party_field = None


@FIGURES.add("close.periods_late", "Periods overdue")
class PeriodsLate(CloseFigure):
    sequence = 10
    model = "finance.close.period"
    help = "Past their due day and not closed."

    def records(self, env, companies, on=None):
        return [("company_id", "in", companies.ids), ("state", "!=", "closed"), ("due_on", "<", day(on))]


@FIGURES.add("close.gates_failing", "Failing checks")
class GatesFailing(CloseFigure):
    sequence = 20
    model = "finance.close.gate.result"
    help = "Stand in the way of the next milestones."

    def records(self, env, companies, on=None):
        return [
            ("company_id", "in", companies.ids),
            ("state", "=", "failed"),
            ("level", "=", "blocking"),
            ("period_id.state", "!=", "closed"),
        ]


@FIGURES.add("close.deltas_open", "Late changes to explain")
class DeltasOpen(CloseFigure):
    sequence = 30
    model = "finance.close.delta"
    help = "Accounts that read otherwise than in the latest snapshot."

    def records(self, env, companies, on=None):
        return [("company_id", "in", companies.ids), ("state", "=", "open"), ("snapshot_id.state", "=", "current")]


@FIGURES.add("close.draft_entries", "Draft entries")
class DraftEntries(CloseFigure):
    sequence = 40
    model = "account.move"
    list_view = "account.view_move_tree"
    age_field = "date"
    age_is_date = True
    help = "Dated up to today and not posted."

    def records(self, env, companies, on=None):
        return [("company_id", "in", companies.ids), ("state", "=", "draft"), ("date", "<=", day(on))]


@FIGURES.add("close.suspense", "Items on suspense accounts")
class Suspense(CloseFigure):
    sequence = 50
    model = "account.move.line"
    party_field = "journal_id"
    age_field = "date"
    age_is_date = True
    help = "Bank movements nobody has placed yet."

    def records(self, env, companies, on=None):
        journals = env["account.journal"].sudo().search([("company_id", "in", companies.ids)])
        accounts = journals.suspense_account_id | companies.sudo().account_journal_suspense_account_id
        return [
            ("company_id", "in", companies.ids),
            ("account_id", "in", accounts.ids),
            ("parent_state", "=", "posted"),
            ("date", "<=", day(on)),
        ]
