"""Collective bookings: what a camt.054 tells of them ends up with their line, whichever came first, and never twice."""

from odoo.tests import tagged

from .common import BankCase
from .statement_maker import Booking, camt053, camt054, statement


@tagged("post_install", "-at_install")
class TestBatchDetails(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal.finance_auto_match = False
        cls.parts = tuple(
            Booking(amount, text, end_to_end=f"E{number}", batch="PI-1")
            for number, (amount, text) in enumerate((("10.00", "one"), ("20.00", "two"), ("30.00", "three")))
        )

    def book(self, *bookings, name="S1", **values):
        return self.bring(camt053(statement(*bookings, name=name, **values), message=name))

    def notify(self, *bookings, name="N1"):
        made = statement(*bookings, name=name, balances=False)
        (message,) = self.bring(camt054(made, message=name))
        self.assertEqual(message.state, "processed", message.result_text)
        return message

    def told(self, line):
        return [detail["amount"] for detail in line.transaction_details.get("details", ())]

    def assert_told_apart(self):
        """One line, all three transactions, nothing open."""
        self.assert_booked(["60.00"])
        self.assertEqual(self.told(self.lines()), ["10.00", "20.00", "30.00"])
        self.assertFalse(self.lines().finance_intraday)
        self.assertEqual(self.lines().statement_id, self.statements())
        self.assertEqual(self.cases(), [])

    def whole(self, status="INFO", amount="60.00", **values):
        return Booking(amount, ref="B1", parts=self.parts, status=status, **values)

    def test_booking_first(self):
        self.book(Booking("60.00", ref="B1", bare=True))
        self.assertEqual(self.told(self.lines()), [])
        for status, name in (("INFO", "N1"), ("BOOK", "N2")):
            self.notify(self.whole(status), name=name)
            self.assert_told_apart()
        self.assertEqual(set(self.env["finance.batch.notice"].search([]).mapped("state")), {"attached"})

    def test_notice_first(self):
        self.notify(self.whole())
        self.assert_booked([])
        notice = self.env["finance.batch.notice"].search([])
        self.assertEqual((notice.state, notice.transactions, notice.amount), ("waiting", 3, 60.0))
        self.book(Booking("60.00", ref="B1", bare=True))
        self.assert_told_apart()
        self.assertEqual((notice.state, notice.line_id), ("attached", self.lines()))

    def test_booked_notice_first(self):
        self.notify(self.whole("BOOK"))
        self.assertTrue(self.lines().finance_intraday)
        self.book(Booking("60.00", ref="B1", bare=True))
        self.assert_told_apart()

    def test_booked_notice_first_without_reference(self):
        self.notify(self.whole("BOOK"))
        self.book(Booking("60.00", bare=True))
        self.assert_told_apart()

    def test_by_batch(self):
        self.book(Booking("60.00", bare=True, batch="PI-1"))
        self.notify(self.whole())
        self.assert_told_apart()

    def test_single_notices_first(self):
        """They became lines; the booking of their sum is these lines."""
        self.notify(*self.parts)
        self.assert_booked(["10.00", "20.00", "30.00"])
        self.book(Booking("60.00", ref="B1", bare=True, batch="PI-1"))
        self.assert_booked(["10.00", "20.00", "30.00"])
        self.assertFalse(any(self.lines().mapped("finance_intraday")))
        self.assertEqual(self.lines().statement_id, self.statements())
        self.assertEqual(self.statements().balance_end, 160.0)
        self.assertEqual(self.cases(), [])

    def test_single_notices_after(self):
        """The case about the sum closes by itself once the last one came."""
        self.book(Booking("60.00", ref="B1", bare=True, batch="PI-1"))
        for number, part in enumerate(self.parts):
            self.notify(part, name=f"N{number}")
            self.assert_booked(["60.00"])
            self.assertEqual(self.cases(), ["statement.details_differ"] if number < 2 else [])
        self.assert_told_apart()

    def test_sum_differs(self):
        self.book(Booking("70.00", ref="B1", bare=True))
        self.notify(self.whole())
        self.assert_booked(["70.00"])
        self.assertEqual(self.told(self.lines()), [])
        case = self.case("statement.details_differ")
        self.assertEqual((case.state, case.res_id, case.blocking), ("open", self.lines().id, False))
        self.assertIn("60.00", case.text)

    def test_details_that_do_not_add_up(self):
        self.book(Booking("60.00", ref="B1", bare=True))
        self.notify(Booking("60.00", ref="B1", parts=self.parts[:2], status="INFO"))
        self.assertEqual(self.told(self.lines()), [])
        self.assertEqual(self.cases(), ["statement.details_differ"])

    def test_sent_again(self):
        for name in ("N1", "N2"):
            self.notify(self.whole(), name=name)
        self.assertEqual(len(self.env["finance.batch.notice"].search([])), 1)
        self.book(Booking("60.00", ref="B1", bare=True))
        self.assert_told_apart()

    def test_two_bookings_of_a_batch(self):
        """Each takes the notice of its amount."""
        first, *others = self.parts
        self.notify(first, Booking("50.00", parts=tuple(others), status="INFO"))
        self.book(*(Booking(amount, bare=True, batch="PI-1") for amount in ("10.00", "50.00")))
        self.assertEqual([self.told(line) for line in self.lines()], [["10.00"], ["20.00", "30.00"]])
        self.assertEqual(self.cases(), [])

    def test_booked_one_by_one(self):
        """Bookings of their own that name a common batch are no collective booking."""
        self.book(*self.parts)
        self.notify(self.whole())
        self.assert_booked(["10.00", "20.00", "30.00"])
        self.assertEqual(self.cases(), [])

    def test_another_batch(self):
        self.notify(*self.parts)
        self.book(Booking("60.00", ref="B1", bare=True, batch="PI-2"))
        self.assert_booked(["10.00", "20.00", "30.00", "60.00"])
        self.assertEqual(self.cases(), ["statement.unconfirmed"])

    def test_matched_one_by_one(self):
        invoices = [self.invoice(float(part.amount)) for part in self.parts]
        named = tuple(
            Booking(part.amount, invoice.name, end_to_end=part.end_to_end, batch="PI-1")
            for part, invoice in zip(self.parts, invoices, strict=True)
        )
        self.book(Booking("60.00", ref="B1", bare=True))
        self.match()
        self.assertFalse(self.lines().is_reconciled)
        self.notify(Booking("60.00", ref="B1", parts=named, status="INFO"))
        self.match()
        self.assertTrue(self.lines().is_reconciled)
        self.assertEqual({invoice.payment_state for invoice in invoices}, {"paid"})
