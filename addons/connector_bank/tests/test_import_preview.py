from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import BankCase
from .statement_maker import Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestImportPreview(BankCase):
    """What a person sees of a file before anything is written, and what the import then does."""

    def setUp(self):
        super().setUp()
        self.importer = self.env["finance.statement.import"].with_user(self.operator).create({})

    def attach(self, content, name="bank.xml"):
        file = {"name": name, "raw": content, "res_model": self.importer._name, "res_id": self.importer.id}
        return self.env["ir.attachment"].with_user(self.operator).create(file).id

    def preview(self, content):
        """The preview, which must leave the ledger as it was."""
        tables = ("account_bank_statement_line", "finance_message", "finance_exception", "finance_audit_event")
        before = [self.count(table) for table in tables]
        found = self.importer.preview_file(self.attach(content))
        self.env.flush_all()
        self.assertEqual([self.count(table) for table in tables], before)
        return found

    def count(self, table):
        self.env.cr.execute(f"SELECT count(*) FROM {table}")
        return self.env.cr.fetchone()[0]

    def counts(self, found):
        (row,) = found["statements"]
        return row["lines"], row["new"], row["known"], row["doubtful"]

    def test_facts(self):
        made = statement(Booking("5.00", "one"), Booking("7.00", "two"), name="2026-7")
        found = self.preview(camt053(made))
        (row,) = found["statements"]
        self.assertFalse(found["problem"] or row["problem"] or row["findings"])
        self.assertEqual((row["name"], row["journal"]), ("2026-7", self.journal.display_name))
        self.assertEqual(self.counts(found), (2, 2, 0, 0))
        self.assertIn("112.00", row["closing"])

    def test_same_as_import(self):
        """New, known and doubtful are what the import finds afterwards."""
        first = camt053(statement(Booking("5.00", "one"), name="A"))
        self.bring(first)
        self.assertEqual(self.counts(self.preview(first)), (1, 0, 1, 0))
        later = camt053(statement(Booking("5.00", "one"), Booking("6.00", "two"), name="B", opening="100.00"))
        expected = self.preview(later)["statements"][0]
        message = self.bring(later)
        result = message.result
        self.assertEqual(expected["new"], result["lines"])
        self.assertEqual(expected["known"] + expected["doubtful"], result["duplicates"])

    def test_other_content_under_one_name(self):
        self.bring(camt053(statement(Booking("5.00", "one"), name="A")))
        found = self.preview(camt053(statement(Booking("6.00", "one"), name="A", closing="105.00")))
        self.assertEqual(found["statements"][0]["problem"]["code"], "statement.conflict")

    def test_locked(self):
        self.company.fiscalyear_lock_date = date(2026, 12, 31)
        found = self.preview(camt053(statement(Booking("5.00", "one"))))
        self.assertEqual(found["statements"][0]["problem"]["code"], "statement.locked")

    def test_unknown_account(self):
        found = self.preview(camt053(statement(Booking("5.00", "one"), account="DE61000000000000000009")))
        problem = found["statements"][0]["problem"]
        self.assertEqual(problem["code"], "statement.account_unknown")
        self.assertTrue(problem["advice"])

    def test_unreadable(self):
        found = self.preview(b"Dear customer")
        self.assertEqual((found["statements"], found["problem"]["code"]), ([], "format.unknown"))

    def test_too_large(self):
        self.env["ir.config_parameter"].set_param("finance_connector_base.max_upload_megabytes", "0")
        self.assertEqual(self.preview(b"x")["problem"]["code"], "file.too_large")

    def test_finding(self):
        found = self.preview(camt053(statement(Booking("5.00", "one"), closing="900.00")))
        self.assertIn("difference", found["statements"][0]["findings"][0])

    def test_journal_takes_no_number(self):
        """A journal without a number takes that of the file when it is imported, not before."""
        journal = self.bank_journal("BNKC")
        self.importer.journal_id = journal
        made = camt053(statement(Booking("5.00", "one"), account="DE61000000000000000009"))
        self.assertEqual(self.preview(made)["statements"][0]["journal"], journal.display_name)
        self.assertFalse(journal.bank_account_id)

    def test_import_of_one(self):
        content = camt053(statement(Booking("5.00", "one")))
        done = self.importer.import_file(self.attach(content))
        self.assertEqual((done["lines"], done["cases"], done["waiting"], done["state"]), (1, 0, False, "processed"))
        again = self.importer.import_file(self.attach(content))
        self.assertEqual(again["message_id"], done["message_id"])
        self.assert_booked(["5.00"])

    def test_large_file_waits_for_a_worker(self):
        self.env["ir.config_parameter"].set_param("finance_connector_base.import_now_megabytes", "0")
        done = self.importer.import_file(self.attach(camt053(statement(Booking("5.00", "one")))))
        self.assertTrue(done["waiting"])
        self.assert_booked([])
        self.importer.message_ids.process_job()
        self.assertEqual(self.importer.progress([done["message_id"]])[0]["lines"], 1)
        self.assert_booked(["5.00"])

    def test_files_of_others(self):
        """An attachment of something else is none of the import."""
        strange = self.env["ir.attachment"].create({"name": "secret.xml", "raw": b"<a/>"})
        with self.assertRaises(ValueError):
            self.importer.import_file(strange.id)

    def test_progress_of_own_files_alone(self):
        message = self.bring(camt053(statement(Booking("5.00", "one"))))
        self.assertEqual(self.importer.progress(message.ids), [])

    def test_only_operators(self):
        reader = self.person("looker", "finance_connector_base.group_user")
        with self.assertRaises(AccessError):
            self.env["finance.statement.import"].with_user(reader).open_import()
