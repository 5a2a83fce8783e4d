"""Why a bank's balance and the ledger differ, told from what the books hold."""

AGREES = "agrees"
INTERIM = "interim"
OPENING = "opening"
MANUAL = "manual"
OPENING_AND_MANUAL = "opening_manual"
UNEXPLAINED = "unexplained"


def explain(bank, ledger, manual, opening, confirmed):
    """The reason for ``bank - ledger``, all amounts in the account's currency at the same date.

    ``manual`` is the part of ``ledger`` that came from no bank line; ``opening`` is the balance before
    the first imported statement. Where every statement since was booked,
    ``bank = opening + bank lines`` and ``ledger = manual + bank lines``; so the difference must be
    ``opening - manual``, and anything else is a booking nobody has explained.
    """
    difference = bank - ledger
    if not difference:
        return AGREES
    if difference == opening - manual:
        if opening and manual:
            return OPENING_AND_MANUAL
        return OPENING if opening else MANUAL
    return UNEXPLAINED if confirmed else INTERIM
