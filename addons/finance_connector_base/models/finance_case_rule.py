from decimal import Decimal

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..casework.routing import Facts, Rule, explained, first, patterns
from ..core.errors import CATEGORIES

#: Attribute of the facts → field of the rule.
CONDITIONS = {
    "area": "domain",
    "company": "company_id",
    "connector": "connector_id",
    "flow": "flow_id",
    "category": "category",
    "currency": "currency_id",
    "partner": "partner_id",
    "country": "country_id",
}


class FinanceCaseRule(models.Model):
    """Who gets which cases, and until when. The first rule that fits takes a case."""

    _name = "finance.case.rule"
    _inherit = ["mail.thread"]
    _description = "Routing rule"
    _order = "sequence, id"

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    domain = fields.Selection(selection=lambda self: self.env["finance.exception"]._areas(), string="Area")
    company_id = fields.Many2one("res.company", index=True, help="Empty: all companies.")
    connector_id = fields.Many2one("finance.connector", ondelete="cascade")
    flow_id = fields.Many2one("finance.flow", ondelete="cascade")
    category = fields.Selection(list(CATEGORIES), string="Class")
    code = fields.Char(string="Codes", help="Patterns separated by commas, such as statement.*, match.none")
    currency_id = fields.Many2one("res.currency", help="Empty: any, and amounts count in the company's currency.")
    amount_from = fields.Float(digits=(16, 2), string="From amount", help="Whether it comes in or goes out.")
    amount_to = fields.Float(digits=(16, 2), string="Below amount", help="0: no upper end.")
    partner_id = fields.Many2one("res.partner")
    country_id = fields.Many2one("res.country", help="That of the partner.")
    owner_id = fields.Many2one("res.users", domain=[("share", "=", False)], tracking=True)
    team_id = fields.Many2one("finance.team", tracking=True)
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High")], help="Empty: high where the flow's criticality is.", tracking=True
    )
    target_hours = fields.Float(string="Due after (hours)", help="0: the flow's service target.", tracking=True)
    clock = fields.Selection(
        [("working", "Working hours"), ("always", "Around the clock")],
        string="Hours are",
        help="Empty: as the flow says.",
    )
    words = fields.Text(
        string="What to do here",
        help="Shown above the general advice. {code}, {place}, {partner}, {amount}, {connector} and {flow} are put in.",
    )

    @api.constrains("amount_from", "amount_to", "target_hours")
    def _check_numbers(self):
        for rule in self:
            if min(rule.amount_from, rule.amount_to, rule.target_hours) < 0:
                raise ValidationError(_("Amounts and hours cannot be negative."))
            if rule.amount_to and rule.amount_to <= rule.amount_from:
                raise ValidationError(_("The upper end of the amounts must lie above the lower one."))

    @api.model
    def _rules(self):
        """All rules in force, as plain values in their order."""
        return [
            Rule(
                id=rule.id,
                name=rule.name,
                equal={
                    fact: rule[name].id if rule._fields[name].relational else rule[name] or ""
                    for fact, name in CONDITIONS.items()
                },
                codes=patterns(rule.code),
                amount_from=Decimal(str(rule.amount_from)),
                amount_to=Decimal(str(rule.amount_to)),
            )
            for rule in self.sudo().search([])
        ]

    @api.model
    def _first(self, rules, facts):
        """The rule that takes a case with these facts, or an empty recordset."""
        taken = first(rules, facts)
        return self.sudo().browse(taken.id if taken else ())

    @api.model
    def _facts(self, values):
        """What rules look at, from the values of a case."""
        company = self.env["res.company"].browse(values["company_id"])
        currency = self.env["res.currency"].browse(values.get("currency_id")) or company.currency_id
        amount = abs(values.get("amount") or 0.0)
        in_company = currency._convert(amount, company.currency_id, company, fields.Date.today()) if amount else 0.0
        partner = self.env["res.partner"].sudo().browse(values.get("partner_id"))
        return Facts(
            code=values["code"],
            category=values.get("category") or "",
            area=values.get("domain") or "",
            company=company.id,
            connector=values.get("connector_id") or 0,
            flow=values.get("flow_id") or 0,
            partner=partner.id or 0,
            country=partner.country_id.id or 0,
            currency=values.get("currency_id") or 0,
            amount=Decimal(str(amount)),
            company_amount=Decimal(str(in_company)),
        )

    @api.model
    def _explain(self, values):
        """Sentences, one for each rule: which takes a case with these values, and why the others do not."""
        labels = {fact: self._fields[name]._description_string(self.env) for fact, name in CONDITIONS.items()}
        labels |= {"code": self.env._("Codes"), "amount": self.env._("Amount")}
        lines = []
        for verdict in explained(self._rules(), self._facts(values)):
            if verdict.takes:
                why = self.env._("takes the case")
            elif verdict.misses:
                why = self.env._("does not fit: %s", ", ".join(labels[name] for name in verdict.misses))
            else:
                why = self.env._("would fit, but an earlier rule takes it")
            lines.append(f"{verdict.rule.name}: {why}")
        return lines or [self.env._("There is no rule. The owner of the flow or connector gets the case.")]
