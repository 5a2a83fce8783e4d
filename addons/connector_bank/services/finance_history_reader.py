import io
import time
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.core.money import plain

from ..continuity.history import Piece, in_order, stories
from ..formats.bounded import parse_bounded
from ..formats.container import members
from ..importing.book import period, statements
from ..importing.chain import Link
from ..importing.identity import Fingerprints, statement_identity
from ..importing.rules import statement_hash

#: Gaps and overlaps told of one account.
SHOWN = 20


class FinanceHistoryReader(models.AbstractModel):
    """Reads the files of a historical load, tells what they hold, and imports them in their order."""

    _name = "finance.history.reader"
    _description = "Reader of a historical load"

    @api.model
    def _unpack(self, load):
        """A row for each file, those inside of zip files too; what an earlier look found goes.

        :raise UserError: too many, or a zip file that cannot be opened
        """
        most = load.company_id._finance_setting("history_files", 5000)
        old = load.sudo().file_ids
        (old.attachment_id - load.sudo().attachment_ids).unlink()
        old.unlink()
        rows, files = [], self.env["finance.history.file"].sudo()
        for attachment in load.attachment_ids:
            try:
                for name, stream in members(io.BytesIO(attachment.raw or b"")):
                    if len(rows) >= most:
                        raise UserError(self.env._("At most %s files are loaded together.", most))
                    kept = attachment if name is None else self._kept(load, name, stream.read())
                    rows.append({"load_id": load.id, "name": name or attachment.name, "attachment_id": kept.id})
            except FinanceError as error:
                words = self.env._("%(name)s cannot be opened: %(problem)s", name=attachment.name, problem=error)
                raise UserError(words) from error
        files.create(rows)

    def _kept(self, load, name, content):
        values = {"name": name, "raw": content, "res_model": load._name, "res_id": load.id}
        return self.env["ir.attachment"].sudo().create(values)

    @api.model
    def _read(self, load):
        """Read what was not read yet, for as long as a request may last; ``True`` once all is told."""
        until = time.monotonic() + load.company_id._finance_setting("history_seconds", 40)
        for file in load.sudo().file_ids.filtered(lambda one: one.state == "new"):
            if time.monotonic() > until:
                return False
            file.write(self._told(load, file))
        self._tell(load.sudo())
        return True

    def _told(self, load, file):
        """What one file holds, as values of its row."""
        pieces, names, problems = [], {}, []
        options = {"journal_id": load.journal_id.id} if load.journal_id else {}
        try:
            tables = self.env["finance.statement.profile"]._tables(load.company_id)
            for statement in statements(parse_bounded(file.attachment_id.raw or b"", tables=tables)):
                try:
                    journal = self.env["finance.process.statement"]._journal(load.company_id, statement, options)
                    pieces.append(self._piece(journal, statement))
                    names[journal.display_name] = True
                except FinanceError as error:
                    problems.append(f"{statement.place}: {error}")
        except FinanceError as error:
            return {"state": "refused", "text": str(error), "pieces": False}
        days = [piece[name] for piece in pieces for name in ("from", "to") if piece[name]]
        return {
            "state": "ready" if pieces else "refused",
            "pieces": pieces,
            "accounts": ", ".join(names),
            "first_on": min(days, default=False),
            "last_on": max(days, default=False),
            "statement_count": len(pieces),
            "line_count": sum(piece["lines"] for piece in pieces),
            "text": "; ".join(problems[:3]) or False,
        }

    def _piece(self, journal, statement):
        writer = self.env["finance.statement.writer"].with_company(journal.company_id)
        statement = journal._finance_as_booked(statement)
        header, footer = statement.header, statement.footer
        booked = writer._booked(journal, statement)
        identity = statement_identity(header, footer)
        digest = statement_hash(statement, Fingerprints(journal._finance_rule()))
        first, last = period(statement, booked)
        return {
            "journal": journal.id,
            "from": first and str(first),
            "to": last and str(last),
            "opening": header.opening if header.opening is None else plain(header.opening),
            "closing": footer.closing if footer.closing is None else plain(footer.closing),
            "number": header.sequence,
            "intraday": header.intraday,
            "identity": f"{identity}|{digest}",
            "known": writer._known(journal, identity, digest).finance_content_hash == digest,
            "lines": len(booked),
        }

    # what all files together tell

    def _tell(self, load):
        files = load.file_ids
        pieces = [
            Piece(file.id, piece["journal"], self._link(piece), piece["identity"], piece["lines"], piece["known"])
            for file in files
            for piece in file.pieces or ()
            if not piece["intraday"]
        ]
        files.position = 0  # what cannot be loaded stands first
        for position, key in enumerate(in_order(pieces), start=1):
            files.browse(key).position = position
        journals = self.env["account.journal"].browse({piece.account for piece in pieces})
        chains, _broken = self.env["finance.continuity"]._chains(journals)
        load.account_ids.filtered(lambda account: not account.move_id).unlink()
        told = load.account_ids.journal_id
        load.account_ids.create(
            [
                self._account(load, journals.browse(key), story)
                for key, story in stories(pieces, chains).items()
                if key not in told.ids
            ]
        )

    def _link(self, piece):
        days = [piece[name] and date.fromisoformat(piece[name]) for name in ("from", "to")]
        amounts = [None if piece[name] is None else Decimal(piece[name]) for name in ("opening", "closing")]
        return Link(*days, *amounts, number=piece["number"])

    def _account(self, load, journal, story):
        begins = story.opening is not None
        opening = float(story.opening or 0)
        ledger = self._ledger(journal, story.first) if begins else 0.0
        return {
            "load_id": load.id,
            "journal_id": journal.id,
            "currency_id": journal._finance_currency().id,
            "first_on": story.first,
            "last_on": story.last,
            "statement_count": story.statements,
            "line_count": story.lines,
            "known_count": story.known,
            "twice_count": story.twice,
            "gap_count": len(story.gaps),
            "overlap_count": len(story.overlaps),
            "words": self._words(story),
            "begins": begins,
            "opening": opening,
            "ledger": ledger,
            "difference": opening - ledger if begins else 0.0,
        }

    @api.model
    def _tie_out(self, accounts):
        """Compare the openings with the ledger as it is now."""
        for account in accounts.sudo().filtered("begins"):
            account.ledger = self._ledger(account.journal_id, account.first_on)
            account.difference = account.opening - account.ledger

    def _ledger(self, journal, day):
        """What the ledger holds on the account of the bank before the first day, in the account's currency."""
        foreign = journal._finance_currency() != journal.company_id.currency_id
        measure = "amount_currency:sum" if foreign else "balance:sum"
        items = self.env["account.move.line"].sudo()._read_group(
            [
                ("account_id", "=", journal.default_account_id.id),
                ("parent_state", "=", "posted"),
                ("company_id", "=", journal.company_id.id),
                ("date", "<", day),
            ],
            [],
            [measure],
        )
        return items[0][0] or 0.0

    def _words(self, story):
        _ = self.env._
        told = [
            *(_("Missing: %s", self._days(*days)) for days in story.gaps),
            *(_("Overlaps: %s", self._days(*days)) for days in story.overlaps),
        ]
        if len(told) > SHOWN:
            told = [*told[:SHOWN], _("and %s more", len(told) - SHOWN)]
        if story.unproved:
            told.append(_("%s statements without balances: nothing proves that none is missing.", story.unproved))
        return "\n".join(told) or False

    def _days(self, first, last):
        return " – ".join(dict.fromkeys(format_date(self.env, day) for day in (first, last)))

    # the way in

    @api.model
    def _load(self, load):
        """Import the next files; ``False`` once none is left. Bytes that came before are the same message."""
        until = time.monotonic() + load.company_id._finance_setting("history_seconds", 40)
        most = load.company_id._finance_setting("history_chunk", 50)
        waiting = load.sudo().file_ids.filtered(lambda one: one.state == "ready")
        for file in waiting.sorted(lambda one: (one.position, one.id))[:most]:
            file.write(self._loaded(load, file))
            if time.monotonic() > until:
                break
        return bool(load.sudo().file_ids.filtered(lambda one: one.state == "ready"))

    def _loaded(self, load, file):
        importer = self.env["finance.statement.import"].with_company(load.company_id)
        content = file.attachment_id.raw or b""
        messages, worked = importer._import_files(load.company_id, [(file.name, content)], load.journal_id)
        result = messages.result or {}
        if messages.state != "processed":
            return {"state": "refused", "message_id": messages.id, "text": messages.result_text or messages.state}
        new = result.get("lines", 0) if worked else 0
        known = not worked or not (new or result.get("statements"))
        return {
            "state": "known" if known else "loaded",
            "message_id": messages.id,
            "new_lines": new,
            "text": messages.result_text,
        }
