"""Which records of this addon stand in the audit trail, and which of their fields count."""

from odoo import api, models


class FinanceMatchProposal(models.Model):
    _name = "finance.match.proposal"
    _inherit = ["finance.match.proposal", "finance.audited"]
    _audit_noun = "match"
    _audit_only = ("state",)
    _audit_on_create = _audit_on_delete = False

    def _audit_facts(self, what):
        return {"line": self.line_id.id, "rule": self.rule, "automatic": self.automatic}


class AccountJournal(models.Model):
    _name = "account.journal"
    _inherit = ["account.journal", "finance.audited"]
    _audit_noun = "journal"
    _audit_on_create = _audit_on_delete = False

    @api.model
    def _audit_names(self):
        ours = {name for name, field in self._fields.items() if name.startswith("finance_") and field.store}
        return frozenset(ours | {"bank_account_id", "default_account_id", "suspense_account_id", "active"})


class AccountBankStatement(models.Model):
    _inherit = "account.bank.statement"

    def _audit_related(self):
        """With its lines."""
        return {**super()._audit_related(), "account.bank.statement.line": self.line_ids.ids}

    def _audit_correlations(self):
        return self.sudo().line_ids.finance_message_id.mapped("correlation_id")


class FinanceAccountKey(models.Model):
    _name = "finance.account.key"
    _inherit = ["finance.account.key", "finance.audited"]
    _audit_noun = "account_key"


class FinanceStatementProfile(models.Model):
    _name = "finance.statement.profile"
    _inherit = ["finance.statement.profile", "finance.audited"]
    _audit_noun = "statement_profile"


class FinancePayeeCheck(models.Model):
    _name = "finance.payee.check"
    _inherit = ["finance.payee.check", "finance.audited"]
    _audit_noun = "payee_check"
    _audit_only = ("result", "state", "reason", "our_name", "bank_name", "decided_by_id")


class FinancePaymentCancellation(models.Model):
    _name = "finance.payment.cancellation"
    _inherit = ["finance.payment.cancellation", "finance.audited"]
    _audit_noun = "payment_cancellation"
    _audit_only = ("kind", "state", "reason", "text")


class FinanceAuditEvent(models.Model):
    _inherit = "finance.audit.event"

    def _audit_words(self):
        _ = self.env._
        return {
            **super()._audit_words(),
            "payment_control.made": _("Proof of payments made"),
            "matching.stopped": _("Matching stopped"),
            "matching.resumed": _("Matching goes on"),
        }


class FinanceMandate(models.Model):
    _name = "finance.mandate"
    _inherit = ["finance.mandate", "finance.audited"]
    _audit_noun = "mandate"


class FinancePaymentRun(models.Model):
    _name = "finance.payment.run"
    _inherit = ["finance.payment.run", "finance.audited"]
    _audit_noun = "payment_run"
    _audit_only = ("state", "kind", "company_id")

    def _audit_facts(self, what):
        return {"lines": self.count, "amount": f"{self.amount:.2f}"}


class FinanceIdentityChange(models.Model):
    _name = "finance.identity.change"
    _inherit = ["finance.identity.change", "finance.audited"]
    _audit_noun = "line_identity"
