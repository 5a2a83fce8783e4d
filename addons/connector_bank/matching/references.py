"""Structured payment references: recognised in text, checked, and brought to one form.

==========  =======================================================================================
RF          ISO 11649 creditor reference: ``RF``, 2 check digits, up to 21 letters and digits; ISO/IEC
            7064 MOD 97-10 over the reference with ``RFnn`` moved to the end.
QRR         Swiss QR reference (SIX Implementation Guidelines QR-bill, annex B) and the former ISR
            number: 27 digits, the last by recursive modulo 10.
OGM         Belgian structured communication OGM/VCS ``+++nnn/nnnn/nnnnn+++`` (Febelfin): 10 digits and
            their remainder by 97, 97 for 0.
FI          Finnish reference (Finance Finland, "Forming a Finnish reference number") and Estonian
            viitenumber: 4 to 20 digits, the last by weights 7-3-1 from the right. One form with RF:
            ``RFnn`` before the number without leading zeros.
KID         Norwegian customer identification (Bits/Nets): 2 to 25 digits, the last by modulo 10 (Luhn)
            or by modulo 11 with weights 2 to 7, where 10 is written ``-``.
OCR         Swedish OCR reference (Bankgirot): 2 to 25 digits, the last by modulo 10 (Luhn).
FIK         Danish payment id: ``+71<`` and 15 or ``+04<``/``+75<`` and 16 digits, modulo 10 (Luhn).
SI, HR      Slovenian (ZBS) and Croatian (HUB3) model references ``SInn``/``HRnn``; verified for
            models 01 and 12 (modulo 11, weights 2 to 13 from the right), else returned unchecked.
==========  =======================================================================================

FI, KID and OCR are bare digits: one number in ten is valid by chance. In free text they count only
from nine digits on, where they are no date, and always only by equality with the reference of an
open item; where they are a field of their own (``structured=True``), from five digits on.
"""

import re
from dataclasses import dataclass

from odoo.addons.finance_connector_base.core.check_digits import belgian_right, mod10_recursive, mod97, mod97_right

from .numbers import looks_like_date, strict

_RF_START = re.compile(r"(?<![A-Z0-9])RF ?\d ?\d", re.ASCII)
_RUN = re.compile(r"[A-Z0-9]+", re.ASCII)
_OGM = re.compile(
    r"(?<![\dA-Z])(?:\+{3}|\*{3})?\s?(\d{3})\s?/?\s?(\d{4})\s?/?\s?(\d{5})(?:\+{3}|\*{3})?(?![\dA-Z])", re.ASCII
)
_DIGITS = re.compile(r"(?<![A-Z0-9])\d+-?(?![A-Z0-9])", re.ASCII)
_FIELD = re.compile(r"\d[\d ]*-?", re.ASCII)
_LONG = re.compile(r"(?<![A-Z0-9])\d+(?:[ \n]\d+)*(?![A-Z0-9])", re.ASCII)
_FIK = re.compile(r"\+?(04|71|75)<\s?(\d{15,16})(?!\d)", re.ASCII)
_MODEL = re.compile(r"(?<![A-Z0-9])(SI|HR) ?(\d\d) ?(\d{1,22}(?:-\d{1,22}){0,3})(?![A-Z0-9])", re.ASCII)
_MIN_FREE, _MIN_FIELD = 9, 5


@dataclass(frozen=True, slots=True)
class Ref:
    """A structured reference; equal ``value`` is the same reference, however it was written."""

    kind: str
    value: str
    checked: bool = True


def iso11649_valid(value):
    """ISO 11649 by MOD 97-10; ``value`` without blanks."""
    if not (5 <= len(value) <= 25 and value.startswith("RF") and value[2:4].isdigit() and value.isalnum()):
        return False
    return mod97_right(value)


def iso11649(body):
    """The ISO 11649 reference of ``body``."""
    return f"RF{98 - mod97(f'{body}RF00'):02d}{body}"


def qrr_valid(digits):
    """Swiss QR reference; zeros alone are refused."""
    return len(digits) == 27 and digits.strip("0") != "" and mod10_recursive(digits[:-1]) == digits[-1]


