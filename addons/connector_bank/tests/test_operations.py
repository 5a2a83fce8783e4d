"""The command line: results for programs, with the same way in as the screens."""

import argparse
import json
import subprocess
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.finance_connector_base.core.errors import ConfigurationError
from odoo.addons.finance_connector_base.core.operation import OPERATIONS

from ..operations import import_files, match_lines, parse  # noqa: F401  register themselves
from .common import BankCase
from .statement_maker import ACCOUNT, UNKNOWN_ACCOUNT, Booking, camt053, statement

LAUNCHER = Path(__file__).resolve().parents[3] / ".odoo" / "bin" / "odoo"


@tagged("post_install", "-at_install")
class TestOperations(BankCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, content, name="file.xml"):
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def run_operation(self, code, *arguments):
        """``(result, exit code)`` of an operation in the name of the operator."""
        operation = OPERATIONS.get(code)()
        parser = argparse.ArgumentParser()
        operation.arguments(parser)
        env = self.env(user=self.operator, context={"allowed_company_ids": self.company.ids})
        result, exit_code = operation.run(parser.parse_args(arguments), env)
        return json.loads(json.dumps(result)), exit_code

    def test_import(self):
        good = self.file(camt053(statement(Booking("5.00", "one"))), "good.xml")
        bad = self.file(camt053(statement(Booking("5.00", "one"), account=UNKNOWN_ACCOUNT)), "bad.xml")
        result, code = self.run_operation("import", good, bad)
        self.assertEqual(code, 0)
        figures = {name: result[name] for name in ("messages", "statements", "lines", "duplicates", "cases")}
        self.assertEqual(figures, {"messages": 2, "statements": 1, "lines": 1, "duplicates": 0, "cases": 1})
        self.assertEqual([found["state"] for found in result["files"]], ["processed", "refused"])
        self.assertEqual(result["files"][1]["cases"][0]["code"], "statement.account_unknown")
        again, _code = self.run_operation("import", good)
        self.assertEqual((again["lines"], again["duplicates"], again["statements"]), (0, 1, 0))
        self.assertTrue(again["files"][0]["seen_before"])
        self.assert_booked(["5.00"])

    def test_import_again_after_mending(self):
        """A file that was refused is worked on again: its lines are new now."""
        path = self.file(camt053(statement(Booking("5.00", "one"), account=UNKNOWN_ACCOUNT)))
        self.run_operation("import", path)
        self.bank_journal("BNKX", UNKNOWN_ACCOUNT)
        result, _code = self.run_operation("import", path)
        self.assertEqual((result["lines"], result["duplicates"], result["cases"]), (1, 0, 0))

    def test_import_into_journal(self):
        path = self.file(camt053(statement(Booking("5.00", "one"))))
        result, _code = self.run_operation("import", "--journal", "BNKA", path)
        self.assertEqual(result["lines"], 1)
        with self.assertRaises(ConfigurationError) as caught:
            self.run_operation("import", "--journal", "NONE", path)
        self.assertEqual(caught.exception.code, "journal.unknown")

    def test_import_with_profile(self):
        """A bank table through a named profile; one that is not in force is refused before anything is stored."""
        text = "Date,Payee,Amount\n2026-01-12,Coffee,-2.50\n2026-01-13,Almonds,7.00\n"
        path = self.file(text.encode(), "table.csv")
        with self.assertRaises(ConfigurationError) as caught:
            self.run_operation("import", "--journal", self.journal.code, "--profile", "nowhere", path)
        self.assertEqual(caught.exception.code, "profile.missing")
        result, _code = self.run_operation("import", "--journal", self.journal.code, "--profile", "sheet_iso", path)
        self.assertEqual((result["lines"], result["cases"]), (2, 0))
        self.assert_booked(["-2.50", "7.00"])

    def test_match(self):
        invoice = self.invoice(5.0)
        self.line("5.00", invoice.name)
        result, code = self.run_operation("match", "--journal", "BNKA")
        seconds = result.pop("seconds")
        self.assertGreaterEqual(seconds, 0)
        self.assertEqual((code, result), (0, {"lines": 1, "reconciled": 1, "proposed": 0, "left": 0}))
        self.assertEqual(invoice.payment_state, "paid")
        result, _code = self.run_operation("match")
        self.assertEqual(result["lines"], 0)

    def test_parse(self):
        path = self.file(camt053(statement(Booking("5.00", "one"))))
        with redirect_stdout(StringIO()) as output:
            result, code = self.run_operation("parse", "--summary", path)
        self.assertEqual((result, code), (None, 0))
        summary = json.loads(output.getvalue())
        self.assertEqual(
            (summary["account"], summary["opening"], summary["closing"], summary["entries"], summary["sum_debits"]),
            (ACCOUNT, "100.00", "105.00", 1, "0"),
        )

    def test_parse_refused(self):
        with redirect_stderr(StringIO()) as errors, redirect_stdout(StringIO()):
            _result, code = self.run_operation("parse", self.file(b"nothing"))
        self.assertEqual(code, 1)
        self.assertEqual(set(json.loads(errors.getvalue())), {"error", "text", "place"})

    def test_launcher(self):
        """From a shell, without a database."""
        if not LAUNCHER.is_file():
            self.skipTest("no launcher: run the set-up of this repository")
        path = self.file(camt053(statement(Booking("5.00", "one"))))
        done = subprocess.run(
            [str(LAUNCHER), "finance", "parse", "--summary", path], capture_output=True, text=True, timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assertEqual(json.loads(done.stdout)["closing"], "105.00")
