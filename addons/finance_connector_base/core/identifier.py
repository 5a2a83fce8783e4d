"""Identifiers that sort by time."""

import hashlib
import os
import uuid


def uuid7(milliseconds, random=None):
    """UUID version 7 (RFC 9562 section 5.7) for a Unix time in milliseconds."""
    random = random or os.urandom(10)
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(random[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def trace_id(correlation_id):
    """The 128 bits of a trace (W3C Trace Context): those of the UUID itself, else of the identifier's SHA-256."""
    try:
        return uuid.UUID(correlation_id).int or 1
    except ValueError:
        return int.from_bytes(hashlib.sha256(correlation_id.encode()).digest()[:16], "big") or 1


def root_span_id(correlation_id):
    """The 64 bits of the span with which a trace begins; the same wherever it is asked for."""
    return int.from_bytes(hashlib.sha256(correlation_id.encode()).digest()[16:24], "big") or 1
