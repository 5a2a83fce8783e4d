from odoo import _, api, fields, models
from odoo.exceptions import UserError

#: Settings of a company that nobody changes alone.
SETTINGS = ("finance_bank_guard", "finance_bank_rest_hours", "finance_bank_first_cap")


class FinanceSettingChange(models.Model):
    """Other settings of a control, put before another person; the company keeps the old ones until then."""

    _name = "finance.setting.change"
    _inherit = ["finance.access", "finance.approval.mixin"]
    _description = "Change of control settings"
    _order = "id desc"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    finance_bank_guard = fields.Boolean(
        string="Guard bank details", default=lambda self: self.env.company.finance_bank_guard
    )
    finance_bank_rest_hours = fields.Float(
        string="New details rest for (hours)", default=lambda self: self.env.company.finance_bank_rest_hours
    )
    finance_bank_first_cap = fields.Monetary(
        string="Or only payments up to", default=lambda self: self.env.company.finance_bank_first_cap
    )
    reason = fields.Text(required=True)
    state = fields.Selection(
        [("draft", "Draft"), ("asked", "Waits for approval"), ("done", "In force"), ("dropped", "Dropped")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )

    _approval_protected = ("company_id", *SETTINGS, "reason")
    _not_negative = models.Constraint(
        "CHECK (finance_bank_rest_hours >= 0 AND finance_bank_first_cap >= 0)", "Hours and amounts are not negative."
    )

    def write(self, vals):
        if not self.env.su and any(change.state != "draft" for change in self):
            raise UserError(_("What others were asked about does not change; make another."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(change.state != "draft" for change in self):
            raise UserError(_("Changes of control settings stay as evidence."))

    def action_request(self):
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(_("This was asked for already."))
        self.sudo().state = "asked"
        self._request_approval()

    def _approval_kind(self):
        return "setting"

    def _approval_facts(self):
        company = self.company_id.sudo()
        return {
            "name": _("Control of bank details in %s", company.name),
            "changes": [
                [self._fields[name]._description_string(self.env), self._told(company[name]), self._told(self[name])]
                for name in SETTINGS
            ],
            "reason": self.reason,
            "warnings": [] if self.finance_bank_guard else [_("One person alone can then trust a bank account.")],
        }

    def _told(self, value):
        if isinstance(value, bool):
            return self.env._("yes") if value else self.env._("no")
        return f"{value:g}"

    def _approved(self, approval):
        change = self.sudo()
        change.company_id.write({name: change[name] for name in SETTINGS})
        self.env.flush_all()
        change.state = "done"

    def _refused(self, approval):
        self.sudo().filtered(lambda one: one.state == "asked").state = "dropped"
