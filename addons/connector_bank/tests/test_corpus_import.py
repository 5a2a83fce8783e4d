"""Public bank files brought into Odoo: statements, lines and balances are those of ``EXPECTED.json``."""

import json
import logging
import os
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.finance_connector_base.core.statement import Header

from .. import formats
from .common import BankCase
from .documents_of_lines import documents_for, settled_by, wrong

_logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
CORPUS = Path(os.environ.get("FINANCE_CORPUS") or ROOT.parent / "shared" / "corpus")
LARGE = "camt053/Subite-eu__camt-to-coda/Other_account_statement-2.xml"
FILES = (
    LARGE,
    "camt053/moov-io__iso20022/camt.053_P_CH2909000000250094239_1110092698_0_2020112503071366.xml",
    "camt053/moov-io__iso20022/FI_camt_053_sample.xml.xml",
    "camt053/svapnil__iso20022.js/abn_amro_example_camt.xml",
    "camt053/svapnil__iso20022.js/ing_example_camt.xml",
    "camt053/svapnil__iso20022.js/goldman_sachs_camt_053_uk_v2_1.xml",
)


@tagged("post_install", "-at_install")
class TestCorpusImport(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = {}
        if (CORPUS / "EXPECTED.json").is_file():
            cls.expected = json.loads((CORPUS / "EXPECTED.json").read_text(encoding="utf-8"))

    def setUp(self):
        super().setUp()
        if not self.expected:
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with EXPECTED.json")

    def journals_of(self, content):
        """A journal for each account and currency of a file."""
        headers = [event for event in formats.parse(BytesIO(content)) if isinstance(event, Header)]
        journals = self.env["account.journal"]
        for number, (account, name) in enumerate(dict.fromkeys((head.account, head.currency) for head in headers)):
            currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", name)])
            currency.active = True
            journals |= self.bank_journal(
                f"C{len(self.env['account.journal'].search([]))}{number}", account,
                currency_id=currency.id if currency != self.company.currency_id else False,
            )
        return journals

    def held(self, journals):
        """What Odoo holds of these journals, as plain values."""
        lines = self.env["account.bank.statement.line"].search([("journal_id", "in", journals.ids)])
        statements = self.env["account.bank.statement"].search([("journal_id", "in", journals.ids)], order="id")
        return [
            (
                statement.name,
                len(statement.line_ids),
                _sum(line.amount for line in statement.line_ids if line.amount > 0),
                -_sum(line.amount for line in statement.line_ids if line.amount < 0),
                _sum([statement.balance_start]),
                _sum([statement.balance_end_real]),
            )
            for statement in statements
        ], len(lines)

    def stated(self, name):
        rows = self.expected[name]["per_statement"]
        return [
            (
                row["statement"], row["entries"], Decimal(row["sum_credits"]), Decimal(row["sum_debits"]),
                Decimal(row["opening"]), Decimal(row["closing"]),
            )
            for row in rows
        ], sum(row["entries"] for row in rows)

    def test_files(self):
        for name in FILES:
            with self.subTest(name):
                content = (CORPUS / name).read_bytes()
                journals = self.journals_of(content)
                message = self.bring(content)
                self.assertEqual(message.state, "processed", self.cases(message))
                self.assertEqual(self.held(journals), self.stated(name))
                again = self.bring(content + b"\n")
                self.assertNotEqual(again, message)
                self.assertEqual(again.result["lines"], 0)
                self.assertEqual(self.held(journals), self.stated(name))

    def test_half_explained(self):
        """Documents for every second line of the large file: nothing is matched wrongly, and most are found."""
        content = (CORPUS / LARGE).read_bytes()
        journal = self.journals_of(content)
        self.bring(content)
        lines = self.lines(journal)
        made = documents_for(lines[::2])
        result = self.match(*lines)
        self.assertEqual(wrong(lines, made), [])
        found = sum(settled_by(line) == made[line.id] for line in lines.filtered(lambda line: line.id in made))
        _logger.info("matched %s of %s documents, %s proposed, %s s", found, len(made), result["proposed"],
                     result["seconds"])
        self.assertGreater(found, 0.9 * len(made))
        for document in made.values():
            self.assertIn(document.payment_state, ("paid", "not_paid"))


def _sum(amounts):
    return sum((Decimal(f"{amount:.2f}") for amount in amounts), Decimal(0))
