"""How the lines of a rule split an amount."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True, slots=True)
class Portion:
    """One line of a rule, as Odoo's reconciliation models have it."""

    kind: str  # percentage (of what is left), percentage_st_line (of the whole), fixed, regex
    value: str


def shares(whole, portions, text, places, tolerance=Decimal(0)):
    """Amounts of the portions, signed like ``whole``; they make ``whole`` exactly.

    :param tolerance: what is left over goes to the last portion up to this
    :raise ValueError: more is left over, or a portion cannot be read
    """
    unit = Decimal(1).scaleb(-places)
    left, found = whole, []
    for portion in portions:
        amount = _amount(portion, whole, left, text).quantize(unit)
        found.append(amount)
        left -= amount
    if not found:
        raise ValueError("no counterpart")
    if abs(left) > tolerance:
        raise ValueError(f"{left} would be left over")
    found[-1] += left
    return found


def _amount(portion, whole, left, text):
    if portion.kind == "regex":
        match = re.search(portion.value, text[:400])
        if not match:
            raise ValueError("the text holds no amount")
        number = match[1] if match.groups() else match[0]
        size = _number(number.replace(".", "").replace(",", ".") if "," in number else number)
        return size if whole > 0 else -size
    value = _number(portion.value)
    if portion.kind == "fixed":  # Odoo: a positive amount is a credit, which is what money in stands against
        return value
    return (left if portion.kind == "percentage" else whole) * value / 100


def _number(text):
    try:
        return Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError(f"not an amount: {text[:40]}") from error
