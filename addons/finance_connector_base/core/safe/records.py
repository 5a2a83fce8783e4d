"""Records of fixed width from outside: one a line, or one behind the other without line ends."""

from collections.abc import Iterator

from .limits import CHUNK
from .text import forgiving_blocks

_NOTHING = b" \t\r\n\0\x1a"  # fillers, and the end of file of DOS


def records(stream, width, limits=None) -> Iterator[tuple[int, str]]:
    """Yield ``(line number, text)`` as ``forgiving_lines`` does; blank lines are left out, short ones filled up.

    Without line ends the file is cut every ``width`` bytes: such files of mainframes have one byte a character.

    :param width: or what gives it from the first bytes, where a format has several
    """
    ended = _Lines(stream, width)
    for first, lines in forgiving_blocks(ended, limits):
        for number, line in enumerate(lines, first):
            if line[:1] == " ":
                line = line.lstrip()
            if line and not line.isspace():
                yield number, line.ljust(ended.width)


def record_blocks(stream, width, limits=None) -> Iterator[tuple[int, list[str]]]:
    """Yield ``(number of the first line, lines)``, some hundred at a time: lines as they are, also blank ones."""
    return forgiving_blocks(_Lines(stream, width), limits)


class _Lines:
    """The stream, its records ended by line ends if they are not."""

    def __init__(self, stream, width):
        self._stream = stream
        self._head = stream.read(CHUNK)
        self.width = width(self._head) if callable(width) else width
        self._cut = not (b"\n" in self._head or b"\r" in self._head or len(self._head.strip(_NOTHING)) <= self.width)
        self._rest = b""

    def read(self, size):
        chunk, self._head = self._head or self._stream.read(size), b""
        if not self._cut:
            return chunk
        whole = self._rest + chunk
        end = len(whole) - len(whole) % self.width if chunk else len(whole)
        self._rest = whole[end:]
        found = b"".join(whole[at : at + self.width] + b"\n" for at in range(0, end, self.width))
        return found or (self.read(size) if chunk else b"")
