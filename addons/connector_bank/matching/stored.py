"""A decided match as plain values: what ``finance.settle`` needs, in the shape the engine gives it.

Amounts are exact; ``amount`` is in the currency of the line and signed like it, ``item_amount`` in that of the
document. A write-off ``by_hand`` names its account, the other kinds have theirs in the settings.
"""

from collections import namedtuple

Stored = namedtuple("Stored", "line_id parts write_offs rest")
StoredPart = namedtuple("StoredPart", "item_id amount item_amount")
StoredWriteOff = namedtuple("StoredWriteOff", "kind amount label account_id", defaults=(None,))
