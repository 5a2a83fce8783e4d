"""Statuses and reasons as data: what a code means for the payment, who can help, what to do next.

Sources: ISO 20022 external code sets (ExternalPaymentTransactionStatus1Code, ExternalStatusReason1Code), the
verification of payee codes of the European Payments Council, Nacha Operating Rules appendix four.
"""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Status:
    """``means``: acknowledged, verified, decide, mixed, announced, rejected; of our request to cancel: cancelled,
    asked, kept.

    ``rank`` orders the statuses of one payment: a lower one that comes later is old news.
    """

    code: str
    rank: int
    means: str
    level: str  # bank or scheme
    words: str


@dataclass(frozen=True, slots=True)
class Cause:
    """``who`` can put it right: us, vendor (the other party) or bank."""

    code: str
    list: str  # iso, nacha_return, nacha_change
    who: str
    words: str
    next: str


def _rows(name):
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


STATUSES = {row["code"]: Status(**{**row, "rank": int(row["rank"])}) for row in _rows("statuses.csv")}
#: The bank took it for a double: another copy may have been executed.
DOUBLES = frozenset(("AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "R24"))
CAUSES = {row["code"]: Cause(**row) for row in _rows("reasons.csv")}
