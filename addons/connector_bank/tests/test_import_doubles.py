"""Nothing is imported twice and nothing is lost: files, statements and lines that come again."""

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BankCase
from .statement_maker import OTHER_ACCOUNT, Booking, camt053, statement

COFFEE = Booking("-2.50", "Coffee")


@tagged("post_install", "-at_install")
class TestImportDoubles(BankCase):
    def test_same_bytes(self):
        """A copy of a file is known by its bytes; it makes no second message."""
        content = camt053(statement(Booking("5.00", "one")))
        first = self.bring(content)
        again = self.bring(content)
        self.assertEqual(first, again)
        self.assertEqual(first.duplicates, 1)
        self.assert_booked(["5.00"])

    def test_same_statement_in_other_file(self):
        made = statement(Booking("5.00", "one"), COFFEE, COFFEE)
        self.bring(camt053(made))
        message = self.bring(camt053(made, message="OTHER"))
        self.assertEqual((message.state, message.result["lines"], message.result["duplicates"]), ("processed", 0, 3))
        self.assert_booked(["5.00", "-2.50", "-2.50"])
        self.assertEqual(len(self.statements()), 1)
        self.assertEqual(self.cases(), [])

    def test_same_statement_under_other_name(self):
        """Each download gets a name of its own at some banks."""
        bookings = Booking("5.00", "one"), COFFEE
        self.bring(camt053(statement(*bookings)))
        self.bring(camt053(statement(*bookings, name="second download"), message="2"))
        self.assert_booked(["5.00", "-2.50"])
        self.assertEqual(len(self.statements()), 1)
        self.assertEqual(self.cases(), [])

    def test_without_movement_under_other_name(self):
        """What comes in goes out the same day: the balances alone cannot tell a copy from the next."""
        bookings = Booking("5.00", "in"), Booking("-5.00", "out")
        self.bring(camt053(statement(*bookings)))
        self.bring(camt053(statement(*bookings, name="second download"), message="2"))
        self.assert_booked(["5.00", "-5.00"])

    def test_twice_in_one_file(self):
        """The same statement twice in one file, also under another name."""
        made = statement(Booking("5.00", "one"), COFFEE)
        self.bring(camt053(made, made, statement(Booking("5.00", "one"), COFFEE, name="again")))
        self.assert_booked(["5.00", "-2.50"])
        self.assertEqual(self.cases(), [])

    def test_overlapping(self):
        """A week after its first days: only the other days are new, and the balances lead on."""
        days = [Booking(f"{number}.00", f"day {number}", day=f"2026-03-0{number}") for number in range(2, 7)]
        self.bring(camt053(statement(*days[:3], first="2026-03-02", last="2026-03-04")))
        self.bring(camt053(statement(*days, name="week", first="2026-03-02", last="2026-03-06"), message="2"))
        self.assert_booked(["2.00", "3.00", "4.00", "5.00", "6.00"])
        self.assertEqual(self.cases(), [])
        self.assertRecordValues(
            self.statements(),
            [
                {"balance_start": 100.0, "balance_end_real": 109.0, "is_complete": True},
                {"balance_start": 109.0, "balance_end_real": 120.0, "is_complete": True},
            ],
        )

    def test_overlapping_backwards(self):
        """The later days first, then all of the week."""
        days = [Booking(f"{number}.00", f"day {number}", day=f"2026-03-0{number}") for number in range(2, 7)]
        self.bring(camt053(statement(*days[3:], opening="109.00", first="2026-03-05", last="2026-03-06")))
        self.bring(camt053(statement(*days, name="week", first="2026-03-02", last="2026-03-06"), message="2"))
        self.assertEqual(sorted(self.lines().mapped("amount")), [2.0, 3.0, 4.0, 5.0, 6.0])

    def test_two_coffees(self):
        """Twice in one statement is twice, and stays so when it comes again."""
        self.bring(camt053(statement(COFFEE, COFFEE)))
        self.assert_booked(["-2.50", "-2.50"])
        self.assertEqual(self.lines().mapped("finance_occurrence"), [1, 2])
        self.bring(camt053(statement(COFFEE, COFFEE, name="again"), message="2"))
        self.assert_booked(["-2.50", "-2.50"])

    def test_third_coffee(self):
        """A longer statement of the same day holds one more: that one is new."""
        self.bring(camt053(statement(COFFEE, COFFEE)))
        self.bring(camt053(statement(COFFEE, COFFEE, COFFEE, name="evening"), message="2"))
        self.assert_booked(["-2.50"] * 3)
        self.assertEqual(self.cases(), [])

    def test_next_statement(self):
        """The next statement starts where the last one ended: an equal line is another coffee."""
        self.bring(camt053(statement(COFFEE)))
        self.bring(camt053(statement(COFFEE, name="evening", opening="97.50"), message="2"))
        self.assert_booked(["-2.50", "-2.50"])
        self.assertEqual(self.cases(), [])

    def test_two_statements_of_one_day_in_one_file(self):
        self.bring(camt053(statement(COFFEE, name="noon"), statement(COFFEE, name="evening", opening="97.50")))
        self.assert_booked(["-2.50", "-2.50"])
        self.assertEqual(self.cases(), [])

    def test_earlier_statement_comes_later(self):
        """The evening arrives first, then the morning: its coffee is not the evening's."""
        self.bring(camt053(statement(COFFEE, name="evening", opening="90.00")))
        message = self.bring(camt053(statement(COFFEE, Booking("-7.50", "Lunch"), name="morning"), message="2"))
        self.assertEqual(sorted(self.lines().mapped("amount")), [-7.5, -2.5, -2.5])
        self.assertEqual(self.cases(message), [])

    def test_same_line_with_bank_reference(self):
        """The bank's own reference says that it is the same booking, though the statement is another."""
        booking = Booking("5.00", "one", ref="UNIQUE")
        self.bring(camt053(statement(booking)))
        self.bring(camt053(statement(booking, Booking("1.00", "two", ref="NEXT"), name="2"), message="2"))
        self.assert_booked(["5.00", "1.00"])
        self.assertEqual(self.cases(), [])

    def test_reference_used_again(self):
        """The balances say new, the bank's reference says known: a person decides, nothing is lost."""
        booking = Booking("5.00", "one", ref="1")
        self.bring(camt053(statement(booking)))
        message = self.bring(camt053(statement(booking, name="2", opening="105.00"), message="2"))
        self.assertEqual(self.cases(message), ["statement.doubtful"])
        self.force("statement.doubtful")
        self.assert_booked(["5.00", "5.00"])

    def test_other_words(self):
        """The same statement from another channel of the bank, in other words, is not booked again."""
        self.bring(camt053(statement(Booking("5.00", "Invoice 17"), Booking("-3.00", "Fee"))))
        message = self.bring(
            camt053(statement(Booking("5.00", "INV17 REF"), Booking("-3.00", "Charges"), name="X"), message="2")
        )
        self.assertEqual(self.cases(message), ["statement.doubtful"])
        self.assert_booked(["5.00", "-3.00"])

    def test_written_by_hand(self):
        """A line a person wrote before the first file came is not doubled in silence."""
        self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "date": "2026-03-02", "payment_ref": "by hand", "amount": 5.0}
        )
        message = self.bring(camt053(statement(Booking("5.00", "Invoice 17"), Booking("-3.00", "Fee"))))
        self.assertEqual(self.cases(message), ["statement.doubtful"])
        self.assertEqual(sorted(self.lines().mapped("amount")), [-3.0, 5.0])

    # doubtful

    def force(self, code):
        self.case(code).with_user(self.operator).action_force_import()

    def doubtful(self):
        """Two statements of one day that do not join: nothing tells whether the coffee is the same."""
        self.bring(camt053(statement(COFFEE, name="one")))
        other = statement(COFFEE, Booking("-1.00", "Tea"), name="two", opening="80.00")
        return self.bring(camt053(other, message="2"))

    def test_doubtful(self):
        message = self.doubtful()
        self.assertEqual((message.state, self.cases(message)), ("refused", ["statement.doubtful"]))
        self.assertIn("-2.50", self.case("statement.doubtful").text)
        self.assert_booked(["-2.50", "-1.00"])

    def test_doubtful_retry(self):
        """Pressing Retry decides nothing: the case stays."""
        message = self.doubtful()
        self.retry(message)
        self.assertEqual(self.cases(message), ["statement.doubtful"])
        self.assert_booked(["-2.50", "-1.00"])

    def test_doubtful_forced(self):
        """A person says they are new: exactly these lines are added, once."""
        message = self.doubtful()
        self.assertTrue(self.case("statement.doubtful").can_force_import)
        self.force("statement.doubtful")
        self.assertEqual((message.state, self.cases(message)), ("processed", []))
        self.assertEqual(sorted(self.lines().mapped("amount")), [-2.5, -2.5, -1.0])
        last = self.statements().filtered(lambda s: s.name == "two")
        self.assertRecordValues(last, [{"is_complete": True, "balance_start": 80.0, "balance_end_real": 76.5}])
        self.force("statement.doubtful")
        self.bring(camt053(statement(COFFEE, Booking("-1.00", "Tea"), name="two", opening="80.00"), message="3"))
        self.assertEqual(len(self.lines()), 3)

    def test_force_is_for_one_statement(self):
        """What a person said of one statement of a file is not said of the others."""
        other = self.bank_journal("BNKB", OTHER_ACCOUNT)
        first = [statement(COFFEE, name="one", account=journal.bank_account_id.sanitized_acc_number)
                 for journal in (self.journal, other)]
        self.bring(camt053(*first))
        second = [statement(COFFEE, name="two", opening="80.00", account=journal.bank_account_id.sanitized_acc_number)
                  for journal in (self.journal, other)]
        message = self.bring(camt053(*second, message="2"))
        self.assertEqual(self.cases(message), ["statement.doubtful"] * 2)
        cases = message.exception_ids.filtered(lambda case: OTHER_ACCOUNT in case.place)
        cases.with_user(self.operator).action_force_import()
        self.assert_booked(["-2.50"])
        self.assert_booked(["-2.50", "-2.50"], other)
        self.assertEqual(self.cases(message), ["statement.doubtful"])

    def test_doubtful_dropped(self):
        """A person says they are the same: the case is closed and nothing is added."""
        message = self.doubtful()
        self.case("statement.doubtful").with_user(self.operator).action_drop()
        self.assertEqual(self.cases(message), [])
        self.assert_booked(["-2.50", "-1.00"])

    # conflicts

    def test_conflict(self):
        """The same name with other content waits for a person; forced, only what differs is added."""
        self.bring(camt053(statement(COFFEE, Booking("9.00", "Wrong"))))
        corrected = statement(COFFEE, Booking("9.90", "Right"))
        message = self.bring(camt053(corrected, message="2"))
        self.assertEqual((message.state, self.cases(message)), ("refused", ["statement.conflict"]))
        self.assert_booked(["-2.50", "9.00"])
        self.retry(message)
        self.assertEqual(self.cases(message), ["statement.conflict"])
        self.force("statement.conflict")
        self.assert_booked(["-2.50", "9.00", "9.90"])
        self.assertEqual(message.state, "processed")
        self.bring(camt053(corrected, message="3"))
        self.assert_booked(["-2.50", "9.00", "9.90"])

    def test_name_used_again(self):
        """Banks start their numbers anew each year."""
        self.bring(camt053(statement(COFFEE, name="1", number=1, first="2025-03-02")))
        later = Booking("-2.50", "Coffee", day="2026-03-02")
        message = self.bring(camt053(statement(later, name="1", number=1, opening="97.50"), message="2"))
        self.assertEqual((message.state, self.cases()), ("processed", []))
        self.assertEqual(len(self.lines()), 2)

    def test_same_name_on_other_account(self):
        other = self.bank_journal("BNKB", OTHER_ACCOUNT)
        self.bring(camt053(statement(COFFEE), statement(COFFEE, account=OTHER_ACCOUNT)))
        self.assert_booked(["-2.50"])
        self.assert_booked(["-2.50"], other)

    # the last defence

    def test_unique_line(self):
        """The database itself refuses a second line with the same identity."""
        self.bring(camt053(statement(COFFEE)))
        line = self.lines()
        copy = line.copy()
        self.env.flush_all()
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self.env.cr.execute(
                    "UPDATE account_bank_statement_line SET finance_fingerprint = %s, finance_occurrence = 1 "
                    "WHERE id = %s",
                    [line.finance_fingerprint, copy.id],
                )

    def test_unique_statement(self):
        self.bring(camt053(statement(COFFEE)))
        one = self.statements()
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self.env["account.bank.statement"].create(
                    {
                        "journal_id": self.journal.id,
                        "finance_journal_id": self.journal.id,
                        "finance_identity": one.finance_identity,
                    }
                )
                self.env.flush_all()
