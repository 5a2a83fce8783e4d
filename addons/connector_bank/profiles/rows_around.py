"""What the rows above and below a table say, as templates: account, period, balances, totals."""

import re

from .looks import is_balance
from .template import squeezed
from .values import amount_reader, date_reader
from .words import ACCOUNT, CLOSING, CREDITS, CURRENCIES, CURRENT, DEBITS, FROM, OPENING, SUMS, TO

_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}")
#: What a row below the titles must say to be none of the bookings.
_FIGURES = frozenset({"opening", "closing", "current", "sum_credits", "sum_debits"})


def facts_of(above, below, dates, mark):
    """(templates of the rows that say something known, rows below the titles that say nothing known)."""
    found, said, unread = [], {}, []
    for number, texts in enumerate((*above, *below)):
        inside = number >= len(above)
        template, values = _template([squeezed(text) for text in texts], dates, mark)
        fits = values.keys() & _FIGURES if inside else values
        if fits and all(said.get(name, value) == value for name, value in values.items()):
            said.update(values)
            if template not in found:
                found.append(template)
        elif inside and squeezed(texts[0]).casefold().rstrip(":") in SUMS:
            found.append([texts[0], "*"])
        elif inside and not _remark(texts):
            unread.append(texts)
        elif inside and (remark := [_without_digits(texts[0])]) not in found:
            found.append(remark)
    return found, unread


def balances_inside(rows, amounts, mark, credits):
    """Templates of rows among the bookings that are balances or sums; see ``is_balance``.

    Behind each that says a balance stands one of the same name that says nothing: it is for the other sign.

    :param amounts: numbers of the columns in which a positive balance stands
    :param mark: number of the column that says debit or credit, or None
    :param credits: its words for a credit
    """
    said, silent = {}, []
    for row in rows:
        place = next(number for number, cell in enumerate(row) if is_balance(cell))
        cells = ["{_}"] * len(row)
        cells[place] = _without_digits(row[place])
        silent.append(cells)
        name = _balance_name(squeezed(row[place]).casefold())
        filled = [number for number in amounts if number < len(row) and re.search(r"\d", row[number])]
        if name not in ("opening", "closing") or len(filled) != 1:
            continue
        if mark is not None and squeezed(row[mark]).casefold() not in credits:
            continue
        more = {filled[0]: f"{{{name}}}"} | ({} if mark is None else {mark: squeezed(row[mark])})
        template = [more.get(number, cell) for number, cell in enumerate(cells)]
        said.setdefault(name, {})[row[filled[0]]] = template
    found = [template for values in said.values() if len(values) == 1 for template in values.values()]
    return found + [cells for number, cells in enumerate(silent) if cells not in silent[:number]]


def _without_digits(text):
    """A text that stays the same from file to file: numbers and days in it may be any."""
    return re.sub(r"\S*\d\S*", "{_}", squeezed(text))


def _remark(texts):
    """A row of a text only, in its first cell, such as ``This is a computer generated statement``."""
    return bool(texts) and not any(texts[1:]) and bool(re.search(r"[^\W\d_]{4}", texts[0]))


def _template(texts, dates, mark):
    while texts and not texts[-1]:
        texts = texts[:-1]
    cells, values, label = [], {}, ""
    iban = any(_IBAN.fullmatch(text) for text in texts)
    for text in texts:
        cell, said = _cell(text, label, dates, mark)
        if said.keys() & values.keys() or ("account" in said and iban and not _IBAN.fullmatch(text)):
            cell, said = "{_}", {}
        cells.append(cell)
        values.update(said)
        label = label or (text if re.search(r"[^\W\d_]", re.sub(r"\{\w+\}", "", cell)) else "")
    return cells, values


def _cell(text, label, dates, mark):
    """(template of a cell, what it says); ``label`` is the text before it in the row."""
    if not text:
        return "", {}
    if _IBAN.fullmatch(text) and any(map(str.isdigit, text)):
        return "{account}", {"account": text}
    days = _days(text, dates)
    if len(days) == 2 and text.find(days[0]) < text.rfind(days[1]):
        return _replaced(text, days, ("from_on", "to_on"))
    words = (label or text).casefold()
    if len(days) == 1 and text == days[0]:
        name = "from_on" if _named(words, FROM) else "to_on" if _named(words, TO) else None
        return (f"{{{name}}}", {name: text}) if name else ("{_}", {})
    if len(days) == 1 and not label:
        name = _balance_name(words)
        before, _colon, after = text.rpartition(":")
        if name and days[0] in before and _reads(after.strip(), mark):
            cell, said = _replaced(before, days, (f"{name}_on",))
            return f"{cell}: {{{name}}}", {**said, name: after.strip()}
        return _replaced(text, days, (f"{name}_on",)) if name else (text, {})
    if _is_account(text, label):
        return "{account}", {"account": text}
    if label and _reads(text, mark):
        name = "sum_credits" if _any(words, CREDITS) else "sum_debits" if _any(words, DEBITS) else _balance_name(words)
        return (f"{{{name}}}", {name: text}) if name else ("{_}", {})
    currency = text.removeprefix(": ")
    if label and currency in CURRENCIES:
        return text.replace(currency, "{currency}"), {"currency": currency}
    before, colon, after = text.rpartition(":")
    if colon and after.strip() and not label:
        cell, said = _cell(after.strip(), before, dates, mark)
        if said:
            return f"{before}:{' ' if after.startswith(' ') else ''}{cell}", said
    return ("{_}" if label else text), {}


def _is_account(text, label):
    """A number behind a word for account."""
    number = re.fullmatch(r"[A-Z0-9 /.-]*\d[\d /.-]{3,}[A-Z0-9]*", text)
    return bool(label and _any(label.casefold(), ACCOUNT) and number)


def _balance_name(words):
    if _begins(words, OPENING):
        return "opening"
    if _begins(words, CLOSING):
        return "closing"
    return "current" if _any(words, CURRENT) else None


def _any(words, known):
    return any(one in words for one in known)


def _begins(words, known):
    """Whether a word begins so: ``Pending`` is no ``ending``."""
    return any(re.search(rf"\b{one}", words) for one in known)


def _named(words, known):
    return any(re.search(rf"\b{one}\b", words) for one in known)


def _days(text, dates):
    read = date_reader(dates)
    found = []
    for part in re.findall(r"[\w./-]*\d[\w./-]*", text):
        part = part.strip(".-/") if part.endswith(("-", "/")) else part
        try:
            read(part)
        except ValueError:
            continue
        found.append(part)
    return found


def _replaced(text, days, names):
    for day, name in zip(days, names, strict=True):
        text = text.replace(day, f"{{{name}}}", 1)
    return text, dict(zip(names, days, strict=True))


def _reads(text, mark):
    try:
        amount_reader(mark)(text)
    except ValueError:
        return False
    return any(map(str.isdigit, text))
