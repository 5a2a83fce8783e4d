"""Frozen records that are made quickly: a file of a million bookings makes millions of them."""

from dataclasses import MISSING, dataclass, fields

import msgspec

_NOT_OURS = frozenset(("__dict__", "__weakref__", "__annotations__"))


def record(cls):
    """``dataclass(frozen=True, slots=True)`` with a constructor in C, six times as fast.

    What ``dataclasses`` offers (``fields``, ``replace``, ``asdict``) works on it; a change raises ``AttributeError``.
    Defaults must be plain values, no factories. Records hold values and other records only, so none is ever
    part of a cycle: the garbage collector need not look at them.
    """
    own = {name: value for name, value in vars(cls).items() if name not in cls.__annotations__.keys() | _NOT_OURS}
    shape = fields(dataclass(frozen=True)(cls))
    struct = msgspec.defstruct(
        cls.__name__,
        [(one.name, one.type) if one.default is MISSING else (one.name, one.type, one.default) for one in shape],
        namespace=own,
        module=cls.__module__,
        frozen=True,
        gc=False,
    )
    struct.__dataclass_fields__ = {one.name: one for one in shape}
    return struct
