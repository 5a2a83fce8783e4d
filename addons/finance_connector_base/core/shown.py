"""Raw contents as a person can read them: indented where the format is known, never altered otherwise.

What is shown is for reading; the evidence are the bytes, which are downloaded as they are.
"""

import re
from dataclasses import dataclass

from lxml import etree

#: Larger contents are shown by their beginning; no one reads further on a screen.
SHOWN_BYTES = 200_000
_JSON_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_XML_FLAGS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "remove_blank_text": True}


@dataclass(frozen=True, slots=True)
class Shown:
    """:param kind: ``xml``, ``json``, ``text`` or ``binary``"""

    kind: str
    text: str
    cut: bool = False


def shown(content: bytes, limit: int = SHOWN_BYTES) -> Shown:
    """``content`` for a screen; nothing is raised for damaged contents, they are shown as they are."""
    part, cut = content[:limit], len(content) > limit
    text = _text(part, cut)
    if text is None:
        return Shown("binary", part[:4096].hex(" ", 4), len(content) > 4096)
    if not cut and text.lstrip().startswith("<"):
        pretty = _xml(content)
        if pretty:
            return Shown("xml", pretty)
    if not cut and text.lstrip()[:1] in ("{", "["):
        return Shown("json", _json(text))
    return Shown("text", text, cut)


def _text(part, cut):
    """The bytes as text, ``None`` where they are none; a character cut at the end does not count."""
    if b"\0" in part[:4096] and not part.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    encoding = "utf-16" if part.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return part.decode(encoding)
    except UnicodeDecodeError as error:
        at_end = cut and error.start > len(part) - 4
        return part[: error.start].decode(encoding) if at_end else part.decode("latin-1")


def _xml(content):
    try:
        root = etree.fromstring(content, etree.XMLParser(**_XML_FLAGS))
    except (etree.XMLSyntaxError, ValueError):
        return None
    return etree.tostring(root.getroottree(), pretty_print=True, encoding="unicode")


def _json(text):
    """Line breaks and indents between the tokens; numbers and strings stay letter by letter."""
    parts, depth = [], 0
    for part in _JSON_TOKENS.findall(text):
        if part in "}]":
            depth = max(depth - 1, 0)
            empty = parts and parts[-1].endswith(("{", "["))
            parts.append(part if empty else f"\n{'  ' * depth}{part}")
            continue
        opened = parts and parts[-1].endswith(("{", "[")) and len(parts[-1].strip()) == 1
        parts.append(f"\n{'  ' * depth}{part}" if opened else part)
        if part in "{[":
            depth += 1
        elif part == ",":
            parts.append(f"\n{'  ' * depth}")
        elif part == ":":
            parts.append(" ")
    return "".join(parts)
