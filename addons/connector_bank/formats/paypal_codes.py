"""Transaction event codes of PayPal (T-codes) and what we take them for: the code itself, else its group."""

from . import payout

_CODES = {
    "T0106": payout.FEE,  # chargeback processing fee
    "T1106": payout.CHARGEBACK,  # payment reversal, opened by PayPal
    "T1108": payout.FEE,  # fee reversal
    "T1109": payout.FEE,  # fee refund
    "T1110": payout.RESERVE,  # hold for a dispute
    "T1111": payout.RESERVE,  # its end
    "T1201": payout.CHARGEBACK,
    "T1202": payout.CHARGEBACK_REVERSAL,
}
_GROUPS = {
    "T00": payout.PAYMENT,
    "T01": payout.FEE,
    "T02": payout.CONVERSION,
    "T03": payout.TRANSFER,  # from a bank into the account
    "T04": payout.PAYOUT,  # to a bank
    "T05": payout.PAYMENT,  # debit card
    "T06": payout.PAYOUT,  # to a credit card
    "T07": payout.TRANSFER,
    "T11": payout.REFUND,
    "T12": payout.ADJUSTMENT,
    "T15": payout.RESERVE,
    "T17": payout.PAYOUT,  # to elsewhere than a bank
    "T18": payout.PAYOUT,
    "T19": payout.ADJUSTMENT,
    "T20": payout.TRANSFER,
    "T21": payout.RESERVE,
    "T22": payout.TRANSFER,
}
#: Authorisations and codes for display only: no money moves.
_NO_MONEY = ("T13", "T98")
#: S succeeded, V succeeded and was reversed by another transaction, F refunded in part.
_STATUSES = {"S": "booked", "V": "booked", "F": "booked", "P": "pending", "D": "information"}


def kind(code):
    code = code or ""
    return _CODES.get(code) or _GROUPS.get(code[:3], payout.OTHER)


def status(code, state):
    """Status of an entry; a state we do not know books nothing.

    :param state: as the file states it; None in settlement reports, which hold what is settled
    """
    if (code or "").startswith(_NO_MONEY):
        return "information"
    return "booked" if state is None else _STATUSES.get(state, "information")
