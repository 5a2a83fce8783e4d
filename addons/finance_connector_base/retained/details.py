"""The readable part of audit events; the events, their hashes and seals stay and stay verifiable."""

from odoo.tools import SQL

from .kinds import RETAINED, Retained


@RETAINED.add("detail", "Audit details")
class Details(Retained):
    model = "finance.audit.event"
    source = "finance_audit_detail d JOIN finance_audit_event t ON t.id = d.id"
    since = "t.occurred_on"
    company = "coalesce(t.company_id, (SELECT min(id) FROM res_company))"
    sensitivity = "'personal'"
    help = "What was changed from what to what; that it was, when and by whom stays, sealed."

    def apply(self, env, ids, action, why):
        ((size,),) = env.execute_query(
            SQL("SELECT sum(octet_length(content::text)) FROM finance_audit_detail WHERE id = ANY(%s)", list(ids))
        )
        env["finance.audit.sealer"]._erase_details(list(ids), why)
        return int(size or 0)
