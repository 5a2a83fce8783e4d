from odoo import models


class FinanceProcessFile(models.AbstractModel):
    """A file that is only passed on or kept: out to the other side, or in as evidence."""

    _name = "finance.process.file"
    _inherit = "finance.process"
    _description = "File"

    def process(self, message):
        return {"text": self.env._("Kept, %s bytes", message.size)}
