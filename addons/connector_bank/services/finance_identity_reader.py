import time

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..formats.bounded import parse_bounded
from ..formats.rendering import EVENTS
from ..importing.book import period, statements
from ..importing.chain import Link
from ..importing.compare import Played
from ..importing.identity import content_hash, statement_identity
from ..importing.rules import MARKED

#: Lines worked on together when a rule comes into force.
BATCH = 2000


class FinanceIdentityReader(models.AbstractModel):
    """The kept files of an account, read again as they were imported."""

    _name = "finance.identity.reader"
    _description = "Reader of kept statements"

    @api.model
    def _newest(self, journal):
        """Id of the last message that brought a statement of this account; 0 where none did."""
        return next(iter(self._messages(journal, 1)), self.env["finance.message"]).id or 0

    @api.model
    def _played(self, journal):
        """``(statements, counts)``: ``Played`` in the order of import; files by what became of them.

        Newest files first, until a limit of the settings is reached.
        """
        limit = self.env.company._finance_setting
        most, until = limit("identity_files", 1000), time.monotonic() + limit("identity_seconds", 60)
        counts, found = {"read": 0, "left": 0, "unreadable": 0}, []
        for number, message in enumerate(self._messages(journal)):
            if number >= most or time.monotonic() > until:
                counts["left"] += 1
                continue
            try:
                own = list(self._of_message(journal, message))
            except FinanceError:
                own = []
            found.append(own)
            counts["read" if own else "unreadable"] += 1
        played = {}
        for statements_of_message in reversed(found):
            for identity, statement in statements_of_message:
                played.setdefault(identity, statement)  # the same again under its name is known as a whole
        return list(played.values()), counts

    def _messages(self, journal, limit=None):
        """Those that were processed and touched the account, newest first."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM finance_message WHERE kind = 'statement' AND direction = 'in' AND company_id = ANY(%s)"
                " AND result->'journals' @> %s::jsonb ORDER BY id DESC %s",
                journal.company_id.parent_ids.ids,
                str(journal.id),
                SQL("LIMIT %s", limit) if limit else SQL(),
            )
        )
        return self.env["finance.message"].sudo().browse(key for (key,) in rows)

    def _of_message(self, journal, message):
        """``(identity, Played)`` of each statement of the account in a file.

        :raise FinanceError: the file is gone or cannot be read any more
        """
        options = message.options or {}
        tables = self.env["finance.statement.profile"]._tables(message.company_id, options.get("profile"))
        process, writer = self.env["finance.process.statement"], self.env["finance.statement.writer"]
        for statement in statements(parse_bounded(message._source(), options.get("format"), tables=tables)):
            if not self._is_of(process, journal, message, statement, options):
                continue
            statement = journal._finance_as_booked(statement)
            header, footer, entries = statement.header, statement.footer, writer._booked(journal, statement)
            identity = statement_identity(header, footer), content_hash(header, footer, statement.entries)
            link = Link(
                *period(statement, entries), header.opening, footer.closing, tuple(entry.amount for entry in entries)
            )
            yield identity, Played(link, tuple(entries), header.intraday, f"{message.name} · {statement.place}")

    def _is_of(self, process, journal, message, statement, options):
        """Whether the statement finds this account today; one of an account that nobody has does not."""
        try:
            return process._journal(message.company_id, statement, options) == journal
        except FinanceError:
            return False

    @api.model
    def _know_as(self, journal, rule):
        """Work out for each line by an earlier rule what it is by ``rule``.

        :return: number of lines, and of those whose evidence is gone: they stay known by the rule of their import
        """
        lines = self.env["account.bank.statement.line"]
        lines.flush_model()
        count = without = last = 0
        while rows := self.env.execute_query(
            SQL(
                "SELECT id, finance_fingerprint, transaction_details FROM account_bank_statement_line"
                " WHERE journal_id = %s AND finance_fingerprint IS NOT NULL AND id > %s ORDER BY id LIMIT %s",
                journal.id, last, BATCH,
            )
        ):  # fmt: skip
            known = []
            for key, fingerprint, details in rows:
                own = fingerprint.startswith(f"{rule.mark}:")
                entry = None if own else self._proved(fingerprint, details)
                without += entry is None and not own
                known.append((key, rule(entry) if entry else None))
            self.env.cr.execute_values(
                "UPDATE account_bank_statement_line l SET finance_known_as = v.key"
                " FROM (VALUES %s) AS v (id, key) WHERE l.id = v.id AND l.finance_known_as IS DISTINCT FROM v.key",
                known,
                template="(%s, %s::varchar)",
                page_size=BATCH,
            )
            count, last = count + len(rows), rows[-1][0]
        lines.invalidate_model(["finance_known_as"])
        return count, without

    def _proved(self, fingerprint, details):
        """The booking as the bank delivered it; ``None`` where what is kept of it does not give its fingerprint."""
        rule = MARKED.get(fingerprint.partition(":")[0])
        try:
            entry = EVENTS.restored("entry", details)
        except FinanceError:
            return None
        return entry if rule and rule(entry) == fingerprint else None
