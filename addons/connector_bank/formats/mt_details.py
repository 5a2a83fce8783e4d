"""The text of an MT940 or MT942 entry (``:86:`` and the details below ``:61:``) as a ``Detail``."""

import re
from itertools import pairwise

from odoo.addons.finance_connector_base.core.statement import Charge, Detail, Exchange, Party, Reference

from .mt_dialects import (
    COLUMN,
    COLUMNS,
    FULL_LINE,
    FULL_SUBFIELD,
    IN_COLUMNS,
    KEYWORD,
    KEYWORD_COLON,
    KEYWORDS,
    LABEL,
    LABELLED,
    LABELS,
    NUMBERED,
    NUMBERED_OWNER,
    PARTIES,
    SLASH,
    SLASHES,
    STARTS_WITH_KEYWORD,
    STRUCTURED,
    SUBFIELDS,
    SUBFIELDS_BY_MARK,
    ULTIMATE,
    ULTIMATE_KEYWORDS,
)
from .mt_fields import NO_REFERENCE, decimal, is_bic, is_iban

_MONEY = re.compile(r"([A-Z]{3})?(\d{1,15}(?:,\d{0,5})?)", re.ASCII)
_RATE = re.compile(r"\d{1,12}(?:[.,]\d{0,12})?", re.ASCII)
_REASON = re.compile(r"[A-Z]{2}\d\d|[A-Z]{4}", re.ASCII)
_NUMBER = re.compile(r"\d\d", re.ASCII)
#: Of a line of ``:86:``; blanks behind it only fill a record up.
_WIDTH = 65
_SUBFIELD = re.compile(r"[0-367]\d")
#: Facts with a field of their own in ``Detail``, and those that tell of the other side.
_PLAIN = (
    "end_to_end_id", "instruction_id", "mandate_id", "transaction_id", "payment_info_id", "bank_ref", "purpose",
    "uetr", "additional",
)  # fmt: skip
#: Facts that few entries have: they are looked for only where one was seen.
_RARE = frozenset({"ultimate_debtor", "ultimate_creditor", "original_amount", "rate", "charge", "return_reason"})
#: Among the facts where parties are named by their roles.
_ROLES = "roles"
#: What the rest of the facts is called where it is kept among the bank's own references.
OTHER_KINDS = {"bank": "?30", "extension": "?34", "creditor_id": "CRED", "debtor_id": "DEBT"}


def read(texts, line, currency, numbered=()):
    """(posting text, GVC with its batch number, ``Detail`` or None) of an entry.

    :param texts: physical lines of each ``:86:`` of the entry
    :param line: ``mt_fields.Line``
    :param numbered: physical lines of each ``:NS:`` of the entry
    """
    facts: dict = {}  # name → text, several with line ends between; one that no table knows is the bank's own
    for lines in texts:
        _read_text(lines, facts)
    for lines in numbered:
        _read_numbered(lines, facts)
    for text in line.supplementary:
        _read_supplementary(text, facts)
    posting, code, batch = take(facts, "posting"), take(facts, "gvc"), take(facts, "batch")
    if code and batch:
        code = f"{code}+{batch}"
    return posting, code, _detail(facts, line, currency)


def add(facts, name, text):
    text = text.strip()
    if text:
        facts[name] = f"{facts[name]}\n{text}" if name in facts else text


def take(facts, name):
    text = facts.pop(name, None)
    return text if text is None else _plain(text)


def _plain(text):
    return " ".join(text.split()) if "  " in text or "\n" in text else text


def _read_text(lines, facts):
    if max(map(len, lines)) > _WIDTH:
        lines = [line[:_WIDTH] if line[_WIDTH:].isspace() else line for line in lines]
    text = joined(lines)
    match = STRUCTURED.match(text)
    if match:
        _subfields(text, match, facts)
    elif text[:1] == "/" and SLASH.match(text):
        _slashes(text, facts)
    elif LABELLED.search(text):
        _titled(text, LABEL, LABELS, "additional", facts)
    elif IN_COLUMNS.match(text):
        _titled(text, COLUMN, COLUMNS, "posting", facts)
    else:
        for part in wrapped(lines):
            add(facts, "remittance", part)


