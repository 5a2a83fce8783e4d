"""Programs at the bank's side that lay files down, each in its own way; ``how(folder, drop)``."""

import os
import random
import time
from pathlib import Path

PIECES = 8
#: Between two pieces; far below the time between the poller's two looks.
PAUSE_SECONDS = 0.1
#: A poller that does not come in this time is found out by the checks.
PATIENCE_SECONDS = 180
ENDINGS = (".tmp", ".part", ".filepart")


def lay_down(folder: Path, drop):
    WAYS[drop.how](folder, drop)


def at_once(folder, drop):
    (folder / drop.name).write_bytes(drop.content)


def renamed(folder, drop):
    """Written beside under a name that says so, then renamed."""
    beside = folder / (drop.name + random.choice(ENDINGS))  # noqa: S311  not for secrets
    beside.write_bytes(drop.content)
    os.rename(beside, folder / drop.name)


def renamed_later(folder, drop):
    """The same name again, once the first one was taken."""
    wait_until_taken(folder / drop.name)
    renamed(folder, drop)


def dripping(folder, drop):
    """Under its own name from the first byte on."""
    with (folder / drop.name).open("wb", buffering=0) as stream:
        for piece in pieces(drop.content):
            stream.write(piece)
            time.sleep(PAUSE_SECONDS)


def part_then_whole(folder, drop):
    """One writer dies in the middle of his part, another one brings the whole."""
    (folder / f"{drop.name}.part").write_bytes(drop.first)
    time.sleep(PAUSE_SECONDS)
    (folder / f"{drop.name}.tmp").write_bytes(drop.content)
    os.rename(folder / f"{drop.name}.tmp", folder / drop.name)


def half_then_whole(folder, drop):
    """A writer dies in the middle, under the real name; hours later, for a bank, the whole file comes."""
    (folder / drop.name).write_bytes(drop.first)
    wait_until_taken(folder / drop.name)
    renamed(folder, drop)


def pausing(folder, drop):
    """One writer with one open file all the time, who sleeps in the middle."""
    with (folder / drop.name).open("wb", buffering=0) as stream:
        stream.write(drop.first)
        wait_until_taken(folder / drop.name)
        stream.write(drop.content[len(drop.first) :])


def long_ago(folder, drop):
    """It lies there for hours already."""
    renamed(folder, drop)
    os.utime(folder / drop.name, (0, time.time() - 7200))


def late_control(folder, drop):
    dripping(folder, drop)
    ending, content = drop.beside
    (folder / (drop.name + ending)).write_bytes(content)


def wait_until_taken(path):
    until = time.monotonic() + PATIENCE_SECONDS
    while not path.exists() and time.monotonic() < until:  # its first writer has not come to it yet
        time.sleep(PAUSE_SECONDS)
        if any(path.parent.parent.glob(f"archive/{path.name}")):
            return
    while path.exists() and time.monotonic() < until:
        time.sleep(PAUSE_SECONDS)


def pieces(content):
    size = max(len(content) // PIECES, 1)
    return [content[start : start + size] for start in range(0, len(content), size)]


WAYS = {
    way.__name__: way
    for way in (
        at_once, renamed, renamed_later, dripping, part_then_whole, half_then_whole, pausing, long_ago, late_control,
    )
}
