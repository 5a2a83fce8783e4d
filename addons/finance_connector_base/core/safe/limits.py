"""How much is too much, by kind of file; each number is a server option ``<kind>_<name>``.

The defaults are far above what banks send (docs/hostile-input.md has the figures) and far below what
hurts a server.
"""

from dataclasses import dataclass, fields, replace

from ..errors import ConfigurationError

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class XmlLimits:
    held_bytes: int = 8 << 20  # read since the last event, that is: what cannot be freed yet
    total_bytes: int = 4 << 30


@dataclass(frozen=True, slots=True)
class ZipLimits:
    members: int = 1000
    ratio: int = 100
    member_bytes: int = 1 << 30
    total_bytes: int = 4 << 30


@dataclass(frozen=True, slots=True)
class TextLimits:
    line_characters: int = 1 << 20
    total_bytes: int = 1 << 30


@dataclass(frozen=True, slots=True)
class CsvLimits:
    rows: int = 5_000_000
    columns: int = 1000
    field_characters: int = 128 << 10
    row_characters: int = 1 << 20
    statements: int = 200  # accounts and currencies in one file


@dataclass(frozen=True, slots=True)
class JsonLimits:
    depth: int = 64
    digits: int = 40  # of a number, and the largest exponent
    total_bytes: int = 32 << 20


@dataclass(frozen=True, slots=True)
class XlsxLimits:
    rows: int = 200_000
    columns: int = 1000
    cells: int = 5_000_000
    ratio: int = 300  # sheets of equal rows pack well
    part_bytes: int = 128 << 20
    total_bytes: int = 256 << 20


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Of the process that reads one file (``core.bounded``)."""

    megabytes: int = 512
    seconds: int = 60  # of computing, and of waiting for it
    line_bytes: int = 64 << 20  # of one record on its way back


_KINDS = {
    "parse": ParseLimits,
    "xml": XmlLimits,
    "zip": ZipLimits,
    "text": TextLimits,
    "csv": CsvLimits,
    "json": JsonLimits,
    "xlsx": XlsxLimits,
}
_active = {kind: kind() for kind in _KINDS.values()}


def active(kind):
    """The limits of ``kind`` in force in this process."""
    return _active[kind]


def option_names():
    return tuple(f"{prefix}_{field.name}" for prefix, kind in _KINDS.items() for field in fields(kind))


def configure(options):
    """Put ``{option: value}`` in force over the defaults; what is absent or empty stays at its default.

    :raise ConfigurationError: a value is no positive whole number
    """
    for prefix, kind in _KINDS.items():
        given = {field.name: options.get(f"{prefix}_{field.name}") for field in fields(kind)}
        _active[kind] = replace(
            kind(), **{name: _number(f"{prefix}_{name}", value) for name, value in given.items() if value}
        )


def changed():
    """The options in force that differ from their defaults, as ``configure`` takes them."""
    return {
        f"{prefix}_{field.name}": getattr(_active[kind], field.name)
        for prefix, kind in _KINDS.items()
        for field in fields(kind)
        if getattr(_active[kind], field.name) != field.default
    }


def _number(name, value):
    try:
        number = int(value)
    except ValueError:
        number = 0
    if number <= 0:
        raise ConfigurationError(f"{name} is no positive whole number: {value}", code="configuration.limit")
    return number
