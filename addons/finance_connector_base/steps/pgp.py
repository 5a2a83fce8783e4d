"""PGP: encrypted and signed, or signed with a detached signature beside the file.

In: only what carries a valid signature of a pinned key (full fingerprint) is used, and of it only what
the program wrote out as verified. A message that is only encrypted, only signed, or signed by somebody
else is refused. Out: encrypted to the other side's key and signed with ours.
"""

import contextlib
import re
from dataclasses import replace

from ..core.errors import ConfigurationError, FormatError, SecurityError
from ..core.transport import Parcel
from ..crypto.expiry import day_of
from .chain import STEPS
from .gpg import BAD, gpg

_FINGERPRINT = re.compile(r"[0-9A-F]{40}([0-9A-F]{24})?")
ENDINGS = (".pgp", ".gpg", ".asc")


def fingerprints(text):
    """Full fingerprints, as many as are pinned, e.g. the present key and the next; we encrypt to the first."""
    found = [part.upper() for part in re.split(r"[,;\n]", (text or "").replace(" ", "")) if part]
    short = [part for part in found if not _FINGERPRINT.fullmatch(part)]
    if short:
        raise ConfigurationError(
            f"{', '.join(short)}: a pinned PGP key is named by its full fingerprint (40 or 64 hex digits)",
            code="pgp.fingerprint",
        )
    return found


#: A listing of keys is quick; a program that hangs must not hold up a daily job.
LISTING_SECONDS = 10


def key_end(armored, pinned=""):
    """The first day on which a key, or a subkey of it, can no longer be used; ``None`` where none ends.

    :param pinned: fingerprints; keys of others in the text are left out
    """
    with gpg(LISTING_SECONDS, 0) as program:
        rows = program.listing(armored)
    wanted, ends, counts, primary = fingerprints(pinned), [], False, None
    for row in rows:
        if row[0] in ("pub", "sec"):
            primary, counts = row, False
        elif row[0] == "fpr" and primary is not None:  # the first one after a primary key is its own
            counts, primary_end = not wanted or row[9].upper() in wanted, primary[6]
            primary = None
            if counts and primary_end:
                ends.append(day_of(primary_end))
        elif row[0] in ("sub", "ssb") and counts and row[6] and row[1] not in ("e", "r"):
            ends.append(day_of(row[6]))
    return min(ends, default=None)


class _Pgp:
    """:param settings: ``pgp_public_key`` (armored, of the other side), ``pgp_fingerprints``, ``max_bytes``,
    ``timeout_seconds``; secrets ``pgp_key`` (armored, ours) and ``pgp_passphrase``
    """

    def __init__(self, settings, secrets):
        self._theirs = settings.get("pgp_public_key") or ""
        self._pinned = fingerprints(settings.get("pgp_fingerprints"))
        self._ours, self._passphrase = secrets.get("pgp_key"), secrets.get("pgp_passphrase")
        self._max_bytes, self._seconds = settings["max_bytes"], settings["timeout_seconds"]

    def check(self):
        """Both keys can be loaded."""
        with self._home():
            return

    @contextlib.contextmanager
    def _home(self):
        """A home with their keys that are pinned, and ours."""
        if not self._theirs or not self._pinned:
            raise ConfigurationError(
                "PGP needs the other side's public key and its full fingerprint", code="pgp.their_key"
            )
        with gpg(self._seconds, self._max_bytes) as program:
            imported = program.import_key(self._theirs)
            known = [one for one in self._pinned if one in imported]
            if not known:
                raise ConfigurationError("the public key is not the one whose fingerprint is pinned", code="pgp.pin")
            self._recipient, self._signer = known[0], None
            if self._ours:
                ours = program.import_key(self._ours, self._passphrase)
                if not ours:
                    raise ConfigurationError("our PGP key cannot be read", code="pgp.our_key")
                self._signer = min(ours)
            yield program

    def _own(self):
        if not self._signer:
            raise ConfigurationError("our own PGP key is missing", code="pgp.our_key")
        return self._signer

    def _verified(self, parcel, result):
        """Only one signature, valid, by a pinned key; VALIDSIG names the primary key last (doc/DETAILS)."""
        valid = {words[-1] for words in result.lines("VALIDSIG")}
        if result.has(*BAD) or len(result.lines("GOODSIG")) != 1 or len(valid) != 1 or not valid <= set(self._pinned):
            raise SecurityError(
                f"{parcel.name} carries no valid signature of the pinned key", code="pgp.signature", place=parcel.name
            )


@STEPS.add("pgp", "PGP, encrypted and signed")
class Pgp(_Pgp):
    def wrap(self, parcel):
        with self._home() as program:
            command = ["--encrypt", "--sign", "--local-user", self._own(), "--recipient", self._recipient]
            result = program.run(command, parcel.content, self._passphrase)
        if not result.has("END_ENCRYPTION") or not result.has("SIG_CREATED") or not result.output:
            raise ConfigurationError("the file cannot be encrypted and signed with these keys", code="pgp.encrypt")
        return replace(
            parcel, name=f"{parcel.name}.pgp", content=result.output, content_type="application/octet-stream"
        )

    def unwrap(self, parcel):
        with self._home() as program:
            self._own()
            result = program.run(["--decrypt"], parcel.content, self._passphrase)
        if result.has("ENC_TO") and not result.has("DECRYPTION_KEY", "DECRYPTION_OKAY"):
            raise SecurityError(f"{parcel.name} is not encrypted for our key", code="pgp.key", place=parcel.name)
        if not result.has("DECRYPTION_OKAY"):
            raise FormatError(
                f"{parcel.name} is not encrypted, or damaged, or larger than allowed", code="pgp.format",
                place=parcel.name,
            )  # fmt: skip
        self._verified(parcel, result)
        if not result.ok:
            raise FormatError(f"{parcel.name} cannot be decrypted whole", code="pgp.format", place=parcel.name)
        yield replace(parcel, name=_plain_name(parcel.name), content=result.output, beside=None)


@STEPS.add("pgp_sign", "PGP signature beside the file (.asc)")
class PgpSign(_Pgp):
    def wrap(self, parcel):
        with self._home() as program:
            command = ["--detach-sign", "--armor", "--local-user", self._own()]
            result = program.run(command, parcel.content, self._passphrase)
        if not result.has("SIG_CREATED") or not result.output:
            raise ConfigurationError("the file cannot be signed with our key", code="pgp.sign")
        return replace(parcel, beside=Parcel(f"{parcel.name}.asc", result.output))

    def unwrap(self, parcel):
        if parcel.beside is None:
            raise SecurityError(f"{parcel.name} came without its signature", code="pgp.signature", place=parcel.name)
        with self._home() as program:
            signature = program.home / "signature"
            signature.write_bytes(parcel.beside.content)
            result = program.run(["--verify", str(signature), "-"], parcel.content)
        self._verified(parcel, result)
        if not result.ok:
            raise SecurityError(f"{parcel.name}: its signature is not valid", code="pgp.signature", place=parcel.name)
        yield replace(parcel, beside=None)


def _plain_name(name):
    ending = next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
    return name[: -len(ending)] if ending else name
