from collections import namedtuple
from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ..importing.book import period
from ..importing.chain import Link, fits, overlaps
from ..importing.confirm import Waiting, pairs
from ..importing.identity import Held, fingerprint, settle

#: ``confirmed``: the lines that ``known`` are; ``adopted``: (intraday line, candidate) of other wording.
Sorted = namedtuple("Sorted", "new known doubtful confirmed adopted")


class FinanceStatementSorter(models.AbstractModel):
    """Which bookings of a statement the journal holds already, and which it surely does not."""

    _name = "finance.statement.sorter"
    _description = "Statement sorter"

    @api.model
    def _sort(self, journal, statement, message, booked, known, force):
        """Sort the booked entries; ``known`` is the statement's record of an earlier time, or empty."""
        link = self._link(statement, booked)
        chain = self._chain(journal, known, link)
        corrected = bool(force and known and known.finance_message_id != message)
        new_days = not corrected and fits(link, chain)
        intraday = statement.header.intraday
        settled = settle(
            booked,
            self._held(journal, booked, message, known),
            fits=new_days,
            overlaps=corrected or intraday or overlaps(link, chain),
            forced=force and not corrected,
        )
        confirmed = self._lines_of(journal, settled.known)
        adopted, twins = self._alike(journal, link, settled.new, confirmed, known)
        if intraday:
            adopted, twins = [], [*adopted, *twins]
        elif new_days or force:
            twins = []
        left_out = {id(candidate) for _line, candidate in (*adopted, *twins)}
        doubtful = (*settled.doubtful, *(candidate for _line, candidate in twins))
        known_too = tuple(candidate for _line, candidate in adopted)
        if intraday:  # what a report leaves out comes with the statement
            doubtful, known_too = (), (*known_too, *doubtful)
        return Sorted(
            new=tuple(candidate for candidate in settled.new if id(candidate) not in left_out),
            known=(*settled.known, *known_too),
            doubtful=doubtful,
            confirmed=confirmed,
            adopted=adopted,
        )

    def _chain(self, journal, known, link):
        """The statements of the journal but this one; of its neighbours with the amounts of their lines."""
        places = journal._finance_currency().decimal_places
        statements = self.env["account.bank.statement"].search(
            [("journal_id", "=", journal.id), ("finance_identity", "!=", False), ("id", "not in", known.ids)]
        )
        links = {
            one: Link(
                one.finance_from_on or one.date,
                one.finance_to_on or one.date,
                _exact(one.balance_start, places),
                _exact(one.balance_end_real, places),
            )
            for one in statements
            if one.finance_from_on or one.date
        }
        if link.from_on:
            for one in [one for one, other in links.items() if other.touches(link)]:
                amounts = tuple(_exact(line.amount, places) for line in one.line_ids.sorted("id"))
                links[one] = replace(links[one], amounts=amounts)
        return list(links.values())

    def _link(self, statement, booked):
        return Link(
            *period(statement, booked),
            statement.header.opening,
            statement.footer.closing,
            tuple(entry.amount for entry in booked),
        )

    def _held(self, journal, booked, message, known):
        """Lines with the fingerprints of the entries; own ones stand at the same place of the same message."""
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", journal.id), ("finance_fingerprint", "in", [fingerprint(entry) for entry in booked])]
        )
        places = {entry.place for entry in booked if entry.place}
        held = []
        for line in lines:
            here = line.finance_message_id == message and line.finance_place in places
            held.append(
                Held(
                    line.finance_fingerprint,
                    line.finance_occurrence,
                    own=here or bool(known and line.statement_id == known),
                    place=line.finance_place if here else None,
                    waiting=line.finance_intraday,
                )
            )
        return held

    def _lines_of(self, journal, candidates):
        """The statement lines that these candidates are known as."""
        wanted = {(candidate.fingerprint, candidate.occurrence) for candidate in candidates}
        found = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", journal.id),
                ("finance_fingerprint", "in", [candidate.fingerprint for candidate in candidates]),
            ]
        )
        return found.filtered(lambda line: (line.finance_fingerprint, line.finance_occurrence) in wanted)

    def _alike(self, journal, link, candidates, confirmed, known):
        """Of the new ones those that lines of these days may be in other words: intraday ones, and others."""
        if not candidates or link.from_on is None:
            return [], []
        lines = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", journal.id),
                ("state", "=", "posted"),
                ("date", ">=", link.from_on),
                ("date", "<=", link.to_on),
                ("id", "not in", confirmed.ids),
            ]
        ).filtered(lambda line: not known or line.statement_id != known)
        waiting = lines.filtered("finance_intraday")
        adopted = self._pairs(waiting, candidates)
        taken = {id(candidate) for _line, candidate in adopted}
        return adopted, self._pairs(lines - waiting, [one for one in candidates if id(one) not in taken])

    def _pairs(self, lines, candidates):
        places = lines[:1].currency_id.decimal_places
        by_id = {line.id: line for line in lines}
        waiting = [
            Waiting(
                line.id, _exact(line.amount, places), line.finance_booked_on or line.date,
                line.finance_bank_ref or None,
                line.account_number or None, line.is_reconciled,
            )
            for line in lines
        ]
        return [(by_id[one.id], candidate) for one, candidate in pairs(waiting, candidates)]


def _exact(amount, places):
    return Decimal(f"{amount or 0.0:.{places}f}")
