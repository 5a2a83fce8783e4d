from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..casework.blocking import FIRM, Policy, decided
from ..casework.routing import patterns
from ..core.errors import CATEGORIES, FinanceError


class FinanceCasePolicy(models.Model):
    """How much a failure stops: the whole message, its own part, or nothing. The first one that fits decides."""

    _name = "finance.case.policy"
    _inherit = ["mail.thread"]
    _description = "Blocking policy"
    _order = "sequence, id"

    name = fields.Char(required=True, string="Reason", tracking=True, help="Shown on the cases it decides.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: all companies.")
    flow_id = fields.Many2one("finance.flow", ondelete="cascade", help="Empty: all flows.")
    domain = fields.Selection(selection=lambda self: self.env["finance.exception"]._areas(), string="Area")
    category = fields.Selection(list(CATEGORIES), string="Class")
    code = fields.Char(string="Codes", help="Patterns separated by commas, such as statement.late*", tracking=True)
    effect = fields.Selection(
        [
            ("whole", "Keep the whole message out"),
            ("block", "Let the rest in, the part waits"),
            ("warn", "Go on and warn"),
            ("ignore", "Go on; only keep a record"),
        ],
        default="block",
        required=True,
        tracking=True,
    )

    @api.constrains("effect", "category")
    def _check_firm(self):
        for policy in self:
            if policy.category in FIRM and policy.effect in ("warn", "ignore"):
                label = dict(CATEGORIES)[policy.category]
                raise ValidationError(_("Cases of class “%s” always wait for a person.", label))

    @api.model
    def _decide(self, values):
        """The policy for a case with these values; empty where things stay as the reporting code has them."""
        found = self.sudo().search([("company_id", "in", (False, values["company_id"]))])
        policies = [
            Policy(one.id, one.effect, one.flow_id.id or 0, one.domain or "", one.category or "", patterns(one.code))
            for one in found
        ]
        chosen = decided(
            policies,
            code=values["code"],
            category=values.get("category") or "",
            flow=values.get("flow_id") or 0,
            area=values.get("domain") or "",
        )
        return self.sudo().browse(chosen.id if chosen else ())

    @api.model
    def _apply(self, values, processing=False):
        """Put into the values of a case what the policy says.

        A message that was refused as a whole stays refused: nothing of it was booked that could go on.

        :param processing: its message is being processed, and this is about a part of it
        :raise FinanceError: the whole message is to be kept out
        """
        refused = values.get("message_id") and values.get("blocking", True) and not processing
        policy = self._decide(values)
        if refused or not policy:
            return
        if policy.effect == "whole" and processing:
            error = FinanceError(values["text"], code=values["code"], place=values.get("place"))
            error.category = values["category"]
            raise error
        values |= {"policy_id": policy.id, "blocking": policy.effect in ("whole", "block")}
        if policy.effect == "ignore":
            values |= {
                "state": "dropped",
                "solution": self.env._("Only recorded: %s", policy.name),
                "closed_on": fields.Datetime.now(),
                "owner_id": False,
            }
