"""Lines of unknown payers: partners of a similar name are proposed where the database server can compare names."""

from unittest.mock import patch

from odoo.tests import tagged

from .settle_case import SettleCase
from .statement_maker import UNKNOWN_ACCOUNT


@tagged("post_install", "-at_install")
class TestSimilarNames(SettleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env.registry.has_trigram:
            cls.skipTest(cls, "pg_trgm is not installed in this database")

    def paid(self, name="Allmond Lain Bakerie"):
        """Two invoices of the customer, and one line with their sum, under a name that no word is right of."""
        self.invoices = self.invoice(40.0) + self.invoice(60.0)
        return self.line("100.00", "thank you", account=UNKNOWN_ACCOUNT, name=name)

    def test_proposed_never_booked(self):
        line = self.paid()
        self.match()
        self.assert_open(line, *self.invoices, proposals=1)
        found = self.proposals(line)
        self.assertIn("Payer name “Allmond Lain Bakerie” is like that of Almond Lane Bakery", found.reasons)
        self.assertIn("only similar", found.doubts)
        found.action_accept()
        self.assert_matched(line, *self.invoices)

    def test_without_the_extension(self):
        line = self.paid()
        with patch.object(self.env.registry, "has_trigram", False):
            self.match()
        self.assert_open(line, *self.invoices, proposals=0)

    def test_switched_off(self):
        self.company.finance_similar_names = False
        line = self.paid()
        self.match()
        self.assert_open(line, *self.invoices, proposals=0)

    def test_too_little_alike(self):
        line = self.paid("Pears & Sons")
        self.match()
        self.assert_open(line, proposals=0)
        self.company.finance_similar_from = 90
        again = self.line("100.00", "thank you", account=UNKNOWN_ACCOUNT, name="Allmond Lain Bakerie")
        self.match()
        self.assert_open(again, proposals=0)

    def test_bounded(self):
        self.company.finance_similar_most = 1
        found = self.env["finance.similar.names"]._find(self.company, {"Almond Lain Bakery", "Cobald Worx"})
        self.assertEqual(dict(found), {"Almond Lain Bakery": [self.customer.id]})

    def test_partner_of_another_company(self):
        other = self.setup_other_company()["company"]
        self.customer.copy({"name": "Allmond Lain Bakerie", "company_id": other.id})
        self.customer.copy({"name": "Allmond Lain Bakerie", "active": False})
        found = self.env["finance.similar.names"]._find(self.company, {"Allmond Lain Bakerie"})
        self.assertEqual(dict(found), {"Allmond Lain Bakerie": [self.customer.id]})

    def test_index(self):
        self.env.cr.execute("SELECT 1 FROM pg_indexes WHERE indexname = 'res_partner_finance_name_trgm'")
        self.assertTrue(self.env.cr.fetchall())
