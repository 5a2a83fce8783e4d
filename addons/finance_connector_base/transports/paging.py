"""Answers in pages: which address comes next, and the items as parcels of their own.

A list that changes while we page repeats or moves items. So each run reads a little of the time
before again (``since``, set back by the overlap), and the intake keeps what it has seen already.
"""

import json
import re
from decimal import Decimal
from urllib.parse import urlencode, urljoin, urlsplit

from requests.utils import parse_header_links

from ..core.errors import FormatError, RemoteDefectError
from ..core.safe.json import json_value

MOST_PAGES = 10_000
_NUMBER = re.compile(r'"\\u0000([-+.0-9eE]+)\\u0000"')


def read_json(content):
    """JSON whose fractions keep their digits; ``write_json`` gives them back as they stood."""
    try:
        return json_value(content, fraction=_Written)
    except FormatError as error:
        raise RemoteDefectError(f"the answer is no JSON: {error}", code="paging.json", place=error.place) from error


def write_json(value):
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_digits)
    return _NUMBER.sub(r"\1", text).encode()


class _Written(Decimal):
    """A fraction that keeps its digits."""

    def __new__(cls, digits):
        made = super().__new__(cls, digits)
        made.digits = digits
        return made


def _digits(value):
    if isinstance(value, Decimal):
        return f"\0{getattr(value, 'digits', value)}\0"
    raise TypeError(f"not JSON: {type(value).__name__}")


def dig(value, path):
    """What lies at ``meta.next`` in nested objects; ``None`` where nothing does."""
    for name in filter(None, path.split(".")):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def pages(call, settings):
    """Receipts of all pages.

    :param call: ``call("GET", path)`` → ``Receipt``
    """
    paging = settings.get("paging") or "none"
    step = {"page": _by_page, "offset": _by_offset, "cursor": _by_cursor, "link": _by_link}.get(paging)
    first = _first(settings)
    path, seen = first, set()
    while path is not None:
        if path in seen or len(seen) >= MOST_PAGES:
            raise RemoteDefectError("the pages of the answer do not end", code="paging.endless")
        seen.add(path)
        receipt = call("GET", path)
        yield receipt
        path = step(settings, first, path, receipt, len(seen)) if step else None


def _first(settings):
    query = {}
    if settings.get("since_param") and settings.get("since"):
        query[settings["since_param"]] = settings["since"]
    if settings.get("page_size_param"):
        query[settings["page_size_param"]] = settings["page_size"]
    return with_query(settings["pull_path"], query)


def with_query(path, query):
    if not query:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query)}"


def _full(settings, receipt):
    """Whether more may follow: the page has items, and as many as a page holds."""
    items = dig(read_json(receipt.content), settings.get("items_path") or "") if receipt.content else None
    count = len(items) if isinstance(items, list) else 0
    return count > 0 and (not settings.get("page_size_param") or count >= settings["page_size"])


def _by_page(settings, first, _path, receipt, number):
    name = settings.get("page_param") or "page"
    return with_query(first, {name: number + 1}) if _full(settings, receipt) else None


def _by_offset(settings, first, _path, receipt, number):
    name = settings.get("page_param") or "offset"
    return with_query(first, {name: number * settings["page_size"]}) if _full(settings, receipt) else None


def _by_cursor(settings, first, path, receipt, _number):
    cursor = dig(read_json(receipt.content), settings.get("cursor_path") or "next") if receipt.content else None
    if not cursor:
        return None
    if str(cursor).startswith(("http://", "https://", "/", "?")):
        return urljoin(path, str(cursor))
    return with_query(first, {settings.get("page_param") or "cursor": cursor})


def _by_link(_settings, _first_path, path, receipt, _number):
    """RFC 8288, relation ``next``."""
    header = next((value for name, value in receipt.headers.items() if name.lower() == "link"), "")
    for link in parse_header_links(header):
        if "next" in link.get("rel", "").split():
            return urljoin(path, link["url"])
    return None


def same_origin(url, base):
    """Whether the address is on the connector's own host: nothing of ours goes elsewhere."""
    return urlsplit(url)[:2] == urlsplit(base)[:2]
