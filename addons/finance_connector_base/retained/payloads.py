"""Contents of messages: their bytes, how they looked on the wire, and what the other side answered."""

from odoo.tools import SQL

from ..retention.classes import USUAL
from .kinds import RETAINED, Retained


@RETAINED.add("payload", "Message contents")
class Payload(Retained):
    """Name, key, hash, size, states and tries stay: a copy is still known as one, and the trail still fits."""

    model = "finance.message"
    source = "finance_message t LEFT JOIN finance_flow f ON f.id = t.flow_id"
    where = "t.erased_on IS NULL AND t.done_on IS NOT NULL AND t.state IN ('processed', 'cancelled')"
    sensitivity = f"coalesce(t.sensitivity, f.sensitivity, '{USUAL}')"
    message = "t.id"
    help = "Bytes, wire form and answers go; name, key, SHA-256, size, states and tries stay."

    def apply(self, env, ids, action, why):
        freed = self._attachments(env, ids)
        env["finance.message"].flush_model()
        rows = env.execute_query(
            SQL(
                "UPDATE finance_message SET body = NULL, attachment_id = NULL, options = NULL,"
                " erased_on = now() AT TIME ZONE 'UTC' WHERE id = ANY(%s)"
                " RETURNING id, size, sha256, company_id, connector_id, correlation_id",
                ids,
            )
        )
        env.cr.execute(
            SQL("UPDATE finance_attempt SET answer = NULL, text = NULL WHERE message_id = ANY(%s)", ids)
        )
        for message_id, _size, digest, company_id, connector_id, correlation_id in rows:
            env["finance.audit"]._note(
                "message.erased",
                facts={"sha256": digest, **why},
                company_id=company_id,
                connector_id=connector_id,
                correlation_id=correlation_id,
                res_model="finance.message",
                res_id=message_id,
            )
        env["finance.message"].invalidate_model()
        env["finance.attempt"].invalidate_model()
        return freed + sum(size or 0 for _id, size, *_rest in rows)

    def _attachments(self, env, ids):
        """Those of the file store go with the transaction's commit, by Odoo's own collector."""
        attachments = env["ir.attachment"].search(
            [("res_model", "=", self.model), ("res_id", "in", list(ids)), ("res_field", "=", "attachment_id")]
        )
        contents = env["finance.message"].browse(ids).attachment_id
        freed = sum((attachments - contents).mapped("file_size"))
        env.cr.execute(SQL("UPDATE finance_message SET attachment_id = NULL WHERE id = ANY(%s)", list(ids)))
        (attachments | contents).unlink()
        return freed
