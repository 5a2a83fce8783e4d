from collections import defaultdict

from odoo import models

from ..writing import witness
from .undone import NotAlike

MESSAGE, TRACKED = "mail_message", "mail_tracking_value"


class FinanceBulkWriter(models.AbstractModel):
    """What the writers of many rows share: two pieces of work compared, what was told counted, messages found."""

    _name = "finance.bulk.writer"
    _description = "Writer of many rows"

    #: Tables whose rows are compared, and those in which our own hooks tell of it, of which the number is.
    _writes = frozenset()
    _tells = frozenset({"finance_event"})

    def _compare(self, expected, found):
        """:raise NotAlike: the rows of the two pieces of work (``rows, labels``) differ"""
        refers = witness.references(self.env.cr, self._writes)
        differing = witness.differences(witness.comparable(*expected, refers), witness.comparable(*found, refers))
        if differing:
            table, column, theirs, ours = differing[0]
            raise NotAlike(
                self.env._(
                    "%(table)s.%(column)s would be %(ours)s, Odoo writes %(theirs)s (%(count)s differences)",
                    table=table, column=column or "*", ours=ours, theirs=theirs, count=len(differing),
                )
            )

    def _only_writes(self, before):
        """:raise NotAlike: since ``before``, other tables were written to as well"""
        others = witness.tables_since(self.env.cr, before) - self._writes - self._tells
        if others:
            raise NotAlike(self.env._("Odoo also writes to %s", ", ".join(sorted(others))))

    def _told(self, before):
        """How many rows our hooks have told since ``before``, by table."""
        after = witness.touched(self.env.cr)
        return {table: after.get(table, (0,))[0] - before.get(table, (0,))[0] for table in self._tells}

    def _analytic_by_partner(self):
        """Whether analytic distribution depends on partners: an exemplar says nothing about others then."""
        by_partner = ["|", ("partner_id", "!=", False), ("partner_category_id", "!=", False)]
        return bool(self.env["account.analytic.distribution.model"].sudo().search_count(by_partner, limit=1))

    def _last_message(self):
        self.env.cr.execute("SELECT coalesce(max(id), 0) FROM mail_message")
        return self.env.cr.fetchone()[0]

    def _messages_of(self, documents, since):
        """``{table: {id: label}}`` of the messages after ``since``, and of the values they track.

        :param documents: ``{model: ids}``
        :raise NotAlike: something is said of other documents
        """
        cr = self.env.cr
        labels = {MESSAGE: {}, TRACKED: {}}
        cr.execute("SELECT id, model, res_id FROM mail_message WHERE id > %s ORDER BY id", [since])
        counted = defaultdict(int)
        for row_id, model, record in cr.fetchall():
            if record not in documents.get(model, ()):
                raise NotAlike(self.env._("Odoo also writes a message about %s", model))
            document = f"{model} {record}"
            labels[MESSAGE][row_id] = f"message {document}.{counted[document]}"
            counted[document] += 1
        cr.execute(
            "SELECT id, mail_message_id, field_id FROM mail_tracking_value WHERE mail_message_id = ANY(%s) ORDER BY id",
            [list(labels[MESSAGE])],
        )
        for row_id, message, field in cr.fetchall():
            labels[TRACKED][row_id] = f"{labels[MESSAGE][message]} {field}"
        return labels
