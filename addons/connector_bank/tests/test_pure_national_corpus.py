"""OFX, CODA, CFONB and Norma 43 sample files against their expected figures; docs/formats.md has the exceptions."""

import json
from decimal import Decimal

from odoo.addons.connector_bank.formats import parse, summaries
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.tests.pure import PureCase

KINDS = ("ofx/", "coda/", "cfonb/", "n43/")
#: Why a file is refused, though figures are expected of it.
REFUSED = {
    "ofx/jseutter__ofxparse/bank_small.ofx": "ofx.empty",
    "ofx/jseutter__ofxparse/signon_fail.ofx": "ofx.refused",
    "ofx/jseutter__ofxparse/error_message.ofx": "ofx.refused",
    "ofx/OCA__bank-statement-import/test_ofx_wrong.ofx": "ofx.amount",
}
OPERATIONS = "cfonb/silarhi__cfonb-parser/cfonb.240-complex-test.txt"
AMOUNTS = ("opening", "closing", "sum_credits", "sum_debits")


class TestNationalCorpus(PureCase):
    """Statements, entries, balances and sums of each file."""

    def setUp(self):
        super().setUp()
        if not (CORPUS / "EXPECTED.json").is_file():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with EXPECTED.json")
        expected = json.loads((CORPUS / "EXPECTED.json").read_text(encoding="utf-8"))
        self.files = {name: facts for name, facts in expected.items() if name.startswith(KINDS)}

    def test_figures(self):
        self.assertTrue(self.files)
        for name, facts in self.files.items():
            if name in REFUSED or name == OPERATIONS:
                continue
            with self.subTest(name):
                found = summaries(parse(CORPUS / name))
                self.assertEqual([row["format"] for row in found], [facts["format"]] * facts["statements"])
                for row, stated in zip(found, facts["per_statement"], strict=True):
                    self.assertEqual(self.figures(row), self.figures(stated))
                    self.assertEqual(row["currency"], stated["currency"])

    def test_refused(self):
        for name, code in REFUSED.items():
            with self.subTest(name):
                self.assertIn(name, self.files)
                try:
                    list(parse(CORPUS / name))
                except FormatError as error:
                    self.assertEqual(error.code, code)
                else:
                    self.fail("not refused")

    def test_operations(self):
        """Two groups of operations are two statements; the operations are as many as expected."""
        found = summaries(parse(CORPUS / OPERATIONS))
        self.assertEqual(sum(row["entries"] for row in found), self.files[OPERATIONS]["entries"])
        self.assertEqual(len(found), self.files[OPERATIONS]["per_statement"][0]["records_31"])

    @staticmethod
    def figures(row):
        return row["entries"], *(None if row[name] is None else Decimal(row[name]) for name in AMOUNTS)
