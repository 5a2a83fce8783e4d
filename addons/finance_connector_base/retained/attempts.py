"""Tries: technical rows whose error texts may quote a message."""

from odoo.tools import SQL

from ..retention.classes import USUAL
from .kinds import RETAINED, Retained


@RETAINED.add("attempt", "Tries")
class Attempts(Retained):
    """Erased: number, times, outcome and codes stay. Deleted: the message keeps how it ended, not how it got there."""

    model = "finance.attempt"
    actions = ("erase", "delete")
    source = (
        "finance_attempt t JOIN finance_message m ON m.id = t.message_id LEFT JOIN finance_flow f ON f.id = m.flow_id"
    )
    since = "t.ended_on"
    where = "t.ended_on IS NOT NULL AND t.erased_on IS NULL AND m.state IN ('processed', 'cancelled')"
    sensitivity = f"coalesce(m.sensitivity, f.sensitivity, '{USUAL}')"
    message = "t.message_id"
    help = "Error texts and answers go, or the rows with their times and servers."

    def apply(self, env, ids, action, why):
        freed = "coalesce(sum(octet_length(answer) + coalesce(octet_length(text), 0)), 0)"
        ((size,),) = env.execute_query(
            SQL("SELECT %s FROM finance_attempt WHERE id = ANY(%s)", SQL(freed), list(ids))
        )
        if action == "delete":
            env.cr.execute(SQL("DELETE FROM finance_attempt WHERE id = ANY(%s)", list(ids)))
        else:
            env.cr.execute(
                SQL(
                    "UPDATE finance_attempt SET answer = NULL, text = NULL, erased_on = now() AT TIME ZONE 'UTC'"
                    " WHERE id = ANY(%s)",
                    list(ids),
                )
            )
        env["finance.attempt"].invalidate_model()
        return int(size)
