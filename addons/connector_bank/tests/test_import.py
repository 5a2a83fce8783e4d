"""What a file says is what Odoo holds: lines, balances, statements, each in the journal of its account."""

import io
import zipfile
from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import server_option
from odoo.addons.queue_job.tests.common import trap_jobs

from .camt_maker import iban
from .common import BankCase
from .statement_maker import OTHER_ACCOUNT, Booking, camt052, camt053, statement

PAYER = iban("DE", "00000000", 77)


@tagged("post_install", "-at_install")
class TestImport(BankCase):
    def test_statement(self):
        """Lines, balances and dates are those of the file."""
        made = statement(
            Booking("250.00", "Invoice 7", day="2026-03-02", value="2026-03-04", ref="B1", name="Payer One"),
            Booking("-40.15", "Rent", day="2026-03-03", ref="B2", name="Landlord"),
            first="2026-03-02", last="2026-03-03", number=7, name="2026-7",
        )
        message = self.bring(camt053(made))
        self.assertEqual(message.state, "processed", message.result_text)
        self.assertEqual(self.cases(), [])
        self.assert_booked(["250.00", "-40.15"])
        self.assertRecordValues(
            self.statements(),
            [{
                "name": "2026-7", "balance_start": 100.0, "balance_end": 309.85, "balance_end_real": 309.85,
                "is_complete": True, "is_valid": True, "finance_sequence": 7,
                "finance_from_on": date(2026, 3, 2), "finance_to_on": date(2026, 3, 3), "date": date(2026, 3, 3),
                "finance_message_id": message.id,
            }],
        )
        first, second = self.lines()
        self.assertRecordValues(
            first,
            [{
                "date": date(2026, 3, 2), "finance_booked_on": date(2026, 3, 2), "finance_value_on": date(2026, 3, 4),
                "payment_ref": "Invoice 7", "partner_name": "Payer One", "finance_bank_ref": "B1",
                "is_reconciled": False, "finance_occurrence": 1,
            }],
        )
        self.assertEqual(second.running_balance, 309.85)
        self.assertEqual(first.transaction_details["details"][0]["remittance"], ["Invoice 7"])
        balances = self.env["finance.bank.balance"].search([("journal_id", "=", self.journal.id)])
        self.assertEqual({(b.kind, b.amount) for b in balances}, {("opening", 100.0), ("closing", 309.85)})

    def test_empty_statement(self):
        """A day without movement is a statement all the same: the chain goes on."""
        message = self.bring(camt053(statement()))
        self.assertEqual(message.state, "processed")
        self.assertEqual(self.statements().balance_end_real, 100.0)
        self.assertFalse(self.lines())

    def test_several_accounts(self):
        """Each statement goes to the journal of its account, whatever the order in the file."""
        other = self.bank_journal("BNKB", OTHER_ACCOUNT)
        self.bring(
            camt053(
                statement(Booking("5.00", "b"), account=OTHER_ACCOUNT, name="X"),
                statement(Booking("7.00", "a"), name="X"),
            )
        )
        self.assert_booked(["7.00"])
        self.assert_booked(["5.00"], other)

    def test_zip(self):
        """All files of a zip, in one message."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("1.xml", camt053(statement(Booking("5.00", "one"), name="Z1")))
            archive.writestr(
                "2.xml",
                camt053(statement(Booking("6.00", "two", day="2026-03-03"), name="Z2", opening="105.00",
                                  first="2026-03-03")),
            )
        message = self.bring(packed.getvalue())
        self.assertEqual(message.result["statements"], 2)
        self.assert_booked(["5.00", "6.00"])
        self.assertTrue(all(self.statements().mapped("is_valid")))

    def test_foreign_currency(self):
        """The amount of the order in its own currency is kept, with the sign of the booking."""
        self.env.ref("base.USD").active = True
        self.bring(camt053(statement(Booking("-90.00", "Order", instructed=("100.00", "USD")))))
        self.assertRecordValues(
            self.lines(),
            [{"amount": -90.0, "foreign_currency_id": self.env.ref("base.USD").id, "amount_currency": -100.0}],
        )

    def test_unknown_foreign_currency(self):
        """A currency that is not used here does not stop the line."""
        self.env.ref("base.JPY").active = False
        self.bring(camt053(statement(Booking("-90.00", "Order", instructed=("10000", "JPY")))))
        self.assertRecordValues(self.lines(), [{"amount": -90.0, "foreign_currency_id": False}])

    def test_batch(self):
        """A batch is one line as at the bank, or one for each transaction where the journal says so."""
        parts = tuple(
            Booking(amount, f"Invoice {amount}", name="One of many", end_to_end=f"E2E{amount}")
            for amount in ("10.00", "20.00", "30.00")
        )
        batch = Booking("60.00", ref="BATCH", parts=parts)
        self.bring(camt053(statement(batch)))
        self.assert_booked(["60.00"])
        other = self.bank_journal("BNKB", OTHER_ACCOUNT, finance_split_batches=True)
        self.bring(camt053(statement(batch, account=OTHER_ACCOUNT)))
        self.assert_booked(["10.00", "20.00", "30.00"], other)
        self.assertEqual(self.lines(other).mapped("payment_ref"), ["Invoice 10.00", "Invoice 20.00", "Invoice 30.00"])
        self.assertTrue(self.statements(other).is_complete)

    def test_batch_of_equals(self):
        """Equal transactions of one batch stay as many as they are."""
        self.journal.finance_split_batches = True
        parts = tuple(Booking("10.00", "Membership") for _number in range(3))
        content = camt053(statement(Booking("30.00", ref="BATCH", parts=parts)))
        self.bring(content)
        self.bring(content + b"\n")
        self.assert_booked(["10.00"] * 3)

    def test_partner_by_account(self):
        """The owner of the payer's account, where it is one partner alone."""
        bank = self.env["res.partner.bank"]
        bank.create({"acc_number": PAYER, "partner_id": self.customer.id})
        self.bring(camt053(statement(Booking("5.00", "one", name="A. Lane", account=PAYER))))
        self.assertEqual(self.lines().partner_id, self.customer)
        bank.create({"acc_number": PAYER, "partner_id": self.supplier.id})
        self.bring(camt053(statement(Booking("6.00", "two", account=PAYER), name="2", opening="105.00")))
        self.assertFalse(self.lines()[-1].partner_id)

    def test_partner_of_contact(self):
        """An account of a contact and of its company is the company's."""
        contact = self.env["res.partner"].create({"name": "Clerk", "parent_id": self.customer.id})
        for partner in (contact, self.customer):
            self.env["res.partner.bank"].create({"acc_number": PAYER, "partner_id": partner.id})
        self.bring(camt053(statement(Booking("5.00", "one", account=PAYER))))
        self.assertEqual(self.lines().partner_id, self.customer)

    def test_partner_of_other_company(self):
        """A partner that belongs to another company is not ours."""
        foreign = self.setup_other_company(name="Elsewhere")["company"]
        self.customer.company_id = foreign
        self.env["res.partner.bank"].create({"acc_number": PAYER, "partner_id": self.customer.id})
        self.bring(camt053(statement(Booking("5.00", "one", account=PAYER))))
        self.assertFalse(self.lines().partner_id)

    def test_pending(self):
        """What is pending is counted and not booked, and does not disturb the balance."""
        message = self.bring(camt053(statement(Booking("5.00", "sure"), Booking("9.00", "maybe", status="PDNG"))))
        self.assertEqual(message.result["pending"], 1)
        self.assert_booked(["5.00"])
        self.assertEqual(self.cases(), [])

    def test_balances_without_movement_kinds(self):
        """A statement without balances still gives its lines, and claims nothing about the balance."""
        message = self.bring(camt053(statement(Booking("5.00", "sure"), balances=False)))
        self.assertEqual(message.state, "processed", message.result_text)
        self.assert_booked(["5.00"])
        self.assertFalse(self.env["finance.bank.balance"].search([("journal_id", "=", self.journal.id)]))

    def test_match_after_import(self):
        """The journal is matched afterwards in a job of its own, unless it shall not be."""
        with trap_jobs() as trap:
            self.bring(camt053(statement(Booking("5.00", "one"))))
            trap.assert_jobs_count(1, only=self.journal.finance_match_job)
        self.journal.finance_auto_match = False
        with trap_jobs() as trap:
            self.bring(camt053(statement(Booking("5.00", "one"), name="2", opening="105.00", first="2026-03-03")))
            trap.assert_jobs_count(0)

    def test_match_in_several_jobs(self):
        """What does not fit into one job's time is left to the next, which begins where this one ended."""
        invoices = [self.invoice(10.0 + number) for number in range(5)]
        with trap_jobs() as trap:
            self.bring(camt053(statement(*(Booking(f"{10 + n}.00", one.name) for n, one in enumerate(invoices)))))
            trap.assert_jobs_count(1, only=self.journal.finance_match_job)
        for left in (3, 1, 0):
            with trap_jobs() as trap, server_option(match_chunk="2", match_seconds="0.000001"):
                said = self.journal.finance_match_job()
                trap.assert_jobs_count(int(left > 0), only=self.journal.finance_match_job)
            done = sum(one.payment_state == "paid" for one in invoices)
            self.assertEqual(done, 5 - left)
            self.assertEqual(f"{left} follow" in said, bool(left), said)

    def test_what_is_refused_ends(self):
        """Where Odoo refuses what comes first, the others are booked; where it refuses all, no job follows."""
        invoices = [self.invoice(10.0 + number) for number in range(3)]
        refused = invoices[0].line_ids.filtered(lambda item: item.account_id.account_type == "asset_receivable")
        settle = type(self.env["finance.settle"])
        apply = settle._apply

        def picky(service, proposals):
            if refused.id in [part.item_id for one in proposals for part in one.parts]:
                raise UserError(self.env._("not this one"))
            return apply(service, proposals)

        with trap_jobs():
            self.bring(camt053(statement(*(Booking(f"{10 + n}.00", one.name) for n, one in enumerate(invoices)))))
        with patch.object(settle, "_apply", picky), \
                server_option(match_chunk="1", match_seconds="0.000001"):  # fmt: skip
            said = []
            for _job in range(5):
                with trap_jobs() as trap:
                    said.append(self.journal.finance_match_job())
                    if not trap.enqueued_jobs:
                        break
        self.assertEqual([one.payment_state for one in invoices], ["not_paid", "paid", "paid"], said)
        self.assertFalse(trap.enqueued_jobs, said)

    def test_journal_without_number(self):
        """A chosen journal without an account number takes the number of the file."""
        journal = self.bank_journal("BNKC")
        self.bring(camt053(statement(Booking("5.00", "one"), account=OTHER_ACCOUNT)), journal=journal)
        self.assert_booked(["5.00"], journal)
        self.assertEqual(journal.bank_account_id.sanitized_acc_number, OTHER_ACCOUNT)

    def test_journal_without_number_of_known_account(self):
        """The account has a journal already: its lines never go to another one."""
        journal = self.bank_journal("BNKC")
        self.bring(camt053(statement(Booking("5.00", "one"))), journal=journal)
        self.assert_booked([], journal)
        self.assert_booked(["5.00"])
        self.assertFalse(journal.bank_account_id)


