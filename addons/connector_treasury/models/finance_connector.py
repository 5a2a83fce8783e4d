from odoo import fields, models


class FinanceConnector(models.Model):
    """What a treasury platform needs to know besides its line."""

    _inherit = "finance.connector"

    platform_task = fields.Char(
        "Task that takes payments", default="IMPORT_PAYMENTS", tracking=True,
        help="The process of the platform that is run on each file, as its administrators named it.",
    )  # fmt: skip

    def _transport_settings(self):
        return {**super()._transport_settings(), "platform_task": self.platform_task or ""}
