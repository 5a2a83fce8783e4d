"""A folder pair on the server: take from ``in``, archive after our commit, lay down in ``out``."""

import contextlib
import fnmatch
import os
import stat
from pathlib import Path

from ..core.canonical import sha256
from ..core.errors import ConfigurationError, DuplicateError, TechnicalError
from ..core.transport import TRANSPORTS, Parcel, Receipt

#: Names under which others write files that are not complete yet.
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload")


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


@TRANSPORTS.add("folder", "Folder on the server")
class Folder:
    """:param settings: ``root`` the host's exchange root, ``address`` a folder below it, then the
    sub-folders ``in``, ``out`` and ``archive``, ``pattern`` and ``max_bytes``.
    """

    def __init__(self, settings, secrets):
        root = Path(settings["root"]).resolve()
        self._base = (root / settings["address"].lstrip("/")).resolve()
        if not self._base.is_relative_to(root):
            raise ConfigurationError("the folder lies outside the exchange root of this server", code="folder.outside")
        self._in, self._out, self._archive = (self._below(settings[name]) for name in ("in", "out", "archive"))
        self._pattern = settings["pattern"]
        self._max_bytes = settings["max_bytes"]

    def _below(self, name):
        folder = (self._base / name).resolve()
        if not folder.is_relative_to(self._base):
            raise ConfigurationError(f"{name!r} leads out of the connector's folder", code="folder.outside")
        return folder

    def check(self):
        for folder in (self._in, self._out, self._archive):
            with sorted_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
                probe = folder / ".finance-connector-probe.tmp"
                probe.write_bytes(b"")
                probe.unlink()
        return f"{sum(1 for _ in self._names())} files wait."

    def _names(self):
        with sorted_errors(self._in):
            names = sorted(os.listdir(self._in))
        for name in names:
            if name.startswith(".") or name.lower().endswith(UNFINISHED):
                continue
            if fnmatch.fnmatch(name, self._pattern) and stat.S_ISREG(os.lstat(self._in / name).st_mode):
                yield name

    def pull(self):
        """What waits, by name. A file over the limit stays where it is and is reported after the others."""
        too_large = []
        for name in self._names():
            path = self._in / name
            with sorted_errors(self._in):
                if path.stat().st_size > self._max_bytes:
                    too_large.append(name)
                    continue
                content = path.read_bytes()
            yield Parcel(name, content, remote_id=name)
        if too_large:
            raise ConfigurationError(
                f"larger than the {self._max_bytes} bytes allowed: {', '.join(too_large)}",
                code="folder.size",
                place=too_large[0],
            )

    def confirm(self, remote_id):
        """Archive after our commit; a second call finds nothing to do."""
        source = self._in / Path(remote_id).name
        with sorted_errors(self._archive):
            self._archive.mkdir(parents=True, exist_ok=True)
            if source.exists():
                target = self._archive / source.name
                if target.exists():
                    target = self._archive / f"{source.stem}.{sha256(source.read_bytes())[:12]}{source.suffix}"
                source.replace(target)

    def push(self, parcel, key):
        """Write beside, then rename: nobody picks up half a file. The same bytes twice are one file."""
        name = Path(parcel.name).name
        target = self._out / name
        with sorted_errors(self._out):
            self._out.mkdir(parents=True, exist_ok=True)
            if target.exists():
                if target.read_bytes() != parcel.content:
                    raise DuplicateError(f"{name} lies there already with other content", code="duplicate.file")
                return Receipt(remote_id=name)
            beside = target.with_name(f".{name}.{os.getpid()}.tmp")
            with open(beside, "wb") as stream:
                stream.write(parcel.content)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(target)
        return Receipt(remote_id=name)

    def ask(self, key):
        """A folder tells by the file itself, which ``push`` looks at: sending again is safe."""
        return None
