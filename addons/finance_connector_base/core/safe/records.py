"""Records of fixed width from outside: one a line, or one behind the other without line ends."""

from collections.abc import Iterator

from .limits import CHUNK
from .text import forgiving_blocks

_NOTHING = b" \t\r\n\0\x1a"  # fillers, and the end of file of DOS


def records(stream, width, limits=None) -> Iterator[tuple[int, str]]:
    """Yield ``(line number, text)`` as ``forgiving_lines`` does; blank lines are left out, short ones filled up.

    Without line ends the file is cut every ``width`` bytes: such files of mainframes have one byte a character.
    """
    for first, lines in record_blocks(stream, width, limits):
        for number, line in enumerate(lines, first):
            if line[:1] == " ":
                line = line.lstrip()
            if line and not line.isspace():
                yield number, line.ljust(width)


def record_blocks(stream, width, limits=None) -> Iterator[tuple[int, list[str]]]:
    """Yield ``(number of the first line, lines)``, some hundred at a time: lines as they are, also blank ones."""
    return forgiving_blocks(_Lines(stream, width), limits)


class _Lines:
    """The stream, its records ended by line ends if they are not."""

    def __init__(self, stream, width):
        self._stream, self._width = stream, width
        self._head = stream.read(CHUNK)
        self._cut = not (b"\n" in self._head or b"\r" in self._head or len(self._head.strip(_NOTHING)) <= width)
        self._rest = b""

    def read(self, size):
        chunk, self._head = self._head or self._stream.read(size), b""
        if not self._cut:
            return chunk
        whole = self._rest + chunk
        end = len(whole) - len(whole) % self._width if chunk else len(whole)
        self._rest = whole[end:]
        found = b"".join(whole[at : at + self._width] + b"\n" for at in range(0, end, self._width))
        return found or (self.read(size) if chunk else b"")
