from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from odoo.addons.finance_connector_base import server

from ..writing import witness
from ..writing.entries import money
from .undone import NotAlike, Overtaken, done_or_undone, undone

MESSAGE, TRACKED = "mail_message", "mail_tracking_value"
#: What two tries differ in where somebody posted an entry between them.
_OF_NUMBERS = frozenset(
    {("account_move", "name"), ("account_move", "sequence_number"), ("account_move", "made_sequence_gap"),
     ("account_move_line", "move_name"), ("account_payment", "name")}
)  # fmt: skip


class FinanceBulkWriter(models.AbstractModel):
    """What the writers of many rows share: two pieces of work compared, what was told counted, messages found."""

    _name = "finance.bulk.writer"
    _description = "Writer of many rows"

    #: Tables whose rows are compared, and those in which our own hooks tell of it, of which the number is.
    _writes = frozenset()
    _tells = frozenset({"finance_event"})
    #: Tables of which new rows are found by what was the last one before.
    _grows = (MESSAGE,)

    def _least(self):
        """For fewer of a journal the comparison with Odoo takes longer than it saves."""
        return int(server.option("bulk_pairs", 40))

    def _reason(self, proof, work):
        """Do ``work()``; why Odoo has to do it, in words, or ``None`` where it is done.

        A number that somebody takes between two tries says nothing against the quick way: it is tried again, and if
        that does not help, only this work is left to Odoo.
        """
        left = int(server.option("bulk_tries", 4))
        while True:
            left -= 1
            try:
                work()
            except Overtaken as error:
                if left <= 0:
                    return str(error)
            except NotAlike as error:
                return proof._differs(str(error))
            else:
                return None

    def _prove_and_write(self, proof, found):
        """Write a few of ``found`` by Odoo and after that pattern, both undone; where they are equal, write all.

        :raise NotAlike: Odoo leaves something else; nothing is written then
        """
        self._check_rights(found)
        sample = self._sample(found)
        before = self._rows(sample)[0]
        with undone(self.env):
            expected, told = self._by_odoo(sample, proof)
        patterns = self._patterns(sample, before, expected)
        with done_or_undone(self.env), undone(self.env):
            tables, last = witness.touched(self.env.cr), self._last_rows()
            self._try(sample, patterns, expected)
            self.env.cr.flush()
            self._compare(expected, self._rows(sample, last))
            self._tells_alike(told, tables)
        proof._alike(len(sample))
        with done_or_undone(self.env):
            self._by_pattern(found, patterns)

    def _try(self, sample, patterns, _expected):
        self._by_pattern(sample, patterns)

    def _compare(self, expected, found):
        """:raise NotAlike: the rows of the two pieces of work (``rows, labels``) differ"""
        refers = witness.references(self.env.cr, self._writes)
        differing = witness.differences(witness.comparable(*expected, refers), witness.comparable(*found, refers))
        if differing:
            table, column, theirs, ours = differing[0]
            numbers_only = {(table, column) for table, column, *_values in differing} <= _OF_NUMBERS
            raise (Overtaken if numbers_only else NotAlike)(
                self.env._(
                    "%(table)s.%(column)s would be %(ours)s, Odoo writes %(theirs)s (%(count)s differences)",
                    table=table, column=column or "*", ours=ours, theirs=theirs, count=len(differing),
                )
            )

    def _follow(self):
        """Tables whose rows Odoo works out itself afterwards, as they depend on what was written."""
        return frozenset()

    def _only_writes(self, before):
        """:raise NotAlike: since ``before``, other tables were written to as well"""
        others = witness.tables_since(self.env.cr, before) - self._writes - self._tells - self._follow()
        if others:
            raise NotAlike(self.env._("Odoo also writes to %s", ", ".join(sorted(others))))

    def _changes_only(self, found, marked, tables):
        """:raise NotAlike: since ``marked``, rows of ``tables`` were written that are not in ``found``"""
        for table in tables:
            if witness.rows_since(self.env.cr, table, marked).keys() - found[table].keys():
                raise NotAlike(self.env._("Odoo also changes other rows of %s", table))

    def _tells_alike(self, told, before):
        """:raise NotAlike: our hooks have not told ``told`` since ``before``"""
        if self._told(before) != told:
            raise NotAlike(self.env._("the number of events differs"))

    def _told(self, before):
        """How many rows our hooks have told since ``before``, by table."""
        after = witness.touched(self.env.cr)
        return {table: after.get(table, (0,))[0] - before.get(table, (0,))[0] for table in self._tells}

    def _analytic_by_partner(self):
        """Whether analytic distribution depends on partners: an exemplar says nothing about others then."""
        by_partner = ["|", ("partner_id", "!=", False), ("partner_category_id", "!=", False)]
        return bool(self.env["account.analytic.distribution.model"].sudo().search_count(by_partner, limit=1))

    def _last_rows(self):
        """``{table: last id}`` of the tables in which new rows are looked for."""
        last = {}
        for table in self._grows:
            self.env.cr.execute(SQL("SELECT coalesce(max(id), 0) FROM %s", SQL.identifier(table)))
            last[table] = self.env.cr.fetchone()[0]
        return last

    def _messages_of(self, documents, last):
        """``{table: {id: label}}`` of the messages after ``last``, and of the values they track.

        :param documents: ``{model: {id: what it is called in labels}}``; others, of which Odoo's hooks tell, have ids
        :param last: of ``_last_rows``
        """
        cr = self.env.cr
        labels = {MESSAGE: {}, TRACKED: {}}
        cr.execute("SELECT id, model, res_id FROM mail_message WHERE id > %s ORDER BY id", [last[MESSAGE]])
        counted = defaultdict(int)
        for row_id, model, record in cr.fetchall():
            document = f"{model} {documents.get(model, {}).get(record, f'number {record}')}"
            labels[MESSAGE][row_id] = f"message {document}.{counted[document]}"
            counted[document] += 1
        cr.execute(
            "SELECT id, mail_message_id, field_id FROM mail_tracking_value WHERE mail_message_id = ANY(%s) ORDER BY id",
            [list(labels[MESSAGE])],
        )
        for row_id, message, field in cr.fetchall():
            labels[TRACKED][row_id] = f"{labels[MESSAGE][message]} {field}"
        return labels

    def _money(self, table, row, amount, column):
        """Formulas of the columns of money of an exemplar over ``amount``; ``column`` of the stage has the amount.

        :raise NotAlike: a column holds something else
        """
        fields = self.env[table.replace("_", ".")]._fields.values()
        names = [field.name for field in fields if field.store and field.type == "monetary"]
        try:
            return money(row, names, amount, column)
        except ValueError as error:
            raise NotAlike(self.env._("Odoo works out %s in a way of its own", error)) from error
