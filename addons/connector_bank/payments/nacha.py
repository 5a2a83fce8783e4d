"""NACHA files of the American clearing house: PPD, CCD, CTX, and IAT with its addenda; credits and debits."""

from dataclasses import replace

from . import nacha_records as records
from .broken import Broken
from .formats import PAYMENT_FORMATS, PaymentFormat
from .nacha_read import NachaReader
from .nacha_write import NachaWriter, remittance_lines
from .order import CREDIT_TRANSFER, DIRECT_DEBIT

_COMMON = (
    "run.message_id run.created_at run.sequence run.initiator.name run.initiator.identifier "
    "run.forwarding_agent.clearing_system run.forwarding_agent.clearing_member run.forwarding_agent.name "
    "batch.id batch.kind batch.executed_on batch.local_instrument batch.description batch.owner.name "
    "batch.owner.identifier batch.agent.clearing_system batch.agent.clearing_member payment.end_to_end_id "
    "payment.amount payment.currency payment.party.name payment.account.number payment.account.kind "
    "payment.agent.clearing_system payment.agent.clearing_member payment.remittance.text"
).split()
_DOCUMENTS = [f"payment.remittance.documents.{name}" for name in "number kind dated_on due discount remitted".split()]
_PLACE = "street town region post_code country".split()
_IAT = [
    "payment.purpose",
    "batch.agent.name",
    *(f"payment.{agent}.{part}" for agent in ("agent", "intermediary") for part in ("bic", "name", "address.country")),
    "payment.intermediary.clearing_system",
    "payment.intermediary.clearing_member",
    *(f"{party}.address.{part}" for party in ("batch.owner", "payment.party") for part in _PLACE),
]
_LENGTHS = {
    "run.message_id": 8,
    "run.initiator.name": 23,
    "run.initiator.identifier": 10,
    "run.forwarding_agent.name": 23,
    "batch.id": 20,
    "batch.owner.name": 16,
    "batch.owner.identifier": 10,
    "batch.description": 10,
    "payment.end_to_end_id": 15,
    "payment.party.name": 22,
    "payment.account.number": 17,
    "text": 80,
    "payment.remittance.documents.number": 30,
}
_CTX_LENGTHS = {"payment.party.name": 16}
_IAT_LENGTHS = {
    "batch.owner.name": 35,
    "name": 35,
    "payment.party.name": 35,
    "street": 35,
    "town": 20,
    "region": 13,
    "post_code": 16,
    "payment.account.number": 35,
    "clearing_member": 34,
}
_ADDENDA = 9999


@PAYMENT_FORMATS.add("nacha", "NACHA file (ACH)")
class Nacha(PaymentFormat):
    kinds = (CREDIT_TRANSFER, DIRECT_DEBIT)
    needs = (
        "run.initiator.name",
        "run.initiator.identifier",
        "run.forwarding_agent.clearing_member",
        "run.forwarding_agent.name",
        "batch.agent.clearing_member",
        "batch.owner.name",
        "batch.owner.identifier",
        "batch.description",
        "payment.party.name",
        "payment.account.number",
        "payment.account.kind",
    )
    file_extension = "ach"

    def lengths(self, profile):
        return {**_LENGTHS, **{"CTX": _CTX_LENGTHS, "IAT": _IAT_LENGTHS}.get(profile.version, {})}

    def carries(self, profile):
        more = {"CTX": _DOCUMENTS, "IAT": _IAT}.get(profile.version, ())
        return {*_COMMON, *more}

    def settled(self, run, profile):
        """The head says minutes, and IAT batches have a number for an id."""
        run = replace(run, created_at=run.created_at.replace(second=0, microsecond=0, tzinfo=None))
        if profile.version != "IAT":
            return run
        batches = tuple(replace(batch, id=str(number)) for number, batch in enumerate(run.batches, start=1))
        return replace(run, batches=batches)

    def broken(self, run, profile):
        if not 1 <= run.sequence <= len(records.FILE_MODIFIERS):
            yield Broken("nacha.sequence", f"A day has 36 files at most, this is number {run.sequence}", "file")
        for batch in run.batches:
            place = f"batch {batch.id}"
            countries = {payment.party.address.country for payment in batch.payments if payment.party.address}
            if profile.version == "IAT" and len(countries) > 1:
                yield Broken("nacha.country", f"One batch pays to {', '.join(sorted(map(str, countries)))}", place)
            for payment in batch.payments:
                yield from _documents(payment, f"{place}, payment {payment.end_to_end_id}")

    def write(self, run, profile):
        return self._writer(profile).write(run)

    def read(self, content, profile):
        return NachaReader(profile.version).read(content)

    def traces(self, run, profile):
        """Trace number by end-to-end id of a run ``as_sent``: returns and corrections come with it."""
        writer = self._writer(profile)
        writer.write(run)
        return writer.traces

    @staticmethod
    def _writer(profile):
        return NachaWriter(profile.options.get("line_end", "\n"))


def _documents(payment, place):
    for document in payment.remittance.documents if payment.remittance else ():
        if document.kind not in records.DOCUMENT_KINDS:
            yield Broken("nacha.document", f"There is no code for a {document.kind} in an RMR segment", place)
            return
    if len(remittance_lines(payment.remittance)) > _ADDENDA:
        yield Broken("nacha.addenda", f"There are more than {_ADDENDA} lines of remittance", place)
