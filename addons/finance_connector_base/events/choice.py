"""Which events a subscription wants: patterns of types and conditions on attributes."""

from fnmatch import fnmatchcase

from ..core.errors import ConfigurationError


def patterns(text):
    """Patterns from text, separated by commas or lines: ``invoice.*, payment.settled``."""
    return tuple(filter(None, (part.strip() for part in (text or "").replace("\n", ",").split(","))))


def matches_type(kind, wanted):
    return any(fnmatchcase(kind, pattern) for pattern in wanted)


def conditions(text):
    """Conditions from text, one a line: ``currency = EUR, USD`` or ``journal != MISC``; all must hold.

    :return: ``((path, equal, values), …)``
    :raise ConfigurationError: a line is no condition
    """
    found = []
    for number, line in enumerate((text or "").splitlines(), start=1):
        if not line.strip():
            continue
        name, equals, values = line.partition("=")
        equal = not name.rstrip().endswith("!")
        name = name.rstrip().removesuffix("!").strip()
        if not equals or not name or not values.strip():
            raise ConfigurationError(f"this is no condition: {line.strip()[:80]}", code="event.condition",
                                     place=f"line {number}")  # fmt: skip
        found.append((tuple(name.split(".")), equal, frozenset(patterns(values))))
    return tuple(found)


def matches_data(data, wanted):
    """Whether all conditions hold; a field that the event does not have is empty text."""
    return all((_text(data, path) in values) == equal for path, equal, values in wanted)


def _text(data, path):
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    if isinstance(data, bool):
        return "true" if data else "false"
    return "" if data is None else str(data)