def _read_supplementary(text, facts):
    if SLASH.match(text):
        _slashes(text, facts)
    elif is_iban(text):  # Rabobank: the other account
        add(facts, "iban", text)
    else:
        add(facts, "additional", text)


def _read_numbered(lines, facts):
    running, name = [], []
    for line in lines:
        number, text = line[:2], line[2:].strip()
        meaning = NUMBERED.get(number)
        if not _NUMBER.match(number):  # goes on, or the bank writes what it likes
            add(facts, "additional", line)
        elif meaning == "remittance" or meaning == "name":
            (running if meaning == "remittance" else name).append(text)
        else:
            add(facts, meaning or f"NS{number}", text)
    if any(name):
        add(facts, "name", " ".join(filter(None, wrapped(name, FULL_SUBFIELD))))
    for text in wrapped(running, FULL_SUBFIELD):
        add(facts, "remittance", text)


def numbered_owner(lines):
    """Whose account it is, of the ``:NS:`` of a statement; None where it names nobody."""
    found = next((line[2:].strip() for line in lines if line.startswith(NUMBERED_OWNER)), "")
    return found if any(map(str.isalpha, found)) else None


def wrapped(lines, width=FULL_LINE):
    """``lines`` with those put together that a line break cut inside a word."""
    found, full = [], False
    for line in lines:
        if full:
            found[-1] += line
        else:
            found.append(line)
        full = len(line) >= width
    return found


def joined(lines):
    """All lines as one; where a line is not full, its break stood for a blank."""
    if len(lines) == 1:
        return lines[0].strip()
    found = lines[0]
    for before, line in pairwise(lines):
        found += line if len(before) >= FULL_LINE or line[:1] in _MARKS else f" {line}"
    return found.strip()


_MARKS = ("?", ">", "~", "^")


def _whole(parts, mark):
    """The sub-fields of ``parts``; a mark before anything else than a number of theirs is text."""
    found = []
    for part in parts:
        if _SUBFIELD.match(part):
            found.append(part)
        elif found:
            found[-1] += mark + part
    return found


def _subfields(text, match, facts):
    gvc, mark = match.groups()
    if gvc:
        facts["gvc"] = gvc
    names = SUBFIELDS_BY_MARK.get(mark, SUBFIELDS)
    _gvc, *parts = text.split(mark)
    try:
        meanings = [names[part[:2]] for part in parts]
    except KeyError:
        parts = _whole(parts, mark)
        meanings = [names.get(part[:2]) for part in parts]
    running, name = [], []
    for meaning, part in zip(meanings, parts, strict=True):
        if meaning == "remittance" or meaning == "name":
            texts, part = running if meaning == "remittance" else name, part[2:]
            if texts and len(texts[-1]) % FULL_SUBFIELD == 0 and not STARTS_WITH_KEYWORD.match(part):
                texts[-1] += part
            else:
                texts.append(part)
        elif meaning and meaning not in facts:
            facts[meaning] = part[2:].strip()
        elif part[2:].strip():
            add(facts, meaning or "additional", part[2:] if meaning else f"{mark}{part[:2]} {part[2:]}")
    facts.pop("own", None)
    if name:
        facts["name"] = " ".join(name)
    if running:
        _keywords("\n".join(running), facts)


def _keywords(text, facts):
    if ":" in text:
        colons = "+" not in text and ("EREF:" in text or "SVWZ:" in text or "MREF:" in text)
        before, *cells = (KEYWORD_COLON if colons else KEYWORD).split(text)
        found = [(word[:-1], value) for word, value in zip(cells[::2], cells[1::2], strict=True)]
    elif "+" in text:
        before, found = _at_pluses(text)
    else:
        before, found = text, ()
    if before:
        add(facts, "remittance", before)
    for word, value in found:
        name, value = KEYWORDS[word], value.strip()
        if name in facts or name in _RARE:
            add(facts, name, value)
        elif name == "remittance" or value not in NO_REFERENCE:
            facts[name] = value


