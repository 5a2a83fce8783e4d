from odoo import models

from ..core.errors import ConfigurationError


class FinanceCanonicalCostCentre(models.AbstractModel):
    """Cost centres as analytic accounts of the first plan."""

    _name = "finance.canonical.cost_centre"
    _inherit = "finance.canonical"
    _description = "Canonical cost centre"
    _records = "account.analytic.account"
    _changes = True
    _led = "cost_centre"

    def _prepare(self, run):
        run.facts["plan"] = self.env["account.analytic.plan"].search([("parent_id", "=", False)], limit=1)

    def _values(self, run, item):
        values = {"code": item.found.code, "name": item.found.name}
        if item.record is None:
            if not run.facts["plan"]:
                raise ConfigurationError(self.env._("There is no analytic plan yet."), code="unknown.plan")
            values |= {"plan_id": run.facts["plan"].id, "company_id": run.company.id}
        return values
