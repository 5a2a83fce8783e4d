from odoo import _, api, fields, models
from odoo.tools import SQL

from odoo.addons.finance_connector_base.core.figure import FIGURES

OWN_ADDON = __name__.split(".")[2]

#: Figures the checks that come with this addon read; their own addons may not be installed.
KNOWN_FIGURES = {
    "close.draft_entries": "Draft entries",
    "close.suspense": "Items on suspense accounts",
    "bank.unreconciled": "Unreconciled bank lines",
    "bank.statements_incomplete": "Statements that do not add up",
    "tax.awaiting_commit": "Tax waiting to be committed",
}


class FinanceCloseGate(models.Model):
    """A check that every period has to pass before a milestone: one figure and its limit."""

    _name = "finance.close.gate"
    _description = "Close check"
    _order = "milestone_sequence, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    figure = fields.Selection(
        selection="_selection_figure",
        required=True,
        help="The number that is looked at, as it stands at the end of the period.",
    )
    comparison = fields.Selection(
        [("zero", "must be 0"), ("at_most", "must be at most")], string="Passes", required=True, default="zero"
    )
    threshold = fields.Float(help="For “at most”: the largest number that still passes.")
    milestone_id = fields.Many2one(
        "finance.close.milestone",
        required=True,
        index=True,
        ondelete="cascade",
        help="Looked at before this milestone and all later ones.",
    )
    milestone_sequence = fields.Integer(related="milestone_id.sequence", store=True, string="Milestone order")
    level = fields.Selection(
        [("blocking", "Blocks"), ("warning", "Warns")], string="If it fails", required=True, default="blocking"
    )
    advice = fields.Char(translate=True, string="What to do", help="The next step when the check fails.")

    @api.model
    def _selection_figure(self):
        """Figures of this database, then those that checks name but whose addon is missing."""
        here = dict(FIGURES.names(self._loaded_addons()))
        used = [code for (code,) in self.env.execute_query(SQL("SELECT DISTINCT figure FROM finance_close_gate"))]
        missing = {code: KNOWN_FIGURES.get(code, code) for code in [*KNOWN_FIGURES, *used] if code not in here}
        return [
            *((code, self.env._(label)) for code, label in here.items()),
            *((code, _("%s (not installed)", self.env._(label))) for code, label in missing.items()),
        ]

    @api.model
    def _loaded_addons(self):
        """Addons of this database; this one counts while it is being installed, too."""
        return {*self.env["finance.connector"]._loaded_addons(), OWN_ADDON}

    def _figure(self):
        """The figure object, or None where no installed addon has it."""
        self.ensure_one()
        if self.figure in FIGURES and FIGURES.addon(self.figure) in self._loaded_addons():
            return FIGURES.get(self.figure)()
        return None

    def _limit(self):
        return 0.0 if self.comparison == "zero" else self.threshold

    def _passes(self, value):
        return abs(value) <= self._limit()

    @api.model
    def _guarding(self, company, milestone=None):
        """The checks of a company, up to and including a milestone if one is given."""
        domain = [("company_id", "in", (False, company.id)), ("milestone_id.active", "=", True)]
        if milestone:
            domain.append(("milestone_sequence", "<=", milestone.sequence))
        return self.sudo().search(domain)
