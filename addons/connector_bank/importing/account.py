"""Which account numbers the account of a statement may stand for: banks write them in many ways."""

import re

_NOT_IN_NUMBERS = re.compile(r"[^A-Z0-9]")
_GERMAN = re.compile(r"(\d{8})/(\d{1,10})", re.ASCII)
#: A word or BIC before the number, perhaps the currency after it.
_WITH_BANK = re.compile(r"[A-Z][A-Z0-9]{3,10}/([A-Z0-9 .-]+)(?:/[A-Z]{3})?", re.ASCII)


def spellings(account, currency=None):
    """Numbers without separators, the account as it is written first.

    A German ``bank code/number`` is that of its IBAN; the currency at the end of a number is no part of it.

    :param currency: of the statement
    """
    account = (account or "").strip().upper()
    found = [account]
    if currency and account.endswith(currency):
        account = account.removesuffix(currency).rstrip(" /")
        found.append(account)
    if match := _GERMAN.fullmatch(account):
        found.append(match[1] + match[2].zfill(10))
    elif match := _WITH_BANK.fullmatch(account):
        found.append(match[1])
    return tuple(dict.fromkeys(filter(None, (_NOT_IN_NUMBERS.sub("", number) for number in found))))
