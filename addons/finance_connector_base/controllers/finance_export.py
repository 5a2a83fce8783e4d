"""Odoo's exports, for every model: a text stays a text, a number stays a number."""

import json
from itertools import chain

from werkzeug.datastructures import FileStorage

from odoo import http

from odoo.addons.product.controllers.pricelist_report import ProductPricelistExportController
from odoo.addons.web.controllers.export import CSVExport, ExcelExport, ExportXlsxWriter, GroupExportXlsxWriter
from odoo.addons.web.controllers.pivot import TableExporter

from ..core.spreadsheet import XLSX_LIVE, inert


def _as_text(worksheet, row, column, text, *style):
    """Handler of XlsxWriter: neither formula nor link; left to it where empty."""
    return worksheet.write_string(row, column, text, *style) if text else None


class TextXlsxWriter(ExportXlsxWriter):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.worksheet.add_write_handler(str, _as_text)


class TextGroupXlsxWriter(GroupExportXlsxWriter):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.worksheet.add_write_handler(str, _as_text)


class FinanceExcelExport(ExcelExport):
    def from_data(self, fields, columns_headers, rows):
        with TextXlsxWriter(fields, columns_headers, len(rows)) as writer:
            for row_number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    writer.write_cell(row_number, column, value)
        return writer.value

    def from_group_data(self, fields, columns_headers, groups):
        with TextGroupXlsxWriter(fields, columns_headers, groups.count) as writer:
            row, column = 1, 0
            for name, group in groups.children.items():
                row, column = writer.write_group(row, column, name, group)
        return writer.value


class FinanceCsvExport(CSVExport):
    def from_data(self, fields, columns_headers, rows):
        """Odoo itself knows three of the signs; what is inert already it leaves alone."""
        shown = [[inert(value.decode() if isinstance(value, bytes) else value) for value in row] for row in rows]
        return super().from_data(fields, [inert(header) for header in columns_headers], shown)


class FinanceTableExporter(TableExporter):
    @http.route()
    def export_xlsx(self, data, **kw):
        """The titles of a pivot are texts of records; its writer is out of reach, so they get an apostrophe."""
        table = json.load(data) if isinstance(data, FileStorage) else json.loads(data)
        if table:
            for cell in chain(*table["col_group_headers"], table["measure_headers"], table["rows"]):
                cell["title"] = inert(cell["title"], XLSX_LIVE)
            for row in table["rows"]:
                for cell in row["values"]:
                    cell["value"] = inert(cell["value"], XLSX_LIVE)
        return super().export_xlsx(json.dumps(table), **kw)


class FinancePricelistExport(ProductPricelistExportController):
    def _generate_rows(self, products, quantities):
        rows = super()._generate_rows(products, quantities)
        return [[inert(value) for value in row] for row in rows]
