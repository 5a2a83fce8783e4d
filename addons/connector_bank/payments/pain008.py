"""pain.008, customer direct debit initiation (ISO 20022), versions .02 and .08: SEPA core and B2B."""

from .formats import PAYMENT_FORMATS
from .order import DIRECT_DEBIT
from .pain_format import PainFormat
from .pain_read import PainReader
from .pain_write import PainWriter, choice, group, text


@PAYMENT_FORMATS.add("pain008", "pain.008 direct debits (ISO 20022)")
class Pain008(PainFormat):
    kinds = (DIRECT_DEBIT,)
    message = "pain.008"
    needs = (
        "run.initiator.name|run.initiator.identifier",
        "batch.owner.name",
        "batch.account.iban|batch.account.number",
        "payment.party.name",
        "payment.account.iban|payment.account.number",
    )

    def write(self, run, profile):
        parts = PainWriter(self.version(profile), profile.namespace)
        batches = [self._batch(parts, batch, profile) for batch in run.batches]
        return parts.document("CstmrDrctDbtInitn", run, profile.header, batches)

    def read(self, content, profile):
        reader = PainReader(self.version(profile), profile.namespace, DIRECT_DEBIT)
        return reader.read(content, "DrctDbtTxInf", "ReqdColltnDt")

    def _batch(self, parts, batch, profile):
        return group(
            "PmtInf",
            parts.batch_head(batch, "DD", profile.header),
            text("ReqdColltnDt", batch.executed_on.isoformat()),
            parts.party("Cdtr", batch.owner),
            parts.account("CdtrAcct", batch.account),
            parts.agent("CdtrAgt", batch.agent),
            parts.party("UltmtCdtr", batch.ultimate_owner),
            text("ChrgBr", batch.charge_bearer),
            parts.account("ChrgsAcct", batch.charges_account),
            parts.creditor("CdtrSchmeId", batch.creditor_identifier) if batch.creditor_identifier else "",
            *(self._payment(parts, payment) for payment in batch.payments),
        )

    @staticmethod
    def _payment(parts, payment):
        mandate = payment.mandate
        return group(
            "DrctDbtTxInf",
            parts.payment_ids(payment),
            parts.amount(payment),
            text("ChrgBr", payment.charge_bearer),
            group("DrctDbtTx", _mandate(parts, mandate)) if mandate else "",
            parts.party("UltmtCdtr", payment.ultimate_creditor),
            parts.agent("DbtrAgt", payment.agent),
            parts.party("Dbtr", payment.party),
            parts.account("DbtrAcct", payment.account),
            parts.party("UltmtDbtr", payment.ultimate_debtor),
            choice("Purp", payment.purpose),
            parts.remittance(payment),
        )


def _mandate(parts, mandate):
    before = group(
        "AmdmntInfDtls",
        text("OrgnlMndtId", mandate.original_id),
        parts.creditor("OrgnlCdtrSchmeId", mandate.original_creditor_identifier, mandate.original_creditor_name),
        parts.account("OrgnlDbtrAcct", mandate.original_account),
    )
    return group(
        "MndtRltdInf",
        text("MndtId", mandate.id),
        text("DtOfSgntr", mandate.signed_on and mandate.signed_on.isoformat()),
        text("AmdmntInd", "true" if mandate.amended else None),
        before,
    )
