from odoo import fields, models


class FinanceConnect(models.TransientModel):
    _inherit = "finance.connect"

    platform_task = fields.Char(
        "Task that takes payments", help="The process of the platform that is run on each file, e.g. IMPORT_PAYMENTS."
    )
