"""A folder pair on the server: take from ``in``, archive after our commit, lay down in ``out``."""

import contextlib
import os
import stat
from pathlib import Path

from ..core.errors import ConfigurationError, TechnicalError
from ..core.transport import TRANSPORTS
from .exchange import FileExchange
from .files import Look


@contextlib.contextmanager
def sorted_errors(folder):
    try:
        yield
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        raise ConfigurationError(
            f"the folder {folder.name!r} is missing or closed to us", code="folder.setup"
        ) from error
    except OSError as error:
        raise TechnicalError(f"the folder {folder.name!r} cannot be used now", code="folder.line") from error


class LocalFiles:
    """Files below the connector's folder; links are never followed."""

    def listing(self, folder):
        found = {}
        with sorted_errors(folder):
            for entry in os.scandir(folder):
                with contextlib.suppress(FileNotFoundError):  # renamed or taken by another poller meanwhile
                    found[entry.name] = _look(entry.stat(follow_symlinks=False))
        return found

    def look(self, folder, name):
        with sorted_errors(folder):
            try:
                return _look(os.lstat(folder / name))
            except FileNotFoundError:
                return None

    def read(self, folder, name, size):
        """Up to one byte more than ``size``: a file that grew is seen."""
        with sorted_errors(folder):
            handle = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(handle, "rb") as stream:
                return stream.read(size + 1)

    def write(self, folder, name, content):
        with sorted_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with open(folder / name, "xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())

    def rename(self, folder, name, target_folder, target):
        with sorted_errors(target_folder):
            target_folder.mkdir(parents=True, exist_ok=True)
            os.rename(folder / name, target_folder / target)

    def remove(self, folder, name):
        with sorted_errors(folder), contextlib.suppress(FileNotFoundError):
            os.unlink(folder / name)


def _look(status):
    return Look(status.st_size, status.st_mtime, stat.S_ISREG(status.st_mode))


@TRANSPORTS.add("folder", "Folder on the server")
class Folder(FileExchange):
    """:param settings: those of ``FileExchange``, ``root`` the host's exchange root, ``address`` a folder below it."""

    def __init__(self, settings, secrets):
        super().__init__(settings, secrets)
        root = Path(settings["root"]).resolve()
        self._base = (root / settings["address"].lstrip("/")).resolve()
        if not self._base.is_relative_to(root):
            raise ConfigurationError("the folder lies outside the exchange root of this server", code="folder.outside")
        self._in, self._out, self._archive = (self._below(name) for name in (self._in, self._out, self._archive))
        self._sent = self._below(self._sent) if self._sent else None

    def _below(self, name):
        folder = (self._base / name).resolve()
        if not folder.is_relative_to(self._base):
            raise ConfigurationError(f"{name!r} leads out of the connector's folder", code="folder.outside")
        return folder

    @contextlib.contextmanager
    def _open(self):
        yield LocalFiles()

    def push(self, parcel, key):
        """The folder for our files is ours to make; a missing one for files to us is a mistake in the set-up."""
        with sorted_errors(self._out):
            self._out.mkdir(parents=True, exist_ok=True)
        return super().push(parcel, key)

    def check(self):
        for folder in (self._in, self._out, self._archive):
            with sorted_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
                probe = folder / ".finance-connector-probe.tmp"
                probe.write_bytes(b"")
                probe.unlink()
        return super().check()
