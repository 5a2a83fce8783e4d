"""The catalogue of events as tables for ``docs/events.md``."""

from .catalogue import EVENTS


def markdown():
    parts = []
    for model, kinds in _grouped().items():
        parts.append(f"### `{model}`\n")
        parts += [f"- `{kind.type}`: {kind.label.lower()}" for kind in kinds]
        parts.append("\n| field | meaning | scope |\n|---|---|---|")
        parts += [f"| `{name}` | {meaning} | plain |" for name, meaning in kinds[0].data.items()]
        parts += [f"| `{name}` | {meaning} | wide |" for name, meaning in kinds[0].private.items()]
        parts.append("")
    return "\n".join(parts)


def _grouped():
    """Events that tell the same about the same kind of object, together."""
    found = {}
    for kind in EVENTS.values():
        same = [name for name, kinds in found.items() if kinds[0].data is kind.data]
        name = same[0] if same else kind.model if kind.model not in found else kind.type
        found.setdefault(name, []).append(kind)
    return found
