"""A decided match as plain values: what ``finance.settle`` needs, in the shape the engine gives it.

Amounts are exact; ``amount`` is in the currency of the line and signed like it, ``item_amount`` in that of the
document. A write-off names its account (and the matching rule), or its kind has one in the settings.
"""

from collections import namedtuple

Stored = namedtuple("Stored", "line_id parts write_offs rest")
StoredPart = namedtuple("StoredPart", "item_id amount item_amount")
StoredWriteOff = namedtuple("StoredWriteOff", "kind amount label account_id rule_id", defaults=(None, None))
