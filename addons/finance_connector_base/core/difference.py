"""What differs between two results, as lines a person can read before deciding."""


def difference(old, new, path=""):
    """Yield ``(path, old value, new value)`` for everything that is not the same; None where it is missing."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            yield from difference(old.get(name), new.get(name), f"{path}.{name}" if path else str(name))
    elif isinstance(old, list) and isinstance(new, list):
        for number in range(max(len(old), len(new))):
            pair = (values[number] if number < len(values) else None for values in (old, new))
            yield from difference(*pair, f"{path}[{number + 1}]")
    elif old != new:
        yield path, old, new
