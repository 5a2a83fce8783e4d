from decimal import Decimal

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..approval.policy import Level, Rule

#: What a rule consists of; frozen while it is in force.
CONTENT = (
    *("kind", "company_id", "currency_id", "amount_from", "amount_to", "group_id", "user_ids", "persons"),
    *("cool_off_hours", "exclude_editor"),
)


class FinanceApprovalRule(models.Model):
    """One line of the matrix: for what, from which amount, so many persons of whom.

    Every rule that matches counts, so adding one only makes stricter and needs nobody's consent. A rule in
    force is not edited: add another, and retire this one with an approval.
    """

    _name = "finance.approval.rule"
    _inherit = ["finance.approval.mixin", "mail.thread"]
    _description = "Approval rule"
    _order = "kind, company_id, currency_id, amount_from, id"

    name = fields.Char(compute="_compute_name", store=True)
    kind = fields.Selection(selection=lambda self: self._approval_kinds(), required=True, index=True, string="For")
    company_id = fields.Many2one("res.company", index=True, help="Empty: all companies.")
    currency_id = fields.Many2one(
        "res.currency", help="Amounts in this currency only. Empty: any, measured in the company's currency."
    )
    amount_from = fields.Float(
        digits=(16, 2),
        string="From amount",
        help="The whole, or what one beneficiary gets within 24 hours where that is more.",
    )
    amount_to = fields.Float(digits=(16, 2), string="Below amount", help="0: no upper end.")
    group_id = fields.Many2one(
        "res.groups",
        string="Persons of",
        default=lambda self: self.env.ref("finance_connector_base.group_approver", raise_if_not_found=False),
    )
    user_ids = fields.Many2many("res.users", string="Or one of these")
    persons = fields.Integer(default=1, required=True, string="How many")
    cool_off_hours = fields.Float(string="Rests for (hours)", help="Between the last vote and carrying it out.")
    exclude_editor = fields.Boolean(
        string="Not the last editor", help="Whoever changed the record last does not approve it either."
    )
    level = fields.Json(compute="_compute_level", store=True)
    state = fields.Selection([("live", "In force"), ("retired", "Retired")], default="live", readonly=True, copy=False)
    note = fields.Char(string="Reason")

    _approval_protected = ("state",)

    _positive = models.Constraint(
        "CHECK (persons > 0 AND amount_from >= 0 AND amount_to >= 0 AND cool_off_hours >= 0)",
        "A rule asks for at least one person; amounts and hours are not negative.",
    )

    @api.depends("kind", "amount_from", "persons", "group_id", "user_ids")
    def _compute_name(self):
        kinds = dict(self._approval_kinds())
        for rule in self:
            who = ", ".join(rule.user_ids.mapped("name")) or rule.group_id.name or ""
            rule.name = _("%(kind)s: %(count)s × %(who)s", kind=kinds.get(rule.kind, ""), count=rule.persons, who=who)

    @api.depends("group_id", "user_ids", "persons")
    def _compute_level(self):
        for rule in self:
            rule.level = {
                "name": rule.group_id.name if not rule.user_ids else ", ".join(rule.user_ids.mapped("name")),
                "count": rule.persons,
                "group": None if rule.user_ids else rule.group_id.id or None,
                "users": sorted(rule.user_ids.ids),
            }

    @api.constrains("group_id", "user_ids", "persons", "amount_from", "amount_to")
    def _check_reachable(self):
        for rule in self:
            if not rule.user_ids and not rule.group_id:
                raise ValidationError(_("Say who has to approve: a group, or persons by name."))
            if rule.user_ids and len(rule.user_ids) < rule.persons:
                raise ValidationError(_("Fewer persons are named than have to approve."))
            if rule.amount_to and rule.amount_to <= rule.amount_from:
                raise ValidationError(_("The upper amount must be above the lower one."))

    def write(self, vals):
        if set(CONTENT) & vals.keys() and any(rule.state == "live" for rule in self):
            raise UserError(_("A rule in force does not change. Add another, then retire this one."))
        if "state" in vals and not self.env.su:
            raise AccessError(_("A rule is retired with its button."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live(self):
        if any(rule.state == "live" for rule in self):
            raise UserError(_("A rule in force is retired, with an approval, and not deleted."))

    def _plain(self):
        """The rule as the policy reads it."""
        level = self.level
        return Rule(
            self.kind,
            (Level(level["name"], level["count"], level["group"], frozenset(level["users"])),),
            self.company_id.id or None,
            self.currency_id.name or None,
            Decimal(str(self.amount_from)),
            Decimal(str(self.amount_to)),
            self.cool_off_hours,
            self.exclude_editor,
        )

    @api.model
    def _in_force(self, kind, company):
        rules = self.sudo().search(
            [("kind", "=", kind), ("state", "=", "live"), ("company_id", "in", (False, company.id))]
        )
        return [rule._plain() for rule in rules]

    # retiring one weakens the matrix, so it is itself approved

    def _approval_kind(self):
        return "rule"

    def _approval_content(self):
        return {"retire": self.id, "level": self.level, "kind": self.kind, "company": self.company_id.id or None}

    def _approval_facts(self):
        return {
            "name": _("Retire the rule “%s”", self.name),
            "changes": [[_("State"), _("In force"), _("Retired")]],
            "warnings": [_("Less is asked for from then on. See which other rules stay.")],
        }

    def action_retire(self):
        for rule in self.filtered(lambda one: one.state == "live"):
            rule.check_access("write")
            rule._request_approval()

    def _approved(self, approval):
        self.sudo().state = "retired"
