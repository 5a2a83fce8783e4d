from odoo import api, models, tools

#: Fields of mixins that tell nothing about what a record decides.
NOISE = ("message_", "activity_", "website_message_", "access_", "rating_", "my_activity_")
#: Marks the account numbers in the readable part, so that equal ones can be found.
MARKED = "%s (mark)"


class FinanceAudited(models.AbstractModel):
    """What is done to such records stands in the audit trail: made, changed (from what to what), deleted.

    Which fields count is declared in ``finance_audited_models.py``.
    """

    _name = "finance.audited"
    _description = "Audited"

    #: First part of the events' kind.
    _audit_noun = ""
    #: Fields that count; ``None``: all that are stored and not kept by the system.
    _audit_only = None
    _audit_skip = ()
    #: That they changed is told, never what they hold.
    _audit_secret = ()
    #: Account numbers: shown by their end, and with a keyed hash.
    _audit_accounts = ()
    _audit_on_create = True
    _audit_on_delete = True

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._audit_noun and self._audit_on_create:
            for record in records.sudo()._audit_wanted():
                record._audit_note("created", {}, record._audit_values(self._audit_names()))
        return records

    def write(self, vals):
        names = self._audit_names() & vals.keys() if self._audit_noun else ()
        if not names:
            return super().write(vals)
        before = {record: record._audit_values(names) for record in self.sudo()._audit_wanted()}
        done = super().write(vals)
        for record, old in before.items():
            new = record._audit_values(names)
            changed = {name for name in names if old[name] != new[name]}
            if changed or (names & set(self._audit_secret)):
                what = record.state if "state" in changed else "changed"
                record._audit_note(what, old, {name: new[name] for name in names if name in changed or name in
                                               self._audit_secret})  # fmt: skip
        return done

    def unlink(self):
        if self._audit_noun and self._audit_on_delete:
            for record in self.sudo()._audit_wanted():
                record._audit_note("deleted", record._audit_values(self._audit_names()), {})
        return super().unlink()

    def export_data(self, fields_to_export):
        """Who takes data out is noted, with how many records and which fields."""
        exported = super().export_data(fields_to_export)
        if self._audit_noun and self:
            facts = {"records": len(self), "fields": sorted(fields_to_export)}
            self.env["finance.audit"]._note(f"{self._audit_noun}.exported", facts=facts, res_model=self._name)
        return exported

    def _audit_wanted(self):
        """Those that are worth an event."""
        return self

    @api.model
    @tools.ormcache()
    def _audit_names(self):
        if self._audit_only is not None:
            return frozenset(self._audit_only)
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.store
            and field.column_type
            and name not in self._audit_skip
            and name not in models.MAGIC_COLUMNS
            and not name.startswith(NOISE)
            and not (field.related and not field.inherited)
            and name != "approval_id"
        )

    def _audit_values(self, names):
        """``{field: (plain value, readable value)}``"""
        self.ensure_one()
        return {name: self._audit_value(name) for name in names}

    def _audit_value(self, name):
        value, field = self[name], self._fields[name]
        if name in self._audit_secret:
            return None, "•••"
        if field.type in ("many2one", "reference"):
            return value.id if value else None, value.display_name if value else ""
        if field.type == "binary":
            return bool(value), "•••" if value else ""
        if field.type == "boolean":
            return bool(value), "yes" if value else "no"
        if field.type in ("integer", "float", "monetary", "many2one_reference"):
            return (value, value) if isinstance(value, int) else (repr(value), f"{value:g}")
        return (str(value), value) if value not in (None, False, "") else (None, "")

    def _audit_note(self, what, old, new):
        none = (None, "")
        names = sorted(old.keys() | new.keys()) if what == "deleted" else sorted(new)
        changes = [
            (name, old.get(name, none)[0], new.get(name, none)[0], old.get(name, none)[1], new.get(name, none)[1])
            for name in names
            if old.get(name, none) != new.get(name, none) or (name in self._audit_secret and name in new)
        ]
        audit = self.env["finance.audit"]
        for name in set(self._audit_accounts) & set(names):
            marks = [self._audit_mark(values.get(name, none)[0]) for values in (old, new)]
            changes.append((MARKED % name, *marks, *marks))
        facts = self._audit_facts(what)
        state = [old.get("state", none)[0], new.get("state", none)[0]]
        if "state" in new and state[0] != state[1]:
            facts |= {"from": state[0], "to": state[1]}
        audit._note(
            f"{self._audit_noun}.{what}",
            self,
            facts,
            changes,
            name=self.display_name if what != "changed" else None,
            partner=self._audit_partner(),
        )

    def _audit_mark(self, number):
        return self.env["finance.audit"]._mark(number.replace(" ", "").upper()) if number else ""

    def _audit_facts(self, what):
        """Plain values about the event that name no person."""
        return {}

    def _audit_partner(self):
        """Whose data the readable part is: erased when this person's data are."""
        return self.partner_id if "partner_id" in self._fields else None

    def _audit_subject(self):
        """Company, connector and correlation id of the record's events."""
        self.ensure_one()
        record = self.sudo()
        subject = {}
        if "message_id" in self._fields and self._fields["message_id"].comodel_name == "finance.message":
            message = record.message_id
            subject = {"company_id": message.company_id.id, "connector_id": message.connector_id.id,
                       "correlation_id": message.correlation_id}  # fmt: skip
        if "company_id" in self._fields and record.company_id:
            subject["company_id"] = record.company_id.id
        if self._fields.get("connector_id") and record.connector_id:
            subject["connector_id"] = record.connector_id.id
        return {name: value or None for name, value in subject.items()}

    def action_audit(self):
        """Everything that happened to this record."""
        self.ensure_one()
        return self.env["finance.audit.event"]._timeline(self)

    def _audit_related(self):
        """Records whose events belong to this one's story."""
        return {self._name: self.ids}

    def _audit_correlations(self):
        """Correlation ids of the messages of this record's story."""
        return []
