"""Files as banks lay them down, good and bad, whole, in halves and again, each with what must become of it.

Everything follows from a seed. What is malformed comes from ``connector_bank.simulation``.
"""

import hashlib
import io
import random
import re
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta

from odoo.addons.connector_bank.simulation.good import RECOGNISED_AT, Account, good
from odoo.addons.connector_bank.simulation.malformed import half_written_files, malformed_files
from odoo.addons.connector_bank.tests.statement_maker import Booking, camt053, statement

#: One account for each kind of trouble, so that its statements can be counted alone.
ACCOUNTS = {
    "malformed": Account("DE79000000000000000002"),
    "half": Account("DE52000000000000000003"),
    "double": Account("DE25000000000000000004"),
    "gap": Account("DE95000000000000000005"),
}
_REFERENCE = re.compile(rb"<AcctSvcrRef>([\w-]+)</AcctSvcrRef>")
#: Lines whose files carry a hash, or name, size and hash, beside them.
HASHED, CONTROLLED = "folder_hashed", "sftp_controlled"
PLAIN = ("folder_plain", "sftp_plain")


@dataclass(frozen=True)
class Expected:
    """What must be stored of some bytes that came over a line.

    ``verdict``: ``processed``, ``refused`` or ``quarantined``; ``code``: how the code of its case begins;
    ``references``: of the statement lines it brings
    """

    line: str
    sha256: str
    verdict: str = "processed"
    code: str = ""
    references: frozenset = frozenset()
    archived: bool = True  # these very bytes lie in the archive at the end


