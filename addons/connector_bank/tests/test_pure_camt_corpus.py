"""The public sample files and their expected figures: ``FINANCE_CORPUS`` or ``../shared/corpus``."""

import json
import os
from decimal import Decimal
from pathlib import Path

from odoo.addons.connector_bank.formats import parse, summaries
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.tests.pure import PureCase

ROOT = Path(__file__).resolve().parents[3]
CORPUS = Path(os.environ.get("FINANCE_CORPUS") or ROOT.parent / "shared" / "corpus")
KINDS = ("camt052/", "camt053/", "camt054/")


class TestCamtCorpus(PureCase):
    """Statements, entries, balances and sums of each file; see docs/formats.md for the exceptions."""

    def setUp(self):
        super().setUp()
        if not (CORPUS / "EXPECTED.json").is_file():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with EXPECTED.json")
        expected = json.loads((CORPUS / "EXPECTED.json").read_text(encoding="utf-8"))
        self.files = {name: facts for name, facts in expected.items() if name.startswith(KINDS)}

    def test_figures(self):
        self.assertTrue(self.files)
        for name, facts in self.files.items():
            with self.subTest(name):
                if not facts["statements"]:
                    self.assert_empty(CORPUS / name)
                    continue
                found = summaries(parse(CORPUS / name))
                self.assertEqual([row["format"] for row in found], [facts["format"]] * facts["statements"])
                for row, stated in zip(found, facts["per_statement"], strict=True):
                    self.assertEqual(self.figures(row), self.figures(stated))
                    self.assertEqual(row["statement_id"], stated["statement"])
                    self.assertIn(row["currency"], stated["currency"].split("/"))

    def test_details(self):
        for name, facts in self.files.items():
            with self.subTest(name):
                if facts["statements"]:
                    found = sum(len(getattr(event, "details", ())) for event in parse(CORPUS / name))
                    self.assertEqual(found, sum(row["tx_details"] for row in facts["per_statement"]))

    def assert_empty(self, path):
        with self.assertRaises(FormatError) as caught:
            list(parse(path))
        self.assertEqual(caught.exception.code, "camt.empty")

    @staticmethod
    def figures(row):
        amounts = (row[name] for name in ("opening", "closing", "sum_credits", "sum_debits"))
        return row["entries"], *(None if amount is None else Decimal(amount) for amount in amounts)
