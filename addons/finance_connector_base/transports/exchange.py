"""Exchange of files through folders: what the folder and the SFTP transport have in common.

A transport opens ``Files`` (look, read, write, rename, remove), this class knows the rules: take only
what is complete, archive only what was taken, lay down whole files once.
"""

import contextlib
import secrets as random
import time

from ..core.canonical import sha256
from ..core.errors import (
    ConfigurationError,
    DuplicateError,
    OutcomeUnknownError,
    TechnicalError,
)
from ..core.transport import Parcel, Receipt
from .files import Look, fits, proper_name, sent_name, unfinished, with_mark

#: Endings of files of ours that were not renamed yet.
OURS = ".part"
#: The look of no file at all.
NOWHERE = Look(-1, 0)


class FileExchange:
    """:param settings: folders ``in``, ``out``, ``archive``, and

    - ``sent``: where the other side keeps what it took from ``out``; empty where it keeps nothing
    - ``pattern``: names that are taken, separated by commas
    - ``max_bytes``: a larger file stays where it is and is reported
    - ``settle_seconds``: time between the two looks that show whether a file is still being written
    - ``companion``: ending of the file that lies beside a complete one, e.g. ``.sha256``; empty for none
    - ``companion_minutes``: a file that waits longer for the one beside it is reported
    - ``recent``: ``{name: sizes}`` of what was taken lately: a writer may have paused, and gone on in our archive
    - ``after_take``: ``archive``, ``delete`` or ``keep``
    """

    code = "file"

    def __init__(self, settings, secrets):
        self._settings, self._secrets = settings, secrets
        self._in, self._out, self._archive = (settings[name] for name in ("in", "out", "archive"))
        self._sent = settings.get("sent") or ""
        self._pattern = settings["pattern"]
        self._max_bytes = settings["max_bytes"]
        self._companion = settings.get("companion") or ""
        self._files = None
        self._taken = {}  # name → (look, hash) of what was handed over

    def _open(self):
        """A context manager that gives ``Files``."""
        raise NotImplementedError

    @contextlib.contextmanager
    def _session(self):
        """One session for all that happens while one is open."""
        if self._files is not None:
            yield self._files
            return
        with self._open() as files:
            self._files = files
            try:
                yield files
            finally:
                self._files = None

    def check(self):
        with self._session() as files:
            waiting = self._waiting(files)[0]
            self._check_folders(files)
        return f"{len(waiting)} files wait."

    def _check_folders(self, files):
        for folder in filter(None, (self._out, self._archive_folder(), self._sent)):
            files.listing(folder)

    def _archive_folder(self):
        return self._archive if self._settings.get("after_take", "archive") == "archive" else ""

    # in

    def pull(self):
        """What is complete, by name. What may not be taken stays there and is told after the others."""
        with self._session() as files:
            waiting, left = self._settled(files)
            yield from self._grown(files)
            for name, look in sorted(waiting.items()):
                if look.size > self._max_bytes:
                    left.append((name, f"larger than the {self._max_bytes} bytes allowed", "size"))
                    continue
                content = self._read(files, name, look)
                if content is None or len(content) != look.size or files.look(self._in, name) != look:
                    continue  # written to while we read: the next look takes it; or gone
                self._taken[name] = (look, sha256(content))
                yield Parcel(name, content, remote_id=name, beside=self._beside(files, name))
        self._tell(left)

    def _read(self, files, name, look):
        """``None`` where the file is gone: another poller was faster, or its writer has renamed it."""
        try:
            return files.read(self._in, name, look.size)
        except ConfigurationError:
            if files.look(self._in, name) is not None:
                raise
            return None

    def _waiting(self, files):
        """Files that our rules would take, and those that they refuse with the reason."""
        listing = files.listing(self._in)
        waiting, left = {}, []
        for name, look in listing.items():
            if unfinished(name) or not look.regular or not fits(name, self._pattern):
                continue
            if self._companion and (name.endswith(self._companion) or name + self._companion not in listing):
                if not name.endswith(self._companion) and self._waits_too_long(look):
                    left.append((name, f"the {self._companion} file that proves it complete is missing", "companion"))
                continue
            if proper_name(name):
                waiting[name] = look
            else:
                left.append((repr(name)[1:-1], "not a proper file name", "name"))
        return waiting, left

    def _waits_too_long(self, look):
        minutes = self._settings.get("companion_minutes") or 0
        return minutes and time.time() - look.modified > minutes * 60

    def _grown(self, files):
        """Taken while its writer paused, archived, and then written to its end: the whole file comes as well."""
        for name, sizes in (self._settings.get("recent") or {}).items():
            look = files.look(self._archive, name)
            if look is None or not look.regular or not max(sizes) < look.size <= self._max_bytes:
                continue
            content = files.read(self._archive, name, look.size)
            if len(content) == look.size and files.look(self._archive, name) == look:
                self._taken[name] = (NOWHERE, None)  # another file of that name in the folder stays for its own turn
                yield Parcel(name, content, remote_id=name)

    def _settled(self, files):
        """Those that nobody is writing to: the companion says so, or two looks that are alike."""
        waiting, left = self._waiting(files)
        pause = self._settings.get("settle_seconds") or 0
        if not waiting or not pause or self._companion:
            return waiting, left
        time.sleep(pause)
        again, left = self._waiting(files)
        return {name: look for name, look in again.items() if waiting.get(name) == look}, left

    def _beside(self, files, name):
        if not self._companion:
            return None
        name += self._companion
        look = files.look(self._in, name)
        if look is None or not look.regular or look.size > self._max_bytes:
            return None
        return Parcel(name, files.read(self._in, name, look.size))

    def _tell(self, left):
        if left:
            words = "; ".join(f"{name}: {reason}" for name, reason, _code in left)
            raise ConfigurationError(f"not taken: {words}", code=f"{self.code}.{left[0][2]}", place=left[0][0])

    def confirm(self, remote_id):
        """After our commit. Only what was really taken goes: a file that changed since comes again."""
        name = remote_id.replace("\\", "/").rpartition("/")[2]
        mode = self._settings.get("after_take", "archive")
        if mode == "keep" or not proper_name(name):
            return
        with self._session() as files:
            look, content_hash = self._taken.pop(name, (None, None))
            found = files.look(self._in, name)
            if found is None or (look and found != look):
                return
            beside = name + self._companion if self._companion else None
            for each, known in ((name, content_hash), (beside, None)):
                if each and mode == "delete":
                    files.remove(self._in, each)
                elif each:
                    self._to_archive(files, each, known)

    def _to_archive(self, files, name, content_hash):
        """Another file of that name in the archive stays; the very same one is kept once."""
        look = files.look(self._in, name)
        if look is None:
            return
        target = name
        if files.look(self._archive, name) is not None:
            target = with_mark(name, (content_hash or sha256(files.read(self._in, name, look.size)))[:12])
        if files.look(self._archive, target) is not None:
            files.remove(self._in, name)
            return
        try:
            files.rename(self._in, name, self._archive, target)
        except ConfigurationError:
            if files.look(self._in, name) is not None:  # else another poller has archived it
                raise

    # out

    def push(self, parcel, key):
        """Write beside, then rename: nobody picks up half a file. The same bytes twice are one file."""
        name = sent_name(parcel.name)
        with self._session() as files:
            self._lay_down(files, name, parcel.content)
            if parcel.beside:
                self._lay_down(files, sent_name(parcel.beside.name), parcel.beside.content)
        return Receipt(remote_id=name)

    def _lay_down(self, files, name, content):
        listing = files.listing(self._out)
        if self._lies(files, self._out, name, content, listing):
            return
        for old in self._leftovers(listing, name):  # of a try that was broken off: it cannot rename any more
            files.remove(self._out, old)
        written = f"{name}.{random.token_hex(4)}{OURS}"
        try:
            files.write(self._out, written, content)
        except TechnicalError:
            with contextlib.suppress(TechnicalError, ConfigurationError):
                files.remove(self._out, written)
            raise
        try:
            files.rename(self._out, written, self._out, name)
        except TechnicalError as error:
            raise OutcomeUnknownError(
                f"the line broke while {name} was being handed over", code=f"{self.code}.unknown"
            ) from error

    def _leftovers(self, listing, name):
        return [other for other in listing if other.startswith(f"{name}.") and other.endswith(OURS)]

    def _lies(self, files, folder, name, content, listing):
        """Whether the file lies there with these bytes.

        :raise DuplicateError: with other bytes
        """
        if name not in listing:
            return False
        size = listing[name].size
        if size != len(content) or files.read(folder, name, size) != content:
            raise DuplicateError(f"{name} lies there already with other content", code="duplicate.file", place=name)
        return True

    def ask(self, key, parcel=None):
        """Look whether the file arrived. It may have been picked up: without a folder in which the other
        side keeps what it took, its absence says nothing.
        """
        if parcel is None:
            raise NotImplementedError
        name = sent_name(parcel.name)
        with self._session() as files:
            listing = files.listing(self._out)
            if self._lies(files, self._out, name, parcel.content, listing):
                return Receipt(remote_id=name)
            if self._sent and self._was_taken(files, name, parcel.content):
                return Receipt(remote_id=name)
        if self._sent or self._leftovers(listing, name):
            return None
        raise NotImplementedError

    def _was_taken(self, files, name, content):
        """Archives often add a time to the name, so the bytes decide."""
        stem = name.rpartition(".")[0] or name
        return any(
            look.size == len(content) and files.read(self._sent, other, look.size) == content
            for other, look in files.listing(self._sent).items()
            if other.startswith(stem) and look.regular
        )
