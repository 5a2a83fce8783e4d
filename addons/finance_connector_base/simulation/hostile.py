"""Hostile text, CSV, JSON and XLSX with the verdict each must get: ``{name: (content, code or "ok")}`` by kind."""

import io
import random
import zipfile

_TEXT = {
    "plain": (b"one\r\ntwo\n", "ok"),
    "no end": ("last line without end, é".encode(), "ok"),
    "marked": ("\ufeffone\n".encode(), "ok"),
    "utf-16": ("one\n".encode("utf-16"), "ok"),
    "hebrew": ("\u200fשלום\n".encode(), "ok"),
    "empty": (b"", "ok"),
    "nul": (b"one\ntw\x00o\n", "text.nul"),
    "escape": (b"one\x1b[2J\n", "text.control"),
    "lone return": (b"one\rtwo\n", "text.control"),
    "next line": ("one\u0085two\n".encode(), "text.control"),
    "line separator": ("one\u2028two\n".encode(), "text.control"),
    "override": ("pay \u202e001\u202c\n".encode(), "text.bidi"),
    "isolate": ("pay \u2066001\u2069\n".encode(), "text.bidi"),
    "latin": ("Überweisung\n".encode("latin-1"), "text.encoding"),
    "overlong": (b"..\xc0\xaf..\n", "text.encoding"),
    "surrogate": (b"\xed\xa0\x80\n", "text.encoding"),
    "beyond": (b"\xf4\x90\x80\x80\n", "text.encoding"),
    "cut character": ("one é".encode()[:-1], "text.encoding"),
    "utf-16 unmarked": ("one\n".encode("utf-16-le"), "text.nul"),
    "long line": (b"x" * (2 << 20), "text.limit"),
}
_CSV = {
    "plain": (b"a;b\n1;2\n", "ok"),
    "quoted": (b'a,b\n"1,\n2","3 ""x"""\n', "ok"),
    "tabs": (b"a\tb\n\n1\t2\n", "ok"),
    "empty": (b"\n\n", "csv.empty"),
    "one column": (b"a\n1\n", "csv.delimiter"),
    "short row": (b"a;b;c\n1;2;3\n1;2\n", "csv.ragged"),
    "long row": (b"a;b\n1;2;3\n", "csv.ragged"),
    "open quote": (b'a;b\n1;"2\n', "csv.truncated"),
    "stray quote": (b'a;b\n1;"2"x\n', "csv.quote"),
    "huge field": (b"a;b\n1;" + b"x" * (200 << 10) + b"\n", "csv.limit"),
    "endless field": (b'a;b\n1;"' + b"x\n" * (1 << 20), "csv.limit"),
    "million columns": (b"a;b\n" + b";" * 1_000_000 + b"\n", "csv.limit"),
    "nul": (b"a;b\n1;\x00\n", "text.nul"),
    "latin": (b"a;b\n1;\xfc\n", "text.encoding"),
}
_JSON = {
    "plain": (b'{"a": [1, 2.50, "x", null, true]}', "ok"),
    "marked": ('\ufeff{"a": 1}'.encode(), "ok"),
    "empty": (b"", "json.malformed"),
    "cut": (b'{"a": [1, 2', "json.malformed"),
    "two": (b"{} {}", "json.malformed"),
    "comma": (b"[1,]", "json.malformed"),
    "single quotes": (b"{'a': 1}", "json.malformed"),
    "deep": (b"[" * 1_000_000, "json.depth"),
    "deep objects": (b'{"a":' * 1_000_000, "json.depth"),
    "deep in text": (b'"' + b"[" * 1000 + b'"', "ok"),
    "many open": (b"[" * 65 + b"]" * 65, "json.depth"),
    "long number": (b"9" * (10 << 20), "json.number"),
    "long fraction": (b"[0." + b"1" * 5000 + b"]", "json.number"),
    "exponent": (b"[1e999999999]", "json.number"),
    "small exponent": (b"[1e-999999999]", "json.number"),
    "nan": (b'{"a": NaN}', "json.number"),
    "infinity": (b"[-Infinity]", "json.number"),
    "twice": (b'{"amount": 1, "amount": 2}', "json.duplicate"),
    "twice escaped": (b'{"amount": 1, "amoun\\u0074": 2}', "json.duplicate"),
    "utf-16": ('{"a": 1}'.encode("utf-16"), "json.encoding"),
    "overlong": (b'{"a": "\xc0\xaf"}', "json.encoding"),
    "nul": (b'{"a": "\\u0000"}', "text.nul"),
    "raw control": (b'{"a": "\x01"}', "json.malformed"),
    "override": (b'{"a": ["\\u202e001"]}', "text.bidi"),
    "lone surrogate": (b'{"a": "\\ud800"}', "text.control"),
    "too large": (b" " * (33 << 20), "json.limit"),
}


