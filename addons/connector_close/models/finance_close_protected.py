from odoo import _, api, models
from odoo.exceptions import AccessError


class FinanceCloseProtected(models.AbstractModel):
    """Fields that only the software sets: a user who may edit the record cannot write them."""

    _name = "finance.close.protected"
    _description = "Record with protected fields"

    #: Names of the fields set by actions alone.
    _protected = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_protected(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_protected(vals)
        return super().write(vals)

    def _refuse_protected(self, vals):
        touched = self._protected.intersection(vals)
        if touched and not self.env.su:
            names = ", ".join(sorted(self._fields[name].string for name in touched))
            raise AccessError(_("%s: set by the buttons, not by hand.", names))