def _at_pluses(text):
    """What ``KEYWORD`` splits, several times as fast: (text before, [(keyword, text)])."""
    parts = text.split("+")
    found, word, value = [], None, parts[0]
    for part in parts[1:]:
        following = value[-4:] if value[-4:] in KEYWORDS else value[-3:]
        rest = value[: -len(following)]
        if following in KEYWORDS and (not rest or rest[-1].isspace()):
            found.append((word, rest))
            word, value = following, part
        else:
            value = f"{value}+{part}"
    return found[0][1] if found else value, [*found[1:], (word, value)] if found else ()


def _slashes(text, facts):
    before, *cells = SLASH.split(text)
    add(facts, "remittance", before)
    party = ""
    for word, value in zip(cells[::2], cells[1::2], strict=True):
        name, value = SLASHES[word], value.strip("/ ")
        if name == "party":
            party = f"{word} "
            facts[_ROLES] = ""
            add(facts, f"{party}name", value)
        elif name in ("name", "address", "iban", "bic"):
            add(facts, party + name, value)
        elif name == "counterparty":
            _counterparty(value, facts)
        elif name == "remittance":
            _remittance(value, facts)
        elif name == "purpose":
            add(facts, name, value.removeprefix("CD/"))
        elif value not in NO_REFERENCE:
            add(facts, name, value)


def _counterparty(value, facts):
    """ING: account/BIC/name/city."""
    number, bic, name, city = (part.strip() for part in (value + "///").split("/", 4)[:4])
    add(facts, "account", number)
    if bic and not is_bic(bic):
        add(facts, "additional", bic)
    else:
        add(facts, "bic", bic)
    add(facts, "name", name)
    add(facts, "address", city)


def _remittance(value, facts):
    """Text, or ``USTD//text``, or ``STRD/CUR/reference`` with CUR and ISO for payment references."""
    if value.startswith("USTD//"):
        value = value[6:]
    elif value.startswith("STRD/"):
        kind, _slash, reference = value[5:].partition("/")
        if reference:
            add(facts, f"reference {kind}", reference)
            return
    add(facts, "remittance", value)


def _titled(text, pattern, titles, first, facts):
    """Values behind their titles; what stands before all of them is ``first``."""
    before, *cells = pattern.split(text)
    add(facts, first, before.strip(" ;"))
    for title, value in zip(cells[::2], cells[1::2], strict=True):
        name, value = titles[title.upper()], value.strip(" ;")
        if name == "remittance" or value not in NO_REFERENCE:
            add(facts, name, value)


def _detail(facts, line, currency):
    values = {}
    for name in _PLAIN:
        if name in facts:
            values[name] = _plain(facts.pop(name))
    if line.reference:
        _own_reference(line, values, facts)
    debit = line.amount < 0
    returned = line.reversal or line.kind == "NRTI" or "return_reason" in facts
    roles = facts.pop(_ROLES, None) is not None
    party = _party(facts, debit, returned, roles)
    if party is not None:
        values["counterparty"] = party
    if roles or not _RARE.isdisjoint(facts):
        _read_rare(facts, debit, currency, values)
    text = facts.pop("remittance", None)
    if text:
        values["remittance"] = tuple([_plain(part) for part in text.split("\n")])
    if facts:
        _keep_rest(facts, values)
    return Detail(**values) if values else None


def _own_reference(line, values, facts):
    """The reference for the account owner: a cheque number, else the end-to-end id where no text names one."""
    if line.kind == "NCHK":
        values["cheque_number"] = line.reference
    elif "iban" not in facts and "account" not in facts and is_iban(line.reference):
        _other_account(line.reference, values, facts)
    elif "end_to_end_id" not in values:
        values["end_to_end_id"] = line.reference
    elif values["end_to_end_id"] != line.reference:
        add(facts, "owner", line.reference)


