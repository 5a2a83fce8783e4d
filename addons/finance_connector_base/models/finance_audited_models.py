"""Which records of this addon stand in the audit trail, and which of their fields count."""

from odoo import models

from .finance_credential import KEPT_BY_ITSELF


class FinanceConnector(models.Model):
    _name = "finance.connector"
    _inherit = ["finance.connector", "finance.audited"]
    _audit_noun = "connector"
    _audit_skip = ("sequence", "health", "health_text", "health_code", "health_on", "health_step", "next_expiry_on")

    def _audit_related(self):
        """With its flows, secrets and stops, but not its messages: those have stories of their own."""
        connector = self.sudo().with_context(active_test=False)
        stops = self.env["finance.stop"].sudo().search([("connector_id", "in", self.ids)])
        return {
            self._name: self.ids,
            "finance.flow": connector.flow_ids.ids,
            "finance.credential": connector.credential_ids.ids,
            "finance.stop": stops.ids,
        }

    def _audit_subject(self):
        return {"company_id": self.company_id.id, "connector_id": self.id}


class FinanceFlow(models.Model):
    _name = "finance.flow"
    _inherit = ["finance.flow", "finance.audited"]
    _audit_noun = "flow"
    _audit_skip = ("sequence", "next_run", "last_run", "last_success")


class FinanceCredential(models.Model):
    _name = "finance.credential"
    _inherit = ["finance.credential", "finance.audited"]
    _audit_noun = "credential"
    _audit_only = ("purpose", "sealed", "expires_on", "valid_from", "valid_until")
    _audit_secret = ("sealed",)

    def _audit_wanted(self):
        """Tokens are fetched anew by themselves all day."""
        return self.filtered(lambda one: one.purpose not in KEPT_BY_ITSELF)


class FinanceApproval(models.Model):
    _name = "finance.approval"
    _inherit = ["finance.approval", "finance.audited"]
    _audit_noun = "approval"
    _audit_only = ("state", "effective_on", "applied_on", "closed_reason", "maker_id")

    def _audit_related(self):
        """With the votes, and the record that was decided about."""
        related = {self._name: self.ids, "finance.approval.vote": self.sudo().vote_ids.ids}
        for approval in self:
            related.setdefault(approval.res_model, []).append(approval.res_id)
        return related

    def _audit_facts(self, what):
        return {"kind": self.kind, "sha256": self.sha256, "model": self.res_model, "record": self.res_id}


class FinanceApprovalVote(models.Model):
    _name = "finance.approval.vote"
    _inherit = ["finance.approval.vote", "finance.audited"]
    _audit_noun = "vote"
    _audit_only = ("reason", "channel")

    def _audit_facts(self, what):
        return {
            "approval": self.approval_id.id,
            "decision": self.decision,
            "person": self.user_id.id,
            "authority": self.authority_id.id,
            "level": self.level,
            "sha256": self.sha256,
        }


class FinanceApprovalRule(models.Model):
    _name = "finance.approval.rule"
    _inherit = ["finance.approval.rule", "finance.audited"]
    _audit_noun = "approval_rule"


class FinanceApprovalDelegation(models.Model):
    _name = "finance.approval.delegation"
    _inherit = ["finance.approval.delegation", "finance.audited"]
    _audit_noun = "delegation"


class FinanceDecision(models.Model):
    _name = "finance.decision"
    _inherit = ["finance.decision", "finance.audited"]
    _audit_noun = "decision"
    _audit_only = ("state", "kind", "reason", "requested_by_id", "approved_by_id")


class FinanceReplay(models.Model):
    _name = "finance.replay"
    _inherit = ["finance.replay", "finance.audited"]
    _audit_noun = "replay"


class FinanceBankChange(models.Model):
    _name = "finance.bank.change"
    _inherit = ["finance.bank.change", "finance.audited"]
    _audit_noun = "bank_change"
    _audit_skip = ("sanitized_acc_number",)
    _audit_accounts = ("acc_number",)

    def _audit_related(self):
        change = self.sudo()
        approvals = self.env["finance.approval"].sudo()
        approvals = approvals.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        return {
            self._name: self.ids,
            "finance.approval": approvals.ids,
            "finance.approval.vote": approvals.vote_ids.ids,
            "res.partner.bank": (change.account_id | change.made_id).ids,
        }


class FinanceSettingChange(models.Model):
    _name = "finance.setting.change"
    _inherit = ["finance.setting.change", "finance.audited"]
    _audit_noun = "setting_change"


