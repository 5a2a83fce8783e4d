"""The Prometheus text format, version 0.0.4: families of samples, as scrapers read them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class Family:
    """One metric: its samples share name, kind and meaning, and differ in their labels.

    ``kind`` is ``gauge``, ``counter`` (its name ends in ``_total``) or ``histogram``.
    """

    name: str
    kind: str
    help: str
    samples: list = field(default_factory=list)  # (suffix of the name, labels, value)

    def add(self, labels: dict, value: float) -> None:
        self.samples.append(("", labels, value))

    def add_histogram(self, labels: dict, bounds: Iterable[float], counts: Iterable[int], count: int, total: float):
        """
        :param counts: observations up to each of the bounds, each including those before
        :param total: sum of what was observed
        """
        for bound, up_to in zip(bounds, counts, strict=True):
            self.samples.append(("_bucket", {**labels, "le": number(bound)}, up_to))
        self.samples.append(("_bucket", {**labels, "le": "+Inf"}, count))
        self.samples.append(("_sum", labels, total))
        self.samples.append(("_count", labels, count))


def text(families: Iterable[Family]) -> str:
    """What a scraper is answered."""
    lines = []
    for family in families:
        lines.append(f"# HELP {family.name} {_escaped(family.help)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        for suffix, labels, value in family.samples:
            pairs = ",".join(f'{name}="{_quoted(label)}"' for name, label in labels.items())
            lines.append(f"{family.name}{suffix}{{{pairs}}} {number(value)}" if pairs else
                         f"{family.name}{suffix} {number(value)}")
    return "".join(f"{line}\n" for line in lines)


def number(value: float) -> str:
    """A number as Go reads it."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(label) -> str:
    return _escaped("" if label is None else str(label)).replace('"', '\\"')
