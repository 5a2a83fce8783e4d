"""Mutations of text statement files by seed: bytes and whole lines damaged, moved, doubled, cut."""

import random

_INTERESTING = (
    b"", b"0", b"-1", b"9" * 30, b"1,2,3", b"1.000,00", b",", b"/", b":", b"?", b"-", b"\x00", b"\xff\xfe", b"\r",
    b"991332", b"000000", b"\xef\xbb\xbf", b":62F:C991231EUR1,00", b"88,", b"16,", b"D,99999999999,", b"S,", b"V,x,",
    b"NaN", b"1E5", "٣".encode(), "\u202e".encode(),
)  # fmt: skip


def mutations(samples, seed, count):
    """Yield ``count`` damaged copies of ``samples`` (bytes); equal seeds give equal copies."""
    chance = random.Random(seed)  # noqa: S311
    for number in range(count):
        yield mutated(samples[number % len(samples)], chance)


def mutated(content, chance, separator=b"\n"):
    """A damaged copy of ``content``, taken apart at ``separator``."""
    lines = content.split(separator)
    for _time in range(chance.randrange(1, 5)):
        at = chance.randrange(len(lines))
        kind = chance.randrange(8)
        if kind == 0:
            del lines[at : at + chance.randrange(1, 4)]
        elif kind == 1:
            lines.insert(at, chance.choice(lines))
        elif kind == 2:
            there = chance.randrange(len(lines))
            lines[at], lines[there] = lines[there], lines[at]
        elif kind == 3:
            lines[at] = _inside(lines[at], chance)
        elif kind == 4:
            lines[at : at + 2] = [b"".join(lines[at : at + 2])]
        elif kind == 5:
            place = chance.randrange(len(lines[at]) + 1)
            lines[at : at + 1] = [lines[at][:place], lines[at][place:]]
        elif kind == 6:
            lines[at] = _flipped(lines[at], chance)
        else:
            del lines[at + 1 :]
        lines = lines or [b""]
    return separator.join(lines)


def _inside(line, chance):
    start = chance.randrange(len(line) + 1)
    end = min(len(line), start + chance.randrange(6))
    return line[:start] + chance.choice(_INTERESTING) + line[end:]


def _flipped(line, chance):
    found = bytearray(line or b"?")
    found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)
