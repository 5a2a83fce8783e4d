"""What a SEPA direct debit mandate allows: its sequence, its end, and what a bank's reason does to it.

Sources: EPC016-06 SEPA core and EPC222-07 B2B rulebooks: a mandate on which nothing is collected for 36 months lapses;
one-off mandates collect once; a changed account at another bank is told with the next collection.
"""

import csv
import functools
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dateutil.relativedelta import relativedelta

FIRST, RECURRENT, ONE_OFF, FINAL = "FRST", "RCUR", "OOFF", "FNAL"
MONTHS = 36
REASONS = Path(__file__).parent / "mandate_reasons.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateFacts:
    """:param collected: something was collected with it, as it is now"""

    one_off: bool = False
    collected: bool = False
    last: bool = False


def sequence(facts):
    """``OOFF``, ``FRST``, ``RCUR`` or ``FNAL`` for the next collection."""
    if facts.one_off:
        return ONE_OFF
    if facts.last:
        return FINAL
    return RECURRENT if facts.collected else FIRST


def ends_on(signed_on, last_used_on, months=MONTHS):
    """The day from which on the mandate has lapsed; ``None`` while nothing is signed."""
    since = last_used_on or signed_on
    return since + relativedelta(months=months) if since else None


def has_lapsed(signed_on, last_used_on, day: date, months=MONTHS):
    end = ends_on(signed_on, last_used_on, months)
    return end is not None and day >= end


@functools.cache
def consequences():
    """``{reason code: (state of the mandate, words)}`` where a refusal or return ends its use."""
    with REASONS.open(encoding="utf-8", newline="") as rows:
        return {row["code"]: (row["state"], row["words"]) for row in csv.DictReader(rows)}


def consequence(codes):
    """``(state, code, words)`` of the gravest reason, or ``None`` where the mandate stays as it is."""
    found = [(*consequences()[code], code) for code in codes if code in consequences()]
    if not found:
        return None
    state, words, code = min(found, key=lambda one: one[0] != "cancelled")
    return state, code, words
