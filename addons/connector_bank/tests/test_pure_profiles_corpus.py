"""The public bank tables: entries as many as rows, but for those that stand around the table."""

import json
from pathlib import Path

from odoo.addons.connector_bank.formats import parse, summaries
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.tests.pure import PureCase

from .test_pure_camt_corpus import CORPUS

#: Rows that are no booking: the titles, and what stands around them. Others see docs/formats.md.
AROUND = {"meta_data_separated_credit_debit.csv": 5}
REFUSED = {"empty_statement_en.csv": "profile.empty", "error_value_statement.csv": "profile.date"}


class TestProfilesCorpus(PureCase):
    def test_figures(self):
        if not (CORPUS / "EXPECTED.json").is_file():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with EXPECTED.json")
        expected = json.loads((CORPUS / "EXPECTED.json").read_text(encoding="utf-8"))
        files = {name: facts for name, facts in expected.items() if facts.get("format") == "csv_bank"}
        self.assertTrue(files)
        for path, facts in files.items():
            name = Path(path).name
            with self.subTest(name):
                if name in REFUSED:
                    with self.assertRaises(FormatError) as caught:
                        list(parse(CORPUS / path))
                    self.assertEqual(caught.exception.code, REFUSED[name])
                    continue
                found = summaries(parse(CORPUS / path))
                rows = facts["rows_non_empty"] - AROUND.get(name, 1) - facts.get("blank", 0)
                self.assertEqual({row["format"] for row in found}, {"csv_bank"})
                self.assertEqual(sum(row["entries"] for row in found), rows)
