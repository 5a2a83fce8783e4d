"""Closed cases: what they say may name persons, accounts and amounts."""

from odoo.tools import SQL

from ..core.advice import title
from .kinds import RETAINED, Retained


@RETAINED.add("case", "Case words")
class Cases(Retained):
    """Code, times, owner, amount and outcome stay, so that statistics do."""

    model = "finance.exception"
    actions = ("anonymise",)
    source = "finance_exception t LEFT JOIN finance_flow f ON f.id = t.flow_id"
    since = "t.closed_on"
    where = "t.closed_on IS NOT NULL AND t.erased_on IS NULL AND t.state <> 'open'"
    help = "Text, place, solution, partner and discussion go; code, times, owner, amount and outcome stay."

    def apply(self, env, ids, action, why):
        gone = env._("Erased")
        codes = env.execute_query(SQL("SELECT DISTINCT code FROM finance_exception WHERE id = ANY(%s)", list(ids)))
        for (code,) in codes:
            env.cr.execute(
                SQL(
                    "UPDATE finance_exception SET name = %s, text = %s, place = NULL, cause = NULL, solution = NULL,"
                    " partner_id = NULL, erased_on = now() AT TIME ZONE 'UTC' WHERE code = %s AND id = ANY(%s)",
                    title(code) or code,
                    gone,
                    code,
                    list(ids),
                )
            )
        about = [("res_id", "in", list(ids)), ("model", "=", self.model)]
        env["mail.message"].search(about).unlink()
        env["mail.activity"].search([("res_id", "in", list(ids)), ("res_model", "=", self.model)]).unlink()
        env["finance.exception"].invalidate_model()
        return 0
