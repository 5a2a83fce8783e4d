from odoo import models

#: Codes of refusals after which a consent no longer counts, and what it is then.
ENDED = {"consent.expired": "expired", "consent.revoked": "revoked", "consent.unknown": "revoked"}


class FinanceIntake(models.AbstractModel):
    """What fetching over a bank's interface says of its accounts and of the consent."""

    _inherit = "finance.intake"

    def _take(self, env, flow, parcel):
        new = super()._take(env, flow, parcel)
        connector = flow.with_env(env).connector_id
        if connector.is_bank_interface and flow.kind == "statement":
            env["finance.bank.access"].sudo()._fetched(connector, parcel)
        if flow.kind == "payment_answer" and connector.pays_by_interface:
            env["finance.payment.remote"].sudo()._looked(connector, parcel.content)
        return new

    def _pull_failed(self, flow, error):
        result = super()._pull_failed(flow, error)
        if error.code in ENDED:
            consent = flow.connector_id._consent()
            if consent:
                consent._stands(ENDED[error.code], text=str(error))
        return result
