from odoo import api, models
from odoo.tools import SQL


class FinanceEventSource(models.AbstractModel):
    """Records whose story is told to other systems as events.

    Changes are seen where the ORM writes columns, so that computed states count like written ones; what they
    were before is read from the database by one query for each batch.
    """

    _name = "finance.event.source"
    _description = "Source of events"

    #: Stored columns whose change may be an event.
    _event_columns = frozenset()
    #: Columns that tell what kind of record it is.
    _event_known_by = ()
    #: What is told of a new record besides its facts.
    _event_new_data = None

    def _event_of_change(self, before, after):
        """Type of the event that a change is, or ``None``.

        :param before: ``_event_columns`` and ``_event_known_by`` as they were
        :param after: the columns that are written now
        """

    def _event_of_new(self):
        """Type of the event that making this record is, or ``None``."""

    def _event_facts(self):
        """``{id: facts}``: ``data``, ``private``, ``company_id``; also ``correlation_id``, and ``res_model`` and
        ``res_id`` where the event is about another record.
        """
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        told = {}
        for record in records:
            kind = record._event_of_new()
            if kind:
                told.setdefault(kind, []).append(record.id)
        for kind, ids in told.items():
            self.env["finance.event"]._tell(kind, self.browse(ids), self._event_new_data)
        return records

    def _write_multi(self, vals_list):
        changed = [
            (record_id, vals)
            for record_id, vals in zip(self._ids, vals_list, strict=True)
            if not self._event_columns.isdisjoint(vals)
        ]
        if not changed:
            return super()._write_multi(vals_list)
        before = self._event_before([record_id for record_id, _vals in changed])
        done = super()._write_multi(vals_list)
        told = {}
        for record_id, vals in changed:
            old = before.get(record_id)
            after = {
                name: vals[name]
                for name in self._event_columns & vals.keys()
                if old and (old[name] or None) != (vals[name] or None)
            }
            kind = after and self._event_of_change(old, after)
            if kind:
                told.setdefault(kind, []).append(record_id)
        for kind, ids in told.items():
            self.env["finance.event"]._tell(kind, self.browse(ids))
        return done

    def _event_before(self, ids):
        names = ("id", *sorted(self._event_columns), *self._event_known_by)
        self.env.cr.execute(
            SQL(
                "SELECT %s FROM %s WHERE id = ANY(%s)",
                SQL(", ").join(SQL.identifier(name) for name in names),
                SQL.identifier(self._table),
                ids,
            )
        )
        return {row["id"]: row for row in self.env.cr.dictfetchall()}

    # what facts are made of

    def _event_externals(self):
        """``{id: ["<source system>/<identifier>", …]}`` by the canonical links, by one query."""
        rows = self.env.execute_query(
            SQL(
                "SELECT res_id, external_id FROM finance_link WHERE res_model = %s AND res_id = ANY(%s)"
                " AND kind LIKE 'canonical.%%' ORDER BY id",
                self._name,
                self.ids,
            )
        )
        found = {}
        for record_id, external in rows:
            found.setdefault(record_id, []).append(external)
        return found

    @api.model
    def _event_amount(self, amount, currency):
        """As decimal string in the currency's own digits."""
        return f"{amount or 0:.{currency.decimal_places if currency else 2}f}"

    @api.model
    def _event_day(self, day):
        return day.isoformat() if day else None
