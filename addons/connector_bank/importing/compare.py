"""What another rule of identity would have made of the same files: both are played through from the first file on."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from .chain import Link, fits, overlaps
from .identity import Held, settle

#: More differences than this are counted, not shown.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Played:
    """One statement of a kept file: booked entries as they are imported, batches split where the account wants it."""

    link: Link
    entries: tuple
    intraday: bool = False
    name: str = ""


@dataclass(slots=True)
class Comparison:
    """Number of bookings by what becomes of them; ``shown``: ``[kind, statement, entry]`` of the first that differ."""

    same: int = 0
    again: int = 0  # known as lines now, new by the other rule: money would be there twice
    merged: int = 0  # lines of their own now, taken for earlier ones by the other rule: money would be missing
    asked: int = 0  # clear now, a question to a person by the other rule
    shown: list = field(default_factory=list)

    @property
    def differ(self):
        return self.again + self.merged + self.asked


def compare(statements, now, then):
    """Play ``statements``, in the order of their import, with the rules ``now`` and ``then``.

    :param statements: ``Played``; a repetition under the same name with the same content is left out by the caller
    """
    found = Comparison()
    for statement, before, after in zip(statements, _play(statements, now), _play(statements, then), strict=True):
        for position, entry in enumerate(statement.entries):
            kind = _kind(before[position], after[position], (id(statement), position))
            setattr(found, kind, getattr(found, kind) + 1)
            if kind != "same" and len(found.shown) < SHOWN:
                found.shown.append([kind, statement.name, entry])
    return found


def _kind(before, after, itself):
    """``None`` is a question, ``itself`` a new line, anything else an earlier line."""
    if before == after:
        return "same"
    if after == itself:
        return "again"
    if after is None:
        return "asked"
    return "merged" if before == itself else "same"


def _play(statements, rule):
    """For each statement, which line each of its entries is."""
    held, chain = defaultdict(list), []
    for statement in statements:
        keys = {id(entry): rule(entry) for entry in statement.entries}
        positions = {id(entry): position for position, entry in enumerate(statement.entries)}
        new_days = fits(statement.link, chain)
        settled = settle(
            statement.entries,
            [line for key in set(keys.values()) for line in held[key]],
            fits=new_days,
            overlaps=statement.intraday or overlaps(statement.link, chain),
            prints=lambda entry, keys=keys: keys[id(entry)],
            named=rule.names,
        )
        lines = [None] * len(statement.entries)
        for candidate in settled.known:
            lines[positions[id(candidate.entry)]] = candidate.line
        for candidate in settled.new:
            line = lines[positions[id(candidate.entry)]] = (id(statement), positions[id(candidate.entry)])
            held[candidate.fingerprint].append(
                Held(candidate.fingerprint, candidate.occurrence, waiting=statement.intraday,
                     amount=candidate.entry.amount, line=line)
            )
        if not statement.intraday:
            _confirm(held, settled.known)
            if statement.link.from_on:
                chain.append(statement.link)
        yield lines


def _confirm(held, known):
    """What a statement holds no longer waits for one."""
    for candidate in known:
        lines = held[candidate.fingerprint]
        for position, line in enumerate(lines):
            if line.line == candidate.line and line.waiting:
                lines[position] = replace(line, waiting=False)
