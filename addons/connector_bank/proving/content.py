"""What one proof holds: the payments of a bank, a day and a currency, and how far each can be shown to have gone."""

import json
from decimal import Decimal

#: In the order in which a payment goes through them. ``ledger`` = ``files`` + ``outside``; of what reached the bank
#: each is ``answered``; what was not ``refused`` is on a ``statement`` in the end.
STAGES = ("ledger", "outside", "files", "answered", "refused", "statement")


def stages(items, in_files):
    """``{stage: [number, in, out]}``, amounts as text.

    :param items: rows with ``amount`` (text), ``incoming``, ``order``, ``answered`` and ``seen`` (text or None),
        ``refused``
    :param in_files: ``[number, in, out]`` of the files, by their own bytes
    """
    chosen = {
        "ledger": [(one, one["amount"]) for one in items],
        "outside": [(one, one["amount"]) for one in items if not one["order"]],
        "answered": [(one, one["answered"]) for one in items if one["answered"] is not None],
        "refused": [(one, one["amount"]) for one in items if one["refused"]],
        "statement": [(one, one["seen"]) for one in items if one["seen"] is not None],
    }
    found = {name: _totals(rows) for name, rows in chosen.items()} | {"files": in_files}
    return {name: found[name] for name in STAGES}


def _totals(rows):
    sides = {
        side: sum((Decimal(amount) for one, amount in rows if one["incoming"] is side), Decimal())
        for side in (True, False)
    }
    return [len(rows), str(sides[True]), str(sides[False])]


def canonical(content):
    """The bytes that are hashed: the same for the same content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
