"""Years of statements before they are loaded: in which order, what is missing or overlaps, and where they begin."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ..importing.chain import Link, joins, ordered

DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of one account in one file; ``identity`` is equal where it stands in two files."""

    file: int
    account: int
    link: Link
    identity: str
    lines: int = 0
    known: bool = False  # imported before


@dataclass(slots=True)
class Story:
    """What the files tell of one account; ``gaps`` and ``overlaps``: ``(first day, last day)``."""

    statements: int = 0
    lines: int = 0
    known: int = 0
    twice: int = 0
    first: date | None = None
    last: date | None = None
    opening: Decimal | None = None  # where no earlier statement is there: what the ledger has to begin with
    closing: Decimal | None = None
    unproved: int = 0  # statements without balances: nothing says whether one is missing beside them
    gaps: list = field(default_factory=list)
    overlaps: list = field(default_factory=list)


def in_order(pieces):
    """Files by the first day they speak of, so that of each account the earlier statement comes first."""
    keys = {}
    for piece in pieces:
        link = piece.link
        key = (link.from_on or date.max, link.to_on or date.max, link.number or 0, piece.file)
        keys[piece.file] = min(keys.get(piece.file, key), key)
    return sorted(keys, key=keys.get)


def stories(pieces, present):
    """``{account: Story}``

    :param present: ``{account: links}`` of the statements that are there
    """
    found, seen, new = defaultdict(Story), set(), defaultdict(list)
    for piece in pieces:
        story = found[piece.account]
        if (piece.account, piece.identity) in seen:
            story.twice += 1
            continue
        seen.add((piece.account, piece.identity))
        story.statements += 1
        story.lines += piece.lines
        if piece.known:
            story.known += 1
        elif None in (piece.link.from_on, piece.link.opening, piece.link.closing):
            story.unproved += 1
        else:
            new[piece.account].append(piece.link)
        _widen(story, piece.link)
    for account, story in found.items():
        _tell(story, new[account], present.get(account, ()))
    return dict(found)


def _widen(story, link):
    if link.from_on:
        story.first = min(story.first or link.from_on, link.from_on)
        story.last = max(story.last or link.to_on, link.to_on)


def _tell(story, new, present):
    chain = ordered([*new, *present])
    ours = {id(link) for link in new}
    for join in joins(chain):
        before, after = join.before, join.after
        if not {id(before), id(after)} & ours or join.missing is None:
            continue
        if before.touches(after):
            days = max(before.from_on, after.from_on), min(before.to_on, after.to_on)
            story.overlaps.append(days)
        else:
            first, last = before.to_on + DAY, after.from_on - DAY
            story.gaps.append((first, last) if first <= last else (after.from_on, after.from_on))
    if chain and id(chain[0]) in ours:
        story.opening = chain[0].opening
    if chain and id(chain[-1]) in ours:
        story.closing = chain[-1].closing
