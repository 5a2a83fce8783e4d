"""Secrets and account numbers are masked before they are kept where people or machines read along.

Two ways, both without configuration: *known* secrets (``remember``: whatever this process sealed, opened
or fetched) are found as they are and as they travel (base64 at any offset, URL, hex, JSON, Python and XML
escapes); *shapes* are found without knowing the value (named passwords, authorisation headers, private keys,
passwords in addresses, IBANs, card and account numbers).

Secrets of fewer than ``SHORTEST`` characters are not known by value: masking them would tear up every text.
"""

import base64
import collections
import json
import logging
import re
import threading
import traceback
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from .check_digits import mod97_right

MASK = "***"
SHORTEST = 6
#: Shorter ones are left alone in contents: they might be an amount or a name.
SHORTEST_IN_CONTENT = 16
#: Secrets remembered; the one remembered longest ago goes first.
MOST = 2000
#: Lines of keys and certificates that are secrets of their own, e.g. when a log cuts a text.
SHORTEST_LINE = 20

_lock = threading.Lock()
_known = collections.OrderedDict()  # secret → its forms
_index = {}  # first characters → forms, the longest first
_long_index = {}  # the same, of secrets that cannot stand in a content by chance


def remember(secret):
    """From now on this process keeps ``secret`` (text) out of logs and error texts."""
    if not secret or len(secret) < SHORTEST or secret in _known:
        return
    forms = _forms(secret)
    with _lock:
        _known[secret] = forms
        for index in _indexes(secret):
            for form in forms:
                start = form[:SHORTEST]
                index[start] = tuple(sorted({*index.get(start, ()), form}, key=len, reverse=True))
        while len(_known) > MOST:
            _forget(*_known.popitem(last=False))


def _indexes(secret):
    return (_index, _long_index) if len(secret) >= SHORTEST_IN_CONTENT else (_index,)


def _forget(secret, forms):
    gone = forms - {form for others in _known.values() for form in others}
    for index in _indexes(secret):
        for start in {form[:SHORTEST] for form in gone}:
            left = tuple(form for form in index.get(start, ()) if form not in gone)
            if left:
                index[start] = left
            else:
                index.pop(start, None)


def _forms(secret):
    """Every way in which a secret is written into a text."""
    parts = {secret}
    if "\n" in secret:
        lines = (line.strip() for line in secret.splitlines())
        parts |= {line for line in lines if len(line) >= SHORTEST_LINE and not line.startswith("-----")}
    forms = set()
    for part in parts:
        as_sent = {part, quote_plus(part)}
        forms |= as_sent | {quote(part, safe=""), quote(part), escape(part)}
        forms |= {json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1]}
        doubled = part.replace("'", "''")  # as in SQL
        for text in {part, doubled, doubled.replace("\\", "\\\\")}:
            forms |= {text, *_shown(text)}
        for text in as_sent:
            raw = text.encode("utf-8", "surrogateescape")
            forms |= {raw.hex(), raw.hex().upper(), *_base64(raw)}
    return {form for form in forms if len(form) >= SHORTEST}


def _shown(text):
    """How Python shows a text or its bytes, alone and inside a longer one with both kinds of quotes."""
    raw = text.encode("utf-8", "surrogateescape")
    yield repr(text)[1:-1]
    yield repr("'\"" + text)[4:-1]
    yield repr(raw)[2:-1]
    yield repr(b"'\"" + raw)[5:-1]


