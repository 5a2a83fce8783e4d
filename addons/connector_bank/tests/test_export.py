import csv
import io
import json

from openpyxl import load_workbook

from odoo import http
from odoo.tests import HttpCase, tagged

from .common import BankCase

HOSTILE = (
    '=HYPERLINK("http://127.0.0.1:9/?"&A1,"Invoice")',
    "=cmd|' /C calc'!A0",
    "{=1+1}",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "http://127.0.0.1:9/x",
    "external:c:\\x.exe",
)
CSV_LIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@tagged("post_install", "-at_install")
class TestExport(BankCase, HttpCase):
    """What a remitter wrote stands in every export as text; amounts stay numbers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("base.group_allow_export")
        cls.lines = cls.env["account.bank.statement.line"].create(
            [
                {"journal_id": cls.journal.id, "date": "2024-01-31", "payment_ref": text, "amount": -10.25 - number}
                for number, text in enumerate(HOSTILE)
            ]
        )
        cls.env.flush_all()
        cls.texts = {line.payment_ref: line.amount for line in cls.lines}

    def post(self, route, content):
        self.env.user.password = "exporting-1"  # any
        self.authenticate(self.env.user.login, "exporting-1")
        token = http.Request.csrf_token(self)
        answer = self.url_open(route, data={"data": json.dumps(content), "csrf_token": token})
        self.assertEqual(answer.status_code, 200, answer.text[:500])
        return answer.content

    def export(self, route, **more):
        fields = [
            {"name": "payment_ref", "label": "=Label", "type": "char"},
            {"name": "amount", "label": "Amount", "type": "monetary"},
        ]
        question = {
            "model": "account.bank.statement.line",
            "fields": fields,
            "ids": self.lines.ids,
            "domain": [],
            "import_compat": False,
            **more,
        }
        return self.post(route, question)

    def cells(self, content):
        sheet = load_workbook(io.BytesIO(content)).active
        found = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        self.assertEqual([cell.value for cell in found if cell.data_type == "f" or cell.hyperlink], [])
        return sheet, found

    def test_xlsx(self):
        sheet, _found = self.cells(self.export("/web/export/xlsx"))
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(rows[0], ("=Label", "Amount"))
        self.assertEqual(dict(rows[1:]), self.texts)
        for row in sheet.iter_rows(min_row=2):
            self.assertEqual([cell.data_type for cell in row], ["s", "n"])

    def test_grouped_xlsx(self):
        _sheet, found = self.cells(self.export("/web/export/xlsx", groupby=["payment_ref"]))
        values = [cell.value for cell in found]
        for text, amount in self.texts.items():
            self.assertIn(text, values)
            self.assertIn(f"{text} (1)", values)
            self.assertEqual(values.count(amount), 2)  # of the group and of the line

    def test_csv(self):
        rows = list(csv.reader(io.StringIO(self.export("/web/export/csv").decode(), newline="")))
        self.assertEqual(rows[0], ["'=Label", "Amount"])
        found = {text: float(amount) for text, amount in rows[1:]}
        self.assertEqual({text.removeprefix("'"): amount for text, amount in found.items()}, self.texts)
        self.assertFalse([text for text in found if text.startswith(CSV_LIVE)])

    def test_pivot(self):
        table = {
            "title": "Lines",
            "model": "account.bank.statement.line",
            "measure_count": 1,
            "col_group_headers": [[{"title": text, "width": 1, "height": 1} for text in HOSTILE]],
            "measure_headers": [{"title": text, "is_bold": False} for text in HOSTILE],
            "rows": [{"title": text, "indent": 0, "values": [{"value": -5.5}]} for text in HOSTILE],
        }
        _sheet, found = self.cells(self.post("/web/pivot/export_xlsx", table))
        values = [cell.value for cell in found]
        self.assertEqual(values.count(-5.5), len(HOSTILE))
        self.assertEqual({str(value).removeprefix("'") for value in values if value != -5.5}, set(HOSTILE))
