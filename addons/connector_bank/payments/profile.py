"""Bank profiles: what one bank or scheme asks of a file, as data (``profiles/*.json``).

A profile names its format and where its rules are published. Its rules:

``version``            of the message; ``namespace`` where it differs from the version's own
``characters``         a set of ``character_sets.json``; ``language`` whose spellings are used
``required``           paths that must be given; ``a|b`` one of them, ``part?.field`` only where the part is there
``lengths``            path → longest text, or ``[longest, "cut"]`` where the format has no room for more
``drops``              paths that are left out and reported
``most``               path → how many of them; ``exclusive``: groups of paths of which one may be given
``absent``             paths of the format that this bank does not take; ``patterns`` path → form of what stands there
``values``             path → what may stand there; null is nothing
``identifiers``        ``no_slash``: no slash at the ends, no two together (SEPA)
``address``            forms of the addresses of payments: structured, hybrid, unstructured
``accounts``           ``iban`` or ``number``; ``own_accounts`` those of the company
``currencies``, ``min_amount``, ``max_amount``, ``max_payments`` of a file, ``max_batch`` of a batch, ``max_batches``
``batch_booking``      true or false: must be so; ``any``; ``omit``: may not be said
``header``             which parts the head of the file has, in this order
``options``            of the format alone: columns of a table, line ends, service codes
"""

import functools
import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from odoo.addons.finance_connector_base.core.errors import ConfigurationError

from .characters import character_set, character_sets

FOLDER = Path(__file__).parent / "profiles"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Rules of one bank or scheme for one format; see the head of this module."""

    code: str
    label: str
    format: str
    source: str
    version: str | None = None
    namespace: str | None = None
    characters: str = "any"
    language: str | None = None
    required: tuple[str, ...] = ()
    lengths: dict = field(default_factory=dict)
    drops: tuple[str, ...] = ()
    most: dict = field(default_factory=dict)
    exclusive: tuple[tuple[str, ...], ...] = ()
    absent: tuple[str, ...] = ()
    patterns: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    identifiers: str | None = None
    address: tuple[str, ...] | None = None
    accounts: tuple[str, ...] = ("iban", "number")
    own_accounts: tuple[str, ...] = ("iban", "number")
    currencies: tuple[str, ...] | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    max_payments: int | None = None
    max_batch: int | None = None
    max_batches: int | None = None
    batch_booking: bool | str = "any"
    header: tuple[str, ...] = ()
    options: dict = field(default_factory=dict)

    @property
    def letters(self):
        return character_set(self.characters, self.language)

    @classmethod
    def read(cls, described, code):
        """From parsed JSON. Raises ``ConfigurationError`` ``payment.profile`` naming what is wrong."""
        try:
            values = {name: _frozen(name, value) for name, value in described.items()}
            profile = cls(code=code, **values)
        except (TypeError, ArithmeticError) as error:
            raise ConfigurationError(f"profile {code}: {error}", code="payment.profile", place=code) from error
        if profile.characters not in character_sets():
            raise ConfigurationError(
                f"profile {code}: no character set {profile.characters}", code="payment.profile", place=code
            )
        return profile


def _frozen(name, value):
    if name in ("min_amount", "max_amount"):
        if not isinstance(value, str):
            raise TypeError(f"{name} has to be text, so that it stays exact")
        return Decimal(value)
    return tuple(value) if isinstance(value, list) else value


@functools.cache
def shipped():
    """The profiles that come with the addon, by code."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        found[path.stem] = Profile.read(json.loads(path.read_text(encoding="utf-8")), path.stem)
    return found
