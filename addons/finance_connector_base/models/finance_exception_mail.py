from odoo import api, models
from odoo.tools import html2plaintext

from ..core.masking import masked

#: Characters of a mail that stand on the case itself; the whole mail is in its chatter.
LONGEST = 2000


class FinanceException(models.Model):
    """Mail to a team opens a case; answers to a case's mails stand in its chatter, as everywhere in Odoo."""

    _inherit = "finance.exception"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        team = self.env["finance.team"].sudo().browse((custom_values or {}).get("team_id")).exists()
        subject = " ".join((msg_dict.get("subject") or self.env._("Without subject")).split())[:120]
        body = html2plaintext(msg_dict.get("body") or "")[:LONGEST].strip()
        values = {
            "company_id": (team.company_id or self.env.company).id,
            "domain": "other",
            "code": "mail",
            "category": "data",
            "text": masked("\n".join(filter(None, (subject, body)))),
            "place": masked(subject),
            "blocking": False,
            "team_id": team.id,
            "owner_id": False,
            "partner_id": msg_dict.get("author_id"),
        }
        self.env["finance.case.router"]._route([values])
        case = self.sudo().create(values)
        case._notify_once()
        return case.with_env(self.env)
