"""Frozen trial balances: same books same bytes, differences add up, files carry no formulas."""

import csv
import io
import json
import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.connector_close.snapshot.compare import compare
from odoo.addons.connector_close.snapshot.content import Header, freeze, thaw
from odoo.addons.connector_close.snapshot.rows import AMOUNTS, Row, totals
from odoo.addons.connector_close.snapshot.writers import WRITERS, write_csv, write_json
from odoo.addons.finance_connector_base.core.canonical import canonical_json, sha256
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.spreadsheet import FORMULA, inert
from odoo.addons.finance_connector_base.tests.pure import PureCase

SAMPLES = Path(__file__).parent / "samples"
HEADER = Header("Meadow Foods", "EUR", date(2026, 1, 1), date(2026, 1, 31))


def row(account="1000", opening="0.00", debit="0.00", credit="0.00", **labels):
    opening, debit, credit = Decimal(opening), Decimal(debit), Decimal(credit)
    closing = opening + debit - credit
    labels = {"company": "Meadow Foods", "name": "Cash", "currency": "EUR", **labels}
    amounts = {"opening": opening, "debit": debit, "credit": credit, "closing": closing}
    return Row(account=account, closing_currency=closing, **amounts, **labels)


BOOKS = [
    row("4000", credit="250.00", name="Sales"),
    row("1000", "100.00", "250.00", "40.00"),
    row("6000", debit="40.00", name="=HYPERLINK(\"x\"), rent"),
    row("3000", "-100.00", name="Capital, “Founders”"),
]

amounts = st.integers(-(10**12), 10**12).map(lambda cents: Decimal(cents) / 100)
texts = st.text(max_size=12)
books = st.lists(
    st.builds(row, texts, amounts, amounts, amounts, name=texts, currency=st.sampled_from(["EUR", "USD"])),
    max_size=8,
    unique_by=lambda line: line.key,
)


class TestContent(PureCase):
    """``freeze`` gives equal books equal bytes."""

    def test_order_of_rows_does_not_matter(self):
        self.assertEqual(freeze(HEADER, BOOKS), freeze(HEADER, BOOKS[::-1]))

    def test_one_cent_changes_the_hash(self):
        other = [row("1000", "100.00", "250.01", "40.00"), *BOOKS[:1], *BOOKS[2:]]
        self.assertNotEqual(sha256(freeze(HEADER, BOOKS)), sha256(freeze(HEADER, other)))

    def test_two_rows_for_one_account(self):
        with self.assertRaisesRegex(FormatError, "two rows"):
            freeze(HEADER, [row("1000"), row("1000", "5")])

    def test_row_that_does_not_add_up(self):
        with self.assertRaisesRegex(FormatError, "add up"):
            freeze(HEADER, [replace(row("1000"), closing=Decimal("1"))])

    def test_foreign_bytes(self):
        for raw in (b"", b"{}", b"[1]", b'{"kind":"trial-balance","layout":2}', b"\xff", b'{"kind":1,"layout":1}'):
            with self.subTest(raw), self.assertRaises(FormatError):
                thaw(raw)

    def test_thaw_undoes_freeze(self):
        @given(books)
        def holds(rows):
            raw = freeze(HEADER, rows)
            self.assertEqual(thaw(raw), (HEADER, sorted(rows, key=lambda line: line.key)))
            self.assertEqual(freeze(*thaw(raw)), raw)

        holds()

    def test_totals(self):
        sums = totals(BOOKS)
        self.assertEqual((sums.opening, sums.debit, sums.credit, sums.closing), (0, 290, 290, 0))


class TestCompare(PureCase):
    """``compare`` names every account that reads otherwise, and only those."""

    def test_added_removed_changed(self):
        after = [row("1000", "100.00", "250.00", "60.00"), row("4000", credit="250.00"), row("7000", debit="60.00")]
        changes = compare(BOOKS, after)
        self.assertEqual(
            [(change.kind, change.key[1], change.difference("closing")) for change in changes],
            [
                ("changed", "1000", Decimal("-20.00")),
                ("removed", "3000", Decimal("100.00")),
                ("removed", "6000", Decimal("-40.00")),
                ("added", "7000", Decimal("60.00")),
            ],
        )
        self.assertEqual(changes[0].side("credit"), (Decimal("40.00"), Decimal("60.00")))

    def test_a_new_name_is_no_change(self):
        self.assertEqual(compare([row(name="Cash")], [row(name="Till")]), [])

    def test_before_and_differences_give_after(self):
        @given(books, books)
        def holds(before, after):
            changes = compare(before, after)
            for name in AMOUNTS:
                total = sum((getattr(line, name) for line in after), Decimal(0))
                start = sum((getattr(line, name) for line in before), Decimal(0))
                self.assertEqual(start + sum((change.difference(name) for change in changes), Decimal(0)), total)
            self.assertEqual(compare(before, before), [])
            back = [(change.key, change.difference("closing")) for change in compare(after, before)]
            self.assertEqual(back, [(change.key, -change.difference("closing")) for change in changes])

        holds()


class TestWriters(PureCase):
    """Files say what the content says, whole, and execute nothing."""

    def test_golden_files(self):
        raw = freeze(HEADER, BOOKS)
        for code, (writer, _content_type) in WRITERS.items():
            path = SAMPLES / f"trial_balance.expected.{code}"
            with self.subTest(path.name):
                found = writer(raw)
                if os.environ.get("REWRITE_GOLDEN"):
                    path.write_bytes(found)
                self.assertEqual(found, path.read_bytes())

    def test_text_that_looks_like_a_formula(self):
        for start in FORMULA:
            self.assertEqual(inert(f"{start}1+1"), f"'{start}1+1")
        self.assertEqual(inert("1000"), "1000")
        self.assertEqual(inert(""), "")

    def test_no_cell_is_a_formula(self):
        @given(books)
        def holds(rows):
            raw = freeze(replace(HEADER, company="@home"), rows)
            table = list(csv.reader(io.StringIO(write_csv(raw).decode(), newline="")))
            self.assertEqual(len(table), len(rows) + 1)
            heading = table[0]
            for cells in table[1:]:
                line = dict(zip(heading, cells, strict=True))
                for name in ("company", "account", "name", "currency"):
                    self.assertFalse(line[name].startswith(FORMULA))
                for name in AMOUNTS:
                    self.assertRegex(line[name], r"\A-?\d+(\.\d+)?\Z")

        holds()

    def test_receiver_can_check_the_hash(self):
        raw = freeze(HEADER, BOOKS)
        file = json.loads(write_json(raw))
        self.assertEqual(sha256(canonical_json(file["content"])), file["sha256"])
        self.assertEqual(canonical_json(file["content"]), raw)
