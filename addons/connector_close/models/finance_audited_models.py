"""Which records of this addon stand in the audit trail, and which of their fields count."""

from odoo import models


class FinanceCloseSnapshot(models.Model):
    _name = "finance.close.snapshot"
    _inherit = ["finance.close.snapshot", "finance.audited"]
    _audit_noun = "snapshot"
    _audit_only = ("state", "period_id", "milestone_id", "revision", "sha256", "total_debit", "total_credit")

    def _audit_facts(self, what):
        return {"sha256": self.sha256}


class FinanceClosePeriod(models.Model):
    _name = "finance.close.period"
    _inherit = ["finance.close.period", "finance.audited"]
    _audit_noun = "close_period"
    _audit_only = ("state", "milestone_id", "date_from", "date_to", "owner_id")

    def write(self, vals):
        """A milestone that was reached is signed as soon as it is committed."""
        done = super().write(vals)
        if vals.get("milestone_id"):
            for period in self:
                milestone = period.milestone_id.name
                words = self.env._("%(milestone)s of %(period)s", milestone=milestone, period=period.name)
                self.env["finance.audit.sealer"].sudo()._checkpoint_after_commit(words)
        return done


class FinanceCloseGate(models.Model):
    _name = "finance.close.gate"
    _inherit = ["finance.close.gate", "finance.audited"]
    _audit_noun = "close_check"


class FinanceCloseDelta(models.Model):
    _name = "finance.close.delta"
    _inherit = ["finance.close.delta", "finance.audited"]
    _audit_noun = "late_change"
    _audit_only = ("state",)
    _audit_on_create = _audit_on_delete = False
