"""Row versions as files: plain values, stable bytes, hashes, manifests."""

import csv
import gzip
import io
import json
from datetime import date, datetime
from decimal import Decimal

from ..core.canonical import sha256
from ..extracts import rows
from ..extracts.kinds import KINDS, ExtractKind
from .pure import PureCase

COLUMNS = ("id", "text", "amount", "on", "done")
KIND = ExtractKind("k", "K", 3, dict.fromkeys(COLUMNS), "", "", sums=("amount",))


class TestPureExtract(PureCase):
    def version(self, number=1, text="a", amount="10.50", done=True):
        return rows.version(COLUMNS, (number, text, Decimal(amount), date(2026, 1, 31), done))

    def test_values_and_hash(self):
        row = self.version()
        self.assertEqual((row["amount"], row["on"], row["done"]), ("10.50", "2026-01-31", True))
        self.assertEqual(rows.plain(datetime(2026, 1, 31, 12, 0, 0, 5)), "2026-01-31T12:00:00Z")
        self.assertEqual(rows.plain(1e-7), "0.0000001")
        self.assertEqual(row["row_hash"], self.version()["row_hash"])
        hashes = {self.version(**change)["row_hash"] for change in
                  ({}, {"number": 2}, {"text": "b"}, {"amount": "10.51"}, {"done": False})}  # fmt: skip
        self.assertEqual(len(hashes), 5)
        self.assertNotEqual(rows.gone(COLUMNS, 1)["row_hash"], row["row_hash"])

    def test_json_lines_packed(self):
        given = [self.version(), rows.gone(COLUMNS, 2)]
        content = rows.write(given, COLUMNS, "jsonl", packed=True)
        self.assertEqual(content, rows.write(given, COLUMNS, "jsonl", packed=True))
        self.assertEqual([json.loads(line) for line in gzip.decompress(content).splitlines()], given)

    def test_csv_is_no_formula(self):
        given = [self.version(text='=HYPERLINK("x")'), self.version(2, text="line\n2", amount="-3.00")]
        read = list(csv.DictReader(io.StringIO(rows.write(given, COLUMNS, "csv", packed=False).decode())))
        self.assertEqual(read[0]["text"], "'=HYPERLINK(\"x\")")
        self.assertEqual((read[1]["text"], read[1]["amount"], read[1]["done"]), ("line\n2", "-3.00", "true"))

    def test_manifest(self):
        given = [self.version(), self.version(2, amount="0.25"), rows.gone(COLUMNS, 3)]
        content = rows.write(given, COLUMNS, "jsonl", packed=False)
        told = rows.manifest(content, given, KIND, number=7)
        self.assertEqual((told["rows"], told["deleted"], told["sums"]), (3, 1, {"amount": "10.75"}))
        self.assertEqual((told["sha256"], told["bytes"]), (sha256(content), len(content)))
        self.assertEqual((told["schema_version"], told["number"]), (3, 7))
        self.assertEqual(told["columns"][-2:], ["row_hash", "deleted"])

    def test_every_kind_has_its_id(self):
        for kind in KINDS.values():
            self.assertEqual(kind.columns["id"], "t.id", kind.code)
            self.assertLessEqual(set(kind.sums), set(kind.columns))
