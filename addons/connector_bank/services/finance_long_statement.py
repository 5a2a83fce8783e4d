import contextlib
import time

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.finance_connector_base.core import machine
from odoo.addons.finance_connector_base.core.errors import BusinessError, FinanceError, TechnicalError
from odoo.addons.finance_connector_base.core.money import plain

from ..importing.batches import NOTICE
from ..importing.chain import Link, exact, fits
from ..importing.control import control
from ..importing.cut import cut
from ..importing.identity import Candidate, Fingerprints, statement_identity
from ..importing.rules import CONTENT
from ..importing.source import reference_source
from .finance_statement_sorter import Sorted

#: Lines with these fingerprints, by the rule in force or as an earlier one knew them.
HELD = """
    SELECT EXISTS (SELECT FROM account_bank_statement_line WHERE journal_id = %s AND finance_fingerprint = ANY(%s))
        OR EXISTS (SELECT FROM account_bank_statement_line WHERE journal_id = %s AND finance_known_as = ANY(%s))
"""

#: Sessions that wait for this one, with the beginning of their transaction; and whether one of them is still at it.
WAITING = """
    SELECT coalesce(json_agg(json_build_array(pid, xact_start::text)), '[]') FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""
STILL = """
    SELECT EXISTS (SELECT FROM pg_stat_activity a JOIN unnest(%s::int[], %s::text[]) AS w (pid, xact_start)
                       ON a.pid = w.pid AND a.xact_start::text = w.xact_start)