@tagged("post_install", "-at_install")
class TestImportIntraday(BankCase):
    """Reports during the day and the statement that confirms them."""

    def test_confirmed(self):
        """The lines of the day are attached to the statement, not written again."""
        bookings = Booking("5.00", "one", ref="A"), Booking("-3.00", "two", ref="B")
        self.bring(camt052(statement(bookings[0])))
        self.assertTrue(self.lines().finance_intraday)
        self.assertFalse(self.lines().statement_id)
        self.bring(camt052(statement(*bookings, name="later"), message="RPT2"))
        self.assert_booked(["5.00", "-3.00"])
        message = self.bring(camt053(statement(*bookings)))
        self.assert_booked(["5.00", "-3.00"])
        self.assertEqual(self.lines().statement_id, self.statements())
        self.assertFalse(any(self.lines().mapped("finance_intraday")))
        self.assertTrue(self.statements().is_complete)
        self.assertEqual((message.state, self.cases()), ("processed", []))

    def test_without_reference(self):
        """Without a bank reference the statement of the day still confirms, it does not double."""
        self.bring(camt053(statement(name="before", first="2026-03-01")))
        bookings = Booking("5.00", "one"), Booking("-3.00", "two")
        self.bring(camt052(statement(bookings[0])))
        self.bring(camt052(statement(*bookings, name="later"), message="RPT2"))
        self.assert_booked(["5.00", "-3.00"])
        self.bring(camt053(statement(*bookings)))
        self.assert_booked(["5.00", "-3.00"])
        self.assertEqual(self.cases(), [])
        self.assertTrue(self.statements()[-1].is_complete)

    def test_equal_lines_confirmed(self):
        """Two equal lines of the day and two in the statement are two."""
        coffee = Booking("-2.50", "Coffee")
        self.bring(camt052(statement(coffee, coffee)))
        self.bring(camt053(statement(coffee, coffee)))
        self.assert_booked(["-2.50", "-2.50"])
        self.assertEqual(self.cases(), [])
        self.assertTrue(self.statements().is_complete)

    def test_more_in_statement(self):
        """One equal line of the day, two in the statement: the second is new."""
        coffee = Booking("-2.50", "Coffee")
        self.bring(camt052(statement(coffee)))
        self.bring(camt053(statement(coffee, coffee)))
        self.assert_booked(["-2.50", "-2.50"])
        self.assertFalse(any(self.lines().mapped("finance_intraday")))
        self.assertTrue(self.statements().is_complete)

    def test_confirmed_with_other_words(self):
        """The statement says more than the report did: the bank's reference makes it the same booking."""
        self.bring(camt052(statement(Booking("5.00", "Inv", ref="A"))))
        self.bring(camt053(statement(Booking("5.00", "Invoice 17 of May", ref="A", name="Payer"))))
        self.assert_booked(["5.00"])
        self.assertFalse(self.lines().finance_intraday)
        self.assertEqual(self.lines().payment_ref, "Invoice 17 of May")
        self.bring(camt053(statement(Booking("5.00", "Invoice 17 of May", ref="A", name="Payer"), name="again")))
        self.assert_booked(["5.00"])

    def test_reconciled_before_confirmed(self):
        """A line that was matched during the day stays matched."""
        invoice = self.invoice(5.0)
        booking = Booking("5.00", invoice.name)
        self.bring(camt052(statement(booking)))
        self.match()
        self.assertEqual(invoice.payment_state, "paid")
        self.bring(camt053(statement(booking)))
        self.assert_booked(["5.00"])
        self.assertTrue(self.lines().is_reconciled)
        self.assertEqual(self.lines().statement_id, self.statements())
        self.assertEqual(invoice.payment_state, "paid")

    def test_reconciled_and_confirmed_with_other_words(self):
        """Matched during the day, and the statement words it otherwise: a person decides, nothing is doubled."""
        invoice = self.invoice(5.0)
        self.bring(camt053(statement(name="before", first="2026-03-01")))
        self.bring(camt052(statement(Booking("5.00", invoice.name))))
        self.match()
        message = self.bring(camt053(statement(Booking("5.00", f"Our invoice {invoice.name}"))))
        self.assertEqual(self.cases(message), ["statement.doubtful"])
        self.assert_booked(["5.00"])
        self.assertTrue(self.lines().is_reconciled)

    def test_unconfirmed(self):
        """A line of the day that the statement does not hold is a case, and nothing is deleted."""
        self.bring(camt052(statement(Booking("5.00", "one", ref="A"), Booking("8.00", "gone", ref="X"))))
        message = self.bring(camt053(statement(Booking("5.00", "one", ref="A"))))
        self.assertEqual(self.cases(message), ["statement.unconfirmed"])
        self.assert_booked(["5.00", "8.00"])
        self.assertEqual(self.lines().mapped("finance_intraday"), [False, True])
        self.assertEqual(message.state, "processed")

    def test_next_day(self):
        """A line of the next day is no concern of this statement."""
        self.bring(camt052(statement(Booking("8.00", "tomorrow", day="2026-03-03", ref="X"), first="2026-03-03")))
        message = self.bring(camt053(statement(Booking("5.00", "one", ref="A"))))
        self.assertEqual(self.cases(message), [])

    def test_balances_only(self):
        """A journal may take only the balances of reports during the day."""
        self.journal.finance_intraday = "balances"
        self.bring(camt052(statement(Booking("5.00", "one", ref="A"))))
        self.assert_booked([])
        balances = self.env["finance.bank.balance"].search([("journal_id", "=", self.journal.id)])
        self.assertIn(("interim", 105.0), {(b.kind, b.amount) for b in balances})
        self.bring(camt053(statement(Booking("5.00", "one", ref="A"))))
        self.assert_booked(["5.00"])

    def test_late_report(self):
        """A report that arrives after the statement of its day books nothing again."""
        booking = Booking("5.00", "one")
        self.bring(camt053(statement(booking)))
        self.bring(camt052(statement(booking)))
        self.assert_booked(["5.00"])
        self.assertFalse(self.lines().finance_intraday)
        self.assertEqual(self.cases(), [])
