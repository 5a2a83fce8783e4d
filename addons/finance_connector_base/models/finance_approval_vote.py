from odoo import fields, models


class FinanceApprovalVote(models.Model):
    """What one person said about one request, and about exactly what; never changed, never taken back."""

    _name = "finance.approval.vote"
    _inherit = ["finance.access"]
    _description = "Vote"
    _order = "id"
    _rec_name = "user_id"

    approval_id = fields.Many2one("finance.approval", required=True, index=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="restrict", string="Person")
    authority_id = fields.Many2one(
        "res.users", readonly=True, ondelete="restrict", string="In the right of", help="Of a delegation: whose."
    )
    delegation_id = fields.Many2one("finance.approval.delegation", readonly=True, ondelete="restrict")
    level = fields.Integer(required=True, readonly=True)
    decision = fields.Selection([("approve", "Approved"), ("refuse", "Refused")], required=True, readonly=True)
    reason = fields.Text(readonly=True)
    sha256 = fields.Char(required=True, readonly=True, string="Content seen", help="SHA-256 of what was approved.")
    voted_on = fields.Datetime(readonly=True)
    channel = fields.Selection(
        [("web", "On screen"), ("password", "Remote call with password"), ("key", "API key")], readonly=True
    )
    session = fields.Char(readonly=True, help="A mark of the session, from which nobody can sign in.")
    network = fields.Char(readonly=True, help="Network the call came from, not the whole address.")
    address_mark = fields.Char(
        readonly=True,
        groups="finance_connector_base.group_auditor",
        help="Equal for calls from the same address; the address cannot be read from it.",
    )
    same_address = fields.Boolean(
        readonly=True,
        groups="finance_connector_base.group_auditor",
        help="It came from the same address as the request, or as an earlier vote on it.",
    )

    _one_vote_uniq = models.UniqueIndex("(approval_id, user_id)", "This person has voted already.")
    _one_right_uniq = models.UniqueIndex("(approval_id, authority_id)", "This right was used already.")
