from odoo.tests import HttpCase, tagged

from .canonical_case import CanonicalCase

UNKNOWN = "787878"


@tagged("post_install", "-at_install")
class TestCaseTour(CanonicalCase, HttpCase):
    """From a red case to the posted entry, as an accountant does it in the browser."""

    def test_from_the_case_to_the_posting(self):
        account = self.env["account.account"].search([("code", "=", "400000"), ("company_ids", "in", self.company.ids)])
        if not account:
            self.accounts[0].code = "400000"
        lines = [{"account": UNKNOWN, "amount": "10.00"}, {"account": self.accounts[1].code, "amount": "-10.00"}]
        message = self.message(self.send("journal-entries", self.entry(lines=lines), post=True))
        person = self.roles["operator"]
        person.password = person.login
        person.group_ids |= self.env.ref("account.group_account_user")
        self.start_tour("/odoo/finance-cases", "finance_case_to_posting", login=person.login, timeout=120)
        item = self.env["finance.message.item"].search([("message_id", "=", message.id)])
        move = self.env["account.move"].browse(item.res_id)
        self.assertEqual((message.state, move.state), ("processed", "posted"))
        self.assertEqual(move.line_ids.filtered("debit").account_id.code, "400000")
        self.assertEqual(message.exception_ids.state, "solved")
        self.assertEqual(item.correction_ids.made_by_id, person)
