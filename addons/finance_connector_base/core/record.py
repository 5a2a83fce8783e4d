"""Frozen records that are made quickly: a file of a million bookings makes millions of them."""

from dataclasses import MISSING, dataclass, fields


def record(cls):
    """``dataclass(frozen=True, slots=True)`` with a constructor about four times as fast.

    The constructor of a frozen dataclass sets each field through ``object.__setattr__``. This one sets them
    plainly on a class of the same layout that is not frozen, and turns the object into ``cls`` at the end.
    Defaults must be plain values, no factories.
    """
    cls = dataclass(frozen=True, slots=True)(cls)
    names = [field.name for field in fields(cls)]
    open_class = type(cls.__name__, (), {"__slots__": tuple(names)})
    scope = {"_turn": object.__setattr__, "_open": open_class, "_closed": cls}
    arguments = []
    for field in fields(cls):
        if field.default is MISSING:
            arguments.append(field.name)
        else:
            scope[f"_{field.name}"] = field.default
            arguments.append(f"{field.name}=_{field.name}")
    body = "\n".join(f"    self.{name} = {name}" for name in names)
    source = (
        f"def __init__(self, {', '.join(arguments)}):\n    _turn(self, '__class__', _open)\n{body}\n"
        "    self.__class__ = _closed\n"
    )
    exec(source, scope)  # noqa: S102  as dataclass does; names of fields are all that comes in
    scope["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = scope["__init__"]
    return cls
