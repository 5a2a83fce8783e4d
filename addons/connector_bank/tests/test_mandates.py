from lxml import etree

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .run_case import RunCase

DEBTOR = "BE43068999999501"


@tagged("post_install", "-at_install")
class TestMandates(RunCase):
    """Due invoices collected by mandate, and what refusals and returns mean for it."""

    def setUp(self):
        super().setUp()
        self.company.write({"finance_creditor_identifier": "DE98ZZZ09999999999", "finance_notice_days": 0})
        self.mandate = self.mandate_of("M-1")

    def mandate_of(self, reference, **values):
        account = self.env["res.partner.bank"].search([("sanitized_acc_number", "=", DEBTOR)]) or self.env[
            "res.partner.bank"
        ].create({"acc_number": DEBTOR, "partner_id": self.customer.id})
        mandate = self.env["finance.mandate"].create(
            {"reference": reference, "partner_id": self.customer.id, "account_id": account.id,
             "signed_on": fields.Date.subtract(self.day, days=30), **values}
        )  # fmt: skip
        mandate.action_sign()
        return mandate

    def collected(self, amount=80.5):
        """An invoice, collected up to the file."""
        self.invoice(amount, day=self.day, invoice_date_due=self.day)
        run = self.released(self.run_of("debit"))
        run.action_hand_over()
        return run

    def found(self, run, name):
        return [node.text for node in etree.fromstring(run.order_ids.message_id._raw()).iter(f"{{*}}{name}")]

    def told(self, run, state, *reasons):
        payment = run.line_ids.payment_id
        payment._finance_tell(payment._finance_standing().__class__(state, "RJCT", "bank", reasons, None))

    def test_the_file(self):
        run = self.collected()
        facts = [self.found(run, name) for name in ("MndtId", "SeqTp", "InstdAmt", "DtOfSgntr")]
        self.assertEqual(facts, [["M-1"], ["FRST"], ["80.50"], [self.mandate.signed_on.isoformat()]])
        self.assertIn(DEBTOR, self.found(run, "IBAN"))
        self.assertIn("DE98ZZZ09999999999", self.found(run, "Id"))
        self.assertEqual(self.mandate.last_used_on, run.group_ids.executed_on)
        self.assertEqual(self.found(self.collected(5), "SeqTp"), ["RCUR"])

    def test_refused_first_is_first_again(self):
        run = self.collected()
        self.told(run, "rejected", "AM04")
        self.assertEqual((self.mandate.state, self.mandate.last_used_on), ("active", False))
        self.assertEqual(self.mandate._next_sequence(), "FRST")

    def test_reason_ends_the_mandate(self):
        self.told(self.collected(), "rejected", "MD01")
        self.assertEqual(self.mandate.state, "cancelled")
        self.assertIn("MD01", self.mandate.state_reason)
        other = self.mandate_of("M-2")
        self.told(self.collected(3), "rejected", "AC04")
        self.assertEqual(other.state, "blocked")
        self.invoice(9, day=self.day, invoice_date_due=self.day)
        run = self.run_of("debit")
        self.assertTrue(run.line_ids)
        with self.assertRaisesRegex(UserError, "no valid mandate"):
            run.action_request()

    def test_one_off(self):
        self.mandate.action_cancel()
        self.mandate_of("M-3", one_off=True)
        self.assertEqual(self.found(self.collected(), "SeqTp"), ["OOFF"])
        self.invoice(9, day=self.day, invoice_date_due=self.day)
        self.assertFalse(self.run_of("debit").line_ids.mandate_id)

    def test_amendment_is_told_once(self):
        self.collected()
        self.mandate.reference = "M-1-NEW"
        self.assertEqual(self.mandate.original_reference, "M-1")
        second = self.collected(4)
        self.assertEqual((self.found(second, "MndtId"), self.found(second, "OrgnlMndtId")), (["M-1-NEW"], ["M-1"]))
        self.assertEqual(self.found(self.collected(6), "OrgnlMndtId"), [])

    def test_lapses(self):
        self.mandate.signed_on = fields.Date.subtract(self.day, months=36)
        self.assertFalse(self.mandate._is_usable(self.day))
        self.env["finance.mandate"]._cron_expire()
        self.assertEqual(self.mandate.state, "expired")

    def test_announced_in_time(self):
        self.company.finance_notice_days = 14
        self.customer.email = "debtor@example.com"
        self.invoice(80, day=self.day, invoice_date_due=self.day)
        run = self.run_of("debit")
        self.assertGreaterEqual(run.group_ids.executed_on, fields.Date.add(self.day, days=14))
        self.assertIn("not_announced", run.line_ids.flags)
        run.action_announce()
        self.assertEqual(run.line_ids.notified_on, self.day)
        self.assertNotIn("not_announced", run.line_ids.flags or "")
        about = [("model", "=", "finance.payment.run.line"), ("res_id", "=", run.line_ids.id)]
        mail = self.env["mail.mail"].search(about)
        self.assertIn("M-1", mail.body_html)

    def test_b2b_is_a_file_of_its_own(self):
        self.mandate.scheme = "B2B"
        run = self.collected()
        self.assertEqual(self.found(run, "Cd").count("B2B"), 1)
        self.assertEqual(run.group_ids.profile, "sepa_b2b_debit_08")

    def test_signed_mandates_stay(self):
        with self.assertRaises(UserError):
            self.mandate.unlink()