def workbook(parts=(), rows=((1, "a"), (2.5, "b"))):
    """An XLSX file; ``parts`` are ``(name, content)`` that replace or follow its own."""
    sheet = "".join(
        "<row>" + "".join(_cell(value) for value in row) + "</row>" for row in rows
    )
    own = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            '<Override PartName="/xl/worksheets/sheet1.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
            '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**own, **dict(parts)}.items():
            archive.writestr(name, content)
    return target.getvalue()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relations(kind, target):
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/{kind}" Target="{target}"/></Relationships>'
    )


def _cell(value):
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>' if isinstance(value, str) else f"<c><v>{value}</v></c>"


def _sheet(content):
    return workbook([("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{content}</sheetData>'
                      "</worksheet>")])


def _xlsx():
    whole = workbook()
    bomb = f'<worksheet xmlns="{_MAIN}"><sheetData>' + "<row/>" * 4_000_000
    return {
        "plain": (whole, "ok"),
        "formula": (_sheet('<row><c r="A1"><f>1+1</f><v>2</v></c></row>'), "ok"),
        "cut": (whole[: len(whole) // 2], "zip.malformed"),
        "no zip": (b"hello", "zip.malformed"),
        "encrypted": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "xlsx.encrypted"),
        "other zip": (_zip(("readme.txt", "hello")), "xlsx.malformed"),
        "slip": (workbook([("../x.xml", "<x/>")]), "zip.name"),
        "external": (workbook([("xl/externalLinks/externalLink1.xml", "<x/>")]), "xlsx.external"),
        "connections": (workbook([("xl/connections.xml", "<x/>")]), "xlsx.external"),
        "macro": (workbook([("xl/vbaProject.bin", b"x")]), "xlsx.macro"),
        "embedded": (workbook([("xl/embeddings/oleObject1.bin", b"x")]), "xlsx.embedded"),
        "nested": (workbook([("xl/media/x.bin", whole)]), "zip.nested"),
        "doctype": (workbook([("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]><workbook/>')]), "xml.doctype"),
        "late doctype": (
            workbook([("xl/workbook.xml", f'<!--{_noise()}--><!DOCTYPE x [<!ENTITY a "b">]><workbook/>')]),
            "xml.doctype",
        ),
        "utf-16 part": (workbook([("xl/workbook.xml", "<!DOCTYPE x><x/>".encode("utf-16"))]), "xlsx.malformed"),
        "bomb": (workbook([("xl/worksheets/sheet1.xml", bomb)]), "zip.limit"),
        "far row": (_sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "xlsx.limit"),
        "far column": (_sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "xlsx.limit"),
        "no such column": (_sheet('<row r="1"><c r="AAAAAA1"><v>1</v></c></row>'), "xlsx."),
        "nan": (_sheet("<row><c><v>NaN</v></c></row>"), "xlsx."),
        "exponent": (_sheet("<row><c><v>1e999</v></c></row>"), "xlsx."),
        "long number": (_sheet(f"<row><c><v>{'9' * 5000}</v></c></row>"), "xlsx."),
        "override": (workbook(rows=[("\u202e001",)]), "text.bidi"),
        "bad xml": (_sheet("<row><c></row>"), "xlsx.malformed"),
    }


def _noise():
    """Longer than a block, and nothing to pack."""
    return random.Random(1).randbytes(40_000).hex()  # noqa: S311  repeatable


def _zip(*members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def hostile():
    return {"text": _TEXT, "csv": _CSV, "json": _JSON, "xlsx": _xlsx()}
