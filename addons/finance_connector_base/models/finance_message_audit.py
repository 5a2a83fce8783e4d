from odoo import models


class FinanceMessage(models.Model):
    """Each state of a message is an event; those the protocol writes are noted where it writes them."""

    _name = "finance.message"
    _inherit = ["finance.message", "finance.audited"]
    _audit_noun = "message"
    _audit_only = ("state", "hold", "approved_hash")
    _audit_on_create = False  # finance.intake notes it

    def _audit_subject(self):
        message = self.sudo()
        return {
            "company_id": message.company_id.id,
            "connector_id": message.connector_id.id,
            "correlation_id": message.correlation_id,
        }

    def _audit_note(self, what, old, new):
        """Plain facts only: nothing of a message names a person or an account but its bytes."""
        def after(name):
            return new[name][0] if name in new else None

        facts = {"attempt": self.attempt}
        if "state" in new:
            facts |= {"from": old["state"][0], "to": after("state")}
        if "approved_hash" in new:
            what = "approved" if after("approved_hash") else "approval_void"
            facts["sha256"] = after("approved_hash")
        if "hold" in new:
            what = "held" if after("hold") else "released"
        self.env["finance.audit"]._note(f"message.{what}", self, facts)

    def read(self, fields=None, load="_classic_read"):
        """Who reads contents over an interface has looked at them, too."""
        if not self.env.su and "body" in (fields or ()):
            for message in self:
                self.env["finance.audit"]._note("message.looked_at", message, {"part": "content"})
        return super().read(fields, load)

    def _audit_related(self):
        """With its cases, decisions, approvals, and what it was sent for."""
        message = self.sudo()
        related = {self._name: self.ids, "finance.exception": message.exception_ids.ids}
        decisions = self.env["finance.decision"].sudo().search([("message_id", "in", self.ids)])
        approvals = self.env["finance.approval"].sudo()
        approvals = approvals.search([("res_model", "=", self._name), ("res_id", "in", self.ids)]) | (
            decisions.approval_id
        )
        related |= {"finance.decision": decisions.ids, "finance.approval": approvals.ids}
        related["finance.approval.vote"] = approvals.vote_ids.ids
        return related

    def _audit_correlations(self):
        return [message.correlation_id for message in self.sudo() if message.correlation_id]
