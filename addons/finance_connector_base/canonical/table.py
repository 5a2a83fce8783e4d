"""Canonical objects as files: CSV and XLSX with one row for each line of an object, or JSON lines.

The titles of the columns are the names of the fields, exactly; those of lines begin with ``lines.``. Rows with
the same source system and identifier are one object. Values are written as in JSON; several in one cell are
separated by ``|``. An empty cell is not known.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from ..core.errors import FormatError
from ..core.safe.json import json_lines
from ..core.table import WORKBOOKS, cells, csv_bytes, xlsx_bytes
from .objects import OBJECTS
from .reading import Fault, fields_of, read

#: Forms of files, by what their names end with.
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}
#: What a file of refused rows carries in addition; sent back mended, they are passed over.
ERRORS = ("error code", "error place", "error words")
SEVERAL = "|"


@dataclass(slots=True)
class Part:
    """One object of a file.

    :param place: where it begins, as a person looks it up
    :param rows: number and texts of its rows, or its line number and JSON value
    :param found: the object; ``None`` where its form is wrong
    :param faults: why
    :param value: what was read, as JSON value
    """

    place: str
    rows: list
    found: object = None
    faults: tuple = ()
    source: str | None = None
    external: str | None = None
    value: object = None


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    field: object
    of_lines: bool = False


def columns(cls):
    """The columns of a type, in the order of its fields."""
    found = []
    for field in fields_of(cls):
        if field.kind == "list" and field.of.kind == "object":
            found += [Column(f"{field.name}.{part.name}", part, True) for part in fields_of(field.of.of)]
        else:
            found.append(Column(field.name, field))
    return found


def form_of(content):
    """``csv``, ``xlsx`` or ``jsonl``, by what a file begins with."""
    if content[:4] in WORKBOOKS:
        return "xlsx"
    return "jsonl" if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else "csv"


def lines(stream) -> Iterator[str]:
    """Task of ``core.bounded``: one JSON list a row, ``[number, texts]`` or ``[number, value]``."""
    start = stream.tell()
    form = form_of(stream.read(4096))
    stream.seek(start)
    for number, found in json_lines(stream) if form == "jsonl" else cells(stream):
        yield json.dumps([number, found], default=str)


def parts(name, form, rows, most):
    """The objects of a file, each read or with its faults.

    :param rows: ``(number, texts or value)`` as ``lines`` gives them
    :param most: objects a file may hold
    :raise FormatError: ``file.columns``, ``file.empty``, ``file.too_many``: nothing of the file can be taken
    """
    cls = OBJECTS[name].type
    found = _values(cls, rows) if form == "jsonl" else _grouped(cls, rows)
    if not found:
        raise FormatError("the file holds no objects", code="file.empty")
    if len(found) > most:
        raise FormatError(f"the file holds more than {most} objects", code="file.too_many")
    return found


def _values(cls, rows):
    found = []
    for number, value in rows:
        part = Part(f"line {number}", [(number, value)])
        if isinstance(value, dict):
            value = {key: one for key, one in value.items() if key != "error"}
        _read(part, cls, value)
        found.append(part)
    return found


def _grouped(cls, rows):
    rows = iter(rows)
    head = next(rows, None)
    if head is None:
        return []
    known = {column.name: column for column in columns(cls)}
    titles = _titles(head[1], known)
    several = any(column.of_lines for column in known.values())
    groups = {}
    for number, texts in rows:
        texts = [*texts, *[""] * (len(titles) - len(texts))]
        if not any(texts):
            continue
        cell = dict(zip(titles, texts, strict=False))
        key = (cell.get("source_system", ""), cell.get("external_id", "")) if several else number
        key = key if not several or key[1] else number
        groups.setdefault(key, Part(f"row {number}", [])).rows.append((number, texts))
    for part in groups.values():
        _assemble(part, cls, titles, known)
    return list(groups.values())


def _titles(texts, known):
    """Titles of the columns, exactly as they must be; those of a file of refused rows are passed over."""
    titles = list(texts)
    while titles and not titles[-1]:
        titles.pop()
    wrong = [title for title in titles if title not in known and title not in ERRORS]
    double = sorted({title for title in titles if titles.count(title) > 1})
    missing = [column.name for column in known.values() if column.field.required and column.name not in titles]
    if wrong or double or missing:
        words = [
            f"not known: {', '.join(title[:40] or '(empty)' for title in wrong[:5])}" if wrong else "",
            f"twice: {', '.join(double[:5])}" if double else "",
            f"missing: {', '.join(missing[:5])}" if missing else "",
        ]
        text = f"columns of the first row are {'; '.join(filter(None, words))}"
        raise FormatError(text, code="file.columns", place="row 1")
    return titles


def _assemble(part, cls, titles, known):
    """One object of its rows; what the rows say about the object itself must agree."""
    value, own, faults = {}, [], []
    for number, texts in part.rows:
        line = {}
        for title, text in zip(titles, texts, strict=False):
            if not text or title in ERRORS:
                continue
            column = known[title]
            said = _cell(column.field, text)
            if column.of_lines:
                line[column.field.name] = said
            elif value.setdefault(title, said) != said:
                faults.append(Fault("file.row_conflict", f"row {number} says something else", f"/{title}"))
        own.append(line)
    if any(column.of_lines for column in known.values()):
        value["lines"] = own
    _read(part, cls, value)
    if faults:
        part.found, part.faults = None, tuple(faults)


def _cell(field, text):
    """A text of a cell as the JSON value it stands for."""
    if field.kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if field.kind == "list":
        return [one.strip() for one in text.split(SEVERAL)]
    return text


def _read(part, cls, value):
    part.value = value
    part.found, faults = read(cls, value)
    part.faults = tuple(faults)
    if part.found is not None:
        part.source, part.external = part.found.source_system, part.found.external_id
    elif isinstance(value, dict):
        part.source, part.external = _short(value.get("source_system")), _short(value.get("external_id"))


def _short(value):
    return value[:128] if isinstance(value, str) and value else None


def where(part, pointer, form):
    """Where a fault is, in words of the file: row and column, or line and pointer."""
    if form == "jsonl":
        return f"{part.place}{pointer and f', {pointer}'}"
    names = [name for name in (pointer or "").split("/") if name]
    if len(names) >= 2 and names[1].isdecimal() and names[0] == "lines":
        row = part.rows[int(names[1])][0] if int(names[1]) < len(part.rows) else part.rows[0][0]
        return f"row {row}" + (f", column lines.{names[2]}" if len(names) > 2 else "")
    return f"row {part.rows[0][0]}" + (f", column {names[0]}" if names else "")


def refused(form, rows, wrong):
    """The file of what was refused, in the form it came in: its rows, and why in columns of its own.

    :param rows: all rows as ``lines`` gives them
    :param wrong: ``[(Part, code, place, words)]``
    """
    if form == "jsonl":
        found = []
        for part, code, place, words in wrong:
            value = part.rows[0][1]
            value = value if isinstance(value, dict) else {"value": value}
            error = {"code": code, "place": place, "words": words}
            found.append(json.dumps({**value, "error": error}, ensure_ascii=False))
        return "\n".join([*found, ""]).encode()
    titles = [title for title in rows[0][1] if title not in ERRORS]
    keep = [number for number, title in enumerate(rows[0][1]) if title not in ERRORS]
    table = [[*titles, *ERRORS]]
    for part, code, place, words in wrong:
        for number, (_row, texts) in enumerate(part.rows):
            own = [texts[index] if index < len(texts) else "" for index in keep]
            table.append([*own, *((code, place, words) if number == 0 else ("", "", ""))])
    return csv_bytes(table) if form == "csv" else xlsx_bytes({"Refused": table})


def template(name, form):
    """A file to begin with: the titles and one example; a workbook explains each column on its second sheet."""
    cls = OBJECTS[name].type
    if form == "jsonl":
        return (json.dumps(example(cls), ensure_ascii=False) + "\n").encode()
    found = columns(cls)
    table = [[column.name for column in found], [_example_cell(column.field) for column in found]]
    if form == "csv":
        return csv_bytes(table)
    return xlsx_bytes({OBJECTS[name].label: table, "Columns": meanings(name)})


def meanings(name):
    """A table that says for each column what it means, whether it is needed and how it is written."""
    rows = [["Column", "Needed", "Written as", "Meaning"]]
    for column in columns(OBJECTS[name].type):
        field = column.field
        rows.append([column.name, "yes" if field.required else "", _written(field), field.metadata["text"]])
    return rows


def _written(field):
    match field.kind:
        case "scalar":
            return field.of.text
        case "choice":
            return f"one of: {', '.join(field.of)}"
        case "boolean":
            return "true or false"
        case "list":
            return f"several, separated by {SEVERAL}: {_written(field.of)}"
    return ""


def _example_cell(field):
    value = field.metadata.get("example")
    if value is None:
        return {True: "true", False: "false"}.get(field.default, "") if field.kind == "boolean" else ""
    return SEVERAL.join(value) if isinstance(value, list) else value


def example(cls):
    """A whole object of the examples of its fields."""
    found = {}
    for field in fields_of(cls):
        if field.kind == "list" and field.of.kind == "object":
            found[field.name] = [example(field.of.of)] * field.metadata.get("shortest", 1)
        elif field.metadata.get("example") is not None:
            found[field.name] = field.metadata["example"]
    return found
