"""The daily proof of payments: what it counts, what it names, and that nobody can change it unseen."""

import io

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.finance_connector_base.core.safe.xlsx import xlsx_rows

from .order_case import OrderWayCase


@tagged("post_install", "-at_install")
class TestPaymentControl(OrderWayCase, HttpCase):
    def proof(self):
        """What the daily run makes for the bank and day."""
        self.env.flush_all()
        self.env["finance.checkpoint.check"]._cron_all()
        self.env["finance.payment.control"]._cron_make()
        self.env["finance.audit"]._flush()
        self.env.invalidate_all()
        return self.env["finance.payment.control"].search(
            [("journal_id", "=", self.journal.id), ("day", "=", self.day), ("latest", "=", True)]
        )

    def numbers(self, proof):
        return {stage: (number, outgoing) for stage, (number, _in, outgoing) in proof.totals.items() if number}

    def test_all_the_way(self):
        """A proof is made once, and anew when something changes; the old ones stay."""
        first = self.proof()
        self.assertEqual(first.state, "waiting")
        self.assertEqual(self.numbers(first), {"ledger": (2, "70.50"), "files": (2, "70.50")})
        self.assertEqual(self.proof(), first)
        self.settled()
        second = self.proof()
        self.assertEqual((second.state, first.latest), ("agree", False))
        self.assertEqual(
            self.numbers(second), dict.fromkeys(("ledger", "files", "answered", "statement"), (2, "70.50"))
        )
        self.assertEqual(self.proof(), second)

    def test_differences_by_name(self):
        self.settled()
        self.sql("UPDATE account_payment SET amount = 31 WHERE id = %s", self.first.id)
        proof = self.proof()
        self.assertEqual((proof.state, proof.difference_count), ("break", 2))
        proof = proof.with_context(bin_size=True)  # as the web client asks
        self.assertRegex(proof.differences_html, rf"Changed: {self.ref(self.first)}</td><td>.*31\.00.*30\.00")
        self.sql("UPDATE account_payment SET amount = 30 WHERE id = %s", self.first.id)
        self.assertEqual((self.proof().state, proof.latest), ("agree", False))

    def test_agreed_once_and_broken_later(self):
        """A proof that agreed is made anew when a checkpoint of its day breaks."""
        self.settled()
        first = self.proof()
        self.sql("UPDATE account_payment SET finance_told_state = 'rejected' WHERE id = %s", self.second.id)
        second = self.proof()
        self.assertEqual((first.state, first.latest, second.state), ("agree", False, "break"))
        self.assertEqual(self.numbers(second)["refused"], (1, "40.50"))

    def test_a_payment_in_no_file(self):
        """It stands in the ledger on that day and no bank ever saw it."""
        self.settled()
        lost = self.pay(7, date=self.day)
        proof = self.proof()
        self.assertEqual(self.numbers(proof)["outside"], (1, "7.00"))
        self.assertIn(f"In no file, on no statement: {lost.name}", proof.differences_html)
        self.assertEqual(proof.difference_count, 1)

    def test_seal(self):
        self.settled()
        proof = self.proof()
        self.assertEqual(proof.action_verify()["params"]["type"], "success")
        attachment = proof.sudo().attachment_id
        attachment.raw = attachment.raw.replace(b'"30.00"', b'"31.00"')
        self.assertEqual(proof.action_verify()["params"]["type"], "danger")

    def test_nobody_changes_it(self):
        proof = self.proof()
        with self.assertRaises(AccessError):
            proof.with_user(self.operator).write({"state": "agree"})
        with self.assertRaises(UserError):
            proof.sudo().unlink()
        stranger = self.person(
            "stranger", "finance_connector_base.group_user", self.env["res.company"].create({"name": "Other"})
        )
        self.assertFalse(self.env["finance.payment.control"].with_user(stranger).search_count([]))

    def test_printed(self):
        self.settled()
        proof = self.proof()
        html, _kind = self.env["ir.actions.report"].with_user(self.operator)._render_qweb_html(
            "connector_bank.payment_control_report", proof.ids
        )
        for words in (self.first.name, "Cobalt Works", proof.sha256, "On a statement", "70.50"):
            self.assertIn(words, html.decode())

    def test_workbook(self):
        """Amounts are numbers; who may not read the proof gets nothing."""
        self.settled()
        self.sql("UPDATE res_partner SET name = '=1+1' WHERE id = %s", self.supplier.id)
        proof = self.proof()
        self.operator.password = "operator operator"  # noqa: S105
        self.authenticate("operator", "operator operator")
        answer = self.url_open(f"/finance/payment-control/{proof.id}.xlsx")
        rows = [values for _sheet, _number, values in xlsx_rows(io.BytesIO(answer.content))]
        paid = next(row for row in rows if self.first.name in row)
        self.assertEqual((paid[4], float(paid[5]), paid[-1]), ("=1+1", 30.0, "On a statement"))
        self.assertNotIsInstance(paid[5], str)
        self.assertIn(proof.sha256, rows[1])
        self.assertEqual(self.url_open("/finance/payment-control/999999999.xlsx").status_code, 404)