class FinanceMapping(models.Model):
    _name = "finance.mapping"
    _inherit = ["finance.mapping", "finance.audited"]
    _audit_noun = "mapping"


class FinanceMappingVersion(models.Model):
    _name = "finance.mapping.version"
    _inherit = ["finance.mapping.version", "finance.audited"]
    _audit_noun = "mapping_version"

    def _audit_facts(self, what):
        return {"rows": len(self.line_ids)}


class FinanceAuthority(models.Model):
    _name = "finance.authority"
    _inherit = ["finance.authority", "finance.audited"]
    _audit_noun = "authority"


class FinanceSubscription(models.Model):
    _name = "finance.subscription"
    _inherit = ["finance.subscription", "finance.audited"]
    _audit_noun = "subscription"
    _audit_skip = ("position", "served_on")


class FinanceExtract(models.Model):
    _name = "finance.extract"
    _inherit = ["finance.extract", "finance.audited"]
    _audit_noun = "extract"
    _audit_skip = ("number", "watermark", "window", "last_sha256", "next_run", "last_run", "last_full")


class FinanceStop(models.Model):
    _name = "finance.stop"
    _inherit = ["finance.stop", "finance.audited"]
    _audit_noun = "stop"


class FinanceRetentionRule(models.Model):
    _name = "finance.retention.rule"
    _inherit = ["finance.retention.rule", "finance.audited"]
    _audit_noun = "retention_rule"


class FinanceLegalHold(models.Model):
    _name = "finance.legal.hold"
    _inherit = ["finance.legal.hold", "finance.audited"]
    _audit_noun = "legal_hold"


class FinanceErasure(models.Model):
    _name = "finance.erasure"
    _inherit = ["finance.erasure", "finance.audited"]
    _audit_noun = "erasure"
    _audit_only = ("state",)  # not whom it is about: that is what goes

    def _audit_note(self, what, old, new):
        """Whose data it is stays in the request alone."""
        facts = {"from": old.get("state", (None,))[0], "to": new.get("state", (None,))[0]}
        self.env["finance.audit"]._note(f"erasure.{what}", self, facts)


class FinanceException(models.Model):
    _name = "finance.exception"
    _inherit = ["finance.exception", "finance.audited"]
    _audit_noun = "case"
    _audit_only = ("state", "owner_id", "solution", "blocking")

    def _audit_facts(self, what):
        return {"code": self.code}


class ResPartnerBank(models.Model):
    _name = "res.partner.bank"
    _inherit = ["res.partner.bank", "finance.audited"]
    _audit_noun = "bank_account"
    _audit_only = (
        "acc_number", "partner_id", "bank_id", "acc_holder_name", "clearing_number", "allow_out_payment", "active",
        "currency_id",
    )  # fmt: skip
    _audit_accounts = ("acc_number",)

    def _audit_related(self):
        """With the requests to change it."""
        changes = self.env["finance.bank.change"].sudo()
        changes = changes.search(["|", ("account_id", "in", self.ids), ("made_id", "in", self.ids)])
        return {**changes._audit_related(), self._name: self.ids}


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "finance.audited"]
    _audit_noun = "payment"
    _audit_only = ("state", "amount", "currency_id", "date", "partner_id", "partner_bank_id", "memo")

    def _audit_related(self):
        """With what was asked and answered about it and about the account it goes to, and the messages for it."""
        about = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        approvals = self.env["finance.approval"].sudo().search(about)
        return {
            self._name: self.ids,
            "finance.approval": approvals.ids,
            "finance.approval.vote": approvals.vote_ids.ids,
            "res.partner.bank": self.sudo().partner_bank_id.ids,
        }

    def _audit_correlations(self):
        about = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        return self.env["finance.message"].sudo().search(about).mapped("correlation_id")


class AccountBankStatement(models.Model):
    _name = "account.bank.statement"
    _inherit = ["account.bank.statement", "finance.audited"]
    _audit_noun = "statement"
    _audit_only = ("name", "reference", "date", "balance_start", "balance_end_real")

    def _audit_facts(self, what):
        return {"lines": len(self.line_ids)}


class AccountBankStatementLine(models.Model):
    _name = "account.bank.statement.line"
    _inherit = ["account.bank.statement.line", "finance.audited"]
    _audit_noun = "statement_line"
    _audit_only = ("amount", "date", "payment_ref", "partner_id", "account_number", "statement_id")
    _audit_accounts = ("account_number",)
    _audit_on_create = False  # the import's message and its statement are noted, with hash and number of lines
