"""Zip files from outside: read in order, real bytes counted, nothing outside, linked, encrypted or nested."""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError

from ..errors import FormatError
from .limits import CHUNK, ZipLimits, active


def zip_members(stream, limits=None) -> Iterator[tuple[str, io.BufferedReader]]:
    """Name and content of each file in a zip; folders and macOS side files are passed over.

    Raises ``FormatError``: ``zip.malformed``, ``zip.name``, ``zip.encrypted``, ``zip.nested``,
    ``zip.limit``, ``zip.empty``.
    """
    limits = limits or active(ZipLimits)
    with _opened(stream) as archive:
        members = [info for info in archive.infolist() if not _passed_over(info)]
        if not members:
            raise FormatError("the zip file holds no file", code="zip.empty")
        if len(members) > limits.members:
            raise FormatError(f"more than {limits.members} files in a zip", code="zip.limit")
        total = 0
        for info in members:
            _check_name(info)
            content = _Member(archive, info, limits, total)
            with io.BufferedReader(content, CHUNK) as reader:
                if reader.peek(4)[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
                    raise FormatError(
                        "a zip file inside a zip file",
                        code="zip.nested",
                        place=info.filename,
                    )
                yield info.filename, reader
            total = content.total


def _opened(stream):
    try:
        return zipfile.ZipFile(stream)
    except _ZIP_ERRORS as error:
        raise FormatError("the zip file cannot be read", code="zip.malformed") from error


_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)


def _passed_over(info):
    name = info.filename.rpartition("/")[2]
    folder = info.filename.endswith("/")  # ``is_dir`` breaks on a member without a name
    return folder or info.filename.startswith("__MACOSX/") or name == ".DS_Store"


def _check_name(info):
    name = info.filename
    parts = re.split(r"[/\\]", name)
    linked = stat.S_ISLNK(info.external_attr >> 16)
    if linked or not parts[0] or ".." in parts or ":" in name:
        raise FormatError("a name in the zip file leads outside", code="zip.name")
    if info.flag_bits & 0x1:
        raise FormatError("the zip file is encrypted", code="zip.encrypted", place=name)


class _Member(io.RawIOBase):
    """Bytes of one file in a zip, counted as they really come out, not as the directory claims."""

    def __init__(self, archive, info, limits, total):
        super().__init__()
        self.name, self.total, self._limits = info.filename, total, limits
        self._packed, self._read = max(info.compress_size, 1), 0
        self._source = self._guarded(archive.open, info)

    def readable(self):
        return True

    def readinto(self, buffer):
        chunk = self._guarded(self._source.read, len(buffer))
        buffer[: len(chunk)] = chunk
        self._read += len(chunk)
        self.total += len(chunk)
        limits = self._limits
        if (
            self._read > limits.member_bytes
            or self.total > limits.total_bytes
            or self._read > limits.ratio * self._packed
        ):
            raise FormatError("the zip file unpacks to too much", code="zip.limit", place=self.name)
        return len(chunk)

    def _guarded(self, call, argument):
        try:
            return call(argument)
        except (*_ZIP_ERRORS, RuntimeError) as error:
            raise FormatError("the zip file is damaged", code="zip.malformed", place=self.name) from error
