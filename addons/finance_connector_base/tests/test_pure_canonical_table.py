import json
from io import BytesIO

from ..canonical import editing, table
from ..canonical.objects import OBJECTS
from ..canonical.reading import read
from ..core.errors import FormatError
from ..core.table import cells, csv_bytes, xlsx_bytes
from .pure import PureCase

HEAD = ["external_id", "dated_on", "reference", "lines.account", "lines.amount", "lines.cost_centre"]
ENTRY = [
    ["E-1", "2026-01-31", "Payroll", "620000", "10.00", "SALES"],
    ["E-1", "", "", "455000", "-10.00", ""],
]


def parts(name, content, most=100):
    rows = [json.loads(line) for line in table.lines(BytesIO(content))]
    return table.parts(name, table.form_of(content), rows, most), rows


class TestFiles(PureCase):
    """The same objects, whatever form the file has."""

    def test_three_forms_one_object(self):
        whole = {
            "external_id": "E-1", "dated_on": "2026-01-31", "reference": "Payroll",
            "lines": [{"account": "620000", "amount": "10.00", "cost_centre": "SALES"},
                      {"account": "455000", "amount": "-10.00"}],
        }  # fmt: skip
        expected, _faults = read(OBJECTS["journal-entry"].type, whole)
        rows = [HEAD, *ENTRY]
        for content in (csv_bytes(rows), xlsx_bytes({"x": rows}), json.dumps(whole).encode() + b"\n"):
            found, _rows = parts("journal-entry", content)
            self.assertEqual([(part.found, part.faults) for part in found], [(expected, ())])

    def test_every_template_can_be_read(self):
        for name, registered in OBJECTS.items():
            if "w" not in registered.access:
                continue
            for form in table.FORMS:
                with self.subTest(name=name, form=form):
                    found, _rows = parts(name, table.template(name, form))
                    short = name == "journal-entry" and form != "jsonl"  # two rows at least; the example has one
                    wrong = [fault.code for fault in found[0].faults]
                    self.assertEqual(wrong, ["schema.length"] if short else [])

    def test_numbers_and_days_of_a_workbook(self):
        import datetime

        import xlsxwriter

        buffer = BytesIO()
        with xlsxwriter.Workbook(buffer) as book:
            sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.write_row(0, 0, ["external_id", "dated_on", "lines.account", "lines.amount"])
            for number, amount in enumerate((1234.5, -1234.5), start=1):
                sheet.write_number(number, 0, 4711)
                sheet.write_datetime(number, 1, datetime.datetime(2026, 1, 31), day)
                sheet.write_number(number, 2, 620000)
                sheet.write_number(number, 3, amount)
        found, _rows = parts("journal-entry", buffer.getvalue())
        entry = found[0].found
        self.assertEqual((entry.external_id, str(entry.dated_on)), ("4711", "2026-01-31"))
        self.assertEqual([(line.account, str(line.amount)) for line in entry.lines],
                         [("620000", "1234.5"), ("620000", "-1234.5")])  # fmt: skip

    def test_titles_are_exact(self):
        for head, words in (
            ([*HEAD, "Colour"], "not known: Colour"),
            ([title for title in HEAD if title != "dated_on"], "missing: dated_on"),
            ([*HEAD, "reference"], "twice: reference"),
            (["External_Id", *HEAD[1:]], "not known: External_Id; missing: external_id"),
        ):
            with self.assertRaises(FormatError) as wrong:
                parts("journal-entry", csv_bytes([head, *ENTRY]))
            self.assertEqual(wrong.exception.code, "file.columns")
            self.assertIn(words, str(wrong.exception))

    def test_rows_of_one_object_agree(self):
        rows = [HEAD, ENTRY[0], ["E-1", "2026-02-01", "", "455000", "-10.00", ""]]
        found, _rows = parts("journal-entry", csv_bytes(rows))
        self.assertEqual([(fault.code, fault.pointer) for fault in found[0].faults],
                         [("file.row_conflict", "/dated_on")])  # fmt: skip

    def test_bounds(self):
        for content, code in ((csv_bytes([HEAD]), "file.empty"), (csv_bytes([HEAD, *ENTRY]), "file.too_many")):
            with self.assertRaises(FormatError) as wrong:
                parts("journal-entry", content, most=0)
            self.assertEqual(wrong.exception.code, code)

    def test_place_in_words_of_the_file(self):
        rows = [HEAD, *ENTRY, ["E-2", "31.01.2026", "", "620000", "1", ""], ["E-2", "", "", "455000", "x", ""]]
        found, _rows = parts("journal-entry", csv_bytes(rows))
        self.assertEqual(
            [table.where(found[1], fault.pointer, "csv") for fault in found[1].faults],
            ["row 4, column dated_on", "row 5, column lines.amount"],
        )


