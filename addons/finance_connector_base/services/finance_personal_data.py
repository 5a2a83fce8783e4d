import psycopg2

from odoo import api, models
from odoo.tools import SQL

from ..retention.terms import ERASED, SHORTEST, mentions, pattern

#: Columns that identify what is done already: without them it would be taken or paid a second time.
IDENTIFYING = frozenset(
    ("dedup_key", "external_id", "sha256", "answer_sha256", "correlation_id", "content_hash", "fingerprint", "key",
     "approved_hash", "signature", "res_model", "kind", "code", "body", "answer", "request_hash")
)  # fmt: skip
#: Models whose rows are evidence of decisions, and are not changed by anybody.
DECIDED = frozenset(
    ("finance.approval", "finance.approval.vote", "finance.bank.change", "finance.authority", "finance.home",
     "finance.setting.change", "finance.approval.delegation", "finance.legal.hold", "finance.retention.rule",
     "finance.close.snapshot", "finance.close.snapshot.line", "finance.close.delta", "finance.decision")
)  # fmt: skip
#: Models whose rows explain amounts in the books.
BOOKED = frozenset(("finance.tax.determination", "finance.tax.determination.line"))
#: Models of the set-up: they name systems and rules; a person in them is replaced where they are edited.
SETUP = frozenset(
    ("finance.connector", "finance.flow", "finance.credential", "finance.system", "finance.system.flow",
     "finance.mapping", "finance.mapping.line", "finance.mapping.version", "finance.team", "finance.case.rule",
     "finance.case.policy", "finance.alert.rule", "finance.alert.step", "finance.approval.rule", "finance.api.key",
     "finance.api.scope", "finance.node", "finance.figure.value", "finance.erasure", "finance.erasure.line",
     "finance.retention.run", "finance.approval.beneficiary", "finance.webhook.address", "finance.tax.rate")
)  # fmt: skip
#: Tables of Odoo that hold words about our records: model, columns, which rows.
BESIDE = [
    ("mail.message", ("subject", "body", "record_name"), "t.model LIKE 'finance.%%'"),
    ("mail.activity", ("summary", "note", "res_name"), "t.res_model LIKE 'finance.%%'"),
    ("ir.attachment", ("name", "description"), "t.res_model LIKE 'finance.%%'"),
    ("mail.tracking.value", ("old_value_char", "new_value_char", "old_value_text", "new_value_text"),
     "EXISTS (SELECT FROM mail_message m WHERE m.id = t.mail_message_id AND m.model LIKE 'finance.%%')"),
    ("queue.job", ("name", "exc_message", "exc_info", "result"),
     "t.model_name LIKE 'finance.%%' AND t.state IN ('done', 'failed', 'cancelled')"),
]  # fmt: skip
#: Messages of which the contents are read at a time.
PAGE = 200


