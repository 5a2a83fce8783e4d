"""Identifiers that sort by time."""

import os
import uuid


def uuid7(milliseconds, random=None):
    """UUID version 7 (RFC 9562 section 5.7) for a Unix time in milliseconds."""
    random = random or os.urandom(10)
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(random[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)
