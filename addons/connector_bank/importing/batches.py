"""Collective bookings and what notifications (camt.054) say is in them, told by references and sums.

Bookings are the plain values of ``core.codec.content``, as statement lines keep them.
"""

from decimal import Decimal

#: Format of the notifications that tell of the transactions in a booking.
NOTICE = "camt054"
#: By what a booking and its notification name each other, strongest first: the bank's reference of the booking
#: (AcctSvcrRef), our batch (PmtInfId), our file (MsgId).
KINDS = ("bank_ref", "payment_info_id", "message_id")


def keys(booking):
    """``{kind: reference}`` of a booking; of its transactions, what all of them have in common."""
    found = {kind: booking[kind] for kind in KINDS if booking.get(kind)}
    details = booking.get("details") or ()
    for kind in KINDS[1:]:
        common = {detail.get(kind) for detail in details}
        if kind not in found and len(common) == 1 and None not in common:
            found[kind] = common.pop()
    return found


def entry_keys(entry):
    """``keys`` of an entry that need not become plain values for it."""
    details = [{kind: getattr(detail, kind) for kind in KINDS[1:]} for detail in entry.details]
    return keys({**{kind: getattr(entry, kind) for kind in KINDS}, "details": details})


def same(one, other):
    """Whether two bookings, by their ``keys``, name the same collective booking.

    Single notifications of one batch have references of their own; the file counts only where no batch is named.
    """
    if one.get("bank_ref") and one.get("bank_ref") == other.get("bank_ref"):
        return True
    for kind in KINDS[1:]:
        if one.get(kind) and other.get(kind):
            return one[kind] == other[kind]
    return False


def collective(booking):
    """Whether a booking stands for several transactions, or may: it names a batch, or nobody at all."""
    details = booking.get("details") or ()
    named = any(detail.get("end_to_end_id") or detail.get("transaction_id") for detail in details)
    return len(details) > 1 or booking.get("batch_count", 0) > 1 or not named


def transactions(booking):
    """The transactions of a booking, the amount of a single one being that of the booking."""
    details = booking.get("details") or ()
    if len(details) == 1 and not details[0].get("amount"):
        return [{**details[0], "amount": booking["amount"], "currency": booking.get("currency")}]
    return [dict(detail) for detail in details]


def total(bookings):
    return sum(map(_amount, bookings), Decimal(0))


def complete(booking):
    """Whether the transactions that a booking bears itself are all of it."""
    amounts = [detail.get("amount") for detail in booking.get("details") or ()]
    return len(amounts) > 1 and None not in amounts and sum(map(Decimal, amounts), Decimal(0)) == _amount(booking)


def told(amount, notices):
    """Which of ``notices`` together tell of all that is in a booking of ``amount``; none where they do not.

    A notice of the whole amount is the whole; else all are, being single notifications of one batch. What a notice
    says itself must add up, too; banks leave out amounts of transactions, then its own amount stands for them.
    """
    whole = next(([notice] for notice in notices if _amount(notice) == amount), list(notices))
    if total(whole) != amount:
        return []
    for notice in whole:
        inside = [detail.get("amount") for detail in transactions(notice)]
        if None not in inside and sum(map(Decimal, inside), Decimal(0)) != _amount(notice):
            return []
    return whole


def kept(before, after):
    """What stays of a booking that is told anew: the transactions, where the later telling names fewer of them."""
    details = before.get("details") or ()
    if len(details) < 2 or len(details) <= len(after.get("details") or ()):
        return after
    return {**after, "details": details, "batch_count": len(details)}


def with_details(booking, notices):
    """The booking with the transactions of ``notices``, unless it tells as much itself."""
    details = [detail for notice in notices for detail in transactions(notice)]
    own = booking.get("details") or ()
    if len(details) < len(own) or (len(details) == len(own) and sum(map(len, details)) <= sum(map(len, own))):
        return booking
    return {**booking, "details": details, "batch_count": len(details)}


def _amount(booking):
    return Decimal(booking["amount"])
