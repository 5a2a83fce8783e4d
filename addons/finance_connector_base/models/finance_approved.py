from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError


class FinanceApproved(models.AbstractModel):
    """A rule that is drafted, approved by another person, in force, and later replaced; never edited in force.

    The database sees to it, too (``data/approved_guard.sql``).
    """

    _name = "finance.approved"
    _inherit = ["finance.access", "finance.approval.mixin"]
    _description = "Approved rule"

    date_from = fields.Date(string="In force from", help="First business day on which it counts. Empty: always.")
    date_to = fields.Date(string="Until", help="Last business day. Empty: until it is replaced.")
    note = fields.Char(string="Reason")
    state = fields.Selection(
        [("draft", "Draft"), ("waiting", "Waits for approval"), ("live", "In force"), ("retired", "Replaced")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    maker_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict", string="Asked by")
    live_on = fields.Datetime(readonly=True, copy=False, string="In force since")
    retired_on = fields.Datetime(readonly=True, copy=False, string="Replaced on")

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for record in self:
            if record.date_from and record.date_to and record.date_from > record.date_to:
                raise ValidationError(_("The last day is before the first one."))

    def write(self, vals):
        if not self.env.su and any(record.state != "draft" for record in self):
            raise UserError(_("What was put before people does not change. Withdraw it, or make a new draft."))
        return super().write(vals)

    def unlink(self):
        """Asked before anything else: deleting would take back the request, and it would be a draft again."""
        self._require_draft()
        return super().unlink()

    def _require_draft(self):
        if any(record.state != "draft" for record in self):
            raise UserError(_("What was asked for or in force stays as evidence."))

    def _approval_company(self):
        """A rule for all companies is asked for in that of whoever asks, and stays there."""
        return self.company_id or self.sudo().approval_id.company_id or self.env.company

    def action_request(self):
        """Put it before another person."""
        for record in self:
            record.check_access("write")
            if record.state != "draft":
                raise UserError(_("This was asked for already."))
            record._check_complete()
            record.sudo().write({"state": "waiting", "maker_id": self.env.uid})
            if not record._request_approval():
                raise UserError(_("Another person has to agree; no rule may take that away."))

    def action_withdraw(self):
        """Back to draft, by whoever asked."""
        for record in self.filtered(lambda one: one.state == "waiting"):
            record.approval_id.action_withdraw()

    def _check_complete(self):
        """:raise UserError: something is missing or contradicts itself"""

    def _same(self):
        """Domain of those that this one may replace."""
        raise NotImplementedError

    def _approved(self, approval):
        record = self.sudo()
        record.write({"state": "live", "live_on": fields.Datetime.now()})
        self.env.flush_all()
        older = record.search([*record._same(), ("state", "=", "live"), ("id", "!=", record.id)])
        older.filtered(record._covers)._retire()
        record._clear_kept()
        record._gone_live()

    def _covers(self, other):
        """Whether no day is left on which the other one counts."""
        starts = not self.date_from or (other.date_from and other.date_from >= self.date_from)
        ends = not self.date_to or (other.date_to and other.date_to <= self.date_to)
        return bool(starts and ends)

    def _retire(self):
        self.sudo().write({"state": "retired", "retired_on": fields.Datetime.now()})
        self.env.flush_all()
        self._clear_kept()

    def _clear_kept(self):
        """Now, and after the commit: what is kept in between may be undone with a savepoint."""
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    def _gone_live(self):
        """What follows from being in force."""

    def _refused(self, approval):
        self.sudo().filtered(lambda one: one.state == "waiting").state = "draft"
