"""What differs between the versions of pain.001 and pain.008, from their schemas."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of one message.

    :param bic, any_bic: names of the elements for the BIC of a bank and of a company
    :param day_choice: the day of execution stands inside ``Dt``
    :param uetr, lei: whether there is a place for them
    :param documents: how amounts of paid documents are written: ``named``, ``listed`` (discounts repeat) or ``typed``
    """

    message: str
    namespace: str
    bic: str = "BICFI"
    any_bic: str = "AnyBIC"
    day_choice: bool = False
    uetr: bool = True
    lei: bool = True
    documents: str = "listed"
    lengths: dict = field(default_factory=dict)


_OLD = {"bic": "BIC", "any_bic": "BICOrBEI", "uetr": False, "lei": False, "documents": "named"}
_LONG = {"street": 140, "town": 140, "identifier": 256}


def _version(name, **values):
    return name, Version(message=name, namespace=f"urn:iso:std:iso:20022:tech:xsd:{name}", **values)


VERSIONS = dict(
    (
        _version("pain.001.001.03", **_OLD),
        _version("pain.001.001.09", day_choice=True),
        _version("pain.001.001.12", day_choice=True, documents="typed", lengths=_LONG),
        _version("pain.008.001.02", **_OLD),
        _version("pain.008.001.08"),
    )
)
#: Longest texts by path or last part of it, the same in all versions.
LENGTHS = {
    "run.message_id": 35,
    "batch.id": 35,
    "end_to_end_id": 35,
    "instruction_id": 35,
    "name": 140,
    "batch.account.name": 70,
    "payment.account.name": 70,
    "street": 70,
    "building_number": 16,
    "post_code": 16,
    "town": 35,
    "region": 35,
    "lines": 70,
    "identifier": 35,
    "identifier_scheme": 35,
    "creditor_identifier": 35,
    "clearing_system": 35,
    "clearing_member": 35,
    "text": 140,
    "additional": 140,
    "value": 35,
    "issuer": 35,
    "batch.account.number": 34,
    "batch.charges_account.number": 34,
    "payment.account.number": 34,
    "payment.remittance.documents.number": 35,
    "kind": 35,
    "service_level": 35,
    "local_instrument": 35,
    "category_purpose": 35,
    "purpose": 35,
    "payment.mandate.id": 35,
    "original_id": 35,
    "original_creditor_name": 140,
    "original_creditor_identifier": 35,
}
