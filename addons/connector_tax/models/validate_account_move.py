from odoo import models


class ValidateAccountMove(models.TransientModel):
    _inherit = "validate.account.move"

    def validate_move(self):
        """Many drafts are posted at once here, past the button of the invoice."""
        self.move_ids._tax_prepare_posting()
        return super().validate_move()
