"""Return codes as data: what they mean, who can put it right, what to do (EBICS annex 1, return codes)."""

import csv
from dataclasses import dataclass
from pathlib import Path

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    RateLimitedError,
    RemoteDefectError,
    TechnicalError,
)

OK = "000000"
NO_DATA = "090005"
RECOVERY = "061101"
DOUBLE = "091122"
BANK_KEY = "091008"

#: Who can put it right → class of the error. Those of uploads that were broken off are decided by the client.
ERRORS = {
    "line": TechnicalError,
    "wait": RateLimitedError,
    "transaction": TechnicalError,
    "recover": TechnicalError,
    "auth": AuthError,
    "bank_key": AuthError,  # pauses the connector: nothing is sent until a person compared the new keys
    "setup": ConfigurationError,
    "data": BusinessError,
    "double": BusinessError,
    "none": BusinessError,
}


@dataclass(frozen=True, slots=True)
class ReturnCode:
    code: str
    name: str
    who: str
    words: str
    next: str


def _codes():
    with Path(__file__).with_name("return_codes.csv").open(encoding="utf-8", newline="") as table:
        return {row["code"]: ReturnCode(**row) for row in csv.DictReader(table)}


RETURN_CODES = _codes()


def is_ok(code):
    """Codes below 03 are messages and warnings, not errors (annex 1, 1.1)."""
    known = RETURN_CODES.get(code)
    return known.who == "ok" if known else code[:2] in ("00", "01", "03")


def error_of(code, text=""):
    """The error that a return code stands for; its code is ``ebics.<return code>``."""
    known = RETURN_CODES.get(code)
    if known is None:
        words = f"the bank answers with a code that we do not know: {code} {text}".strip()
        return RemoteDefectError(words, code=f"ebics.{code}")
    return ERRORS[known.who](f"{known.words} ({known.name})", code=f"ebics.{code}")