def ogm_valid(digits):
    """Belgian structured communication, 12 digits; zeros alone are refused."""
    return len(digits) == 12 and int(digits) > 0 and belgian_right(digits)


def fi_valid(digits):
    """Finnish (and Estonian) reference by weights 7-3-1."""
    if not 4 <= len(digits) <= 20 or not digits.strip("0"):
        return False
    total = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(digits[:-1])))
    return (10 - total % 10) % 10 == int(digits[-1])


def luhn_valid(digits):
    """Modulo 10 with weights 2-1 from the right (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return len(digits) > 1 and total > 0 and total % 10 == 0


def mod11_valid(value, weights=(2, 3, 4, 5, 6, 7)):
    """Norwegian modulo 11; the check sign may be ``-`` for 10."""
    body, sign = value[:-1], value[-1:]
    if not body.strip("0") or not body.isdigit():
        return False
    total = sum(int(digit) * weights[place % len(weights)] for place, digit in enumerate(reversed(body)))
    return sign == {10: "-", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def _model11_valid(digits):
    """Modulo 11 of the Slovenian and Croatian models: 10 and 11 are written 0."""
    total = sum(int(digit) * (2 + place) for place, digit in enumerate(reversed(digits[:-1])))
    check = 11 - total % 11
    return 2 <= len(digits) <= 13 and int(digits[-1]) == (0 if check > 9 else check)


def structured_references(text, *, structured=False):
    """All structured references in ``text``; ``structured`` where the bank gave it as a reference."""
    text = text.upper()
    found = dict.fromkeys(_references(text))
    if structured and (field := _FIELD.fullmatch(text.strip())):
        found.update(dict.fromkeys(_national(field.group().replace(" ", ""), _MIN_FIELD)))
    return list(found)


def reference_of(name):
    """References that ``name`` as a whole is: a document's payment reference."""
    whole = strict(name)
    return [ref for ref in structured_references(name, structured=True) if _written(ref, whole)]


def _written(ref, whole):
    return whole in (ref.value, ref.value[4:].zfill(len(whole)) if ref.kind == "FI" else ref.value)


def _references(text):
    if "RF" in text:
        yield from _rf(text)
    if "SI" in text or "HR" in text:
        yield from _models(text)
    if "<" in text:
        yield from (Ref("FIK", f"{kind}{digits}") for kind, digits in _FIK.findall(text) if luhn_valid(digits))
    for groups in _OGM.findall(text):
        if ogm_valid("".join(groups)):
            yield Ref("OGM", "".join(groups))
    yield from _qrr(text)
    for digits in _DIGITS.findall(text):
        if not looks_like_date(digits):
            yield from _national(digits, _MIN_FREE)


def _rf(text):
    """From each ``RF`` on, every end of a run of letters and digits where the check digits agree."""
    for start in _RF_START.finditer(text):
        value = ""
        for run in _RUN.finditer(text, start.start()):
            gap = text[run.start() - 1] if value else " "
            value += run.group()
            if gap not in " \n" or len(value) > 25:
                break
            if iso11649_valid(value):
                yield Ref("RF", value)


def _qrr(text):
    """27 digits, in one or in several runs parted by blanks or line ends alone."""
    for stretch in _LONG.findall(text):
        runs = stretch.split()
        for first in range(len(runs)):
            digits = ""
            for run in runs[first:]:
                digits += run
                if len(digits) >= 27:
                    break
            if qrr_valid(digits):
                yield Ref("QRR", digits)


def _models(text):
    for country, model, body in _MODEL.findall(text):
        digits = body.replace("-", "")
        verified = model in ("01", "12")
        if not verified or _model11_valid(digits):
            yield Ref(country, f"{country}{model}{digits}", checked=verified)


def _national(digits, least):
    if not least <= len(digits) <= 25:
        return
    if digits.endswith("-"):
        if mod11_valid(digits):
            yield Ref("KID", digits)
        return
    if fi_valid(digits):
        yield Ref("FI", iso11649(digits.lstrip("0")))
    if luhn_valid(digits):
        yield Ref("OCR", digits)
        yield Ref("KID", digits)
    elif mod11_valid(digits):
        yield Ref("KID", digits)
