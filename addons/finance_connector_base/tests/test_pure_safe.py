"""Hostile inputs get their verdicts; mutated ones give records or a refusal with a code, nothing else."""

import random
import zipfile
from collections import Counter
from decimal import Decimal
from io import BytesIO

from odoo.addons.finance_connector_base.core.bounded import bounded_lines
from odoo.addons.finance_connector_base.core.errors import ConfigurationError, FinanceError
from odoo.addons.finance_connector_base.core.safe import limits
from odoo.addons.finance_connector_base.core.safe.csv import csv_rows
from odoo.addons.finance_connector_base.core.safe.json import json_lines, json_value
from odoo.addons.finance_connector_base.core.safe.text import detected, text_lines
from odoo.addons.finance_connector_base.core.safe.xlsx import xlsx_rows
from odoo.addons.finance_connector_base.simulation.hostile import hostile, workbook
from odoo.addons.finance_connector_base.simulation.reading import READERS
from odoo.addons.finance_connector_base.tests.pure import PureCase

MUTATIONS = 2000
SHEET = "xl/worksheets/sheet1.xml"
TASK = "odoo.addons.finance_connector_base.simulation.reading:records"


def verdict(kind, content):
    try:
        for _record in READERS[kind](BytesIO(content)):
            pass
    except FinanceError as error:
        return error.code
    return "ok"


def place_of(kind, content):
    try:
        list(READERS[kind](BytesIO(content)))
    except FinanceError as error:
        return error.place
    return None


def part_of(content, name):
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read(name)


