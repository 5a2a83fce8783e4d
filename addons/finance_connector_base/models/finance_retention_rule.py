from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import file_open

from ..retained.kinds import ACTIONS, RETAINED
from ..retention.classes import SENSITIVITIES


class FinanceRetentionRule(models.Model):
    """For how many days one kind of data of one class is kept, and how it goes; in force once another person agreed."""

    _name = "finance.retention.rule"
    _inherit = ["finance.approved"]
    _description = "Retention rule"
    _order = "kind, sensitivity, company_id, id desc"

    kind = fields.Selection(selection="_selection_kind", required=True, string="What")
    sensitivity = fields.Selection(SENSITIVITIES, required=True, string="Class")
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: all companies that have no rule of their own for the same."
    )
    days = fields.Integer(required=True, string="Kept for (days)", help="Counted from when it was done with.")
    action = fields.Selection(list(ACTIONS.items()), required=True, default="erase", string="Then")
    goes = fields.Char(compute="_compute_goes", string="What goes, what stays")
    run_ids = fields.One2many("finance.retention.run", "rule_id", string="Runs")

    _approval_protected = ("kind", "sensitivity", "company_id", "days", "action", "date_from", "date_to", "note")
    _days_positive = models.Constraint("CHECK (days >= 1)", "Something is kept for a day at least.")

    def init(self):
        self.env.registry.post_init(self._install_guard)
        return super().init()

    def _install_guard(self):
        """Those of rules, holds and held messages, after the guards of approvals, whose functions they use."""
        with file_open("finance_connector_base/data/retention_guard.sql") as script:
            self.env.cr.execute(script.read())

    @api.model
    def _selection_kind(self):
        return RETAINED.names(self.env.registry._init_modules)

    @api.depends("kind")
    def _compute_goes(self):
        for rule in self:
            rule.goes = self.env._(RETAINED.get(rule.kind).help) if rule.kind else False

    @api.depends("kind", "sensitivity", "days")
    def _compute_display_name(self):
        kinds, classes = dict(self._selection_kind()), dict(SENSITIVITIES)
        for rule in self:
            rule.display_name = self.env._(
                "%(what)s, %(class)s: %(days)s days",
                what=kinds.get(rule.kind, rule.kind or ""),
                days=rule.days,
                **{"class": classes.get(rule.sensitivity, "")},
            )

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind and self.action not in RETAINED.get(self.kind).actions:
            self.action = RETAINED.get(self.kind).actions[0]

    @api.constrains("kind", "action")
    def _check_action(self):
        for rule in self:
            if rule.action not in RETAINED.get(rule.kind).actions:
                raise ValidationError(self.env._("This is not how such data goes: %s", ACTIONS[rule.action]))

    def _approval_kind(self):
        return "retention"

    def _approval_facts(self):
        before = self.sudo().search([*self._same(), ("state", "=", "live"), ("id", "!=", self.id)], limit=1)
        trial = self.sudo().run_ids.filtered("dry")[:1]
        return {
            "name": self.display_name,
            "changes": [
                [self.env._("What"), "", dict(self._selection_kind())[self.kind]],
                [self.env._("Class"), "", dict(SENSITIVITIES)[self.sensitivity]],
                [self.env._("Company"), "", self.company_id.name or self.env._("All companies")],
                [self.env._("Kept for (days)"), str(before.days or ""), str(self.days)],
                [self.env._("Then"), ACTIONS.get(before.action, ""), ACTIONS[self.action]],
                [self.env._("Would go today"), "", trial.summary or self.env._("not tried")],
            ],
            "reason": self.note,
            "warnings": [self.env._("What goes does not come back.")],
        }

    def _same(self):
        return [
            ("kind", "=", self.kind),
            ("sensitivity", "=", self.sensitivity),
            ("company_id", "=", self.company_id.id),
        ]

    def action_copy(self):
        """A draft to change this rule by."""
        self.ensure_one()
        return self.copy().get_formview_action()

    def action_try(self):
        """Look what would go today; nothing does."""
        self.check_access("read")
        runs = self.env["finance.retention"].sudo()._try(self)
        return runs._shown()

    def action_open_runs(self):
        return self.run_ids._shown(self)

    @api.model
    def _in_force(self):
        """``(rule, company)`` pairs that count today; a company's own rule goes before that for all."""
        today = fields.Date.today()
        live = self.search(
            [
                ("state", "=", "live"),
                *("|", ("date_from", "=", False), ("date_from", "<=", today)),
                *("|", ("date_to", "=", False), ("date_to", ">=", today)),
            ]
        )
        own = {(rule.kind, rule.sensitivity, rule.company_id) for rule in live if rule.company_id}
        known = dict(self._selection_kind())
        for rule in live.filtered(lambda one: one.kind in known):
            for company in rule._companies():
                if rule.company_id or (rule.kind, rule.sensitivity, company) not in own:
                    yield rule, company

    def _companies(self):
        return self.company_id or self.env["res.company"].search([])
