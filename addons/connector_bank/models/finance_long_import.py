import base64
from dataclasses import asdict

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ..importing.cut import Facts, Piece, entries_of

MINUTE = 60


class FinanceLongImport(models.Model):
    """A long file on its way into the ledger, piece by piece: what is in, and what is still to come.

    It is there from the moment the file was read to its end until its last line is in. Pieces that are done are its
    place: they are marked in the transaction that writes their lines. Nothing else is written here meanwhile, so that
    whoever stops it never waits for a piece.
    """

    _name = "finance.long.import"
    _description = "Long import"

    message_id = fields.Many2one("finance.message", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="message_id.company_id", store=True, index=True)
    facts = fields.Json(readonly=True)
    total = fields.Integer(readonly=True, string="Lines")
    stop_user_id = fields.Many2one("res.users", readonly=True, string="Stopped by")
    piece_ids = fields.One2many("finance.long.import.piece", "import_id", readonly=True)

    _message_uniq = models.UniqueIndex("(message_id)", "This file is being imported already.")

    @api.model
    def _of(self, message):
        return self.search([("message_id", "=", message.id)])

    @api.model
    def _keep(self, message, found):
        """Keep the pieces and facts of a file, for others to write.

        :param found: as ``importing.cut.cut`` yields them
        """
        kept = self.create({"message_id": message.id})
        facts, number = [], 0
        for one in found:
            if isinstance(one, Piece):
                kept._add(number, one)
                number += 1
            else:
                facts.append(one)
        kept.write({"facts": [asdict(one) for one in facts], "total": sum(one.booked for one in facts)})
        return kept

    def _add(self, number, piece):
        self.env["finance.long.import.piece"].create(
            {
                "import_id": self.id,
                "number": number,
                "statement": piece.statement,
                "body": base64.b64encode(piece.body),
                "prints": "\n".join(piece.prints),
                "booked": piece.booked,
            }
        ).flush_recordset()
        self.env.invalidate_all()  # a piece is large, and not read again in this transaction

    def _facts(self, number):
        """Of one statement in the file."""
        return Facts(**self.facts[number])

    def _next(self):
        """The piece whose turn it is, or empty."""
        return self.env["finance.long.import.piece"].search(
            [("import_id", "=", self.id), ("done", "=", False)], order="number", limit=1
        )

    def _progress(self):
        """``(lines that are done, lines a second, seconds to go)``; the last two ``None`` before the first piece."""
        [(done, seconds)] = self.env["finance.long.import.piece"]._read_group(
            [("import_id", "=", self.id), ("done", "=", True)], [], ["booked:sum", "seconds:sum"]
        )
        if not done or not seconds:
            return done or 0, None, None
        return done, done / seconds, (self.total - done) * seconds / done

    def _words(self):
        """How far it is, for people."""
        _ = self.env._
        done, rate, left = self._progress()
        words = _("%(done)s of %(total)s lines are in", done=self._number(done), total=self._number(self.total))
        if self.stop_user_id:
            return _("%(words)s; stopped by %(name)s", words=words, name=self.stop_user_id.name)
        if rate is None:
            return words
        left = _("about %s minutes to go", round(left / MINUTE)) if left >= 2 * MINUTE else _(
            "about %s seconds to go", round(left)
        )
        return _("%(words)s, %(rate)s a second, %(left)s", words=words, rate=self._number(rate), left=left)

    def _number(self, number):
        return formatLang(self.env, number, digits=0)


class FinanceLongImportPiece(models.Model):
    """Some entries of one statement of a long file, written in one transaction."""

    _name = "finance.long.import.piece"
    _description = "Piece of a long import"
    _order = "number"

    import_id = fields.Many2one("finance.long.import", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id", store=True, index=True)
    number = fields.Integer(readonly=True)
    statement = fields.Integer(readonly=True, help="Which statement of the file, from 0.")
    body = fields.Binary(
        attachment=False, readonly=True, prefetch=False, groups="finance_connector_base.group_auditor"
    )
    prints = fields.Text(readonly=True, prefetch=False, groups="finance_connector_base.group_auditor")
    booked = fields.Integer(readonly=True, string="Lines")
    done = fields.Boolean(readonly=True)
    seconds = fields.Float(readonly=True)
    result = fields.Json(readonly=True, help="What became of a statement, on its last piece.")
    waited_by = fields.Json(readonly=True, help="Database sessions of people that waited for its numbers.")

    _number_uniq = models.UniqueIndex("(import_id, number)", "This piece is there already.")

    def _entries(self):
        """The entries of these pieces, in their order."""
        found = []
        for piece in self.with_context(bin_size=False):
            found += entries_of(base64.b64decode(piece.body))
        return found

    def _prints(self):
        return self.prints.split("\n") if self.prints else []

    def _end(self, seconds, result=None, waited_by=None):
        """These are done; of the last piece of a statement, what became of it."""
        self.write({"done": True, "body": False, "prints": False})
        self[-1:].write({"seconds": seconds, "result": result, "waited_by": waited_by})
