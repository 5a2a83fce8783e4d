"""BAI2 type codes (ANSI X9.121): what a code means, and which way its amount goes."""

import csv
import functools
from pathlib import Path

#: Standard codes outside the ranges below: loans, and SEPA and BACS sums.
_CREDITS = frozenset({"706", "708", *map(str, range(720, 729)), "827", "829"})
_DEBITS = frozenset({"760", "828"})
#: Has no amount: only text.
NON_MONETARY = "890"

#: Summary codes of ledger and available balances → ISO 20022 balance type.
BALANCES = {"010": "OPBD", "015": "CLBD", "030": "ITBD", "040": "OPAV", "045": "CLAV", "060": "ITAV"}
TOTAL_CREDITS, TOTAL_DEBITS = "100", "400"
#: Code → its name; read here, because a process that reads files opens none of its own.
with Path(__file__).with_name("bai2_codes.csv").open(encoding="utf-8", newline="") as _table:
    MEANINGS = {row["code"]: row["meaning"] for row in csv.DictReader(_table)}


@functools.lru_cache(4096)
def sign(code):
    """1 for a credit, -1 for a debit, 0 for what moves no money, None for an unknown code.

    100–399 are credits, 400–699 debits; for the banks' own use 920–959 are credits, 960–999 debits.
    """
    if len(code) != 3 or not (code.isascii() and code.isdigit()):
        return None
    if "100" <= code < "400" or "920" <= code < "960" or code in _CREDITS:
        return 1
    if "400" <= code < "700" or code >= "960" or code in _DEBITS:
        return -1
    return 0 if code == NON_MONETARY else None
