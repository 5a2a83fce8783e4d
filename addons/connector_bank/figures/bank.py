"""Figures about statements and their lines."""

from odoo import fields

from odoo.addons.finance_connector_base.core.figure import FIGURES, Figure


class OpenLines(Figure):
    """Statement lines without counterpart; at a date, those dated up to it that are open now."""

    domain = "bank"
    good = "zero"
    model = "account.bank.statement.line"
    party_field = "journal_id"
    age_field = "date"
    age_is_date = True

    def records(self, env, companies, on=None):
        domain = [("company_id", "in", companies.ids), ("is_reconciled", "=", False), ("state", "=", "posted")]
        return [*domain, ("date", "<=", on)] if on else domain

    def context(self, env):
        return {"list_view_ref": "connector_bank.statement_line_view_list",
                "form_view_ref": "connector_bank.statement_line_view_form"}


@FIGURES.add("bank.unreconciled", "Unreconciled bank lines")
class Unreconciled(OpenLines):
    sequence = 10
    help = "Bookings at the bank that the ledger does not explain yet."


@FIGURES.add("bank.unreconciled_amount", "Unreconciled amount")
class UnreconciledAmount(OpenLines):
    sequence = 20
    unit = "amount"
    measure = "amount:sum"
    help = "Sum of the unreconciled bank lines, without regard to sign, in company currency."

    def value(self, env, companies, on=None):
        return sum(self._sums(env, companies, on, "company").values())

    def split(self, env, companies, by):
        return self._sums(env, companies, None, by)

    def _sums(self, env, companies, on, by):
        """Money in and money out are summed apart: neither takes anything away from the other."""
        day, found = on or fields.Date.today(), {}
        for sign, comparison in ((1, ">"), (-1, "<")):
            lines = env[self.model]._read_group(
                [*self.records(env, companies, on), ("amount", comparison, 0)],
                ["currency_id", "company_id", *([self.party_field] if by == "party" else [])],
                [self.measure],
            )
            for currency, company, *party, total in lines:
                part = party[0] if party else company
                found[part] = found.get(part, 0) + currency._convert(
                    sign * total, env.company.currency_id, company, day
                )
        return found


@FIGURES.add("bank.proposals", "Lines with a proposal")
class Proposals(OpenLines):
    sequence = 30
    good = "none"
    help = "Open lines for which a match is proposed and waits for a person."

    def records(self, env, companies, on=None):
        return [*super().records(env, companies, on), ("finance_proposal_ids.state", "=", "proposed")]


@FIGURES.add("bank.statements_incomplete", "Statements that do not add up")
class IncompleteStatements(Figure):
    domain = "bank"
    good = "zero"
    sequence = 40
    model = "account.bank.statement"
    party_field = "journal_id"
    age_field = "date"
    age_is_date = True
    help = "Opening balance and lines do not give the closing balance."

    def records(self, env, companies, on=None):
        domain = [("company_id", "in", companies.ids), ("is_complete", "=", False)]
        return [*domain, ("date", "<=", on)] if on else domain


@FIGURES.add("bank.intraday", "Unconfirmed intraday lines")
class Intraday(OpenLines):
    sequence = 50
    good = "none"
    help = "Reported during the day, not yet confirmed by a statement."

    def records(self, env, companies, on=None):
        domain = [("company_id", "in", companies.ids), ("finance_intraday", "=", True)]
        return [*domain, ("date", "<=", on)] if on else domain


class MissingStatements(Figure):
    """Open cases of one code; at a date, those of today: whether evidence was missing then is told by the timeline."""

    domain = "bank"
    good = "zero"
    model = "finance.exception"
    age_field = "create_date"
    case = None

    def records(self, env, companies, on=None):
        return [("company_id", "in", companies.ids), ("state", "=", "open"), ("code", "=", self.case)]


@FIGURES.add("bank.statements_late", "Statements that are late")
class LateStatements(MissingStatements):
    sequence = 42
    case = "statement.late"
    help = "Accounts whose statement is not there though it was due, by the bank's days and the cut-off."


@FIGURES.add("bank.statements_missing", "Gaps between statements")
class Gaps(MissingStatements):
    sequence = 44
    case = "statement.gap"
    help = "Neighbours that do not join: the balances differ where they meet, or a number of the bank is missing."