class TestRefused(PureCase):
    """What was refused comes back, says why, and is taken once it is mended."""

    def test_there_and_back(self):
        rows = [HEAD, *ENTRY, ["E-2", "x", "=1+1", "620000", "1", ""], ["E-2", "", "", "455000", "-1", ""]]
        for form, content in (("csv", csv_bytes(rows)), ("xlsx", xlsx_bytes({"x": rows}))):
            found, read_rows = parts("journal-entry", content)
            wrong = [(found[1], "schema.day", "row 4, column dated_on", "A calendar day")]
            back = table.refused(form, read_rows, wrong)
            again = [texts for _number, texts in cells(BytesIO(back))]
            self.assertEqual(again[0], [*HEAD, *table.ERRORS])
            self.assertEqual(again[1][-3:], ["schema.day", "row 4, column dated_on", "A calendar day"])
            self.assertEqual(len(again), 3)
            again[1][1] = "2026-01-31"
            mended, _rows = parts("journal-entry", csv_bytes(again))
            self.assertEqual((mended[0].faults, mended[0].found.external_id), ((), "E-2"))

    def test_json_lines(self):
        content = b'{"external_id": "C-1"}\n{"external_id": "C-2", "name": "Acme"}\n'
        found, rows = parts("customer", content)
        wrong = [(found[0], "schema.missing", "line 1, /name", "name is missing")]
        back = json.loads(table.refused("jsonl", rows, wrong))
        self.assertEqual(back["error"]["code"], "schema.missing")
        mended, _rows = parts("customer", json.dumps({**back, "name": "X"}).encode())
        self.assertEqual(mended[0].faults, ())


class TestEditing(PureCase):
    """Single values of an object can be corrected; its name cannot."""

    OBJECT = {"external_id": "E-1", "dated_on": "x",
              "lines": [{"account": "1", "amount": "1"}, {"account": "2", "amount": "-1"}]}  # fmt: skip

    def test_values_and_back(self):
        cls = OBJECTS["journal-entry"].type
        shown = {value.pointer: value.text for value in editing.values(cls, self.OBJECT)}
        self.assertEqual((shown["/dated_on"], shown["/lines/1/amount"], shown["/reference"]), ("x", "-1", ""))
        self.assertNotIn("/external_id", shown)
        found = editing.applied(cls, self.OBJECT, {"/dated_on": "2026-01-31", "/lines/1/account": "3"})
        self.assertEqual((found["dated_on"], found["lines"][1]["account"], self.OBJECT["dated_on"]),
                         ("2026-01-31", "3", "x"))  # fmt: skip

    def test_an_empty_text_takes_away(self):
        cls = OBJECTS["invoice"].type
        value = {"external_id": "I", "reference": "R", "lines": [{"text": "a", "taxes": ["1", "2"]}]}
        changes = {"/reference": "", "/lines/0/taxes": "21%|6%"}
        found = editing.applied(cls, value, changes)
        self.assertEqual(found, {"external_id": "I", "lines": [{"text": "a", "taxes": ["21%", "6%"]}]})

    def test_names_stay(self):
        for pointer in ("/external_id", "/source_system", "/nothing"):
            with self.assertRaises(KeyError):
                editing.applied(OBJECTS["customer"].type, {"external_id": "C"}, {pointer: "x"})

    def test_place_in_words(self):
        for pointer, words in (("/lines/0/cost_centre", "E-1, row 1: cost centre"), ("/dated_on", "E-1, dated on"),
                               ("", "E-1"), ("/lines", "E-1, lines"), (None, "E-1")):  # fmt: skip
            self.assertEqual(editing.in_words("E-1", pointer), words)

    def test_lines_with_faults_are_shown(self):
        lines = [{"account": "1", "amount": "1"}] * 80
        pointers = {
            value.pointer
            for value in editing.values(OBJECTS["journal-entry"].type, {"lines": lines}, ["/lines/70/account"])
        }
        self.assertIn("/lines/70/account", pointers)
        self.assertNotIn("/lines/69/account", pointers)
