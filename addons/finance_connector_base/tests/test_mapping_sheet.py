import base64

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_mapping import MappingCase


@tagged("post_install", "-at_install")
class TestMappingSheet(MappingCase):
    """Versions go out to spreadsheets and come back as drafts."""

    def load(self, mapping, content, user=None):
        content = content.encode() if isinstance(content, str) else content
        wizards = self.env["finance.mapping.import"].with_user(user or self.maker)
        return wizards.create({"mapping_id": mapping.id, "file": base64.b64encode(content), "filename": "x"})

    def draft_of(self, wizard):
        return self.env["finance.mapping.version"].browse(wizard.action_import()["res_id"])

    def plain(self, version):
        names = ("source", "label", "target_name", "for_company_id", "country_id", "date_from", "date_to")
        return [[line[name] for name in names] for line in version.line_ids]

    def test_round_trip(self):
        mapping = self.mapping()
        first = self.draft(mapping, {"=A": self.fees, "B*": self.wages})
        first.line_ids[0].write({"label": "Fées", "country_id": self.env.ref("base.be").id, "date_from": "2026-01-01"})
        first.line_ids = [Command.create({"source": "C"})]
        for form in ("csv", "xlsx"):
            wizard = self.load(mapping, first._sheet(form))
            self.assertFalse(wizard.wrong)
            self.assertIn("B*", wizard.changes_table)
            copy = self.draft_of(wizard)
            self.assertEqual((copy.state, self.plain(copy)), ("draft", self.plain(first)))

    def test_a_record_with_a_name_that_another_one_has_is_written_by_number(self):
        terms = self.env["account.payment.term"].create([{"name": "Net 33"}, {"name": "Net 33"}])
        mapping = self.mapping("payment_term")
        version = self.draft(mapping, {"N": terms[1]})
        self.assertEqual(version._names_out(), {version.line_ids.id: f"#{terms[1].id}"})
        self.assertEqual(self.draft_of(self.load(mapping, version._sheet("xlsx"))).line_ids.target_ref, terms[1])
        self.assertIn("several", self.load(mapping, "Value,Stands for\nN,Net 33\n").wrong)

    def test_mistakes_are_told_with_row_and_column(self):
        mapping = self.mapping()
        rows = f"A,{self.fees.code},,\nB,no such,,\n,{self.fees.code},,\nC,{self.fees.code},Nowhere,31.12.2026\n"
        wizard = self.load(mapping, f"Value,Stands for,Company,From\n{rows}")
        for words in ("Row 3, Stands for", "Row 4, Value", "Row 5, Company", "Row 5, From"):
            self.assertIn(words, wizard.wrong)
        self.assertNotIn("Row 2", wizard.wrong)
        with self.assertRaises(UserError):
            wizard.action_import()
        self.assertFalse(mapping.version_ids)

    def test_contradictions_are_told_before_the_draft(self):
        """They do not keep the draft from being made: there they are settled."""
        wizard = self.load(self.mapping(), f"Value,Stands for\nA,{self.fees.code}\nA,{self.wages.code}\n".encode())
        self.assertFalse(wizard.wrong)
        self.assertIn("A: stands there twice", wizard.doubts)
        self.assertEqual(len(self.draft_of(wizard).line_ids), 2)

    def test_a_file_that_is_none_is_refused_in_words(self):
        for content in (b"PK\x03\x04broken", b"\xff\xfe\x00", b"just text"):
            self.assertTrue(self.load(self.mapping(active=False), content).wrong)

    def test_texts(self):
        mapping = self.mapping("bank_code")
        self.assertIn("Row 2", self.load(mapping, "Value,Stands for\n808,nonsense\n").wrong)
        draft = self.draft_of(self.load(mapping, "Value;Stands for\n808;fee\n"))
        self.assertEqual(draft.line_ids.target_text, "fee")

    def test_users_take_files_and_bring_none(self):
        version = self.live(self.mapping(), {"A": self.fees})
        self.assertTrue(version.with_user(self.roles["user"])._sheet("csv"))
        with self.assertRaises(AccessError):
            self.load(version.mapping_id, b"Value,Stands for\nA,1\n", self.roles["user"])