def _other_account(number, values, facts):
    """SNS, ASN and RegioBank: the other account as the reference, its name below ``:61:``, both again in the text."""
    facts["iban"] = number
    first, _end, rest = facts.get("remittance", "").partition("\n")
    if not first.startswith(f"{number} "):
        return
    name = _plain(first.removeprefix(number).strip())
    facts.setdefault("name", name)
    facts["remittance"] = rest
    if values.get("additional") == name:
        del values["additional"]


def _party(facts, debit, returned, roles):
    """The other side; the text may name both by their roles."""
    name = address = number = bic = None
    if roles:
        theirs, ours = [f"{word} " for word in PARTIES[debit]]
        if returned and not [key for key in facts if key.startswith(theirs)]:
            theirs = ours  # a return keeps the roles of the first transaction
        name, address, number, bic = [take(facts, theirs + key) for key in ("name", "address", "iban", "bic")]
    name, address = name or take(facts, "name"), address or take(facts, "address")
    number, bic, local = number or take(facts, "iban"), bic or take(facts, "bic"), take(facts, "account")
    if number is None:
        number = local
    elif local and local.replace(" ", "") != number.replace(" ", ""):
        add(facts, "?31", local)
    if bic is None and "bank" in facts and is_bic(facts["bank"]):
        bic = facts.pop("bank")
    identifier = None if returned else take(facts, "creditor_id" if debit else "debtor_id")
    if not (name or number or bic or identifier):
        return None
    return Party(name, number and number.replace(" ", ""), bic, identifier and identifier.replace(" ", ""), address)


def _read_rare(facts, debit, currency, values):
    ultimate = _ultimate(facts, debit)
    if ultimate is not None:
        values["ultimate"] = ultimate
    _convert(facts, currency, values)
    if "return_reason" in facts:
        text = take(facts, "return_reason")
        values["return_reason" if _REASON.fullmatch(text) else "return_text"] = text


def _ultimate(facts, debit):
    names = [take(facts, f"{word} name") for word in ULTIMATE[debit]]
    names += [take(facts, key) for key in ULTIMATE_KEYWORDS[debit]]
    names = list(dict.fromkeys(filter(None, names)))
    for other in names[1:]:
        add(facts, "ultimate", other)
    return Party(names[0]) if names else None


def _convert(facts, currency, values):
    """Original amount, rate and charges (``/OCMT/``, ``/EXCH/``, ``/CHGS/``)."""
    found, charges = {}, []
    for name in ("original_amount", "rate", "charge"):
        for text in (facts.pop(name, None) or "").split("\n"):
            amount = _MONEY.fullmatch(text)
            if name == "original_amount" and amount and "instructed" not in found:
                found["instructed"] = decimal(amount[2])
                found["instructed_currency"] = amount[1] or currency
            elif name == "charge" and amount:
                charges.append(Charge(-decimal(amount[2]) + 0, amount[1] or currency))
            elif name == "rate" and "rate" not in found and _RATE.fullmatch(text):
                found["rate"] = decimal(text)
            elif text:
                add(facts, name, text)
    if found:
        values["exchange"] = Exchange(**found)
    if charges:
        values["charges"] = tuple(charges)


def _keep_rest(facts, values):
    """What is left, by the bank's own name for it; structured references apart."""
    structured, others = [], []
    for name, texts in facts.items():
        for text in map(_plain, texts.split("\n")) if "\n" in texts or "  " in texts else (texts,):
            if name.startswith("reference "):
                kind = name.removeprefix("reference ")
                structured.append(Reference(text, "SCOR" if kind == "ISO" else kind))
            else:
                others.append(Reference(text, OTHER_KINDS.get(name, name)))
    if structured:
        values["references"] = tuple(structured)
    if others:
        values["other_references"] = tuple(others)
