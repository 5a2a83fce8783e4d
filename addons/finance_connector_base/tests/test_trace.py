from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..core.errors import BusinessError
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestTrace(FinanceCase):
    """From any record of a chain the same chain is found: message, what it made, what that was matched with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", company=cls.company, install_demo=False)
        journals = cls.env["account.journal"].search([("company_id", "=", cls.company.id)])
        cls.journal = journals.filtered(lambda one: one.type == "bank")[:1]
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})

    def invoice(self):
        values = {"move_type": "out_invoice", "partner_id": self.customer.id, "invoice_date": "2026-01-15"}
        line = {"name": "x", "price_unit": 100, "tax_ids": [(5,)]}
        move = self.env["account.move"].create({**values, "invoice_line_ids": [(0, 0, line)]})
        move.action_post()
        return move

    def paid(self):
        """An invoice that was paid by a statement line, which came in a message."""
        message, _new = self.store(b"a statement")
        with self.processing(lambda _message: {"text": "1 line"}):
            message.process_job()
        invoice = self.invoice()
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "amount": 100, "payment_ref": "INV", "date": "2026-01-20",
             "partner_id": self.customer.id}
        )  # fmt: skip
        self.env["finance.link"]._add(self.upload, "transaction", "t1", line, message)
        receivable = invoice.line_ids.filtered(lambda item: item.account_type == "asset_receivable")
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = receivable.account_id
        (suspense | receivable).reconcile()
        return message, line, invoice

    def trace(self, record, role="auditor"):
        return self.as_role(role)["finance.trace"].read_trace(record._name, record.id)

    def stages(self, trace):
        return {stage["stage"]: stage for stage in trace["chain"]}

    def test_from_each_end(self):
        message, line, invoice = self.paid()
        for record in (message, line, line.move_id, invoice):
            with self.subTest(record._name):
                trace = self.trace(record)
                stages = self.stages(trace)
                self.assertTrue(trace["linked"])
                self.assertLessEqual({"source", "message", "line", "document", "entry"}, set(stages))
                self.assertEqual(stages["message"]["opens"]["id"], message.id)
                self.assertEqual(stages["line"]["opens"]["id"], line.id)
                self.assertEqual(stages["document"]["opens"]["id"], invoice.id)
                titles = [step["title"] for step in trace["steps"]]
                self.assertIn("Received and stored", titles)
                self.assertIn("Processed", titles)
                self.assertTrue([title for title in titles if title.startswith("Matched")])
                times = [step["on"] for step in trace["steps"] if step["on"]]
                self.assertEqual(times, sorted(times))

    def test_a_sibling_is_not_dragged_in(self):
        """From a line its message is followed, but not to all else that came with it."""
        message, line, _invoice = self.paid()
        sibling = self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "amount": 7, "payment_ref": "other", "date": "2026-01-20"}
        )
        self.env["finance.link"]._add(self.upload, "transaction", "t2", sibling, message)
        self.assertEqual(self.stages(self.trace(line))["line"]["count"], 1)
        self.assertEqual(self.stages(self.trace(message))["line"]["count"], 2)

    def test_cases_and_attempts(self):
        message, _new = self.store(b"x")
        with self.processing(BusinessError("no mapping", code="mapping.missing")):
            message.process_job()
        case = message.exception_ids
        for record in (message, case):
            trace = self.trace(record)
            self.assertLessEqual({"source", "message", "case"}, set(self.stages(trace)))
            self.assertIn("Processing failed; nothing of it was kept", [step["title"] for step in trace["steps"]])

    def test_without_a_chain(self):
        invoice = self.invoice()
        trace = self.trace(invoice)
        self.assertFalse(trace["linked"])
        self.assertEqual([stage["stage"] for stage in trace["chain"]], ["document"])
        self.assertTrue(trace["steps"])

    def test_gone(self):
        invoice = self.env["account.move"].create({"move_type": "entry"})
        number = invoice.id
        invoice.unlink()
        trace = self.env["finance.trace"].read_trace("account.move", number)
        self.assertEqual((trace["chain"], trace["steps"]), ([], []))

    def test_what_the_reader_may_not_see(self):
        message, _line, invoice = self.paid()
        clerk = self.person("fc_clerk", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.env(user=clerk)["finance.trace"].read_trace(message._name, message.id)
        trace = self.trace(invoice, role="user")
        self.assertIn("message", self.stages(trace))
        self.assertFalse(any(step.get("may") for step in trace["steps"]))

    def test_queries_do_not_grow(self):
        message, _line, _invoice = self.paid()
        for number in range(15):
            line = self.env["account.bank.statement.line"].create(
                {"journal_id": self.journal.id, "amount": 7, "payment_ref": f"n{number}", "date": "2026-01-20"}
            )
            self.env["finance.link"]._add(self.upload, "transaction", f"n{number}", line, message)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(150):
            self.env["finance.trace"].read_trace(message._name, message.id)

    def test_button(self):
        invoice = self.invoice()
        action = invoice.action_trace()
        self.assertEqual(action["params"], {"model": "account.move", "res_id": invoice.id})
