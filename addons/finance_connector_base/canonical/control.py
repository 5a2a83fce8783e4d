"""Control totals of canonical objects: what their records must come to."""

from .objects import Document, JournalEntry, Payment


def control(found):
    """``(amount, currency)`` of an object; the currency ``None`` where it is the company's or the journal's own.

    Of an entry the debits in its own currency; of a document its total, where the sender gives one. ``(None, None)``
    for what has no amount.
    """
    match found:
        case JournalEntry():
            if found.currency is None and any(line.currency for line in found.lines):
                return None, None  # which of the rows are in the company's currency is not said
            rows = [line.amount for line in found.lines if line.currency in (None, found.currency)]
            return sum(amount for amount in rows if amount > 0), found.currency
        case Document():
            return found.total, found.currency
        case Payment():
            return found.amount, found.currency
    return None, None
