"""Check digits that several formats and checks share."""

#: Carry of the recursive modulo 10 (Swiss QR references).
_RECURSIVE = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


def mod97(text):
    """Remainder of ISO 7064 mod 97-10, letters as 10 … 35.

    :raise ValueError: another sign than a letter or digit
    """
    return int("".join(str(int(sign, 36)) for sign in text)) % 97


def mod97_right(text):
    """Whether the check digits at places 3 and 4 are right: IBAN (ISO 13616), creditor reference (ISO 11649)."""
    return mod97(text[4:] + text[:4]) == 1


def mod10_recursive(digits):
    """Check digit of ``digits`` by recursive modulo 10."""
    carry = 0
    for digit in digits:
        carry = _RECURSIVE[(carry + int(digit)) % 10]
    return str((10 - carry) % 10)


def belgian_right(digits):
    """Belgian structured communication: of twelve digits the last two are the rest by 97, 97 for none."""
    return len(digits) == 12 and (int(digits[:10]) % 97 or 97) == int(digits[10:])
