"""A manifest beside the file: hash, size or number of entries, as both sides agreed.

``name.xml.sha256`` holds the hash as ``sha256sum`` writes it. ``name.xml.ctl`` holds lines
``NAME=VALUE`` with ``FILE``, ``SIZE``, ``SHA256``; what stands there has to be right.
"""

import hmac
import re
from dataclasses import replace

from ..core.canonical import sha256
from ..core.errors import FormatError, SecurityError
from ..core.transport import Parcel
from .chain import STEPS

LARGEST = 64 * 1024
_HASH = re.compile(r"[0-9a-fA-F]{64}")


def _text(parcel):
    if parcel.beside is None or len(parcel.beside.content) > LARGEST:
        raise FormatError(f"{parcel.name} came without its manifest", code="manifest.missing", place=parcel.name)
    try:
        return parcel.beside.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError("the manifest is no text", code="manifest.format", place=parcel.beside.name) from error


def _compare(parcel, found, wanted, what):
    if not hmac.compare_digest(found.encode(), wanted.encode()):
        raise SecurityError(
            f"{parcel.name} does not fit its manifest: {what} differs", code="manifest.differs", place=parcel.name
        )


class _Beside:
    def __init__(self, settings, secrets):
        pass

    def check(self):
        """Nothing to set up."""

    def wrap(self, parcel):
        text = self.written(parcel)
        beside = Parcel(f"{parcel.name}{self.ending}", text.encode(), content_type="text/plain")
        return replace(parcel, beside=beside)


@STEPS.add("sha256", "Hash beside the file (.sha256)")
class Sha256(_Beside):
    ending = ".sha256"

    def written(self, parcel):
        return f"{sha256(parcel.content)}  {parcel.name}\n"

    def unwrap(self, parcel):
        found = _HASH.match(_text(parcel).strip())
        if not found:
            raise FormatError("the manifest holds no SHA-256", code="manifest.format", place=parcel.name)
        _compare(parcel, sha256(parcel.content), found[0].lower(), "the hash")
        yield replace(parcel, beside=None)


@STEPS.add("control", "Control file beside the file (.ctl)")
class Control(_Beside):
    ending = ".ctl"

    def written(self, parcel):
        return f"FILE={parcel.name}\nSIZE={len(parcel.content)}\nSHA256={sha256(parcel.content)}\n"

    def unwrap(self, parcel):
        rows = (line.partition("=") for line in _text(parcel).splitlines() if line.strip())
        given = {name.strip().upper(): value.strip() for name, _equals, value in rows}
        facts = {"FILE": parcel.name, "SIZE": str(len(parcel.content)), "SHA256": sha256(parcel.content)}
        if not given.keys() & {"SIZE", "SHA256"}:
            raise FormatError("the control file holds neither SIZE nor SHA256", code="manifest.format")
        for name in facts.keys() & given.keys():
            _compare(parcel, facts[name], given[name].lower() if name == "SHA256" else given[name], name)
        yield replace(parcel, beside=None)
