from odoo import api, models
from odoo.exceptions import AccessError


class FinanceAccess(models.AbstractModel):
    """Fields that are read-only on screens cannot be entered by hand in any other way either.

    A state, a counter or a name written over the interface would bypass the rules behind the buttons;
    their code writes as superuser.
    """

    _name = "finance.access"
    _description = "Protected fields"
    #: Read-only fields that whoever may make the record may also give it.
    _given_at_creation = ()

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            self._refuse_protected(values.keys() - set(self._given_at_creation))
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_protected(vals)
        return super().write(vals)

    def _refuse_protected(self, names):
        if not self.env.su and any(self._is_protected(name) for name in names):
            raise AccessError(self._protected_words())

    def _is_protected(self, name):
        return name in self._fields and self._fields[name].readonly

    def _protected_words(self):
        return self.env._("What the system keeps by itself cannot be entered by hand; use the buttons.")
