"""Account numbers and payment references that are valid in form and belong to nobody."""

from odoo.addons.finance_connector_base.core.check_digits import mod10_recursive

from ..matching.references import iso11649


def iban(country, local):
    """``local`` with the check digits of ISO 13616 before it."""
    digits = "".join(str(int(sign, 36)) for sign in f"{local}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{local}"


def account(country, number):
    """An account at a bank code that no bank has; a plain number where there is no IBAN."""
    if country == "DE":
        return iban("DE", f"99900001{number:010}")
    if country == "CH":
        return iban("CH", f"99901{number:012}")
    if country == "AT":
        return iban("AT", f"99902{number:011}")
    if country == "BE":
        local = f"999{number:07}"
        return iban("BE", f"{local}{int(local) % 97 or 97:02}")
    if country == "FI":
        local = f"999900{number:07}"
        return iban("FI", local + luhn(local))
    if country == "NL":
        return iban("NL", f"ZZNB{number:010}")
    if country == "IE":
        return iban("IE", f"ZZHT990001{number:08}")
    return f"{number:012}"


def luhn(digits):
    """Check digit by modulo 10, weights 2-1 from the right (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def reference(style, year, number):
    """A payment reference of this style for invoice ``number`` of ``year``, as it stands on the invoice."""
    body = f"{year % 100:02}{number:05}"
    if style == "rf":
        return iso11649(body)
    if style == "qrr":
        digits = f"990001{body:0>20}"
        return digits + mod10_recursive(digits)
    if style == "ogm":
        local = f"{body:0>10}"
        digits = f"{local}{int(local) % 97 or 97:02}"
        return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"
    if style == "fi":
        total = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(body)))
        return f"{body}{-total % 10}"
    return None
