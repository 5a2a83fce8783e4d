"""Which records of this addon stand in the audit trail, and which of their fields count."""

from odoo import models


class FinanceTaxDetermination(models.Model):
    _name = "finance.tax.determination"
    _inherit = ["finance.tax.determination", "finance.audited"]
    _audit_noun = "tax"
    _audit_only = ("state", "document_code", "amount_tax", "committed_tax", "request_hash", "engine_status")

    def _audit_facts(self, what):
        return {"document": self.move_id.id, "question": self.request_hash}

    def _audit_partner(self):
        return None  # nothing readable here is about a person


class FinanceTaxMapping(models.Model):
    _name = "finance.tax.mapping"
    _inherit = ["finance.tax.mapping", "finance.audited"]
    _audit_noun = "tax_mapping"
