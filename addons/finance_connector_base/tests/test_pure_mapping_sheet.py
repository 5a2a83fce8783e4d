import io
import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ..core.errors import FormatError
from ..mapping.sheet import COLUMNS, lines, written
from .pure import PureCase

CELLS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=8).map(
    lambda cell: unicodedata.normalize("NFC", cell)
)
ROWS = st.lists(st.fixed_dictionaries({"source": CELLS, "target": CELLS}, optional={"label": CELLS}), min_size=1)


def read(content):
    return [json.loads(line) for line in lines(io.BytesIO(content))]


class TestSheet(PureCase):
    """The same rows come back from what was written."""

    @given(ROWS)
    def test_csv_comes_back(self, rows):
        rows = [{name: cell for name, cell in row.items() if not cell.startswith("'")} for row in rows]
        self.assertEqual([row for _number, row in read(written("csv", rows))], [row for row in rows if row])

    @given(ROWS.filter(lambda rows: len(rows) < 4))
    def test_xlsx_comes_back(self, rows):
        rows = [{name: cell for name, cell in row.items() if not cell.startswith("'")} for row in rows]
        self.assertEqual([row for _number, row in read(written("xlsx", rows))], [row for row in rows if row])

    def test_nothing_is_executed(self):
        content = written("csv", [{"source": "=1+1", "target": "-5"}]).decode("utf-8-sig")
        self.assertIn("'=1+1", content)
        self.assertIn("'-5", content)

    def test_titles_may_stand_in_any_order_and_others_beside_them(self):
        self.assertEqual(read(b"Remark,stands for,VALUE\nx,400000,A\n"), [[2, {"target": "400000", "source": "A"}]])

    def test_a_file_without_the_titles_is_refused(self):
        for content in (b"A,400000\nB,1\n", b"Value,Other\nA,1\n"):
            with self.assertRaises(FormatError) as caught:
                read(content)
            self.assertEqual((caught.exception.code, caught.exception.place), ("mapping.columns", "row 1"))
        self.assertEqual(len(COLUMNS), len(set(COLUMNS.values())))
