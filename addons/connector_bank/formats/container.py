"""Opens what a bank hands over: a file, or a zip of files."""

import io
import os
import tempfile
import zipfile
from contextlib import contextmanager

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK
from odoo.addons.finance_connector_base.core.safe.zip import zip_members

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # a file inside; none inside
_WORKBOOK_PART = "xl/workbook.xml"
_SPOOL_BYTES = 8 << 20


@contextmanager
def opened(source):
    """A seekable binary stream of a path or a stream; a stream is left open and unclosed."""
    if isinstance(source, (str, os.PathLike)):
        with _file(source) as stream:
            yield stream
    elif source.seekable():
        yield source
    else:
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as spool:
            while chunk := source.read(CHUNK):
                spool.write(chunk)
            spool.seek(0)
            yield spool


def _file(path):
    try:
        return open(path, "rb")
    except OSError as error:
        raise FormatError("the file cannot be opened", code="file.unreadable") from error


def members(stream, limits=None):
    """(name, stream with ``peek``) of each file inside; the name is None where it is no container.

    A workbook (XLSX) is a file of its own, though packed like a container.
    """
    start = stream.tell()
    magic = stream.read(4)
    stream.seek(start)
    if magic in _ZIP and not _is_workbook(stream):
        yield from zip_members(stream, limits)
    else:
        with _Plain(stream) as plain:
            yield None, io.BufferedReader(plain, CHUNK)


def _is_workbook(stream):
    start = stream.tell()
    try:
        with zipfile.ZipFile(stream) as archive:
            return _WORKBOOK_PART in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return False  # whoever reads it says what is wrong
    finally:
        stream.seek(start)


class _Plain(io.RawIOBase):
    """Any object with ``read`` as a raw stream, so that one kind of buffer serves all."""

    def __init__(self, stream):
        super().__init__()
        self._stream = stream

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=os.SEEK_SET):
        return self._stream.seek(offset, whence)

    def tell(self):
        return self._stream.tell()

    def readinto(self, buffer):
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
