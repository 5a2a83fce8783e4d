"""Payment formats: an order of plain values in, the bytes of a file out, and back.

``dry_run`` names each rule of the bank that an order breaks; ``write`` refuses what breaks one. A new format is one
module here with a class registered in ``PAYMENT_FORMATS``, a profile in ``profiles/`` and its samples in
``tests/payments/``.
"""

from .broken import Broken, PaymentRefused
from .dry_run import broken_rules, prepared, shipped_rules
from .formats import PAYMENT_FORMATS
from .profile import Profile, shipped

from . import bacs18, cfonb160, cfonb320, csv_table, nacha, pain001, pain008  # noqa: F401, isort: skip  registers their formats

__all__ = ["PAYMENT_FORMATS", "Broken", "PaymentRefused", "Profile", "as_sent", "dry_run", "read", "shipped",
           "shipped_rules", "write"]  # fmt: skip


def dry_run(run, profile):
    """Everything to be said about ``run`` at this bank, as ``Broken``: what blocks first."""
    writer = PAYMENT_FORMATS.get(profile.format)()
    ready, findings = prepared(run, profile, writer)
    return (*broken_rules(ready, profile, writer), *findings)


def as_sent(run, profile):
    """``run`` as the bank gets it: its letters, its lengths."""
    return prepared(run, profile, PAYMENT_FORMATS.get(profile.format)())[0]


def write(run, profile):
    """Bytes of the file; the same for the same run. Raises ``PaymentRefused`` with every broken rule."""
    writer = PAYMENT_FORMATS.get(profile.format)()
    ready, _findings = prepared(run, profile, writer)
    broken = tuple(broken_rules(ready, profile, writer))
    if broken:
        raise PaymentRefused(broken)
    return writer.write(ready, profile)


def read(content, profile):
    """The order that ``content`` holds: ``read(write(run, profile), profile) == as_sent(run, profile)``.

    Raises ``FormatError`` with the code of the format and the place.
    """
    return PAYMENT_FORMATS.get(profile.format)().read(content, profile)
