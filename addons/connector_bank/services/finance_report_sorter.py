from dataclasses import replace
from datetime import timedelta

from odoo import api, models

from odoo.addons.finance_connector_base.core.money import plain

from ..importing.identity import settle
from ..importing.label import label
from ..importing.source import reference_source
from .finance_statement_sorter import Sorted

#: Lines named in the text of a case.
LISTED = 5


class FinanceReportSorter(models.AbstractModel):
    """Reports of an interface: read again and again in part, and held against what another channel brought.

    A report never outweighs a statement. What it shows of days that a statement holds, and the statement does not, is
    a case for a person; and so is a booking that came before under the same name with another amount.
    """

    _inherit = "finance.statement.sorter"

    @api.model
    def _sort_report(self, journal, statement, source, message, booked, prints):
        held = self._held(journal, booked, message, self.env["account.bank.statement"], prints)
        settled = settle(booked, held, overlaps=True, prints=prints, named=prints.rule.names)
        confirmed = self.env["account.bank.statement.line"].browse(one.line for one in settled.known)
        link = self._link(statement, booked)
        alike = self._alike_in_report(journal, link, settled.new, confirmed, source)
        twins = self._pairs(alike, list(settled.new), source)
        paired = {id(candidate) for _line, candidate in twins}
        taken = set((message.options or {}).get("force", ()))
        new, differing = [], []
        for candidate in settled.doubtful:  # the name is known, the amount is another one
            if reference(candidate) in taken:
                new.append(_next_to(candidate, held, new))
            else:
                differing.append(("channel.corrected", candidate))
        named = self._named(journal, source, settled.new)
        for candidate in (one for one in settled.new if id(one) not in paired):
            code = self._contradicts(journal, candidate, named)
            if code and reference(candidate) not in taken:
                differing.append((code, candidate))
            else:
                new.append(candidate)
        return Sorted(
            new=tuple(new),
            known=(*settled.known, *(candidate for _line, candidate in twins)),
            doubtful=(),
            confirmed=confirmed.concat(confirmed, *(line for line, _candidate in twins)),
            adopted=[],
            differing=tuple(differing),
        )

    def _alike_in_report(self, journal, link, candidates, confirmed, source):
        """Lines around the days of the report: those of another channel may stand some days apart."""
        found = self._alike(journal, link, candidates, confirmed, self.env["account.bank.statement"], source)
        if not candidates or link.from_on is None:
            return found
        apart = timedelta(days=journal.company_id.finance_channel_days)
        return found | self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", journal.id),
                ("state", "=", "posted"),
                ("date", ">=", link.from_on - apart),
                ("date", "<=", link.to_on + apart),
                ("finance_ref_source", "!=", source),
                ("id", "not in", confirmed.ids),
            ]
        )

    def _named(self, journal, source, candidates):
        """References of this source that lines of the journal have already."""
        wanted = [one.entry.bank_ref for one in candidates if one.entry.bank_ref]
        lines = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", journal.id),
                ("finance_ref_source", "=", source),
                ("finance_bank_ref", "in", wanted),
            ]
        )
        return set(lines.mapped("finance_bank_ref"))

    def _contradicts(self, journal, candidate, named):
        """Code of the case where a booking cannot simply be new."""
        entry = candidate.entry
        if entry.bank_ref in named:
            return "channel.corrected"
        day = entry.booked_on or entry.value_on
        covering = self.env["account.bank.statement"].search_count(
            [
                ("journal_id", "=", journal.id),
                ("finance_identity", "!=", False),
                ("finance_from_on", "<=", day),
                ("finance_to_on", ">=", day),
            ],
            limit=1,
        )
        return "channel.differs" if day and covering else None


class FinanceStatementWriter(models.AbstractModel):
    _inherit = "finance.statement.writer"

    def _after_report(self, journal, statement, message, sorted_):
        """What follows from a report of an interface besides its lines."""
        if not statement.header.intraday or not reference_source(statement.header):
            return
        self._report_differing(message, sorted_)
        self._report_missing(journal, statement, message, sorted_)
        self.env["finance.bank.pending"].sudo()._follow(journal, statement, message)
        self.env["finance.bank.access"].sudo()._booked(message, statement)

    def _report_differing(self, message, sorted_):
        """A case for each booking of a report that contradicts what is known, once until a person decided."""
        for code, candidate in sorted_.differing:
            entry, place = candidate.entry, reference(candidate)
            decided = self.env["finance.exception"].sudo().search_count(
                [
                    ("code", "=", code),
                    ("place", "=", place),
                    ("connector_id", "=", message.connector_id.id),
                    ("message_id", "!=", message.id),
                ],
                limit=1,
            )
            if not decided:
                words = f"{entry.booked_on} {plain(entry.amount)} {label(entry)[:80]}"
                message._open_case(code, words, place, category="data")

    def _report_missing(self, journal, statement, message, sorted_):
        """Lines of days that the report shows in full, but without them; its first and last day may be cut."""
        days = [entry.booked_on for entry in statement.booked if entry.booked_on]
        first, last = min(days, default=None), max(days, default=None)
        cases = self.env["finance.exception"].sudo()
        if first is None:
            return
        left = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", journal.id),
                ("state", "=", "posted"),
                ("finance_fingerprint", "!=", False),
                ("date", ">", first),
                ("date", "<", last),
                ("id", "not in", sorted_.confirmed.ids),
                ("finance_message_id", "!=", message.id),
            ]
        )
        if left:
            words = self.env._(
                "%(count)s lines between %(first)s and %(last)s are not at the interface: %(lines)s",
                count=len(left),
                first=first,
                last=last,
                lines="; ".join(f"{line.date} {line.amount:.2f} {line.payment_ref[:40]}" for line in left[:LISTED]),
            )
            cases._report(
                journal,
                "channel.missing",
                words,
                journal.name,
                blocking=False,
                domain="bank",
                connector_id=message.connector_id.id,
                owner_id=message._owner().id,
            )
        else:
            cases.search(
                [
                    ("code", "=", "channel.missing"),
                    ("state", "=", "open"),
                    ("res_model", "=", journal._name),
                    ("res_id", "=", journal.id),
                ]
            )._solve(self.env._("Solved by itself: the interface shows all lines."))


def _next_to(candidate, held, new):
    """The candidate as one more booking of its name."""
    same = [one.occurrence for one in (*held, *new) if one.fingerprint == candidate.fingerprint]
    return replace(candidate, occurrence=max(same) + 1, line=None)


def reference(candidate):
    """How a case names a booking of a report: as the interface does, else by what it is."""
    return candidate.entry.bank_ref or candidate.fingerprint
