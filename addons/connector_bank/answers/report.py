"""Reports about payments by profile as data: tables (CSV) and single SWIFT messages (MT 199 of gpi, MT 900).

A profile is a file in ``reports/``; it says where things stand and what the bank's words mean. Nothing is guessed: a
word that the profile does not know refuses the file.

CSV profile: ``columns`` (field → titles, any of which may stand there), ``needs`` (fields without which it is another
table), ``statuses`` (the bank's word, without case → ISO status), ``decimal`` mark, ``dates`` (formats).
MT profile: ``type``, ``fields`` (field → tag), ``status`` (always this one) or ``statuses`` with ``status_line``
(expression whose first group is the code). Sources: SWIFT Standards MT, category 1 and 9; gpi rule book, field 79.
"""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import money
from odoo.addons.finance_connector_base.core.safe.csv import csv_rows
from odoo.addons.finance_connector_base.core.safe.text import forgiving_lines

from .answer import ItemAnswer, Reason

_DELIMITERS = ";,\t|"
_TYPE = re.compile(r"\{2:[IO](\d{3})")
_FIELD = re.compile(r":(\d\d[A-Z]?):(.*)")
_DATED_AMOUNT = re.compile(r"(\d{6})([A-Z]{3})(\d{1,15}),(\d{0,3})")


@cache
def profiles():
    """``{code: profile}`` of those that are shipped."""
    folder = Path(__file__).with_name("reports")
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def recognises(head):
    return bool(_mt_profile(head) or _csv_profile(_titles(head)))


def parse(stream):
    """Yield an ``ItemAnswer`` for each payment reported.

    :raise FormatError: ``report.unknown``, ``report.status``, ``report.amount``, ``report.date``, ``report.id``,
        ``csv.…``, ``text.…``; the place is the line
    """
    head = stream.peek(1 << 16) if hasattr(stream, "peek") else stream.read(1 << 16)
    if not hasattr(stream, "peek"):
        stream.seek(0)
    profile = _mt_profile(head)
    if profile:
        yield from _messages(stream, profile)
        return
    profile = _csv_profile(_titles(head))
    if not profile:
        raise FormatError("no profile knows this report", code="report.unknown")
    yield from _rows(stream, profile)


# tables


def _titles(head):
    """The titles of the first line, as far as it is a table."""
    line = next((one for one in head.decode("utf-8-sig", "replace").splitlines() if one.strip()), "")
    mark = max(_DELIMITERS, key=line.count)
    return [cell.strip().strip('"').casefold() for cell in line.split(mark)] if mark in line else []


def _places(profile, titles):
    """``{field: column}``; ``None`` where a needed one is missing."""
    found = {}
    for name, wanted in profile["columns"].items():
        places = [titles.index(title.casefold()) for title in wanted if title.casefold() in titles]
        if places:
            found[name] = places[0]
    return found if all(name in found for name in profile["needs"]) else None


def _csv_profile(titles):
    known = [one for one in profiles().values() if one["kind"] == "csv" and titles and _places(one, titles)]
    return max(known, key=lambda one: len(_places(one, titles)), default=None)


def _rows(stream, profile):
    places = None
    for number, cells in csv_rows(stream, ragged=True):
        if places is None:
            places = _places(profile, [cell.strip().lstrip("\ufeff").casefold() for cell in cells])
            continue
        if not any(cell.strip() for cell in cells):
            continue
        row = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        try:
            yield _answer(profile, row, f"line {number}")
        except FormatError as error:
            error.place = error.place or f"line {number}"
            raise


def _answer(profile, row, place):
    if not (row.get("end_to_end_id") or row.get("instruction_id")):
        raise FormatError("the row names no payment", code="report.id")
    code, text = row.get("reason") or None, row.get("text") or None
    known = bool(code) and re.fullmatch(r"[A-Z]{2}\d\d|[A-Z]{4}|[RC]\d\d", code)
    reasons = (Reason(code if known else None, None if known else code, text),) if code or text else ()
    return ItemAnswer(
        row.get("order") or None,
        row.get("batch") or None,
        _status(profile, row["status"]),
        row.get("instruction_id") or None,
        row.get("end_to_end_id") or None,
        row.get("uetr") or None,
        reasons,
        _amount(profile, row.get("amount")),
        row.get("currency") or None,
        row.get("bank_ref") or None,
        accepted_at=_moment(profile, row.get("told_on")),
        name=row.get("name") or None,
        place=place,
    )


def _status(profile, word):
    found = {known.casefold(): status for known, status in profile["statuses"].items()}.get(word.casefold())
    if not found:
        raise FormatError("the profile does not know this status", code="report.status")
    return found


def _amount(profile, text):
    if not text:
        return None
    mark, thousands = (".", ",") if profile.get("decimal", ".") == "." else (",", ".")
    grouped = re.compile(rf"[+-]?(\d{{1,3}}([{thousands} ]\d{{3}})+|\d+)(\{mark}\d+)?", re.ASCII)
    try:
        if not grouped.fullmatch(text):
            raise ValueError(text[:40])
        return money(text.replace(thousands, "").replace(" ", "").replace(mark, "."))
    except ValueError as error:
        raise FormatError("this is no amount", code="report.amount") from error


def _moment(profile, text):
    if not text:
        return None
    for form in profile.get("dates", ()):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise FormatError("the profile does not know this form of a date", code="report.date")


# SWIFT messages


def _mt_profile(head):
    text = head.decode("latin-1")
    kind = _TYPE.search(text)
    known = [one for one in profiles().values() if one["kind"] == "mt"]
    if kind:
        return next((one for one in known if one["type"] == kind[1]), None)
    tags = {found[1] for line in text.splitlines() if (found := _FIELD.match(line))}
    return next((one for one in known if tags and set(one["needs"]) <= tags), None)


def _messages(stream, profile):
    values, tag, began = {}, None, 1
    for number, line in forgiving_lines(stream):
        line = line.rstrip("\r\n")
        found = _FIELD.match(line.partition("{4:")[2] or line)
        if found:
            if found[1] == "20" and values:
                yield _mt_answer(profile, values, f"line {began}")
                values, began = {}, number
            tag = found[1]
            values[tag] = [found[2]]
        elif line.startswith(("-", "{")):
            tag = None
        elif tag:
            values[tag].append(line)
    if values:
        yield _mt_answer(profile, values, f"line {began}")


def _mt_answer(profile, values, place):
    fields = {name: values[tag] for name, tag in profile["fields"].items() if tag in values}
    reference = (fields.get("end_to_end_id") or [""])[0].strip()
    if not reference:
        raise FormatError("the message names no payment of ours", code="report.id", place=place)
    status, reasons = profile.get("status"), ()
    if not status:
        found = re.search(profile["status_line"], "\n".join(fields.get("status", ())))
        if not found:
            raise FormatError("the message says no status", code="report.status", place=place)
        status = _status(profile, found[1])
        code = found[2] if found.re.groups > 1 else None
        reasons = (Reason(code),) if code else ()
    amount = currency = None
    dated = _DATED_AMOUNT.match((fields.get("amount") or [""])[0])
    if dated:
        amount, currency = Decimal(f"{dated[3]}.{dated[4] or 0}"), dated[2]
    return ItemAnswer(
        None, None, status, end_to_end_id=reference, reasons=reasons, amount=amount, currency=currency,
        bank_ref=(fields.get("bank_ref") or [None])[0], place=place,
    )  # fmt: skip
