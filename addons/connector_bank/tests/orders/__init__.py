"""Payment orders for tests: fixed ones of which a test changes one thing, and random ones within a profile's rules."""

from .any_profile import iban
from .fixed import (
    QR_IBAN,
    abroad,
    ach,
    british,
    credit,
    debit,
    french,
    french_abroad,
    payments,
    swiss,
    table,
    wire,
)
from .narrow_formats import maker

__all__ = [
    "QR_IBAN",
    "abroad",
    "ach",
    "british",
    "credit",
    "debit",
    "french",
    "french_abroad",
    "iban",
    "maker",
    "payments",
    "swiss",
    "table",
    "wire",
]