class FinancePersonalData(models.AbstractModel):
    """Finds and erases what names a person: contents of messages, cases, texts, details of the audit trail."""

    _name = "finance.personal.data"
    _description = "Personal data"

    # who

    @api.model
    def _terms(self, partner):
        """What a person is found by: name, addresses, numbers of the contact and of its bank accounts."""
        partner = partner.sudo().with_context(active_test=False)
        found = [partner.name, partner.email, partner.phone, None if partner.is_company else partner.vat]
        found += partner.bank_ids.mapped("acc_number")
        return [term.strip() for term in found if term and len(term.strip()) >= SHORTEST]

    @api.model
    def _concerned(self, partner, model, ids):
        """Which of these rows are about a person: by a link to the contact, by their words, by their message."""
        ids = list(ids)
        if not ids:
            return set()
        if model == "finance.message":
            return self._messages(partner, pattern(self._terms(partner)), ids)
        if model == "finance.audit.event":
            return set(self._details(partner, pattern(self._terms(partner)), SQL("t.id = ANY(%s)", ids)))
        columns, names, found = self._texts(model), self.env[model]._fields, set()
        table, expression = SQL.identifier(self.env[model]._table), pattern(self._terms(partner))
        if columns and expression:
            rows = self.env.execute_query(self._search(table, columns, expression, SQL("t.id = ANY(%s)", ids)))
            found |= {row_id for (row_id,) in rows}
        if "partner_id" in names:
            query = SQL("SELECT id FROM %s WHERE partner_id = %s AND id = ANY(%s)", table, partner.id, ids)
            found |= {row_id for (row_id,) in self.env.execute_query(query)}
        if "message_id" in names:
            query = SQL("SELECT id, message_id FROM %s WHERE message_id IS NOT NULL AND id = ANY(%s)", table, ids)
            rows = self.env.execute_query(query)
            messages = self._messages(partner, expression, list({message for _id, message in rows}))
            found |= {row_id for row_id, message in rows if message in messages}
        return found

    @api.model
    def _details(self, partner, expression, where=None):
        """Audit events of which the readable part is about a person."""
        self.env["finance.audit"]._flush()
        about = SQL("t.partner_id = %s", partner.id or 0)
        if expression:
            about = SQL("(%s OR t.content::text ~* %s)", about, expression)
        query = SQL("SELECT t.id FROM finance_audit_detail t WHERE %s AND %s", about, where or SQL("TRUE"))
        return [event_id for (event_id,) in self.env.execute_query(query)]

    # messages

    @api.model
    def _messages(self, partner, expression, ids):
        """Of these messages those that are about a person: what they made belongs to the contact, or they name it."""
        found = self._linked(partner, ids)
        left = [message_id for message_id in ids if message_id not in found]
        for start in range(0, len(left) if expression else 0, PAGE):
            for message in self.env["finance.message"].sudo().browse(left[start : start + PAGE]):
                if not message.erased_on and self._names(message, expression):
                    found.add(message.id)
            self.env["finance.message"].invalidate_model(["body"], flush=False)
        return found

    def _names(self, message, expression):
        if mentions(expression, message._raw()):
            return True
        attempts = message.attempt_ids.filtered("answer_sha256")
        return any(mentions(expression, message._bytes(attempt)) for attempt in attempts)

    def _linked(self, partner, ids):
        """Messages from which records of the contact came, or that were made for one."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        people = partners.search([("id", "child_of", partner.id)]).ids
        found = set()
        for name, field in self.env["finance.message"].sudo()._made_by():
            model = self.env[name].sudo()
            if "partner_id" in model._fields and model._fields["partner_id"].store:
                rows = model._read_group([(field, "in", ids), ("partner_id", "in", people)], [field])
                found |= {message.id for (message,) in rows}
        pairs = self.env.execute_query(
            SQL(
                "SELECT message_id, res_model, res_id FROM finance_link WHERE message_id = ANY(%(ids)s)"
                " UNION SELECT id, res_model, res_id FROM finance_message WHERE id = ANY(%(ids)s) AND res_id > 0"
                " UNION SELECT message_id, res_model, res_id FROM finance_message_item"
                " WHERE message_id = ANY(%(ids)s) AND res_id > 0",
                ids=list(ids),
            )
        )
        by_model = {}
        for message_id, name, record_id in pairs:
            by_model.setdefault(name, {}).setdefault(record_id, set()).add(message_id)
        for name, records in by_model.items():
            for record_id in self._owned(name, list(records), people):
                found |= records[record_id]
        return found

    def _owned(self, name, ids, people):
        if name == "res.partner":
            return set(ids) & set(people)
        model = self.env.get(name)
        if model is None or "partner_id" not in model._fields or not model._fields["partner_id"].store:
            return set()
        model = model.sudo().with_context(active_test=False)
        return set(model.search([("id", "in", ids), ("partner_id", "in", people)]).ids)

    # words

    @api.model
    def _worded(self):
        """``(model, columns, further condition)`` of all tables whose words may name a person."""
        for name, model in sorted(self.env.registry.items()):
            ours = name.startswith("finance.") and model._auto and not model._abstract and not model._transient
            if ours and name not in SETUP:
                columns = self._texts(name)
                if columns:
                    yield name, columns, "TRUE"
        for name, _columns, where in BESIDE:
            yield name, self._texts(name), where

    def _texts(self, name):
        beside = {model: columns for model, columns, _where in BESIDE}.get(name)
        return tuple(
            field.name
            for field in self.env[name]._fields.values()
            if field.store and field.column_type and field.type in ("char", "text", "html", "json", "serialized")
            and (field.name in beside if beside else field.name not in IDENTIFYING)
        )  # fmt: skip

    @api.model
    def _wording(self, name, columns, where, expression):
        """Ids of the rows that name the person."""
        self.env.flush_all()
        table = SQL.identifier(self.env[name]._table)
        rows = self.env.execute_query(self._search(table, columns, expression, SQL(where)))
        return [row_id for (row_id,) in rows]

    def _search(self, table, columns, expression, where):
        hits = SQL(" OR ").join(SQL("t.%s::text ~* %s", SQL.identifier(column), expression) for column in columns)
        return SQL("SELECT t.id FROM %s t WHERE (%s) AND %s ORDER BY t.id", table, hits, where)

    @api.model
    def _scrub(self, name, columns, ids, expression):
        """Put ``ERASED`` in the place of what names the person.

        :return: whether the database let us; rows that are evidence it keeps
        """
        model = self.env[name]
        self.env.flush_all()
        sets = []
        for column in columns:
            kind = model._fields[column].column_type[1]
            place = SQL.identifier(column)
            sets.append(
                SQL("%s = regexp_replace(%s::text, %s, %s, 'gi')::%s", place, place, expression, ERASED, SQL(kind))
            )
        query = SQL(
            "UPDATE %s SET %s WHERE id = ANY(%s)", SQL.identifier(model._table), SQL(", ").join(sets), list(ids)
        )
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(query, log_exceptions=False)
        except (psycopg2.errors.CheckViolation, psycopg2.errors.UniqueViolation):
            return False
        finally:
            model.invalidate_model(flush=False)
        return True
