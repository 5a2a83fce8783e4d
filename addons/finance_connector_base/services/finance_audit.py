import json
import os
from datetime import UTC, datetime

from odoo import api, models
from odoo.http import request

from .. import server
from ..audit import database, verify
from ..core.masking import accounts_masked, masked

#: Pending events of a transaction, on its cursor.
PENDING = "finance_connector_base.audit"
#: Longest readable value that is kept.
LONGEST = 500
ACCOUNT_MARK = "audit account 1"


class FinanceAudit(models.AbstractModel):
    """Notes what happens, in the transaction in which it happens; sealing comes later (``finance.audit.sealer``).

    The notes of a transaction go into the database in one INSERT when it is flushed for its commit, or for a
    savepoint; what a savepoint undoes is not noted. No row but our own is read or locked.
    """

    _name = "finance.audit"
    _description = "Audit"

    @api.model
    def _note(self, kind, record=None, facts=None, changes=(), name=None, partner=None, **subject):
        """Note that something happened.

        :param kind: ``<noun>.<what>``, e.g. ``message.sent``
        :param record: what it happened to; company, connector and correlation id are taken from it
        :param facts: plain values that name no person and no account: states, numbers, hashes
        :param changes: ``(field, before, after, shown before, shown after)``; the shown ones are masked and kept
            readable until they are erased, of the others only salted hashes stay
        :param name: how people call the record
        :param partner: whose data the readable part is
        :param subject: columns of the event that are not the record's own
        """
        if self.env.context.get("_force_unlink"):  # the addon is being removed, its tables with it
            return
        origin, user = self._who()
        event = {
            "version": verify.VERSION,
            "kind": kind,
            "origin": origin,
            "user_id": user,
            "uid": self.env.uid,
            "node": server.node(),
            "occurred_on": datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"),
            "facts": {key: self._plain(value) for key, value in (facts or {}).items()} or None,
            **(self._subject(record) if record is not None else {}),
            **subject,
        }
        content = self._content(changes, name)
        if content:
            salt = os.urandom(16).hex()
            event |= {
                "salt": salt,
                "content": content,
                "partner_id": partner.id if partner else None,
                "detail_sha256": verify.detail_digest(salt, content),
            }
            for column, place in (("before_sha256", 1), ("after_sha256", 2)):
                values = {change[0]: self._plain(change[place]) for change in changes}
                event[column] = verify.detail_digest(salt, {column: values}) if changes else None
        self._keep(event)

    def _keep(self, event):
        hooks = self.env.cr.precommit
        pending = hooks.data.setdefault(PENDING, [])
        if not pending:
            hooks.add(self._flush)
        pending.append(event)

    @api.model
    def _flush(self):
        """Write what is noted; by itself before commits and savepoints."""
        pending = self.env.cr.precommit.data.pop(PENDING, None)
        if pending:
            self.env.cr.execute(database.ADD, [json.dumps(pending)], log_exceptions=False)

    def _who(self):
        """Where it comes from, and the user behind sudo."""
        context = self.env.context
        if context.get("job_uuid"):
            return "job", self.env.uid
        if request and getattr(request, "session", None) is not None:
            if request.session.uid:
                return "web", request.session.uid
            return ("outside" if self.env.su else "rpc"), self.env.uid
        if context.get("cron_id"):
            return "cron", self.env.uid
        return "program", self.env.uid

    @api.model
    def _subject(self, record):
        """What an event says about the record it is about; of a new record once it has its id."""
        own = record._audit_subject() if hasattr(record, "_audit_subject") else {}
        return {"res_model": record._name, "res_id": record.id or None, **own}

    def _content(self, changes, name):
        """The readable part: no secrets, no more than the end of an account number."""
        content = {}
        if name:
            content["name"] = self._shown(name)
        if changes:
            content["changes"] = [[field, self._shown(old), self._shown(new)] for field, _b, _a, old, new in changes]
        return content

    @api.model
    def _mark(self, number):
        """A keyed hash of an account number: equal numbers are recognised, none is found by trying."""
        ring = server.audit_ring()
        key = ring.derived(ring.current, ACCOUNT_MARK)
        return f"{ring.current}:{verify.hmac.digest(key, number.encode(), 'sha256').hex()[:32]}"

    def _shown(self, value):
        if value in (None, False, ""):
            return ""
        return self._clean(accounts_masked(masked(str(value))))[:LONGEST]

    def _plain(self, value):
        """As JSON keeps it for ever: whole numbers, texts, truth values, lists of them."""
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, (list, tuple)):
            return [self._plain(each) for each in value]
        return self._clean(str(value))

    @staticmethod
    def _clean(text):
        return text.replace("\0", "").encode("utf-8", "replace").decode()