class TestHostile(PureCase):
    def test_table(self):
        """Each in a process with 512 MiB and 60 s, so that memory and time are judged, too."""
        for kind, table in hostile().items():
            for name, (content, expected) in table.items():
                with self.subTest(f"{kind}: {name}"):
                    try:
                        for _line in bounded_lines(TASK, content, {"kind": kind}):
                            pass
                        found = "ok"
                    except FinanceError as error:
                        found = error.code
                    self.assertTrue(found.startswith(expected), found)

    def test_mutations(self):
        for kind, table in hostile().items():
            chance = random.Random(f"{kind} 19")
            seeds = [content for content, _expected in table.values() if 0 < len(content) < 20_000]
            found = Counter()
            for number in range(MUTATIONS):
                content = self.mutated(chance, seeds)
                if kind == "xlsx" and number % 5:  # inside the container, too
                    content = workbook([(SHEET, self.mutated(chance, [part_of(workbook(), SHEET)]))])
                found[verdict(kind, content)] += 1
            self.assertGreater(found.total() - found["ok"], 100, found)
            self.assertGreater(found["ok"], 50, found)

    def mutated(self, chance, seeds):
        content = bytearray(chance.choice(seeds))
        for _time in range(chance.randrange(1, 4)):
            at = chance.randrange(len(content) + 1)
            match chance.randrange(4):
                case 0 if at < len(content):
                    content[at] ^= 1 << chance.randrange(8)
                case 1:
                    del content[at : at + chance.randrange(1, 50)]
                case 2:
                    content[at:at] = chance.randbytes(chance.randrange(1, 9))
                case _:
                    other = chance.choice(seeds)
                    content[at:at] = other[: chance.randrange(1, 100)]
        return bytes(content)

    def test_cut(self):
        """Every fiftieth of a good file: records or a refusal; of JSON and XLSX never a whole."""
        whole = {"text": b"one\ntwo\n" * 50, "csv": b'a;b\n1;"2"\n' * 50, "json": b'{"a": [1, 2]}',
                 "xlsx": workbook(rows=[(number, "text") for number in range(200)])}
        for kind, content in whole.items():
            for share in range(50):
                with self.subTest(kind, share=share):
                    found = verdict(kind, content[: len(content) * share // 50])
                    self.assertTrue(found == "ok" if kind == "text" else found != "ok" or kind == "csv", found)

    def test_places(self):
        self.assertEqual(place_of("text", b"one\ntw\x00o\n"), "2:3")
        self.assertEqual(place_of("text", b"one\ntwo \xff\n"), "2:5")
        self.assertEqual(place_of("csv", b"a;b\n\n1;2\n1\n"), "line 4")
        self.assertEqual(place_of("json", b'{\n "a": x}'), "2:7")
        self.assertEqual(place_of("json", b'{"a": ["", "\\u202e"]}'), "$.a[1]")
        self.assertEqual(place_of("xlsx", workbook(rows=[(1,), ("\u202e",)])), "Sheet1!2")


class TestReaders(PureCase):
    def test_text(self):
        self.assertEqual(list(text_lines(BytesIO("e\u0301\r\nb".encode()))), [(1, "é"), (2, "b")])
        self.assertEqual(list(text_lines(BytesIO("ü\n".encode("cp1252")), "windows-1252")), [(1, "ü")])
        self.assertEqual(list(text_lines(BytesIO("ü\n".encode("utf-16")), "utf-16")), [(1, "ü")])
        long = "é" * 50_000 + "\n"  # a character on the border of two blocks
        self.assertEqual(sum(len(line) for _n, line in text_lines(BytesIO(f"x{long}".encode() * 4))), 200_004)
        for name in ("utf-7", "klingon", "hz", "utf-16"):
            with self.assertRaises(FinanceError) as caught:
                list(text_lines(BytesIO(b"+ADw-"), name))
            self.assertEqual(caught.exception.code, "text.charset")

    def test_detected(self):
        self.assertEqual(detected("é".encode()[:1]), "utf-8")  # the head may end inside a character
        self.assertEqual(detected(b"\xfc", "cp1252"), "cp1252")
        for head in (b"\xfc", "x".encode("utf-16-le")):
            with self.assertRaises(FinanceError):
                detected(head)

    def test_csv(self):
        found = list(csv_rows(BytesIO(b'a,b\n"1\n2","3"\n\n4,5\n')))
        self.assertEqual(found, [(1, ["a", "b"]), (2, ["1\n2", "3"]), (5, ["4", "5"])])
        self.assertEqual(list(csv_rows(BytesIO(b"a;b\n1\n"), ragged=True))[1], (2, ["1"]))
        self.assertEqual(list(csv_rows(BytesIO(b"'a;b';c\n"), quote="'")), [(1, ["a;b", "c"])])

    def test_what_rows_suffer_on_their_way(self):
        """Wherever the blocks that are read begin and end."""
        text = "a;b\n" + "".join(f'"x{number}";"two\nlines"\n' for number in range(12_000))
        rows = [cells for _number, cells in csv_rows(BytesIO(text.encode()))]
        self.assertEqual((len(rows), rows[-1]), (12_001, ["x11999", "two\nlines"]))
        for end in ("\r\n", "\r", "\r\r\n"):
            for behind in ("", "\x1a", "\0" * 3000, "\n \n\t\n"):
                with self.subTest(end=end, behind=behind):
                    content = (text + behind).replace("\n", end).encode()
                    self.assertEqual([cells for _number, cells in csv_rows(BytesIO(content))], rows)
        blanks = text.replace('"\n', '" \t\n')
        self.assertEqual([cells for _number, cells in csv_rows(BytesIO(blanks.encode()))], rows)
        empty_cell = csv_rows(BytesIO(b'"a"\t"b"\n"c"\t\n'), delimiter="\t")
        self.assertEqual([cells for _number, cells in empty_cell], [["a", "b"], ["c", ""]])
        for code, content in (("text.nul", b"a;b\nc\0;d\n"), ("text.control", b"a;b\nc\rd;e\n")):
            with self.assertRaises(FinanceError) as caught:
                list(csv_rows(BytesIO(content)))
            self.assertEqual(caught.exception.code, code)

    def test_json(self):
        found = json_value(b'{"a": 2.50, "b": 1e2, "c": 7}')
        self.assertEqual([type(value) for value in found.values()], [Decimal, Decimal, int])
        self.assertEqual(str(found["a"]), "2.50")
        self.assertEqual(list(json_lines(BytesIO(b'{"a": 1}\n\n[2]\n'))), [(1, {"a": 1}), (3, [2])])
        with self.assertRaises(FinanceError) as caught:
            list(json_lines(BytesIO(b"{}\n{\n")))
        self.assertTrue(caught.exception.place.startswith("line 2"), caught.exception.place)

    def test_xlsx(self):
        found = list(xlsx_rows(BytesIO(workbook(rows=[(1, "=1+1"), (0.1, "b"), (-2.5, "")]))))
        self.assertEqual([values[0] for _sheet, _number, values in found], [1, Decimal("0.1"), Decimal("-2.5")])
        self.assertEqual(found[0], ("Sheet1", 1, (1, "=1+1")))

    def test_limits_are_options(self):
        self.addCleanup(limits.configure, {})
        limits.configure({"json_depth": "2"})
        self.assertEqual(verdict("json", b"[[[]]]"), "json.depth")
        self.assertEqual(limits.changed(), {"json_depth": 2})
        with self.assertRaises(FinanceError) as caught:
            list(bounded_lines(TASK, b"[[[]]]", {"kind": "json"}))  # they go along
        self.assertEqual(caught.exception.code, "json.depth")
        for wrong in ("0", "-1", "many"):
            with self.assertRaises(ConfigurationError):
                limits.configure({"json_depth": wrong})
