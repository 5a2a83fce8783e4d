from odoo.tests import tagged

from .answer_maker import report
from .common import BankCase
from .test_pure_answers import CHANGE, ENTRY, RETURN, nacha


@tagged("post_install", "-at_install")
class TestPaymentAnswers(BankCase):
    """What the bank answers is laid over the payments it is about."""

    def setUp(self):
        super().setUp()
        self.upload = self.env["finance.connector"]._upload_connector(self.company)
        self.flow = self.env["finance.flow"].sudo().create(
            {"name": "Answers", "connector_id": self.upload.id, "kind": "payment_answer", "direction": "in"}
        )
        self.first, self.second = self.pay(10), self.pay(20)

    def pay(self, amount, **values):
        payment = self.env["account.payment"].sudo().create(
            {"payment_type": "outbound", "partner_id": self.supplier.id, "amount": amount,
             "journal_id": self.journal.id, "finance_order_ref": "RUN-7", "finance_batch_ref": "RUN-7-1", **values}
        )  # fmt: skip
        payment.action_post()
        return payment.with_env(self.env)

    def answer(self, content):
        message, _new = self.env["finance.intake"]._store(
            self.upload, "payment_answer", content, name="answer.xml", flow=self.flow
        )
        message.process_job()
        self.env.invalidate_all()
        return message

    def test_each_payment_learns_its_own(self):
        self.assertEqual(self.first.finance_way, "initiated")
        message = self.answer(report((self.first.name, "ACSP"), (self.second.name, "RJCT", "AC04")))
        self.assertEqual(message.state, "processed")
        self.assertEqual((self.first.finance_way, self.first.finance_told_code), ("acknowledged", "ACSP"))
        self.assertEqual((self.second.finance_way, self.second.finance_told_reasons), ("rejected", "AC04"))
        self.assertIn("The account is closed", self.second.finance_told_text)
        self.assertEqual(self.cases(), ["payment.rejected"])
        self.assertEqual(self.case("payment.rejected").res_id, self.second.id)
        self.assertIn("Ask the payee", self.case("payment.rejected").text)
        self.assertEqual(self.second.state, "in_process")  # an answer books and cancels nothing

    def test_any_order_and_again(self):
        for code in ("ACSC", "ACTC", "ACSP", "ACSC"):
            self.answer(report((self.first.name, code)) + b"<!-- %d -->" % len(self.first.finance_answer_ids))
        self.assertEqual((self.first.finance_way, self.first.finance_told_code), ("acknowledged", "ACSC"))
        self.assertEqual(self.first.finance_answer_ids.sorted("id").mapped("note"), ["new", "late", "late", "repeated"])

    def test_processed_again_adds_nothing(self):
        message = self.answer(report((self.first.name, "ACSP"), ("NOT-OURS", "ACSP")))
        self.assertEqual((message.state, self.cases()), ("refused", ["answer.payment"]))
        self.retry(message)
        self.assertEqual(len(self.first.finance_answer_ids), 1)
        self.assertEqual(self.case("answer.payment").occurrences, 2)

    def test_group_and_batch(self):
        """What is said of all holds for those that are not named themselves."""
        self.answer(report((self.second.name, "RJCT", "AM04"), group="ACTC", batch_status="ACSP"))
        self.assertEqual([p.finance_told_code for p in (self.first, self.second)], ["ACSP", "RJCT"])
        third = self.pay(30, finance_order_ref="RUN-8")
        self.answer(report(group="RJCT", order="RUN-8"))
        self.assertEqual(third.finance_way, "rejected")
        self.assertEqual(self.first.finance_told_code, "ACSP")

    def test_an_order_that_is_not_ours(self):
        message = self.answer(report(group="RJCT", order="RUN-99"))
        self.assertEqual((message.state, self.cases()), ("refused", ["answer.order"]))

    def test_a_contradiction_needs_a_person(self):
        self.answer(report((self.first.name, "ACSC")))
        self.answer(report((self.first.name, "RJCT", "AC04")))
        self.assertEqual((self.first.finance_way, self.cases()), ("acknowledged", ["payment.contradiction"]))

    def test_only_the_statement_proves_it(self):
        self.answer(report((self.first.name, "ACSC")))
        self.line("-10.00", self.first.name)
        self.match()
        self.assertTrue(self.first.is_matched)
        self.assertEqual(self.first.finance_way, "reconciled")
        self.answer(report((self.first.name, "RJCT")))
        self.assertEqual((self.first.finance_way, self.cases()), ("reconciled", ["payment.contradiction"]))

    def test_the_payee_has_another_name(self):
        self.answer(report((self.first.name, "RVNM", None, "Somebody Else")))
        self.assertEqual((self.first.finance_decide, self.cases()), ("RVNM", ["payment.payee"]))
        self.assertIn("Somebody Else", self.case("payment.payee").text)
        self.answer(report((self.first.name, "ACCP")))
        self.assertEqual((self.first.finance_decide, self.cases()), (False, []))

    def test_two_payments_of_one_id(self):
        for payment in (self.first, self.second):
            payment.sudo().finance_end_to_end = "SAME"
        message = self.answer(report(("SAME", "ACSP")))
        self.assertEqual((message.state, self.cases()), ("refused", ["answer.ambiguous"]))
        self.assertFalse(self.first.finance_told_code)

    def test_nacha(self):
        self.first.sudo().finance_end_to_end = "PAY-2026-0001"
        self.answer(nacha(ENTRY, RETURN).getvalue())
        self.assertEqual((self.first.finance_way, self.first.finance_told_reasons), ("rejected", "R03"))
        self.second.sudo().finance_end_to_end = "PAY-2026-0002"
        entry = ENTRY.replace("0000012500", "0000000000").replace("PAY-2026-0001", "PAY-2026-0002")
        self.answer(nacha(entry, CHANGE, debit=0, kind="COR").getvalue())
        self.assertEqual((self.second.finance_way, self.cases()), ("initiated", ["payment.change", "payment.rejected"]))
        self.assertIn("account …1614", self.case("payment.change").text)
        self.assertNotIn("1918171614", self.case("payment.change").text)
        change = self.env["finance.bank.change"].sudo().search([("partner_id", "=", self.supplier.id)])
        self.assertEqual((change.state, change.acc_number), ("draft", "1918171614"))
        self.assertEqual(change.clearing_number, "121042882")

    def test_something_else(self):
        self.assertEqual(self.answer(b"no answer").state, "refused")
        self.assertEqual(self.cases(), ["answer.unknown"])

    def test_other_companies(self):
        self.answer(report((self.first.name, "ACSP")))
        other = self.env["res.company"].create({"name": "Other"})
        ours, theirs = (
            self.person(login, "finance_connector_base.group_user", company)
            for login, company in (("reader", self.company), ("stranger", other))
        )
        rows = self.env["finance.payment.answer"].with_context(allowed_company_ids=[])
        self.assertEqual([rows.with_user(one).search_count([]) for one in (ours, theirs)], [1, 0])
