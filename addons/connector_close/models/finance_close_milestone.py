from odoo import fields, models


class FinanceCloseMilestone(models.Model):
    """A point of the close at which the trial balance is frozen, e.g. Preliminary or Final."""

    _name = "finance.close.milestone"
    _description = "Close milestone"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short stable name, used in file names and keys.")
    sequence = fields.Integer(default=10, required=True, help="Milestones are taken in this order.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    leads_to = fields.Selection(
        [("open", "Stays open"), ("soft", "Soft-closed"), ("closed", "Closed")],
        string="The period then is",
        required=True,
        default="open",
    )
    description = fields.Char(translate=True, help="What is done by then, in your words.")
    gate_ids = fields.One2many("finance.close.gate", "milestone_id", string="Checks")

    _code_uniq = models.UniqueIndex(
        "(code, (coalesce(company_id, 0)))", "There is already a milestone with this code."
    )

    def _of(self, company):
        """The milestones of a company, in order."""
        return self.sudo().search([("company_id", "in", (False, company.id))])
