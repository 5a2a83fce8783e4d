"""pain.001, customer credit transfer initiation (ISO 20022), versions .03, .09 and .12.

SEPA, SEPA instant, urgent, cross-border, Swiss, German and American wires are profiles of it.
"""

from .formats import PAYMENT_FORMATS
from .order import CREDIT_TRANSFER
from .pain_format import PainFormat
from .pain_read import PainReader
from .pain_write import PainWriter, choice, group, text


@PAYMENT_FORMATS.add("pain001", "pain.001 credit transfers (ISO 20022)")
class Pain001(PainFormat):
    kinds = (CREDIT_TRANSFER,)
    message = "pain.001"
    needs = (
        "run.initiator.name|run.initiator.identifier",
        "batch.owner.name",
        "batch.account.iban|batch.account.number",
    )

    def write(self, run, profile):
        parts = PainWriter(self.version(profile), profile.namespace)
        batches = [self._batch(parts, batch, profile) for batch in run.batches]
        return parts.document("CstmrCdtTrfInitn", run, profile.header, batches)

    def read(self, content, profile):
        version = self.version(profile)
        reader = PainReader(version, profile.namespace, CREDIT_TRANSFER)
        return reader.read(content, "CdtTrfTxInf", "ReqdExctnDt/Dt" if version.day_choice else "ReqdExctnDt")

    def _batch(self, parts, batch, profile):
        day = text("ReqdExctnDt", batch.executed_on.isoformat())
        if self.version(profile).day_choice:
            day = group("ReqdExctnDt", text("Dt", batch.executed_on.isoformat()))
        return group(
            "PmtInf",
            parts.batch_head(batch, profile.options.get("method", "TRF"), profile.header),
            day,
            parts.party("Dbtr", batch.owner),
            parts.account("DbtrAcct", batch.account),
            parts.agent("DbtrAgt", batch.agent),
            parts.party("UltmtDbtr", batch.ultimate_owner),
            text("ChrgBr", batch.charge_bearer),
            parts.account("ChrgsAcct", batch.charges_account),
            *(self._payment(parts, payment) for payment in batch.payments),
        )

    @staticmethod
    def _payment(parts, payment):
        return group(
            "CdtTrfTxInf",
            parts.payment_ids(payment),
            group("Amt", parts.amount(payment)),
            text("ChrgBr", payment.charge_bearer),
            parts.party("UltmtDbtr", payment.ultimate_debtor),
            parts.agent("IntrmyAgt1", payment.intermediary) if payment.intermediary else "",
            parts.agent("CdtrAgt", payment.agent) if payment.agent else "",
            parts.party("Cdtr", payment.party),
            parts.account("CdtrAcct", payment.account),
            parts.party("UltmtCdtr", payment.ultimate_creditor),
            choice("Purp", payment.purpose),
            parts.remittance(payment),
        )
