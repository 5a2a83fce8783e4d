"""Public MT940, MT942 and BAI2 files and their expected figures; see docs/formats.md for each exception."""

import json
from decimal import Decimal

from odoo.addons.connector_bank.formats import parse, summaries
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.tests.pure import PureCase

KINDS = ("mt940/", "mt942/", "bai2/")
REFUSED = {
    "invalid_statement.sta": "format.unknown",
    "sample-parseError.txt": "format.unknown",
    "e262a7798c82c66e": "format.unknown",
    "sample4-continuations-newline-delimited.txt": "bai2.control",
    "invalid_checksum_eod.bai2": "bai2.control",
}
#: Facts that we know better: (file, field) → ours, as a set over the statements of the file.
OURS = {
    ("sepa_snippet_broken.sta", "account"): {"50880050/0194787400888"},
    ("test-rabo.swi", "account"): {"NL34RABO0142623393"},
    ("test-wrong-file.940", "account"): {"NL34RABO0142623393"},
    ("test-ing.940", "account"): {"NL77INGB0574908765"},
    ("mt942.sta", "currency"): {"PLN"},
    ("sample3.txt", "currency"): {"USD"},
}


class TestTextCorpus(PureCase):
    """Statements, entries, accounts, currencies, balances and sums of each file."""

    def test_figures(self):
        if not (CORPUS / "EXPECTED.json").is_file():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with EXPECTED.json")
        expected = json.loads((CORPUS / "EXPECTED.json").read_text(encoding="utf-8"))
        files = {name: facts for name, facts in expected.items() if name.startswith(KINDS)}
        self.assertTrue(files)
        for name, facts in files.items():
            with self.subTest(name):
                short = name.rpartition("/")[2]
                if short in REFUSED:
                    self.assert_refused(CORPUS / name, REFUSED[short])
                    continue
                found = summaries(parse(CORPUS / name))
                self.assertEqual([row["format"] for row in found], [facts["format"]] * facts["statements"])
                self.assertEqual([self.figures(row) for row in found],
                                 [self.figures(row) for row in facts["per_statement"]])  # fmt: skip
                for field in ("account", "currency"):
                    if (short, field) in OURS:
                        self.assertEqual({row[field] for row in found}, OURS[short, field])
                    else:
                        self.assertEqual([row[field] for row in found],
                                         [row[field] for row in facts["per_statement"]])  # fmt: skip

    def assert_refused(self, path, code):
        try:
            list(parse(path))
        except FormatError as error:
            self.assertEqual(error.code, code)
        else:
            self.fail(f"not refused, {code} was expected")

    @staticmethod
    def figures(row):
        amounts = (row[name] for name in ("opening", "closing", "sum_credits", "sum_debits"))
        return row["entries"], *(None if amount is None else Decimal(amount) for amount in amounts)