"""
LOOK_SECONDS = 0.02


class FinanceLongStatement(models.AbstractModel):
    """Files of many lines: read to the end and checked first, then written piece by piece, each in a transaction.

    Only a statement of which everything is surely new is written in pieces: there, no line needs another one to be
    decided. Any other is imported as a whole. Until its last line is in, a statement has no identity, so that neither
    continuity nor matching nor another import takes it for a statement of the bank.
    """

    _name = "finance.long.statement"
    _description = "Statements of a long file"

    @api.model
    def _cut(self, message, lines):
        """Keep the file in pieces; nothing is written to the ledger yet.

        :param lines: its events as JSON lines
        :return: as ``finance.process.process`` has it
        """
        kept = self.env["finance.long.import"].sudo()._keep(message, cut(lines, self._size(message.company_id)))
        return {"more": True, "text": kept._words()}

    def _size(self, company):
        return max(company.finance_piece_lines, 1)

    @api.model
    def _go_on(self, message, coming):
        """Write the next piece, or the next statements as far as one piece reaches.

        :raise FinanceError: a later piece of a statement cannot be written; those before it stay
        """
        coming = coming.sudo()
        if coming.stop_user_id:
            return {"more": True, "stop": coming._words(), "text": coming._words()}
        if self._lost(message, coming):
            coming.unlink()
            return self.env["finance.process.statement"].process(message)
        if self._gave_way(coming):
            return {"more": True, "text": coming._words()}
        room = self._size(message.company_id)
        while (piece := coming._next()) and (room > 0):
            begun = time.monotonic()
            done, result = self._one(message, coming, piece)
            self.env.flush_all()
            self.env.cr.execute(WAITING)
            done._end(time.monotonic() - begun, result, self.env.cr.fetchone()[0])
            room -= max(sum(done.mapped("booked")), 1)
        if piece:
            return {"more": True, "text": coming._words()}
        return self._ended(message, coming)

    def _gave_way(self, coming):
        """Let those go first who waited for the numbers of the piece before: Odoo tries one number after the other, and
        would wait for this piece as well. Not longer than a setting says; then a new transaction sees what they did.

        :return: whether somebody was waited for
        """
        last = coming.piece_ids.filtered("done")[-1:]
        if not last.waited_by:
            return False
        sessions = [[one[0] for one in last.waited_by], [one[1] for one in last.waited_by]]
        last.waited_by = False
        until = time.monotonic() + coming.company_id.finance_piece_waits
        while time.monotonic() < until:
            self.env.cr.execute("SELECT pg_stat_clear_snapshot()")
            self.env.cr.execute(STILL, sessions)
            if not self.env.cr.fetchone()[0]:
                break
            time.sleep(LOOK_SECONDS)
        return True

    def _half_in(self, message):
        coming = [("finance_message_id", "=", message.id), ("finance_coming", "=", True)]
        return self.env["account.bank.statement"].sudo().search(coming).with_env(self.env)

    def _lost(self, message, coming):
        """Whether somebody deleted the statement that was half in: the file begins anew, lines left are recognised."""
        piece = coming._next()
        begun = coming.piece_ids.filtered(lambda one: one.done and one.statement == piece.statement)
        return bool(piece and begun and not self._half_in(message))

    def _one(self, message, coming, piece):
        """Write one piece, or all pieces of its statement where it is not surely new.

        :return: the pieces that are done, and the result of their statement where it ended
        """
        facts = coming._facts(piece.statement)
        of_statement = coming.piece_ids.filtered(lambda one: one.statement == piece.statement)
        record = self._half_in(message)
        first, last = piece == of_statement[:1], piece == of_statement[-1:]
        if first:
            return self._first(message, facts, of_statement)
        with self._said(coming):
            self._write(message, facts, record, piece)
            return piece, self._complete(message, facts, record) if last else None

    @contextlib.contextmanager
    def _said(self, coming):
        """An error in a later piece says what is in and what is not."""
        try:
            yield
        except TechnicalError:
            raise
        except (FinanceError, UserError) as error:
            refused = FinanceError(
                self.env._(
                    "%(why)s\n%(done)s of %(total)s lines are in and stay; none of the others is. Press Retry once the "
                    "cause is mended: it goes on after line %(done)s.",
                    why=error, done=coming._progress()[0], total=coming.total,
                ),
                code=getattr(error, "code", "odoo.refused"), place=getattr(error, "place", None),
            )  # fmt: skip
            refused.category = getattr(error, "category", "data")
            raise refused from error

    def _first(self, message, facts, pieces):
        """The first piece of a statement; all pieces where it is short or not surely new, or cannot be imported."""
        process = self.env["finance.process.statement"]
        if len(pieces) > 1:
            try:
                with self.env.cr.savepoint():
                    record = self._begin(message, facts, pieces)
                    if record:
                        self._write(message, facts, record, pieces[0])
            except TechnicalError:
                raise
            except (FinanceError, UserError) as error:
                result = process._refused(message, facts.statement(), error)
                return pieces, {**result, "control": {**result["control"], "booked": facts.sums, "left": facts.sums}}
            if record:
                return pieces[0], None
        return pieces, process._stands_or_waits(message, facts.statement(pieces._entries()))

    # the first piece

    def _begin(self, message, facts, pieces):
        """The record of a statement that is written in pieces, or empty where it has to be decided as a whole."""
        statement = facts.statement()
        journal = self.env["finance.process.statement"]._taken_by(message, statement)
        writer = self._writer(journal)
        writer._one_at_a_time(journal, message)
        if not self._is_new(journal, facts, statement, pieces):
            return self.env["account.bank.statement"]
        values = writer._statement_values(journal, statement, message, facts.period(), facts.moved)
        return self.env["account.bank.statement"].create({**values, "finance_coming": True})

    def _is_new(self, journal, facts, statement, pieces):
        """Whether everything in it is surely new: no line of it, and no line of its days, is there."""
        header, footer = statement.header, statement.footer
        places = journal._finance_currency().decimal_places
        odd = (
            header.intraday or header.format == NOTICE or footer is None or facts.undated or facts.decimals > places
            or set(facts.currencies) - {journal._finance_currency().name}
            or journal.finance_payout == "entry" or (facts.batches and journal.finance_split_batches)
            or journal._finance_former_rules() or facts.period()[0] is None
        )  # fmt: skip
        if odd or self._writer(journal)._known(journal, statement_identity(header, footer), facts.digest):
            return False
        link = Link(*facts.period(), header.opening, footer.closing)
        sorter = self.env["finance.statement.sorter"].with_company(journal.company_id)
        lines = self.env["account.bank.statement.line"]
        if lines.search_count([("journal_id", "=", journal.id), ("finance_intraday", "=", True)], limit=1):
            return False  # waits to be confirmed
        if lines.search_count(sorter._near(journal, link, reference_source(header)), limit=1):
            chain = self.env["account.bank.statement"]._finance_chain(journal)
            if not fits(link, [one._finance_link() for one in chain]):
                return False
        return not any(self._held(journal, piece) for piece in pieces)

    def _held(self, journal, piece):
        prints = self._prints(journal, piece)
        piece.invalidate_recordset()
        self.env.cr.execute(HELD, [journal.id, prints, journal.id, prints])
        return self.env.cr.fetchone()[0]

    def _prints(self, journal, piece):
        """Fingerprints of its booked entries by the journal's rule."""
        if journal._finance_rule() is CONTENT:
            return piece._prints()
        prints = Fingerprints(journal._finance_rule())
        return [prints(entry) for entry in piece._entries() if entry.status == "booked"]

    # each piece

    def _writer(self, journal):
        return self.env["finance.statement.writer"].with_company(journal.company_id)

    def _write(self, message, facts, record, piece):
        """The lines of one piece."""
        journal = record.finance_journal_id
        writer = self._writer(journal)
        writer._one_at_a_time(journal, message)
        statement = facts.statement(piece._entries())
        candidates = self._numbered(journal, writer._booked(journal, statement), self._prints(journal, piece))
        writer._check_locks(journal, candidates, statement)
        lines = writer._create_lines(journal, statement, message, record.with_env(writer.env), candidates)
        new = Sorted(new=tuple(candidates), known=(), doubtful=(), confirmed=lines.browse(), adopted=())
        writer._after_report(journal, statement, message, new)

    def _numbered(self, journal, booked, prints):
        """The entries with their identity: equal ones are counted on from those of the pieces before."""
        self.env.cr.execute(
            "SELECT finance_fingerprint, max(finance_occurrence) FROM account_bank_statement_line"
            " WHERE journal_id = %s AND finance_fingerprint = ANY(%s) GROUP BY 1",
            [journal.id, prints],
        )
        last = dict(self.env.cr.fetchall())
        found = []
        for entry, key in zip(booked, prints, strict=True):
            last[key] = last.get(key, 0) + 1
            found.append(Candidate(entry, key, last[key]))
        return found

    # the last piece

    def _complete(self, message, facts, record):
        """All lines are in: their totals are checked, and the statement becomes one of the bank's.

        :raise BusinessError: the lines are not those of the file
        """
        journal, statement = record.finance_journal_id, facts.statement()
        writer = self._writer(journal)
        self.env["finance.line.writer"]._compute_statement(record, journal)
        self._check_totals(journal, facts, record)
        depends = self.env.registry.field_depends
        settled = [field for field in record._fields.values() if "finance_identity" in depends[field]]
        with self.env.protecting(settled, record):  # worked out by the last piece, from all lines at once
            record.write(
                {
                    "finance_coming": False,
                    "finance_identity": statement_identity(statement.header, statement.footer),
                    "finance_content_hash": facts.digest,
                }
            )
            self.env.flush_all()
        writer._keep_balances(journal, statement, message, record)
        writer._check_unconfirmed(message, journal, record, *facts.period())
        writer._check_continuity(journal, message)
        self.env["finance.continuity"]._arrived(journal)
        self._let_in(message)
        counted = {"statements": 1, "lines": facts.booked, "duplicates": 0, "pending": facts.entries - facts.booked}
        totals = control(statement, (), journal=journal.id, currency=journal._finance_currency().name)
        result = self.env["finance.process.statement"]._found(message, statement)
        return {**result, "counted": counted, "control": {**totals, "booked": facts.sums}, "journal": journal.id}

    def _check_totals(self, journal, facts, record):
        self.env.flush_all()
        [(count, moved)] = self.env.execute_query(
            SQL(
                "SELECT count(*), coalesce(sum(amount), 0) FROM account_bank_statement_line WHERE statement_id = %s",
                record.id,
            )
        )
        moved = exact(moved, journal._finance_currency().decimal_places)
        if (count, moved) != (facts.booked, facts.moved):
            raise BusinessError(
                self.env._(
                    "The file has %(lines)s lines of together %(sum)s, the statement %(count)s of %(moved)s: somebody "
                    "changed it while it was being imported.",
                    lines=facts.booked, sum=plain(facts.moved), count=count, moved=plain(moved),
                ),
                code="statement.totals", place=facts.statement().place,
            )  # fmt: skip

    # the end of the file

    def _ended(self, message, coming):
        results = [piece.result for piece in coming.piece_ids if piece.result]
        coming.unlink()
        return self.env["finance.process.statement"]._result(results)

    def _let_in(self, message):
        """Messages that waited for a statement of this one are processed anew, those of other branches as well."""
        self._retry(self._waiting([("company_id", "child_of", message.company_id.root_id.id)]) - message)

    @api.model
    def _let_in_forgotten(self):
        """What began to wait in the moment in which the other file ended, so that nobody told it."""
        for company, cases in self._waiting([]).grouped(lambda one: one.company_id.root_id).items():
            of_company = [("company_id", "child_of", company.id), ("finance_coming", "=", True)]
            if not self.env["account.bank.statement"].sudo().search(of_company, limit=1):
                self._retry(cases)

    def _waiting(self, domain):
        waits = [("code", "=", "statement.coming"), ("state", "=", "open"), *domain]
        return self.env["finance.exception"].sudo().search(waits).message_id

    def _retry(self, messages):
        for message in messages:
            self.env["finance.standing"]._decide(message, machine.retry)

