from collections import namedtuple
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ..importing.book import period
from ..importing.chain import Link, exact, fits, overlaps
from ..importing.confirm import Waiting, pairs
from ..importing.identity import Held, settle
from ..importing.rules import assigned
from ..importing.source import reference_source

#: ``confirmed``: the lines that ``known`` are; ``adopted``: (intraday line, candidate) of other wording;
#: ``differing``: (code, candidate) of a report that contradicts what is known of these days.
Sorted = namedtuple("Sorted", "new known doubtful confirmed adopted differing", defaults=((),))

#: What is asked of lines that may be bookings of a statement; there may be many, and their evidence is long.
ASKED = (
    "statement_id", "currency_id", "amount", "finance_intraday", "finance_booked_on", "date", "finance_bank_ref",
    "account_number", "is_reconciled", "finance_ref_source", "finance_value_on",
)  # fmt: skip


class FinanceStatementSorter(models.AbstractModel):
    """Which bookings of a statement the journal holds already, and which it surely does not."""

    _name = "finance.statement.sorter"
    _description = "Statement sorter"

    @api.model
    def _sort(self, journal, statement, message, booked, known, force, prints):
        """Sort the booked entries.

        :param known: the statement's record of an earlier time, or empty
        :param prints: ``Fingerprints`` by the journal's rule of identity
        """
        source = reference_source(statement.header)
        if source and statement.header.intraday:
            return self._sort_report(journal, statement, source, message, booked, prints)
        link = self._link(statement, booked)
        chain = self._chain(journal, known, link)
        corrected = bool(force and known and known.finance_message_id != message)
        new_days = not corrected and fits(link, chain)
        intraday = statement.header.intraday
        settled = settle(
            booked,
            self._held(journal, booked, message, known, prints),
            fits=new_days,
            overlaps=corrected or intraday or overlaps(link, chain),
            forced=force and not corrected,
            prints=prints,
            named=prints.rule.names,
        )
        confirmed = self.env["account.bank.statement.line"].browse(one.line for one in settled.known)
        alike = self._alike(journal, link, settled.new, confirmed, known, source)
        adopted = [] if intraday else self._pairs(
            alike.filtered("finance_intraday"), settled.new, source, adopt=True
        )
        taken = {id(candidate) for _line, candidate in adopted}
        alike -= self.env[alike._name].concat(*(line for line, _candidate in adopted))
        if new_days:
            alike = alike.filtered("finance_intraday")
        twins = [] if force else self._pairs(alike, [one for one in settled.new if id(one) not in taken], source)
        left_out = {id(candidate) for _line, candidate in (*adopted, *twins)}
        doubtful = (*settled.doubtful, *(candidate for _line, candidate in twins))
        known_too = tuple(candidate for _line, candidate in adopted)
        if intraday:  # what a report leaves out comes with the statement
            doubtful, known_too = (), doubtful
        return Sorted(
            new=tuple(candidate for candidate in settled.new if id(candidate) not in left_out),
            known=(*settled.known, *known_too),
            doubtful=doubtful,
            confirmed=confirmed,
            adopted=adopted,
        )

    def _chain(self, journal, known, link):
        """The statements of the journal but this one; of its neighbours with the amounts of their lines."""
        statements = self.env["account.bank.statement"]._finance_chain(journal) - known
        chain = []
        for one in statements:
            other = one._finance_link()
            near = link.from_on and other.touches(link)
            chain.append(one._finance_link(with_amounts=True) if near else other)
        return chain

    def _link(self, statement, booked):
        return Link(
            *period(statement, booked),
            statement.header.opening,
            statement.footer.closing,
            tuple(entry.amount for entry in booked),
        )

    def _held(self, journal, booked, message, known, prints):
        """Lines with the fingerprints of the entries; own ones stand at the same place of the same message."""
        former = journal._finance_former_rules()
        wanted = Domain("finance_fingerprint", "in", [rule(entry) for rule in (prints, *former) for entry in booked])
        if former:
            wanted |= Domain("finance_known_as", "in", [prints(entry) for entry in booked])
        lines = self.env["account.bank.statement.line"].search(Domain("journal_id", "=", journal.id) & wanted)
        key_of = assigned([line._finance_identity() for line in lines], booked, prints, former)
        places = {entry.place for entry in booked if entry.place}
        held = []
        for line in lines.filtered(lambda line: line.id in key_of):
            here = line.finance_message_id == message and line.finance_place in places
            held.append(
                Held(
                    key_of[line.id],
                    line.finance_occurrence,
                    own=here or bool(known and line.statement_id == known),
                    place=line.finance_place if here else None,
                    waiting=line.finance_intraday,
                    amount=exact(line.amount, line.currency_id.decimal_places),
                    line=line.id,
                )
            )
        return held

    def _alike(self, journal, link, candidates, confirmed, known, source=""):
        """Other lines of these days, which may be some of the new ones in other words.

        What another channel reported during the day may stand there some days apart.
        """
        if not candidates or link.from_on is None:
            return self.env["account.bank.statement.line"]
        found = self.env["account.bank.statement.line"].search_fetch(
            self._near(journal, link, source) & Domain("id", "not in", confirmed.ids), ASKED
        )
        return found.filtered(lambda line: line.statement_id != known) if known else found

    def _near(self, journal, link, source=""):
        """Where to look for lines of the days of ``link``, and for what other channels reported some days apart."""
        apart = timedelta(days=journal.company_id.finance_channel_days)
        of_days = Domain("date", ">=", link.from_on) & Domain("date", "<=", link.to_on)
        near = Domain("date", ">=", link.from_on - apart) & Domain("date", "<=", link.to_on + apart)
        elsewhere = Domain("finance_ref_source", "not in", [source, *([] if source else [False])])
        return (
            Domain("journal_id", "=", journal.id)
            & Domain("state", "=", "posted")
            & (of_days | (near & elsewhere & Domain("finance_intraday", "=", True)))
        )

    def _pairs(self, lines, candidates, source="", adopt=False):
        """``[(line, candidate)]``; to be adopted, a reconciled line must have the bank's reference."""
        by_id = {line.id: line for line in lines}
        waiting = [
            Waiting(
                line.id,
                exact(line.amount, line.currency_id.decimal_places),
                line.finance_booked_on or line.date,
                line.finance_bank_ref or None,
                line.account_number or None,
                decided=adopt and line.is_reconciled,
                source=line.finance_ref_source or "",
                value_on=line.finance_value_on or None,
            )
            for line in lines
        ]
        return [(by_id[one.id], candidate) for one, candidate in pairs(waiting, candidates, source)]
