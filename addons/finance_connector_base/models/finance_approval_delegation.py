from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class FinanceApprovalDelegation(models.Model):
    """For a time somebody votes in the right of a person who is away; that right is not handed on."""

    _name = "finance.approval.delegation"
    _inherit = ["finance.approval.mixin", "mail.thread"]
    _description = "Delegation of approvals"
    _order = "date_from desc, id desc"
    _rec_name = "from_id"

    from_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, ondelete="restrict", string="Whose right"
    )
    to_id = fields.Many2one("res.users", required=True, index=True, ondelete="restrict", string="Used by")
    date_from = fields.Date(required=True, default=fields.Date.context_today, string="From")
    date_to = fields.Date(required=True, string="Until")
    kind = fields.Selection(selection=lambda self: self._approval_kinds(), string="Only for", help="Empty: everything.")
    company_id = fields.Many2one("res.company", help="Empty: all companies.")
    reason = fields.Char()
    state = fields.Selection(
        [("draft", "Draft"), ("waiting", "Waits for approval"), ("active", "Active"), ("ended", "Ended")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )

    _approval_protected = ("from_id", "to_id", "date_from", "date_to", "kind", "company_id")

    _other_person = models.Constraint("CHECK (from_id <> to_id)", "A right is delegated to another person.")
    _in_order = models.Constraint("CHECK (date_from <= date_to)", "The end is before the beginning.")

    @api.constrains("date_from", "date_to")
    def _check_length(self):
        longest = self.env.company._finance_setting("delegation_days", 60)
        for one in self:
            if (one.date_to - one.date_from).days >= longest:
                raise ValidationError(_("A delegation lasts %s days at most.", longest))

    @api.model_create_multi
    def create(self, vals_list):
        found = super().create(vals_list)
        if not self.env.su and any(one.from_id != self.env.user for one in found):
            raise AccessError(_("Everybody delegates the own right only."))
        return found

    def write(self, vals):
        if not self.env.su:
            if "state" in vals or any(one.from_id != self.env.user for one in self):
                raise AccessError(_("Everybody delegates the own right only, and by its buttons."))
            if any(one.state != "draft" for one in self) and set(self._approval_protected) & vals.keys():
                raise UserError(_("A delegation that was asked for does not change; end it and make another."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(one.state != "draft" for one in self):
            raise UserError(_("Delegations stay as evidence."))

    def _approval_kind(self):
        return "delegation"

    def _approval_company(self):
        return self.company_id or self.from_id.company_id

    def _approval_facts(self):
        kinds = dict(self._approval_kinds())
        until = f"{fields.Date.to_string(self.date_from)} – {fields.Date.to_string(self.date_to)}"
        return {
            "name": _("%(to)s votes for %(one)s", to=self.to_id.name, one=self.from_id.name),
            "changes": [
                [_("Whose right"), "", self.from_id.name],
                [_("Used by"), "", self.to_id.name],
                [_("From – until"), "", until],
                [_("For"), "", kinds.get(self.kind) or _("everything")],
                [_("Company"), "", self.company_id.name or _("all companies")],
            ],
            "excluded": self.from_id | self.to_id,
        }

    def action_request(self):
        for one in self.filtered(lambda delegation: delegation.state == "draft"):
            if one.from_id != self.env.user:
                raise AccessError(_("Everybody delegates the own right only."))
            one.sudo().state = "waiting"
            one._request_approval()

    def action_end(self):
        for one in self:
            if self.env.user not in one.from_id | one.to_id:
                raise AccessError(_("Only those concerned end a delegation."))
            one.sudo().approval_id.filtered("open")._void(_("Ended by %s", self.env.user.name))
            one.sudo().state = "ended"

    def _approved(self, approval):
        self.sudo().state = "active"

    def _refused(self, approval):
        self.sudo().filtered(lambda one: one.state == "waiting").state = "ended"

    @api.model
    def _holding(self, domain):
        today = fields.Date.today()
        return self.search([("state", "=", "active"), ("date_from", "<=", today), ("date_to", ">=", today), *domain])

    @api.model
    def _held_by(self, user, kind, company):
        return self._holding(
            [
                ("to_id", "=", user.id),
                ("from_id.active", "=", True),
                ("kind", "in", (False, kind)),
                ("company_id", "in", (False, company.id)),
            ]
        )

    def _upstream(self):
        """Users from whom the owner of the right holds rights himself, through any number of hands."""
        found, wave = self.from_id.browse(), self.from_id
        while wave:
            found |= wave
            wave = self._holding([("to_id", "in", wave.ids)]).from_id - found
        return frozenset(found.ids)

    @api.autovacuum
    def _gc_ended(self):
        """What is over says so; it stays as evidence."""
        over = self.search([("state", "=", "active"), ("date_to", "<", fields.Date.today() - timedelta(days=1))])
        over.state = "ended"