def _base64(raw):
    """What of a base64 text belongs to ``raw`` alone, whatever stands before and after it."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        core = encoded[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]
        yield core
        yield core.translate(_URLSAFE)


_URLSAFE = str.maketrans("+/", "-_")


def known_masked(text):
    """``text`` without the secrets this process knows."""
    return _without(_index, text)


def bytes_masked(content):
    """Bytes that are processed and kept, without our secrets: some answers repeat what they were sent.

    Only secrets long enough not to be a part of the content by chance.
    """
    text = content.decode("utf-8", "surrogateescape")
    clean = _without(_long_index, text)
    return content if clean is text else clean.encode("utf-8", "surrogateescape")


def _without(index, text):
    if not index or len(text) < SHORTEST:
        return text
    found, kept, place = [], 0, 0
    last = len(text) - SHORTEST
    while place <= last:
        forms = index.get(text[place : place + SHORTEST])
        form = forms and next((each for each in forms if text.startswith(each, place)), None)
        if not form:
            place += 1
            continue
        found += (text[kept:place], MASK)
        place = kept = place + len(form)
    return "".join((*found, text[kept:])) if found else text


# shapes

_NAMES = (
    r"(?:[\w.-]*(?:password|passwd|passphrase|secret|secret_file|api[_-]?key|private[_-]?key|client[_-]?key"
    r"|access[_-]?token|refresh[_-]?token|id[_-]?token|vault-token|client_assertion|authorization|set-cookie|cookie))"
)
_SHAPES = [
    # a private key, whole or cut off, also with escaped line ends
    (re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----).*?(-----END [A-Z ]*-----|\Z)", re.DOTALL),
     rf"\1{MASK}\2"),
    # 'password': '…', "client_secret" = "…"
    (re.compile(rf"""(?i)(["']?{_NAMES}["']?\s*[:=]\s*b?)(["'])(?:\\.|(?!\2).)+\2""", re.DOTALL), rf"\1\2{MASK}\2"),
    # password=… in forms and query strings
    (re.compile(rf"(?i)(\b{_NAMES}=)(?![\"'*])[^\s&;,\"')]+"), rf"\1{MASK}"),
    # Authorization: Basic …
    (re.compile(r"(?im)((?:proxy-)?authorization\s*:\s*)(?:\w+ +)?[^\s\"',\\]+"), rf"\1{MASK}"),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{16,}"), rf"\1\2{MASK}"),
    # <wsse:Password Type="…">…
    (re.compile(r"(?i)(<(?:[\w-]+:)?(?:password|passphrase|secret)\b[^>]*>)[^<]+"), rf"\1{MASK}"),
    # https://user:password@host
    (re.compile(r"(://[^/\s:@\"']*:)[^/\s@\"']+@"), rf"\1{MASK}@"),
]  # fmt: skip
_SPOTS = re.compile(
    r"(?i)passw|passphrase|secret|token|api.?key|private|client.?key|assertion|authori|cookie|bearer|basic|@"
)


def masked(text):
    """``text`` without secrets, known ones and those that show by their shape."""
    text = known_masked(text)
    if _SPOTS.search(text):
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
    return text


# account numbers

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_CARD = re.compile(r"(?<![\w.-])[2-6](?:[ -]?\d){12,18}(?![\w-])")
_ACCOUNT = re.compile(
    r"(?i)(\b(?:account|acct|konto|iban)(?:[ _-]?(?:number|no|nr|nummer|id))?[\"']?\s*[:=#]?\s*[\"']?)"
    r"(\d(?:[ -]?\d){7,})"
)


def accounts_masked(text):
    """``text`` with no more than the last four characters of IBANs, card numbers and named account numbers."""
    text = _IBAN.sub(_iban, text)
    text = _CARD.sub(lambda found: _short(found[0]) if _luhn(found[0]) else found[0], text)
    return _ACCOUNT.sub(lambda found: found[1] + _short(found[2]), text)


def _short(number):
    plain = re.sub(r"[ -]", "", number)
    return f"{MASK}{plain[-4:]}"


def _iban(found):
    """The longest part that has right check digits (ISO 13616); what follows may be another word."""
    text = found[0]
    for end in range(len(text), 14, -1):
        plain = text[:end].replace(" ", "")
        if text[end - 1] != " " and 15 <= len(plain) <= 34 and mod97_right(plain):
            return _short(plain) + text[end:]
    return text


def _luhn(number):
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


# logs


def log_text(text):
    """What may stand in a log."""
    return accounts_masked(masked(text))


def mask_record(record):
    """Take secrets and account numbers out of one log record, its traceback included."""
    try:
        text = record.getMessage()
        fits = True
    except (TypeError, ValueError, KeyError, AttributeError):  # logging would print the arguments as they are
        text, fits = f"{record.msg} (arguments do not fit)", False
    clean = log_text(text)
    if clean != text or not fits:
        record.msg, record.args = clean, ()
    if record.exc_info and record.exc_info[0]:
        trace = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        clean = log_text(trace)
        if clean != trace:  # the exception itself still holds what it says
            record.exc_text, record.exc_info = clean, None
    if record.exc_text:
        record.exc_text = log_text(record.exc_text)
    if record.stack_info:
        record.stack_info = log_text(record.stack_info)


def install():
    """Mask every record of this process, whichever logger and handler it goes through."""
    if getattr(logging.Logger.handle, "masks", False):
        return
    plain = logging.Logger.handle

    def handle(self, record):
        mask_record(record)
        return plain(self, record)

    handle.masks = True
    logging.Logger.handle = handle
