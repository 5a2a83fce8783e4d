"""Whether one booking at the bank is undone by another, and how sure that is.

Certain is only what the bank itself ties together: the same end-to-end id or the bank's own reference of the
original, with the same amount the other way round (ISO 20022: ``RtrInf`` and ``RvslInd`` of an entry repeat
the references of the original). Everything else is a proposal.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..formats.payout import CHARGEBACK, PAYMENT

#: Sub-families of bank transaction codes that say "returned" (ISO 20022 external code set, domain PMNT).
_SUB_FAMILIES = frozenset({"RRTN", "UPDD", "PRDD", "RCDD", "RPCR", "UPCQ", "ARPD", "RRCT"})
#: What banks and payers write where there is no id.
_NO_ID = frozenset({"", "NOTPROVIDED", "NONREF", "NOREF", "UNKNOWN"})
#: A bank corrects its own booking within days.
OWN_CORRECTION_DAYS = 14


@dataclass(frozen=True, slots=True)
class Booking:
    """What a booking says of itself, as far as it matters for its return."""

    id: int
    amount: Decimal  # signed as our account sees it; of a return without the bank's charges
    booked_on: date
    ids: frozenset = frozenset()  # end-to-end and instruction ids
    bank_ids: frozenset = frozenset()  # references the bank gave
    account: str | None = None  # counterparty
    name: str | None = None
    reversal: bool = False  # the bank takes back its own booking
    reason: str | None = None  # ISO 20022 external return reason
    charges: Decimal = Decimal(0)  # booked with the return, signed like the line
    parts: tuple = field(default=())  # (amount, ids) of each transaction of a batch


@dataclass(frozen=True, slots=True)
class Answer:
    """``original`` may be what is undone; ``certain`` where the bank says so itself."""

    original: int
    certain: bool
    evidence: tuple[str, ...]  # codes, strongest first
    part: bool = False  # only one transaction of that batch


def is_return(evidence):
    """Whether a whole booking is a return or reversal, by what the bank delivered of it."""
    details = evidence.get("details") or []
    if evidence.get("reversal") or is_taken_back(evidence.get("code"), Decimal(evidence.get("amount") or 0)):
        return True
    if details:
        return all(detail.get("return_reason") or _coded(detail.get("code")) for detail in details) or _coded(
            evidence.get("code")
        )
    return _coded(evidence.get("code"))


def is_taken_back(code, amount):
    """Whether a payment provider took a payment back: a chargeback, or a payment that failed afterwards."""
    return code == CHARGEBACK or (code == PAYMENT and amount < 0)


def _coded(code):
    return bool(code) and code.rpartition("-")[2] in _SUB_FAMILIES


def read(line_id, amount, booked_on, evidence, *, account=None, name=None, bank_ref=None):
    """A ``Booking`` from the evidence kept with a statement line (``core.codec.content`` of its entry)."""
    details = evidence.get("details") or []
    own = evidence.get("bank_ref"), bank_ref
    returned, charges = amount, Decimal(0)
    if len(details) == 1 and details[0].get("amount") is not None:
        returned = Decimal(details[0]["amount"])
        if is_return(evidence) and returned * amount > 0 and abs(returned) < abs(amount):
            charges = amount - returned
        else:
            returned = amount
    return Booking(
        id=line_id,
        amount=returned,
        booked_on=booked_on,
        ids=_ids(*(detail.get(key) for detail in details for key in ("end_to_end_id", "instruction_id"))),
        bank_ids=_ids(
            *own,
            *(detail.get(key) for detail in details for key in ("bank_ref", "transaction_id", "uetr")),
            *(found.get("value") for detail in details for found in detail.get("other_references") or ()),
        ),
        account=account,
        name=name,
        reversal=bool(evidence.get("reversal")),
        reason=next((detail["return_reason"] for detail in details if detail.get("return_reason")), None),
        charges=charges,
        parts=tuple(
            (Decimal(detail["amount"]), _ids(detail.get("end_to_end_id"), detail.get("instruction_id")))
            for detail in (details if len(details) > 1 else ())
            if detail.get("amount") is not None
        ),
    )


def _ids(*found):
    return frozenset(key for value in found if value and (key := value.strip().upper()) not in _NO_ID)


def judge(line, candidates):
    """What ``line`` may undo, best first; at most one answer is certain, and then it is the only one.

    The order of ``candidates`` changes nothing.
    """
    answers = [answer for candidate in candidates if (answer := _answer(line, candidate))]
    certain = [answer for answer in answers if answer.certain]
    if len(certain) == 1:
        return certain
    days = {candidate.id: candidate.booked_on for candidate in candidates}
    weaker = [Answer(each.original, False, each.evidence, each.part) for each in answers]
    return sorted(
        weaker, key=lambda each: (-len(each.evidence), line.booked_on - days[each.original], each.original)
    )


def _answer(line, candidate):
    if candidate.id == line.id or candidate.booked_on > line.booked_on or not line.amount:
        return None
    whole = candidate.amount == -line.amount
    parts = [ids for amount, ids in candidate.parts if amount == -line.amount and ids & line.ids]
    if not whole and not parts:
        return None
    evidence = []
    if line.ids & (candidate.ids if whole else frozenset().union(*parts)):
        evidence.append("end_to_end")
    if line.bank_ids & candidate.bank_ids:
        evidence.append("bank_reference")
    known = bool(evidence)
    if line.account and candidate.account:
        if line.account == candidate.account:
            evidence.append("account")
        else:
            known = False
    elif line.name and candidate.name and line.name.casefold() == candidate.name.casefold():
        evidence.append("name")
    if line.reversal and (line.booked_on - candidate.booked_on).days <= OWN_CORRECTION_DAYS:
        evidence.append("correction")
    if not evidence:
        return None
    return Answer(candidate.id, known and (whole or len(parts) == 1), tuple(evidence), not whole)
