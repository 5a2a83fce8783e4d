"""Why a line stays without a match, as the desk tells it: what was looked for, the reason, and what to do."""

from odoo.tests import tagged

from .test_desk import DeskCase


@tagged("post_install", "-at_install")
class TestDeskWhyNot(DeskCase):
    def told(self, line, *, match=True):
        """What the desk says of a line without proposal."""
        if match:
            self.match(line)
        seen = self.desk().read_lines([line.id])[line.id]
        self.assertFalse(seen["proposals"], seen)
        return seen

    def assert_reason(self, line, words, **options):
        found = self.told(line, **options)["why_not"]
        self.assertTrue([reason for reason in found if words in reason], f"{words!r} is not in {found}")

    def test_nothing_named(self):
        self.assert_reason(self.line("77.00", "Thank you"), "names no open document")

    def test_payer_unknown(self):
        self.assert_reason(self.line("77.00", "Thank you"), "payer is not recognised")

    def test_amount_of_nothing(self):
        self.invoice(500.0)
        self.assert_reason(self.line("77.00", "Thank you"), "No open document has this amount")

    def test_amount_differs(self):
        """A known payer's open documents stand there with their amounts, the nearest first."""
        far, near = self.invoice(900.0), self.invoice(500.0)
        line = self.line("777.77", "Thank you")
        line.partner_id = self.customer
        self.assert_reason(line, f"nearest amounts: {far.name} (900.00), {near.name} (500.00)")

    def test_paid_already(self):
        self.invoice(500.0)  # open, so that numbers like it are known as ours
        invoice = self.invoice(100.0, payment_reference="DESK-4730")
        first = self.line("100.00", "DESK-4730")
        self.match(first)
        self.assertTrue(first.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_reason(self.line("61.00", f"Again {invoice.name}"), f"names {invoice.name}, which is not open")

    def test_other_currency(self):
        dollar = self.setup_other_currency("USD", rates=[("2026-01-01", 2.0)])
        invoice = self.invoice(77.0, currency_id=dollar.id)
        self.assert_reason(self.line("77.00", "Thank you"), f"{invoice.name} has this amount, but in USD")

    def test_other_direction(self):
        bill = self.invoice(30.0, move_type="in_invoice", ref="LOOSE-77123")
        found = self.told(self.line("77.00", "For LOOSE-77123"))["why_not"]
        self.assertTrue([reason for reason in found if bill.name in reason and "other way round" in reason], found)

    def test_return(self):
        line = self.line("-77.00", "Returned")
        line.transaction_details = {"details": [{"return_reason": "AC04", "amount": "-77.00"}]}
        self.assert_reason(line, "return")

    def test_rejected(self):
        line, document, proposal = self.proposed()
        self.desk().reject(line.id, proposal.id)
        self.assert_reason(line, f"You rejected {document.name}", match=False)
        self.assert_reason(line, "has been rejected")

    def test_rule_without_account(self):
        """The nearest to a match is told first, and what the rule lacks is under what can be done."""
        rule = self.env["account.reconcile.model"].create(
            {"name": "Rent", "company_id": self.company.id, "match_label": "contains", "match_label_param": "Rent"}
        )
        seen = self.told(self.line("-950.00", "Rent of May"))
        self.assertIn(f"Rule “{rule.name}” fits", seen["why_not"][0])
        self.assertTrue([step for step in seen["steps"] if "its account" in step["words"] and "Rent" in step["words"]])

    def test_locked(self):
        line = self.line("77.00", "Thank you")
        self.match(line)
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_company SET hard_lock_date = %s WHERE id = %s", [line.date, self.company.id])
        self.env.invalidate_all()
        self.assertIn("locked until", self.told(line, match=False)["steps"][0]["words"])

    def test_not_matched_yet(self):
        seen = self.told(self.line("77.00", "Thank you"), match=False)
        self.assertEqual(seen["why_not"], [])
        self.assertIn("M", [step["key"] for step in seen["steps"]])

    def test_what_was_looked_for(self):
        line = self.line("77.00", "For 4711")
        line.partner_name, line.account_number = "Almond Ltd", "DE02120300000000202051"
        sought = " | ".join(self.told(line)["sought"])
        for words in ("77.00", "For 4711", "Almond Ltd", "DE02120300000000202051"):
            self.assertIn(words, sought)

    def test_partner_of_the_name(self):
        """Where a partner bears the payer's name, the step says who."""
        line = self.line("77.00", "Thank you")
        line.partner_name = self.customer.name
        step = next(step for step in self.told(line)["steps"] if step["key"] == "P")
        self.assertIn(self.customer.display_name, step["words"])

    def test_partner_assigned(self):
        """After the partner was assigned the former reason stands there no more, and M is offered."""
        line = self.line("77.00", "Thank you")
        self.told(line)
        self.desk().set_partner(line.id, self.customer.id)
        seen = self.told(line, match=False)
        self.assertIn("M looks at the line again", seen["why_not"][0])
        self.assertIn("M", [step["key"] for step in seen["steps"]])
