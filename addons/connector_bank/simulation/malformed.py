"""Malformed statement files by seed, each with the verdict it must get.

A verdict is ``ok``, where the file is fine after all, or the start of the code it is refused with.
Every file differs from every other in its bytes, and its statement in its id, so that none is a copy.
"""

import random

from .broken_xml import XML_DAMAGES
from .broken_zip import ZIP_DAMAGES
from .good import NO_BANK, RECOGNISED_AT, good

_FOREIGN = (
    b"<!doctype html><html><head><title>Session expired</title></head><body>Please sign in</body></html>",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    b"\x7fELF\x02\x01\x01",
    b"MZ\x90\x00\x03",
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    b"SQLite format 3\x00",
    b"<Document xmlns='urn:example:camt.960.001.02'><Nothing/>",
    b"Bad gateway ",
)


def whole(chance, account):
    """What every reader must take: controls among the malformed."""
    text = good(chance, account)
    content = chance.choice(
        (
            text.encode(),
            text.replace("\n", "\r\n").encode(),
            text.encode("utf-8-sig"),
            text.replace('"UTF-8"', '"UTF-16"').encode("utf-16"),
            text.replace('"UTF-8"', '"UTF-16"').encode("utf-16-le"),
            text.replace('"UTF-8"', '"ISO-8859-1"').replace("Invoice", "Überweisung").encode("latin-1"),
            text.replace("Invoice", "<![CDATA[<&]]>").encode(),
        )
    )
    return content, "ok"


def foreign(chance, account):
    """Another kind of file under the name of a statement, or plain noise."""
    start = chance.choice((*_FOREIGN, b""))
    return start + chance.randbytes(chance.randrange(16, 2000)), "format.unknown"


def blank(chance, account):
    return b"".join(chance.choices((b" ", b"\n", b"\r\n", b"\t"), k=chance.randrange(40, 200))), "file.empty"


def cut(chance, account, share=None):
    """A file that ends early: what a writer leaves who died, or a reader gets who came too soon."""
    text = good(chance, account)
    share = chance.random() if share is None else share
    start = text.index("-->")  # before it all files are alike
    at = start + int(share * (text.rindex(">") - start))
    return text[:at].encode(), "xml.truncated" if at >= text.index(RECOGNISED_AT) + len(RECOGNISED_AT) else "format."


DAMAGES = {"whole": whole, "foreign": foreign, "blank": blank, "cut": cut, **XML_DAMAGES, **ZIP_DAMAGES}
#: Kinds whose files are megabytes, once unpacked or at once: drawn seldom.
HEAVY = frozenset({"huge_text", "huge_attribute", "huge_number", "zip_bomb", "zip_many"})


def malformed_files(seed, count, account=NO_BANK, kinds=None):
    """Yield ``count`` times ``(name, bytes, expected code prefix or "ok")``, equal for equal seeds.

    :param account: whose statements they would be, were they whole
    :param kinds: names in ``DAMAGES``; all of them in turn where None, the heavy ones in every tenth turn
    """
    chance = random.Random(seed)  # noqa: S311  not for secrets
    names, turn, made = tuple(kinds or DAMAGES), 0, 0
    while made < count:
        for kind in names:
            if made == count:
                return
            if kinds is None and kind in HEAVY and turn % 10:
                continue
            content, expected = DAMAGES[kind](chance, account)
            made += 1
            yield f"{made:05}-{kind}.{'zip' if kind in ZIP_DAMAGES else 'xml'}", content, expected
        turn += 1


def half_written_files(seed, count, account=NO_BANK):
    """Yield ``count`` times ``(name, first part of a good file, expected code prefix)``, cut evenly over its length."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    for number in range(count):
        content, expected = cut(chance, account, share=number / max(count - 1, 1))
        yield f"{number + 1:05}-half.xml", content, expected