@dataclass(frozen=True)
class Drop:
    """One act of a writer: ``how`` is a function of ``bank_writer``; ``first`` what lies there before the whole."""

    line: str
    name: str
    how: str
    content: bytes
    expected: tuple = ()
    first: bytes = b""
    beside: tuple = ()  # (ending, content)
    stays: bool = False  # in the folder for us, for a person to look at


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def references(content):
    """Of all bookings in a file, whatever its encoding; of a zip, those of its members."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return frozenset().union(*(references(archive.read(name)) for name in archive.namelist()))
    return frozenset(found.decode() for found in _REFERENCE.findall(content.replace(b"\0", b"")))


def whole(line, content):
    return Expected(line, sha256(content), references=references(content))


def refused(line, content, code):
    return Expected(line, sha256(content), "refused", code)


def malformed(seed, count):
    for number, (name, content, code) in enumerate(malformed_files(seed, count, ACCOUNTS["malformed"])):
        line = PLAIN[number % 2]
        expected = whole(line, content) if code == "ok" else refused(line, content, code)
        yield Drop(line, name, "at_once" if number % 3 else "renamed", content, (expected,))


def half_written(seed, count):
    """Every way to be half written, in turn."""
    chance = random.Random(f"{seed} half")
    ways = (
        _dead, _dripping, _renamed, _dead_part, _sent_again, _paused, _late_control, _no_control, _wrong_control,
        _lying_size,
    )
    halves = half_written_files(seed, count, ACCOUNTS["half"])
    for number in range(count):
        line = PLAIN[number // len(ways) % 2]
        yield ways[number % len(ways)](chance, line, f"half-{number:05}.xml", halves)


def _good(chance):
    return good(chance, ACCOUNTS["half"]).encode()


def _dead(chance, line, name, halves):
    """The writer dies in the middle, and nobody finishes."""
    del chance
    _name, content, code = next(halves)
    return Drop(line, name, "at_once", content, (refused(line, content, code),))


def _dripping(chance, line, name, halves):
    del halves
    content = _good(chance)
    return Drop(line, name, "dripping", content, (whole(line, content),))


def _renamed(chance, line, name, halves):
    del halves
    content = _good(chance)
    return Drop(line, name, "renamed", content, (whole(line, content),))


def _dead_part(chance, line, name, halves):
    """Half a file under a name that nobody takes; then the whole one under its own."""
    del halves
    content = _good(chance)
    return Drop(line, name, "part_then_whole", content, (whole(line, content),), first=_half(chance, content))


def _sent_again(chance, line, name, halves):
    """Half a file is taken; later the whole one comes under the same name."""
    del halves
    content = _good(chance)
    half = _half(chance, content)
    expected = (refused(line, half, "xml.truncated"), whole(line, content))
    return Drop(line, name, "half_then_whole", content, expected, first=half)


def _paused(chance, line, name, halves):
    """The writer pauses so long that half a file is taken, then goes on writing what is in our archive by now."""
    del halves
    content = _good(chance)
    half = _half(chance, content)
    taken = Expected(line, sha256(half), "refused", "xml.truncated", archived=False)
    expected = (taken, whole(line, content))
    return Drop(line, name, "pausing", content, expected, first=half)


def _half(chance, content):
    return content[: chance.randrange(content.index(RECOGNISED_AT.encode()) + 20, content.rindex(b"</Stmt>"))]


def _late_control(chance, line, name, halves):
    """The file drips, what proves it complete comes after it."""
    del halves
    content = _good(chance)
    line, beside = _proof(line, name, content)
    return Drop(line, name, "late_control", content, (whole(line, content),), beside=beside)


def _no_control(chance, line, name, halves):
    """Without its proof a file is not complete: it is not taken, and a person is told."""
    del halves
    return Drop(_proof(line, name, b"")[0], name, "long_ago", _good(chance), stays=True)


def _wrong_control(chance, line, name, halves):
    """The proof is of other bytes: kept apart, and left where it is."""
    del halves
    content = _good(chance)
    line, beside = _proof(line, name, content[:-1] + b" ")
    expected = Expected(line, sha256(content), "quarantined", "manifest.differs", archived=False)
    return Drop(line, name, "late_control", content, (expected,), beside=beside, stays=True)


def _lying_size(chance, line, name, halves):
    del line, halves
    content = _good(chance)
    beside = (".ctl", f"FILE={name}\nSIZE={len(content) + chance.choice((-1, 1, 4096))}\n".encode())
    expected = Expected(CONTROLLED, sha256(content), "quarantined", "manifest.differs", archived=False)
    return Drop(CONTROLLED, name, "late_control", content, (expected,), beside=beside, stays=True)


def _proof(line, name, content):
    """The line that wants a proof and the file beside, by the plain line that would have been taken."""
    if line == PLAIN[0]:
        return HASHED, (".sha256", f"{sha256(content)}  {name}\n".encode())
    return CONTROLLED, (".ctl", f"FILE={name}\nSIZE={len(content)}\nSHA256={sha256(content)}\n".encode())


def duplicates(seed, count):
    """Statements that come again: the same bytes under either name, or the same statement in other bytes."""
    chance = random.Random(f"{seed} double")
    for number in range(count):
        line, name = PLAIN[number % 2], f"double-{number:05}.xml"
        text = good(chance, ACCOUNTS["double"])
        content = text.encode()
        yield Drop(line, name, "renamed", content, (whole(line, content),))
        match number % 3:
            case 0:
                yield Drop(line, f"again-{number:05}.xml", "renamed", content)
            case 1:
                yield Drop(line, name, "renamed_later", content)
            case _:
                other = text.replace("</GrpHdr>", "<AddtlInf>sent again</AddtlInf></GrpHdr>").encode()
                # The references are counted once: they are the same.
                yield Drop(line, f"again-{number:05}.xml", "renamed", other, (whole(line, other),))


def merged(streams, seed):
    """One list of all, each stream in its order: what follows something comes after it."""
    chance, waiting, found = random.Random(f"{seed} merged"), [list(stream)[::-1] for stream in streams], []
    while waiting := [stream for stream in waiting if stream]:
        found.append(chance.choices(waiting, [len(stream) for stream in waiting])[0].pop())
    return found


def with_gaps(seed, missing):
    """A chain of statements, one a day, of which some never come.

    :return: ``(drops, late)``: ``late`` are those of every second missing one, to be laid down at the end
    """
    chance = random.Random(f"{seed} gap")
    opening, day, number = 1000, date(2024, 1, 1), 0
    drops, late = [], []
    for hole in range(missing + 1):
        for within_run in range(chance.randrange(1, 4) + 1):
            number += 1
            amounts = [chance.randrange(1, 900) for _time in range(2)]
            bookings = [
                Booking(f"{amount}.00", f"Gap {number} {place}", day.isoformat(), ref=f"GAP{number}-{place}")
                for place, amount in enumerate(amounts)
            ]
            made = statement(
                *bookings, name=f"G{number}", account=ACCOUNTS["gap"].number, opening=f"{opening}.00",
                first=day.isoformat(), number=number if day.year == 2024 else None,
            )
            content = camt053(made, message=f"GAP{number}")
            line = PLAIN[number % 2]
            drop = Drop(line, f"gap-{number:05}.xml", "renamed", content, (whole(line, content),))
            opening += sum(amounts)
            day += timedelta(days=1)
            if within_run or hole == 0:
                drops.append(drop)
            elif hole % 2:
                late.append(drop)
    chance.shuffle(drops)
    return drops, late
