"""Check digits and forms of the numbers in payments: IBAN, BIC, references, clearing numbers, creditor identifiers."""

import re
from importlib.machinery import SourceFileLoader

import stdnum

# Odoo patches stdnum at import and leaves a loader behind that does not find the tables beside the code
if not hasattr(stdnum.__spec__.loader, "get_resource_reader"):
    stdnum.__spec__.loader = SourceFileLoader(stdnum.__name__, stdnum.__file__)

from stdnum import iban as iban_number  # noqa: E402

from odoo.addons.finance_connector_base.core.check_digits import (  # noqa: E402
    belgian_right,
    mod10_recursive,
    mod97,
    mod97_right,
)

BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
UETR = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
COUNTRY = re.compile(r"[A-Z]{2}")
CURRENCY = re.compile(r"[A-Z]{3}")
_CLEARING = {"GBDSC": r"[0-9]{6}", "CHBCC": r"[0-9]{3,6}", "DEBLZ": r"[0-9]{8}", "ATBLZ": r"[0-9]{5}"}
#: Minor units other than two (ISO 4217).
_MINOR_UNITS = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)


def decimals(currency):
    return _MINOR_UNITS.get(currency, 2)


def iban(text):
    return re.fullmatch(r"[A-Z0-9]{15,34}", text) is not None and iban_number.is_valid(text, check_country=False)


def routing_number(text):
    """American Bankers Association number: nine digits, weights 3 7 1."""
    if not re.fullmatch(r"[0-9]{9}", text):
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, (3, 7, 1) * 3, strict=True)) % 10 == 0


def clearing_member(system, text):
    if system == "USABA":
        return routing_number(text)
    return re.fullmatch(_CLEARING.get(system, r"[0-9A-Za-z]{1,35}"), text) is not None


def reference(kind, text, issuer=None):
    """Whether a structured reference keeps the check digits of its kind; kinds without any are right."""
    if kind == "QRR":
        return re.fullmatch(r"[0-9]{27}", text) is not None and mod10_recursive(text[:-1]) == text[-1]
    if kind == "SCOR" and text.startswith("RF"):
        return re.fullmatch(r"RF[0-9]{2}[0-9A-Z]{1,21}", text) is not None and mod97_right(text)
    if issuer == "BBA":
        return re.fullmatch(r"[0-9]{12}", text) is not None and belgian_right(text)
    return True


def creditor_identifier(text):
    """SEPA creditor identifier (EPC262-08): the business code in places 5 to 7 does not count."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{3}[0-9A-Z]{1,28}", text):
        return False
    return mod97(text[7:] + text[:4]) == 1
