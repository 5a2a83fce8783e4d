"""What pain.001 and pain.008 have in common as payment formats."""

from .broken import Broken
from .formats import PaymentFormat
from .pain_versions import LENGTHS, VERSIONS
from .rules_of_fields import levels

_ADDRESS = "street building_number post_code town region country lines".split()
_AGENT = ["bic", "clearing_system", "clearing_member", "name", *(f"address.{part}" for part in _ADDRESS)]
_ACCOUNT = "iban number currency kind name".split()
_PARTY = ["name", "identifier", "identifier_scheme", "bic", "private", *(f"address.{part}" for part in _ADDRESS)]
_REMITTANCE = (
    "text additional reference.value reference.kind reference.issuer documents.number documents.kind "
    "documents.dated_on documents.due documents.discount documents.credited documents.remitted"
).split()
_MANDATE = (
    "id signed_on original_id original_creditor_name original_creditor_identifier original_account.iban "
    "original_account.number"
).split()
_PARTIES = (
    "run.initiator batch.owner batch.ultimate_owner payment.party payment.ultimate_debtor payment.ultimate_creditor"
).split()
_FIELDS = (
    "run.message_id run.created_at batch.id batch.kind batch.executed_on batch.batch_booking batch.priority "
    "batch.service_level batch.local_instrument batch.category_purpose batch.charge_bearer payment.instruction_id "
    "payment.end_to_end_id payment.amount payment.currency payment.charge_bearer payment.purpose run.sequence"
).split()


def _below(path, parts):
    return {f"{path}.{part}" for part in parts}


_COMMON = set(_FIELDS).union(
    *(_below(path, _PARTY) for path in _PARTIES),
    *(_below(path, _ACCOUNT) for path in ("batch.account", "batch.charges_account", "payment.account")),
    *(_below(path, _AGENT) for path in ("run.forwarding_agent", "batch.agent", "payment.agent")),
    _below("payment.remittance", _REMITTANCE),
)
_OF_KIND = {
    "pain.001": _below("payment.intermediary", _AGENT),
    "pain.008": {"batch.sequence", "batch.creditor_identifier"} | _below("payment.mandate", _MANDATE),
}


class PainFormat(PaymentFormat):
    """Versions, lengths and places of the two messages."""

    message = None
    file_extension = "xml"

    def version(self, profile):
        return VERSIONS[profile.version]

    def lengths(self, profile):
        return {**LENGTHS, **self.version(profile).lengths}

    def carries(self, profile):
        version = self.version(profile)
        found = _COMMON | _OF_KIND[self.message]
        if version.uetr:
            found = found | {"payment.uetr"}
        if version.lei:
            found = found | {f"{path}.lei" for path in _PARTIES}
        return found

    def broken(self, run, profile):
        for held, place, _other in levels(run):
            value = held[next(reversed(held))]
            for name in ("initiator", "owner", "ultimate_owner", "party", "ultimate_debtor", "ultimate_creditor"):
                party = getattr(value, name, None)
                if party is None:
                    continue
                at = f"{place}: {name.replace('_', ' ')}"
                if party.private and (party.bic or party.lei):
                    yield Broken("payment.person", "A person has neither BIC nor LEI", at)
                if party.address and len(party.address.lines) > 7:
                    yield Broken("payment.lines", "An address has at most seven lines", at)
            remittance = getattr(value, "remittance", None)
            if remittance and len(remittance.additional) > 3:
                yield Broken(
                    "payment.lines", "There are at most three lines beside a reference", f"{place}: remittance"
                )
