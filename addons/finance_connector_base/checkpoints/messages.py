"""What came in or was made, by the audit trail, and what is kept of it, byte by byte."""

import hashlib

from odoo.tools import SQL

from ..core.checkpoint import CHECKPOINTS, Pair, compared
from .conditions import at, on, on_day

NOTED = SQL("e.res_model = 'finance.message' AND e.kind = 'message.created'")
#: The bytes in the row give the hash that was noted; those in the file store are read apart (``_damaged``). Contents
#: that were erased are gone rightly only where the trail knows that, too.
INTACT = SQL(
    """
    m.sha256 = e.facts->>'sha256'
    AND CASE WHEN m.erased_on IS NOT NULL
             THEN EXISTS (SELECT FROM finance_audit_event x WHERE x.res_model = 'finance.message' AND x.res_id = m.id
                             AND x.kind = 'message.erased')
             WHEN m.body IS NULL THEN m.attachment_id IS NOT NULL
             ELSE encode(sha256(decode(convert_from(m.body, 'LATIN1'), 'base64')), 'hex') = m.sha256 END
    """
)
#: Of what is intact the size is as noted; so the bytes are decoded once, for their hash.
BYTES = SQL("coalesce(a.file_size, m.size, 0)")


@CHECKPOINTS.add("messages.kept", "Messages noted and kept")
class MessagesKept(Pair):
    sequence = 10
    help = "Every message the audit trail knows is still there, with the bytes it came with."
    left_name = "Audit trail"
    right_name = "Messages"
    measures = ("count", "bytes")

    def left(self, env, scope):
        return SQL(
            "SELECT e.company_id, e.connector_id, NULL::int, e.occurred_on::date, NULL::int,"
            " count(*), NULL, NULL, NULL, sum((e.facts->>'size')::bigint), 0 FROM finance_audit_event e"
            " WHERE %s AND e.res_id >= %s AND %s GROUP BY 1, 2, 4",
            NOTED,
            self._first_id(env, scope),
            on(scope, SQL("e.occurred_on")),
        )

    def right(self, env, scope):
        first = self._first_id(env, scope)
        return SQL(
            "SELECT e.company_id, e.connector_id, NULL::int, e.occurred_on::date, NULL::int,"
            " count(*), NULL, NULL, NULL, sum(%s), 0"
            " FROM finance_audit_event e JOIN finance_message m ON m.id = e.res_id"
            " LEFT JOIN ir_attachment a ON a.id = m.attachment_id"
            " WHERE %s AND e.res_id >= %s AND %s AND %s AND m.id != ALL(%s) GROUP BY 1, 2, 4",
            BYTES,
            NOTED,
            first,
            on(scope, SQL("e.occurred_on")),
            INTACT,
            self._damaged(env, SQL("m.id >= %s AND %s", first, on(scope, SQL("m.create_date")))),
        )

    def _first_id(self, env, scope):
        """No message in scope has a smaller one; the index of the trail is by record, not by time."""
        ((first,),) = env.execute_query(
            SQL("SELECT coalesce(min(id), 0) FROM finance_message WHERE create_date >= %s", scope.first)
        )
        return first

    def _damaged(self, env, condition):
        """Messages whose file in the file store is not the one that came; the newest are read, up to the setting."""
        left = env.company._finance_setting("checkpoint_file_megabytes", 1000) * 1024 * 1024
        rows = env.execute_query(
            SQL(
                "SELECT m.id, m.sha256, a.store_fname, a.file_size FROM finance_message m"
                " JOIN ir_attachment a ON a.id = m.attachment_id WHERE a.store_fname IS NOT NULL AND %s"
                " ORDER BY m.id DESC",
                condition,
            )
        )
        damaged = []
        for message, expected, name, size in rows:
            left -= size or 0
            if left < 0:
                break
            if self._file_hash(env["ir.attachment"]._full_path(name)) != expected:
                damaged.append(message)
        return damaged

    def _file_hash(self, path):
        try:
            with open(path, "rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            return None

    def differences(self, env, place, limit):
        day = SQL("m.create_date::date = %s", place.day)
        intact = SQL("(%s AND m.id != ALL(%s))", INTACT, self._damaged(env, day))
        rows = env.execute_query(
            SQL(
                "SELECT e.correlation_id, e.facts->>'sha256', (e.facts->>'size')::bigint, m.name, m.id, %s, %s"
                " FROM finance_audit_event e LEFT JOIN finance_message m ON m.id = e.res_id"
                " LEFT JOIN ir_attachment a ON a.id = m.attachment_id WHERE %s AND %s"
                " AND (m.id IS NULL OR NOT (%s) OR %s != (e.facts->>'size')::bigint) ORDER BY e.id LIMIT %s",
                intact,
                BYTES,
                NOTED,
                at(place, company=SQL("e.company_id"), connector=SQL("e.connector_id"), day=SQL("e.occurred_on")),
                intact,
                BYTES,
                limit,
            )
        )
        words = env._("%(size)s bytes, SHA-256 %(hash)s…")
        noted = {
            (name or correlation): (size, (digest or "")[:16]) for correlation, digest, size, name, *_rest in rows
        }
        kept = {
            name or correlation: (size, (digest or "")[:16]) if intact else (size, env._("another"))
            for correlation, digest, _size, name, message, intact, size in rows
            if message
        }
        return list(compared(noted, kept, lambda value: words % {"size": value[0], "hash": value[1]}))

    def records(self, env, place, side):
        if side == "left":
            noted = [("kind", "=", "message.created"), ("connector_id", "=", place.connector)]
            return "finance.audit.event", [*noted, *on_day(place, "occurred_on")]
        return "finance.message", [("connector_id", "=", place.connector), *on_day(place)]
