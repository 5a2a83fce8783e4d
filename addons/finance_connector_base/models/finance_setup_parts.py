"""What belongs to a connector's approved set-up beside its own fields."""

from odoo import api, models

from .finance_connector_setup import FLOW
from .finance_credential import KEPT_BY_ITSELF


class FinanceCredential(models.Model):
    _inherit = "finance.credential"

    def write(self, vals):
        written = super().write(vals)
        if {"rotated_on", "purpose"} & vals.keys():
            self.filtered(lambda one: one.purpose not in KEPT_BY_ITSELF).connector_id._setup_changed()
        return written


class FinanceFlow(models.Model):
    _inherit = "finance.flow"

    @api.model_create_multi
    def create(self, vals_list):
        flows = super().create(vals_list)
        flows.connector_id._setup_changed()
        return flows

    def write(self, vals):
        written = super().write(vals)
        if set(FLOW) & vals.keys():
            self.connector_id._setup_changed()
        return written
