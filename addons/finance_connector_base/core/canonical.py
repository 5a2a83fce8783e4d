"""One byte form for one content, so that equal things have equal hashes."""

import hashlib
import json
from datetime import date
from decimal import Decimal


def _plain(value):
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):  # datetime too
        return value.isoformat()
    raise TypeError(f"no canonical form for {type(value).__name__}")


def canonical_json(content):
    """UTF-8 JSON with sorted keys and no blanks (RFC 8785 but for number forms: amounts are strings)."""
    return _encode(content).encode()


_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
).encode


def sha256(content):
    """Hex SHA-256 of bytes, or of the canonical JSON of anything else."""
    raw = content if isinstance(content, bytes) else canonical_json(content)
    return hashlib.sha256(raw).hexdigest()
