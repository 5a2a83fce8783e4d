"""What CODA communications say (enclosure III): structured types 100 to 127, information types 001 to 011."""

import re

from odoo.addons.finance_connector_base.core.statement import Charge, Exchange, Party, Reference

from .fixed import cents, optional_scaled, text

#: Categories (last three digits of the transaction code) that are no costs: amounts, capital, interest, advances.
NO_CHARGES = frozenset("000 001 002 024 028 034 050 055 057 058 059 063 065 066 067 068 069 070 071 100".split())
_BELGIAN = re.compile(r"[0-9]{12}")


def communication(value):
    """Fields of a ``Detail`` for a structured communication; what has no field of its own stays as text."""
    kind, said = value[:3], value[3:]
    read = _TYPES.get(kind)
    found = read(said) if read else {}
    if not found:
        found = {"additional": text(said)}
    return {name: field for name, field in found.items() if field}


def _creditor_reference(said):
    """100: ISO 11649."""
    reference = text(said[:25])
    return {"references": (Reference(reference.replace(" ", ""), "SCOR"),)} if reference else {}


def _belgian_reference(said):
    """101, 102: ``+++123/4567/89012+++``, by its digits; BBA is its issuer in ISO 20022 messages."""
    found = _BELGIAN.match(said)
    return {"references": (Reference(found[0], "BBA"),), "additional": text(said[12:])} if found else {}


def _number(said):
    """103: number of a cheque, a card …"""
    found = text(said)
    return {"remittance": (found,)} if found else {}


def _original_amount(said):
    """105: gross amount in our currency, in the original one, rate, currency, reference, country, in EUR."""
    currency = text(said[42:45])
    instructed = optional_scaled(said[15:30], 3)
    found = _belgian_reference(said[45:57])
    found["additional"] = text(said)
    if currency and instructed:
        rate = optional_scaled(said[30:42], 8)
        found["exchange"] = Exchange(rate=rate, instructed=cents(instructed), instructed_currency=currency)
    return found


def _old_direct_debit(said):
    """107: number of the direct debit, its date, texts of the creditor."""
    return {"mandate_id": text(said[:12]), "remittance": tuple(filter(None, [text(said[18:])]))}


def _card_payment(said):
    """113: payment by card or cash withdrawal; the number of the card comes masked."""
    instructed, currency = optional_scaled(said[66:81], 3), text(said[93:96])
    found = {"additional": text(said), "remittance": tuple(filter(None, [text(said[40:66])]))}
    if instructed and currency:
        rate = optional_scaled(said[81:93], 8)
        found["exchange"] = Exchange(rate=rate, instructed=cents(instructed), instructed_currency=currency)
    return found


def _card_receipt(said):
    """114: payment received by card."""
    return {"additional": text(said), "remittance": tuple(filter(None, [text(said[53:69])]))}


def _direct_debit(said):
    """127: settlement date, type, scheme, paid or why not, creditor, mandate, text, kind of return, reason."""
    found = {"creditor_id": text(said[9:44]), "mandate_id": text(said[44:79])}
    found["remittance"] = tuple(filter(None, [text(said[79:141])]))
    if said[141:142].strip(" 0"):
        found["return_reason"] = text(said[142:146])
    return found


_TYPES = {
    "100": _creditor_reference,
    "101": _belgian_reference,
    "102": _belgian_reference,
    "103": _number,
    "105": _original_amount,
    "107": _old_direct_debit,
    "113": _card_payment,
    "114": _card_receipt,
    "127": _direct_debit,
}


def information(structured, value):
    """What an information adds to its movement: ``counterparty`` fields, ``ultimate``, ``charges``, ``additional``."""
    if not structured:
        return {"additional": text(value)}
    kind, said = value[:3], value[3:]
    if kind == "001":
        address = " ".join(filter(None, (text(said[70:105]), text(said[105:140]))))
        party = {"name": text(said[:70]), "address": address or None, "identifier": text(said[140:175])}
        return {"counterparty": party}
    if kind in ("008", "009"):
        name, identifier = text(said[:70]), text(said[70:105])
        return {"ultimate": Party(name, identifier=identifier) if name or identifier else None}
    if kind == "006" and (amount := optional_scaled(said[33:48], 3)) and said[49:52] not in NO_CHARGES:
        amount = cents(-amount if said[48:49] == "1" else amount)
        return {"charges": (Charge(amount, text(said[30:33]), True, said[49:52]),), "additional": text(said[:30])}
    return {"additional": text(said)}
