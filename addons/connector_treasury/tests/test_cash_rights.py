from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CashCase


@tagged("post_install", "-at_install")
class TestCashRights(CashCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Sister")["company"]
        banks = [("company_id", "=", cls.other.id), ("type", "=", "bank")]
        cls.sister = cls.env["account.journal"].search(banks, limit=1)
        cls.report(cls.bank, "2026-06-30", 100)
        cls.report(cls.sister, "2026-06-30", 50)

    def member(self, login, groups, companies):
        return new_test_user(
            self.env, login, groups=groups, company_id=companies[0].id, company_ids=[(6, 0, companies.ids)]
        )

    def seen(self, user, companies):
        view = self.view.with_user(user).with_context(allowed_company_ids=companies.ids)
        return view.search([("journal_id", "in", (self.bank + self.sister).ids)])

    def test_own_companies_only(self):
        user = self.member("treasurer", "finance_connector_base.group_user", self.company)
        self.assertEqual(self.seen(user, self.company).journal_id, self.bank)
        with self.assertRaises(AccessError):
            self.seen(user, self.company).browse(self.sister.id).read(["amount"])
        ((total,),) = self.view.with_user(user)._read_group([], [], ["reporting_amount:sum"])
        self.assertEqual(total, 100)

    def test_selected_companies_only(self):
        both = self.company + self.other
        user = self.member("group_treasurer", "finance_connector_base.group_user", both)
        self.assertEqual(self.seen(user, both).journal_id, self.bank + self.sister)
        self.assertEqual(self.seen(user, self.other).journal_id, self.sister)

    def test_a_plain_user_sees_everything_of_a_row_without_further_rights(self):
        user = self.member("reader", "finance_connector_base.group_user", self.company)
        row = self.seen(user, self.company).web_read({name: {} for name in self.view._fields})[0]
        self.assertEqual((row["amount"], row["difference_reason"]), (100, "unexplained"))

    def test_nobody_writes(self):
        user = self.member("boss", "finance_connector_base.group_admin", self.company)
        with self.assertRaises(AccessError):
            self.seen(user, self.company).write({"amount": 5})

    def test_without_the_role_nothing(self):
        user = self.member("accountant", "account.group_account_invoice", self.company)
        with self.assertRaises(AccessError):
            self.seen(user, self.company)
