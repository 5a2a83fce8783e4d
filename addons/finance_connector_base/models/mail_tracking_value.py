from odoo import api, models

from ..core.masking import masked

TEXTS = ("old_value_char", "new_value_char", "old_value_text", "new_value_text")


class MailTrackingValue(models.Model):
    """A secret pasted into a field that is followed does not live on in its history."""

    _inherit = "mail.tracking.value"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [
                {**vals, **{name: masked(vals[name]) for name in TEXTS if isinstance(vals.get(name), str)}}
                for vals in vals_list
            ]
        )
