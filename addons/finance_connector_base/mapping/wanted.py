"""Question and answer of a translation."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """One outside value; country and day decide between rows, place and amount tell people what is at stake.

    :param on: business day; the call's where None
    """

    value: str
    country: str | None = None
    on: date | None = None
    place: str | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """What a value stands for, and by which row of which version.

    :param target: a record, or a text where the kind has no model
    """

    value: str
    target: Any
    version: int
    row: int | None
