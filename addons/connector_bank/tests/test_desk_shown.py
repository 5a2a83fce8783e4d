"""What the desk shows around a line: accounts used before, when reasons were found, the bank's words, discounts."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import freeze_time, tagged

from .test_desk import DeskCase


@tagged("post_install", "-at_install")
class TestDeskAccounts(DeskCase):
    """The accounts offered first for a write-off: remembered for the text, used for the payer, often in the journal."""

    def booked(self, text, account, amount="-3.00", **values):
        line = self.line(amount, text)
        line.write(values)
        self.desk().settle(line.id, float(amount), [], [{"account_id": account.id, "amount": float(amount)}])
        self.assertTrue(line.is_reconciled)
        return line

    def offered(self, line, text=""):
        return [(one["id"], one["reference"]) for one in self.desk().find_accounts(line.id, text) if one["reference"]]

    def test_order(self):
        for number in range(3):
            self.booked(f"Sundry {number}", self.differences, partner_name="Somebody")
        self.booked("Postage", self.discounts, partner_name="Almond Courier")
        self.booked("Account fee 03/2026", self.fees)
        line = self.line("-4.00", "Account fee 04/2026")
        line.partner_name = "Almond Courier"
        self.assertEqual(self.offered(line), [
            (self.fees.id, "such a text before"),
            (self.discounts.id, "this payer before"),
            (self.differences.id, "often in this journal"),
        ])  # fmt: skip
        self.assertEqual(self.offered(line, self.discounts.code), [(self.discounts.id, "this payer before")])

    def test_partner(self):
        """A partner is known by any name the bank gives; money that comes in says nothing of money that goes out."""
        self.booked("Rent", self.differences, partner_id=self.supplier.id, partner_name="A. Landlord")
        self.booked("Interest", self.discounts, amount="5.00")
        line = self.line("-9.00", "Something else")
        line.write({"partner_id": self.supplier.id, "partner_name": "Landlord & Co"})
        self.assertEqual(self.offered(line), [(self.differences.id, "this payer before")])
        self.assertEqual(self.offered(self.line("7.00", "?")), [(self.discounts.id, "often in this journal")])

    def test_documents_do_not_count(self):
        """What was settled against documents, or undone, is no account to write off to."""
        line, _document, proposal = self.proposed()
        self.desk().accept(line.id, proposal.id)
        self.booked("Account fee 03/2026", self.fees, amount="3.00")
        self.desk().undo_last()
        self.assertEqual(self.offered(self.line("7.00", "Account fee 04/2026")), [])

    def test_closed_account(self):
        self.booked("Account fee 03/2026", self.fees)
        self.fees.active = False
        self.assertEqual(self.offered(self.line("-4.00", "Account fee 04/2026")), [])


@tagged("post_install", "-at_install")
class TestDeskAsOf(DeskCase):
    """Reasons speak of other documents, so they say of which moment they are."""

    def test_no_match(self):
        line = self.line("77.00", "Nobody knows")
        with freeze_time("2026-01-20 09:14:00"):
            self.match(line)
            row = self.desk().read_page()["lines"][0]
        self.assertIn("9:14", row["as_of"])
        self.assertEqual(self.desk().read_page()["lines"][0]["as_of"], "01/20/2026")
        self.match(line)  # the same reasons: nothing is written, so a person at the line is never in the way
        self.assertEqual(line.finance_why_not_on, fields.Datetime.to_datetime("2026-01-20 09:14:00"))
        self.desk().match_again(line.id)
        self.assertGreater(line.finance_why_not_on, fields.Datetime.now() - timedelta(minutes=5))

    def test_proposal(self):
        with freeze_time("2026-01-20 09:14:00"):
            line, _document, proposal = self.proposed()
        self.desk().accept(line.id, proposal.id)
        self.desk().undo_last()
        detail = self.desk().read_lines([line.id])[line.id]
        self.assertEqual([one["as_of"] for one in detail["proposals"]], ["01/20/2026"])
        self.assertEqual(detail["as_of"], "")


@tagged("post_install", "-at_install")
class TestDeskEvidence(DeskCase):
    def shown(self, content, **context):
        line = self.line("5.00", "?")
        line.transaction_details = content
        return self.desk().with_context(**context).read_lines([line.id])[line.id]["evidence"]

    def test_numbers_that_look_like_days(self):
        """Only the days of a doubt are shown as the reader writes them, never the number of a document."""
        said = self.desk()._with_days
        for doubt in ("The line names INV/2026-03-32, which is not open", "The line also names 2026-03-01, which"):
            self.assertEqual(said(doubt), doubt)
        doubt = "The money moved on 2026-03-02, before 2026-03-31 was made on 2026-03-05"
        self.assertEqual(said(doubt), "The money moved on 03/02/2026, before 2026-03-31 was made on 03/05/2026")
        late = "The early payment discount could be taken until 2026-03-02, the line is of 2026-03-09"
        self.assertEqual(
            said(late), "The early payment discount could be taken until 03/02/2026, the line is of 03/09/2026"
        )

    def test_words_and_formats(self):
        found = self.shown({
            "booked_on": "2026-01-20", "amount": "1234.50", "currency": "EUR", "reversal": True, "status": "booked",
            "details": [{"end_to_end_id": "2026-01-20",
                         "references": [{"value": "RF18", "document_date": "2026-01-03"}],
                         "charges": [{"amount": "-0.70", "currency": "EUR", "bearer": "SHAR"}]}],
            "of_tomorrow": "<b>",
        })  # fmt: skip
        for words in ("Booked", "01/20/2026", "1,234.50 EUR", "Reversal", "Yes", "End-to-end id", "01/03/2026",
                      "-0.70 EUR", "both, each their own (SHAR)", "Of tomorrow", "&lt;b&gt;", ">2026-01-20<"):
            self.assertIn(words, found)
        for raw in ("booked_on", "end to end", "document_date", ">Currency<"):
            self.assertNotIn(raw, found)

    def test_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.operator.lang = "de_DE"
        found = self.shown({"booked_on": "2026-01-20", "amount": "1234.50"}, lang="de_DE")
        self.assertIn("20.01.2026", found)
        self.assertIn("1.234,50", found)


@tagged("post_install", "-at_install")
class TestDeskDiscount(DeskCase):
    """A discount that the payer rounded is shown as a discount, not as a difference or a part payment."""

    def test_slip_of_several_documents(self):
        terms = self.env["account.payment.term"].create({
            "name": "2 % in 10 days", "early_discount": True, "discount_percentage": 2, "discount_days": 10,
            "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})],
        })  # fmt: skip
        self.company.finance_discount_account_id = self.discounts
        offered = {"day": "2026-01-02", "invoice_payment_term_id": terms.id}
        documents = [
            self.invoice(amount, payment_reference=f"SLIP-470{number}", **offered)
            for number, amount in enumerate((100.12, 200.13, 300.12))
        ]
        paid = sum(document.amount_total - round(document.amount_total * 0.02, 2) for document in documents)
        slip = self.line(f"{paid - 0.02:.2f}", "SLIP-4700 SLIP-4701 SLIP-4702")
        self.match(slip)
        shown = self.desk().read_lines([slip.id])[slip.id]["proposals"][0]
        self.assertEqual([part["name"] for part in shown["parts"]], [document.name for document in documents])
        self.assertEqual([off["label"] for off in shown["write_offs"]], ["Early payment discount"])
        self.assertFalse(shown["rest"])
        self.assertIn("less the early payment discount of 12.02", "".join(shown["reasons"]))
        self.assertIn("could be taken until 01/12/2026", "".join(shown["doubts"]))
        self.desk().accept(slip.id, shown["id"])
        self.assert_matched(slip, *documents)
        self.assertEqual(self.balance(self.discounts), 12.02)
