from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_bank_change import IBAN, BankCase


@tagged("post_install", "-at_install")
class TestDuplicates(BankCase):
    """Vendors and banks that are there twice are found, shown side by side, merged or kept apart."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor.name = "Zonnewijzer Handel GmbH"
        cls.twin = cls.env["res.partner"].create({"name": "ZONNEWIJZER HANDEL"})
        cls.far = cls.env["res.partner"].create(
            {"name": "Kwiatkowski", "bank_ids": [Command.create({"acc_number": IBAN})]}
        )
        cls.partners = cls.vendor | cls.twin | cls.far

    def search(self):
        self.env["finance.duplicate.search"]._cron_search()
        mine = [("left_id", "in", self.partners.ids), ("res_model", "=", "res.partner")]
        return self.env["finance.duplicate"].with_user(self.maker).search(mine)

    def test_found_with_reasons_and_only_once(self):
        pairs = self.search()
        found = {(one.left_id, one.right_id): one.reason_text for one in pairs}
        self.assertEqual(
            found,
            {
                (self.vendor.id, self.twin.id): "Like name",
                (self.vendor.id, self.far.id): "Same bank account",
            },
        )
        self.assertEqual(self.search(), pairs)
        self.assertIn("ZONNEWIJZER", pairs[-1].side_by_side)

    def test_not_the_same_is_remembered(self):
        pair = self.search()[:1]
        pair.action_different()
        self.search()
        self.assertEqual((pair.state, pair.decided_by_id), ("different", self.maker))

    def test_what_is_no_longer_alike_goes(self):
        self.assertEqual(len(self.search()), 2)
        self.twin.name = "Kometenstaub"
        self.assertEqual(self.search().right_id, self.far.id)

    def test_a_merge_takes_trust_away_from_accounts_that_change_hands(self):
        self.trusted()
        pair = self.search().filtered(lambda one: one.right_id == self.twin.id)
        pair.action_merge_right()
        self.assertEqual(pair.state, "merged")
        self.assertFalse(self.vendor.exists())
        self.assertEqual(self.account.partner_id, self.twin)
        self.assertFalse(self.account.allow_out_payment, "whom the money goes to has changed")
        self.assertFalse(self.search().filtered(lambda one: one.state == "open" and one.left_id == self.vendor.id))

    def test_open_items_of_both_are_shown(self):
        pair = self.search().filtered(lambda one: one.right_id == self.twin.id)
        self.assertEqual((pair.open_amount, pair.last_payment_on), (0, False))
        journal = self.env["account.journal"].search([("company_id", "=", self.company.id)], limit=1)
        if journal:
            payable = self.env["account.account"].search(
                [("account_type", "=", "liability_payable"), ("company_ids", "in", self.company.id)], limit=1
            )
            other = self.env["account.account"].search(
                [("account_type", "=", "expense"), ("company_ids", "in", self.company.id)], limit=1
            )
            lines = [
                Command.create({"account_id": account.id, "partner_id": self.twin.id, "balance": balance})
                for account, balance in ((payable, -120), (other, 120))
            ]
            self.env["account.move"].create({"journal_id": journal.id, "line_ids": lines}).action_post()
            pair.invalidate_recordset()
            self.assertEqual(pair.open_amount, 120)

    def test_only_operators_decide(self):
        pair = self.search()[:1]
        for role in ("user", "auditor", "approver"):
            with self.assertRaises(AccessError):
                pair.with_user(self.roles[role]).action_different()

    def test_banks_with_one_bic(self):
        banks = self.env["res.bank"].create(
            [{"name": "Sun", "bic": "SUNBBEBB"}, {"name": "Sun NV", "bic": "SUNBBEBBXXX"}]
        )
        self.env["finance.duplicate.search"]._cron_search()
        found = self.env["finance.duplicate"].search([("res_model", "=", "res.bank"), ("left_id", "=", banks[0].id)])
        self.assertEqual((found.right_id, found.reason_text), (banks[1].id, "Same BIC"))

    def test_limits_are_settings(self):
        """How alike names must be, and how many may share a key, is set; not in the program."""
        parameters = self.env["ir.config_parameter"].sudo()
        self.twin.name = "Zonnewijzer Handle"
        self.assertEqual(len(self.search()), 1, "not alike enough")
        parameters.set_param("finance_connector_base.duplicate_score", 20)
        self.assertEqual(len(self.search()), 2)
        parameters.set_param("finance_connector_base.duplicate_like", 100)
        self.assertEqual(len(self.search()), 1)
        parameters.set_param("finance_connector_base.duplicate_strong_block", 1)
        parameters.set_param("finance_connector_base.duplicate_weak_block", 1)
        self.assertFalse(self.search())
