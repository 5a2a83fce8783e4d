from collections import defaultdict
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..continuity.bank_days import BankDays, Expected
from ..continuity.proof import prove
from ..importing.chain import Link, exact, ordered

#: Days looked back for statements that are late; older ones have their case.
BACK = 92
#: The screen asks for at most so many days.
MOST_DAYS = 400


class FinanceContinuity(models.AbstractModel):
    """Whether the statements of a bank account lead from one to the next, and which day has no evidence yet."""

    _name = "finance.continuity"
    _description = "Continuity of statements"

    @api.model
    def _proofs(self, journals, first, last):
        """``{journal: Proof}`` for the days from ``first`` to ``last``; figures of statements with each proof's links.

        One query for the statements of all accounts, one for lines without statement, one for balances of the day.
        """
        chains, broken = self._chains(journals)
        booked, intraday = self._loose(journals, first, last)
        found = {}
        for journal in journals:
            found[journal] = prove(
                chains[journal.id], first, last, self._now(journal.company_id), self._expected(journal, first, last),
                broken=broken[journal.id], booked=booked[journal.id], intraday=intraday[journal.id],
            )  # fmt: skip
        return found

    def _chains(self, journals):
        """``({journal id: links in order}, {journal id: ids of statements that do not add up})``."""
        self.env["account.bank.statement"].flush_model()
        self.env["account.bank.statement.line"].flush_model()
        places = {journal.id: journal._finance_currency().decimal_places for journal in journals}
        rows = self.env.execute_query(
            SQL(
                "SELECT id, journal_id, coalesce(finance_from_on, date, create_date::date),"
                " coalesce(finance_to_on, date, create_date::date), balance_start, balance_end_real, finance_sequence,"
                " is_complete, CASE WHEN finance_without_balance THEN (SELECT coalesce(sum(l.amount), 0)"
                " FROM account_bank_statement_line l WHERE l.statement_id = s.id) END"
                " FROM account_bank_statement s"
                " WHERE journal_id = ANY(%s) AND finance_identity IS NOT NULL ORDER BY id",
                journals.ids,
            )
        )
        links, broken = defaultdict(list), defaultdict(set)
        for key, journal, from_on, to_on, opening, closing, number, whole, moved in rows:
            digits = places[journal]
            if moved is not None:
                opening, closing = 0, moved
            elif not whole:
                broken[journal].add(key)
            links[journal].append(
                Link(
                    from_on, to_on, exact(opening, digits), exact(closing, digits), number=number or None, id=key,
                    proved=moved is None,
                )
            )  # fmt: skip
        return defaultdict(list, {journal: ordered(found) for journal, found in links.items()}), broken

    def _loose(self, journals, first, last):
        """Days with lines that no statement holds, and days of which only a report during the day speaks."""
        for model in ("account.bank.statement.line", "account.move", "finance.bank.balance"):
            self.env[model].flush_model()
        booked, intraday = defaultdict(set), defaultdict(set)
        rows = self.env.execute_query(
            SQL(
                "SELECT l.journal_id, coalesce(l.finance_booked_on, m.date), coalesce(l.finance_intraday, false)"
                " FROM account_bank_statement_line l JOIN account_move m ON m.id = l.move_id"
                " WHERE l.journal_id = ANY(%s) AND l.statement_id IS NULL AND m.state = 'posted'"
                " AND m.date BETWEEN %s AND %s"
                " UNION SELECT journal_id, balance_on, true FROM finance_bank_balance"
                " WHERE journal_id = ANY(%s) AND kind = 'interim' AND balance_on BETWEEN %s AND %s",
                journals.ids, first, last, journals.ids, first, last,
            )
        )  # fmt: skip
        for journal, day, during in rows:
            (intraday if during else booked)[journal].add(day)
        return booked, intraday

    def _expected(self, journal, first, last):
        company = journal.company_id
        kind = journal.finance_bank_days
        kind = company.finance_bank_days if kind == "company" else kind
        calendar = journal.finance_bank_calendar_id or company.finance_bank_calendar_id
        hour = min(max(company.finance_statement_cutoff, 0.0), 23.99)
        return Expected(
            BankDays(kind, self._closed(calendar, first, last)),
            journal.finance_rhythm,
            company.finance_statement_due_days,
            time(int(hour), int(hour % 1 * 60)),
        )

    def _closed(self, calendar, first, last):
        """Whole days of leaves that count for everybody, by the clock of the calendar."""
        if not calendar:
            return frozenset()
        zone, closed = ZoneInfo(calendar.tz or "UTC"), set()
        utc = ZoneInfo("UTC")
        # a statement of the last days is due a few bank days later: their holidays count, too
        around = (first - timedelta(40), last + timedelta(40))
        leaves = calendar.sudo().global_leave_ids.filtered(
            lambda leave: leave.date_from.date() <= around[1] and leave.date_to.date() >= around[0]
        )
        for leave in leaves:
            begins = leave.date_from.replace(tzinfo=utc).astimezone(zone)
            ends = leave.date_to.replace(tzinfo=utc).astimezone(zone)
            day = max(begins.date(), around[0])
            while day <= min(ends.date(), around[1]):
                if ends >= datetime.combine(day, time(18), zone) and begins <= datetime.combine(day, time(9), zone):
                    closed.add(day)
                day += timedelta(1)
        return frozenset(closed)

    def _now(self, company):
        """The clock of the company, without zone."""
        zone = company.resource_calendar_id.tz or self.env.user.tz or "UTC"
        return fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    # cases

    @api.model
    def _cron_watch(self):
        """Open a case for each account whose statement is late; let in what waits for nothing any more."""
        journals = self.env["account.journal"].sudo().search([("type", "in", ("bank", "credit"))])
        for company in journals.company_id:
            own = journals.filtered(lambda journal, company=company: journal.company_id == company)
            self.with_company(company)._watch(own)
        self.env["finance.long.statement"]._let_in_forgotten()

    def _watch(self, journals):
        known = self._cases([("res_id", "in", journals.ids)])
        for journal, proof in self._late(journals).items():
            # what a person closed stays closed; what closed by itself comes back
            if not known.filtered(
                lambda case, journal=journal, day=str(proof.late_since): case.res_id == journal.id
                and case.place.endswith(day)
                and (case.state == "open" or not case.closed_by_itself)
            ):
                self._report_late(journal, proof)

    def _late(self, journals):
        """``{journal: Proof}`` of those whose statement is late."""
        today = fields.Date.today()
        proofs = self._proofs(journals, today - timedelta(BACK), today + timedelta(1))
        return {journal: proof for journal, proof in proofs.items() if proof.late_since}

    def _report_late(self, journal, proof):
        message = self.env["finance.message"].sudo().browse(
            self.env["finance.identity.reader"].sudo()._newest(journal) or []
        )
        self.env["finance.exception"]._report(
            journal,
            "statement.late",
            self.env._(
                "The statement of %(day)s of %(account)s was due on %(due)s. The last one ends on %(until)s.",
                day=format_date(self.env, proof.late_since),
                account=journal.display_name,
                due=f"{format_date(self.env, proof.due_at.date())} {proof.due_at:%H:%M}",
                until=format_date(self.env, proof.until),
            ),
            f"{journal.name} · {proof.late_since}",
            blocking=False,
            domain="bank",
            connector_id=message.connector_id.id,
            owner_id=message._owner().id,
        )

    def _cases(self, about):
        return self.env["finance.exception"].sudo().search(
            [("code", "=", "statement.late"), ("res_model", "=", "account.journal"), *about]
        )

    @api.model
    def _arrived(self, journal):
        """After an import: close what was late."""
        self._cases([("res_id", "=", journal.id), ("state", "=", "open")])._close_gone("_still_late")

    # the screen

    @api.model
    def _accounts(self):
        """Accounts of the chosen companies of which there is or could be evidence."""
        journals = self.env["account.journal"].search(
            [("type", "in", ("bank", "credit")), ("company_id", "in", self.env.companies.ids)],
            order="company_id, sequence, name",
        )
        known = self.env["account.bank.statement"]._read_group(
            [("journal_id", "in", journals.ids), ("finance_identity", "!=", False)], ["journal_id"]
        )
        with_evidence = {journal.id for (journal,) in known}
        return journals.filtered(lambda journal: journal.id in with_evidence or journal.bank_account_id)

    @api.model
    def read_timeline(self, first, last, coarse=False):
        """What the timeline draws: for each account its days as runs of one state, and what is missing in words.

        :param first: first day, ISO 8601; ``last`` too
        :param coarse: weekends and holidays are drawn like the days around them
        """
        first, last = self._period(first, last)
        self.env["account.bank.statement"].check_access("read")
        journals = self._accounts()
        proofs = self._proofs(journals, first, last)
        sums = self._sums(journals, first, last)
        accounts = [self._account(journal, proofs[journal], coarse, sums) for journal in journals]
        return {
            "today": str(self._now(self.env.company).date()),
            "first": str(first),
            "last": str(last),
            "accounts": accounts,
            "missing": sum(account["missing"] for account in accounts),
        }

    def _period(self, first, last):
        first, last = fields.Date.to_date(first), fields.Date.to_date(last)
        if not first or not last or last < first or (last - first).days > MOST_DAYS:
            raise UserError(self.env._("Choose a period of at most %s days.", MOST_DAYS))
        return first, last

    def _account(self, journal, proof, coarse, sums):
        counts = proof.counts
        due = counts["complete"] + counts["parts"] + counts["intraday"] + counts["late"] + counts["gap"]
        statements, lines, paid_in, paid_out = sums.get(journal.id, (0, 0, 0, 0))
        money = journal._finance_currency().format
        return {
            "id": journal.id,
            "name": journal.display_name,
            "number": journal.bank_account_id.acc_number or "",
            "company": journal.company_id.name if len(self.env.companies) > 1 else "",
            "until": format_date(self.env, proof.until) if proof.until else "",
            "late": bool(proof.late_since),
            "runs": [[state, str(day), count] for state, day, count in proof.runs(coarse)],
            "proved": counts["complete"],
            "due": due,
            "missing": counts["gap"] + counts["late"],
            "sums": self.env._(
                "%(statements)s statements, %(lines)s lines, in %(paid_in)s, out %(paid_out)s",
                statements=statements, lines=lines, paid_in=money(paid_in or 0), paid_out=money(paid_out or 0),
            ),
            "findings": [self._words(finding) for finding in proof.findings],
        }  # fmt: skip

    def _words(self, finding):
        """``[kind, first day, words]``"""
        _ = self.env._
        days = " – ".join(dict.fromkeys(format_date(self.env, day) for day in (finding.from_on, finding.to_on)))
        words = {
            "gap": _("Missing: %s", days),
            "late": _("Late since %s", format_date(self.env, finding.from_on)),
            "parts": _("Does not add up: %s", days),
            "unproved": _("The bank said no balance: %s", days),
        }
        return [finding.kind, str(finding.from_on), words[finding.kind]]

    def _sums(self, journals, first, last):
        """``{journal id: (statements, lines, money in, money out)}`` of statements that end in the period."""
        rows = self.env.execute_query(
            SQL(
                "SELECT s.journal_id, count(DISTINCT s.id), count(l.id), sum(greatest(l.amount, 0)),"
                " sum(greatest(-l.amount, 0)) FROM account_bank_statement s"
                " LEFT JOIN account_bank_statement_line l ON l.statement_id = s.id"
                " WHERE s.journal_id = ANY(%s) AND s.finance_identity IS NOT NULL"
                " AND coalesce(s.finance_to_on, s.date) BETWEEN %s AND %s GROUP BY 1",
                journals.ids, first, last,
            )
        )  # fmt: skip
        return {row[0]: row[1:] for row in rows}

    @api.model
    def open_day(self, journal_id, day):
        """What is behind a day of an account: its case, its statement, its lines, or the import of what is missing."""
        journal = self.env["account.journal"].browse(journal_id)
        journal.check_access("read")
        day = fields.Date.to_date(day)
        proof = self._proofs(journal, day, day)[journal]
        state, statement = proof.days[day], proof.statements.get(day)
        case = self._case_of(journal, state, statement)
        if case:
            return self._form(case)
        if statement:
            return self._form(self.env["account.bank.statement"].browse(statement))
        if state in ("parts", "intraday"):
            action = self.env["ir.actions.act_window"]._for_xml_id("connector_bank.statement_line_action")
            return {**action, "domain": [("journal_id", "=", journal.id), ("date", "=", day)], "context": {}}
        if state in ("gap", "late") and self.env["finance.statement.import"].has_access("create"):
            return journal.action_finance_import()
        return False

    def _case_of(self, journal, state, statement):
        """The open case about a gap or a late statement, as far as the reader may see it."""
        record = {"gap": self.env["account.bank.statement"].browse(statement), "late": journal}.get(state)
        cases = self.env["finance.exception"]
        if not record:
            return cases
        about = [("code", "=", f"statement.{state}"), ("res_model", "=", record._name), ("res_id", "=", record.id)]
        return cases.search([*about, ("state", "=", "open")], limit=1)

    def _form(self, record):
        view = record._name == "account.bank.statement" and self.env.ref("connector_bank.statement_view_form")
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [[view.id if view else False, "form"]],
        }
