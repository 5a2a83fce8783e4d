"""Zip files that lie, lead outside or unpack without end: ``(chance, account) -> (bytes, verdict)``."""

import io
import zipfile
import zlib

from .good import good

_LINK = 0o120777 << 16


def packed(members, method=zipfile.ZIP_DEFLATED):
    """A zip file of ``[(name or ZipInfo, content)]``."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def _whole(chance, account):
    members = [(f"statement{number}.xml", good(chance, account)) for number in range(chance.randrange(1, 4))]
    return packed([("__MACOSX/._x", "side file"), *members]), "ok"


def _cut(chance, account):
    content, _expected = _whole(chance, account)
    return content[: chance.randrange(30, len(content) - 22)], "zip.malformed"


def _slip(chance, account):
    names = ("../x.xml", "a/../../x.xml", "/etc/x.xml", "C:\\x.xml", "..\\x.xml", "\\\\host\\x.xml")
    return packed([("ok.xml", good(chance, account)), (chance.choice(names), good(chance, account))]), "zip.name"


def _link(chance, account):
    link = zipfile.ZipInfo("statement.xml")
    link.external_attr = _LINK
    return packed([("ok.xml", good(chance, account)), (link, f"/etc/passwd#{chance.random()}")]), "zip.name"


def _nested(chance, account):
    return packed([("inner.zip", packed([("statement.xml", good(chance, account))]))]), "zip.nested"


def _quine(chance, account):
    """Forty zips inside each other."""
    content = packed([("x", good(chance, account))])
    for _level in range(40):
        content = packed([("x.zip", content)], zipfile.ZIP_STORED)
    return content, "zip.nested"


def _bomb(chance, account):
    text = good(chance, account)
    at = text.index("<GrpHdr>")
    return packed([("bomb.xml", text[:at] + "<GrpHdr/>" * (4 << 20) + text[at:])]), "zip.limit"


def _many(chance, account):
    return packed([(f"{number}.xml", "") for number in range(1001)] + [("x.xml", good(chance, account))]), "zip.limit"


def _encrypted(chance, account):
    content = bytearray(packed([("statement.xml", good(chance, account))]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content), "zip.encrypted"


def _damaged(chance, account):
    """One letter turned in unpacked data: good XML, but not what was packed."""
    content = packed([("statement.xml", good(chance, account))], zipfile.ZIP_STORED)
    return content.replace(b"Invoice", b"Invoicf", 1), "zip.malformed"


def _damaged_packing(chance, account):
    content = bytearray(packed([("statement.xml", good(chance, account))]))
    content[43] ^= 0x06  # first byte of the packed data: another kind of block
    return bytes(content), "zip.malformed"


def _lying_size(chance, account):
    """The directory claims fewer bytes than come out."""
    text = good(chance, account).encode()
    content = bytearray(packed([("statement.xml", text)]))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (len(text) // 2).to_bytes(4, "little")
    return bytes(content), "zip.malformed"


def _wrong_checksum(chance, account):
    text = good(chance, account).encode()
    content = bytearray(packed([("statement.xml", text)]))
    crc = zlib.crc32(text).to_bytes(4, "little")
    return bytes(content).replace(crc, bytes(byte ^ 0x55 for byte in crc)), "zip.malformed"


def _empty(chance, account):
    content = packed([(f"folder{chance.getrandbits(64)}/", "")])
    return content, "zip.empty"


def _one_bad(chance, account):
    """A good statement and one that is cut: the file is refused as a whole."""
    text = good(chance, account)
    at = chance.randrange(text.index("<Ntry>"), text.rindex("</Stmt>"))
    return packed([("1.xml", good(chance, account)), ("2.xml", text[:at])]), "xml.truncated"


def _foreign(chance, account):
    return packed([("readme.txt", f"hello {chance.random()}")]), "format.unknown"


ZIP_DAMAGES = {
    "zip_whole": _whole,
    "zip_cut": _cut,
    "zip_slip": _slip,
    "zip_link": _link,
    "zip_nested": _nested,
    "zip_quine": _quine,
    "zip_bomb": _bomb,
    "zip_many": _many,
    "zip_encrypted": _encrypted,
    "zip_damaged": _damaged,
    "zip_damaged_packing": _damaged_packing,
    "zip_lying_size": _lying_size,
    "zip_wrong_checksum": _wrong_checksum,
    "zip_empty": _empty,
    "zip_one_bad": _one_bad,
    "zip_foreign": _foreign,
}
