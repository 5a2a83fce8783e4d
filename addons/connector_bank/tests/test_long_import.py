"""A long file comes in by pieces: the same as in one go, stopped and resumed, and clear when a piece is refused."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BankCase
from .statement_maker import OTHER_ACCOUNT, Booking, camt053, statement

COLUMNS = (
    "date", "amount", "payment_ref", "partner_name", "account_number", "transaction_details", "finance_fingerprint",
    "finance_occurrence", "finance_place", "finance_bank_ref", "finance_booked_on", "finance_value_on",
)  # fmt: skip
OF_STATEMENT = (
    "name", "balance_start", "balance_end", "balance_end_real", "is_complete", "date", "finance_identity",
    "finance_content_hash", "finance_from_on", "finance_to_on", "finance_line_count", "finance_coming",
)  # fmt: skip
LINES = 25


@tagged("post_install", "-at_install")
class TestLongImport(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"finance_whole_lines": 20, "finance_piece_lines": 10})
        cls.other = cls.bank_journal("BNKB", OTHER_ACCOUNT)

    def bookings(self, count=LINES, ref="B"):
        """Some of them equal, in different pieces."""
        return [
            Booking("10.00", "Coffee", day="2026-03-02") if number % 4 == 0
            else Booking(f"{number}.25", f"Invoice {number}", day="2026-03-02", ref=f"{ref}{number}")
            for number in range(1, count + 1)
        ]  # fmt: skip

    def made(self, account=None, *, name="2026-1", ref="B", count=LINES, **values):
        more = {"account": account} if account else {}
        return statement(*self.bookings(count, ref), first="2026-03-02", last="2026-03-02", name=name, **more, **values)

    def store(self, *statements, name="long.xml"):
        """The file as a connector brings it: for a worker."""
        connector = self.env["finance.connector"]._upload_connector(self.company)
        message, _new = self.env["finance.intake"]._store(connector, "statement", camt053(*statements), name=name)
        return message.with_user(self.operator)

    def step(self, message):
        """One job, as a worker runs it."""
        message.process_job()
        self.env.invalidate_all()
        return message.sudo().long_import_ids

    def work(self, message):
        for _step in range(20):
            if message.state != "received" or message.hold:
                return
            self.step(message)
        self.fail("it never ends")

    def lock(self, day):
        """Odoo refuses to lock open lines, but not who locks in the moment in which they come."""
        self.env.cr.execute("UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s", [day, self.company.id])
        self.env.invalidate_all()

    def facts(self, journal):
        lines = self.lines(journal).sorted("id")
        return [{name: line[name] for name in COLUMNS} for line in lines]

    def test_same_as_in_one_go(self):
        """Whatever the pieces, lines, statement, result and cases are those of the whole file."""
        whole = self.bring(camt053(self.made(OTHER_ACCOUNT)))
        message = self.store(self.made())
        self.work(message)
        self.assertEqual(message.state, "processed", message.result_text)
        self.assertEqual(self.facts(self.journal), self.facts(self.other))
        mine, theirs = self.statements(), self.statements(self.other)
        self.assertEqual([mine[name] for name in OF_STATEMENT], [theirs[name] for name in OF_STATEMENT])
        self.assertEqual(message.result_text, whole.result_text)
        self.assertEqual(
            {**message.result["control"][0], "journal": 0, "place": ""},
            {**whole.result["control"][0], "journal": 0, "place": ""},
        )
        self.assertFalse(message.sudo().long_import_ids)
        self.assertIs(message.coming_words, False)
        self.assertEqual(self.cases(message), self.cases(whole))

    def test_between_the_pieces(self):
        """Half in it is visible, counts for nothing yet, and is told of only when it is whole."""
        message = self.store(self.made())
        self.assertEqual(self.step(message).piece_ids.mapped("booked"), [10, 10, 5])
        self.assertFalse(self.lines())
        self.step(message)
        half = self.statements()
        self.assertEqual((len(self.lines()), half.finance_coming, half.finance_identity), (10, True, False))
        self.assertIn("10 of 25 lines are in", message.coming_words)
        self.assertEqual(message.coming_percent, 40)
        self.assertFalse(self.env["account.bank.statement"]._finance_chain(self.journal))
        self.assertEqual(self.env["finance.matching"]._match_journals(self.journal)["lines"], 0)
        told = [("type", "=", "statement.imported"), ("res_model", "=", half._name), ("res_id", "=", half.id)]
        self.env.cr.precommit.run()
        self.assertFalse(self.env["finance.event"].sudo().search(told))
        with self.assertRaisesRegex(UserError, "are in already"):
            message.action_cancel()
        self.work(message)
        self.env.cr.precommit.run()
        self.assertEqual(len(self.env["finance.event"].sudo().search(told)), 1)
        self.assertTrue(half.is_complete)
        self.assertFalse(half.finance_coming)

    def test_stop_and_resume(self):
        message = self.store(self.made())
        self.step(message)
        self.step(message)
        message.action_stop_import()
        self.step(message)
        self.assertTrue(message.hold)
        self.assertIn("10 of 25 lines are in; stopped by operator", message.hold_reason)
        self.step(message)
        self.assertEqual(len(self.lines()), 10)
        message.action_release()
        self.assertFalse(message.coming_stopped)
        message.action_stop_import()
        self.step(message)
        self.assertTrue(message.hold)
        message.action_resume_import()
        self.assertFalse(message.hold)
        self.work(message)
        self.assertEqual((message.state, len(self.lines())), ("processed", LINES))

    def test_refused_in_the_middle(self):
        """What is in stays, what is not is said, and Retry goes on there."""
        message = self.store(self.made())
        self.step(message)
        self.step(message)
        self.lock("2026-03-31")
        self.step(message)
        self.assertEqual((message.state, self.cases(message)), ("refused", ["statement.locked"]))
        self.assertRegex(message.result_text, "(?s)locked.*10 of 25 lines are in and stay")
        self.assertEqual(len(self.lines()), 10)
        self.lock(None)
        self.retry(message)
        self.work(message)
        self.assertEqual((message.state, len(self.lines()), self.cases(message)), ("processed", LINES, []))

    def test_refused_at_once(self):
        """Of a statement that cannot be imported nothing is written; the others of the file come in."""
        self.company.fiscalyear_lock_date = fields.Date.to_date("2026-03-31")
        rent = Booking("7.00", "Rent", day="2026-04-02")
        later = statement(rent, first="2026-04-02", last="2026-04-02", name="2026-4", account=OTHER_ACCOUNT)
        message = self.store(self.made(), later)
        self.work(message)
        self.assertEqual((message.state, self.cases(message)), ("refused", ["statement.locked"]))
        self.assertFalse(self.lines())
        self.assertEqual(len(self.lines(self.other)), 1)
        self.company.fiscalyear_lock_date = False
        self.retry(message)
        self.work(message)
        self.assertEqual((message.state, len(self.lines()), len(self.lines(self.other))), ("processed", LINES, 1))

    def test_lines_that_are_there(self):
        """A statement that overlaps is decided as a whole: nothing comes twice."""
        self.bring(camt053(self.made(name="2026-0", count=12)))
        self.assertEqual(len(self.lines()), 12)
        whole = self.store(self.made())
        self.step(whole)
        self.step(whole)
        self.assertEqual(whole.result["duplicates"], 12)
        self.assertEqual(len(self.lines().filtered("finance_bank_ref").mapped("finance_bank_ref")), 19)

    def half_in_and_late(self):
        """A long file that is half in, and the next one of its account, which waits for it."""
        message = self.store(self.made())
        self.step(message)
        self.step(message)
        late = self.bring(camt053(statement(Booking("5.00", "Fee", day="2026-03-03", ref="X"), first="2026-03-03",
                                            last="2026-03-03", name="2026-2")))
        self.assertEqual((late.state, self.cases(late)), ("refused", ["statement.coming"]))
        return message, late

    def test_another_file_waits(self):
        """Meanwhile another statement of the account waits, and comes in by itself."""
        message, late = self.half_in_and_late()
        self.work(message)
        self.assertEqual(late.state, "received")
        self.work(late)
        self.assertEqual((late.state, self.cases(late)), ("processed", []))
        self.assertEqual(len(self.lines()), LINES + 1)

    def test_another_file_comes_in_after_a_cancel(self):
        """Who gives the long file up frees what waited for it."""
        message, late = self.half_in_and_late()
        self.lines().unlink()
        self.statements().unlink()
        message.action_cancel()
        self.assertEqual((message.state, late.state), ("cancelled", "received"))
        self.work(late)
        self.assertEqual((late.state, self.cases(late), len(self.lines())), ("processed", [], 1))

    def test_waits_for_nothing(self):
        """A case that is there only after the long file ended is found by the hourly look."""
        message, late = self.half_in_and_late()
        with patch.object(self.registry["finance.long.statement"], "_let_in"):
            self.work(message)
        self.assertEqual((message.state, late.state), ("processed", "refused"))
        self.env["finance.continuity"]._cron_watch()
        self.assertEqual(late.state, "received")
        self.work(late)
        self.assertEqual((late.state, self.cases(late)), ("processed", []))

    def test_looked_at_too_early(self):
        """While the long file comes in, the hourly look changes nothing."""
        _message, late = self.half_in_and_late()
        self.env["finance.continuity"]._cron_watch()
        self.assertEqual(late.state, "refused")

    def test_settings_of_lines_stay(self):
        """What a line is made of cannot be changed between two pieces; other settings can."""
        message = self.store(self.made())
        self.step(message)
        self.step(message)
        with self.assertRaisesRegex(UserError, "One line for each transaction"):
            self.journal.finance_split_batches = True
        self.journal.write({"finance_split_batches": False, "finance_rhythm": "weekly"})
        self.work(message)
        self.assertEqual(message.state, "processed")
        self.journal.finance_split_batches = True

    def test_not_matched_by_hand(self):
        """Neither the button on lines nor the desk decides on a line of a statement that may still be given up."""
        message = self.store(self.made())
        self.step(message)
        self.step(message)
        told = self.lines().action_finance_match()["params"]["message"]
        self.assertIn("0 reconciled, 0 proposed, 0 left open", told)
        with self.assertRaisesRegex(UserError, "still being imported"):
            self.env["finance.desk"]._open_line(self.lines()[0].id)

    def test_changed_by_hand(self):
        """A line that somebody deletes meanwhile is noticed at the end."""
        message = self.store(self.made())
        self.step(message)
        self.step(message)
        self.lines()[:1].unlink()
        self.work(message)
        self.assertEqual((message.state, self.cases(message)), ("refused", ["statement.totals"]))
        self.assertTrue(self.statements().finance_coming)

    def test_brought_again_after_a_cancel(self):
        """Who gave a half file up can bring the same bytes again, once; equal lines that were left are asked about."""
        for lines_too in (True, False):
            with self.subTest(lines_too=lines_too):
                made = self.made(OTHER_ACCOUNT if lines_too else None)
                journal = self.other if lines_too else self.journal
                message = self.store(made, name=f"{lines_too}.xml")
                self.step(message)
                self.step(message)
                if lines_too:
                    self.lines(journal).unlink()
                self.statements(journal).unlink()
                message.action_cancel()
                again = self.bring(camt053(made))
                self.assertNotEqual(again, message)
                self.assertEqual(again.sudo().parent_id, message)
                found = (again.state, self.cases(again), len(self.lines(journal)))
                asked = ("refused", ["statement.doubtful"], LINES - 2)
                self.assertEqual(found, ("processed", [], LINES) if lines_too else asked)
                self.assertEqual(self.bring(camt053(made)), again)
                self.assertEqual(message.state, "cancelled")

    def test_statement_deleted(self):
        """Retry begins anew once the half statement is gone: the file comes in whole, and no line twice."""
        for lines_too in (True, False):
            with self.subTest(lines_too=lines_too):
                message = self.store(self.made(OTHER_ACCOUNT if lines_too else None), name=f"{lines_too}.xml")
                journal = self.other if lines_too else self.journal
                self.step(message)
                self.step(message)
                if lines_too:
                    self.lines(journal).unlink()
                self.statements(journal).unlink()
                self.work(message)
                self.assertEqual((message.state, len(self.lines(journal))), ("processed", LINES), message.result_text)
                self.assertFalse(self.statements(journal).filtered("finance_coming"))

    def test_many_short_statements(self):
        """Short statements come in by pieces, too, each whole."""
        made = [
            statement(*[Booking("1.00", f"{day} {number}", day=f"2026-03-{day:02}", ref=f"{day}-{number}")
                        for number in range(6)],
                      first=f"2026-03-{day:02}", last=f"2026-03-{day:02}", name=f"2026-{day}",
                      opening=f"{100 + 6 * day}.00")
            for day in range(1, 6)
        ]  # fmt: skip
        message = self.store(*made)
        self.work(message)
        self.assertEqual((message.state, message.result["statements"], len(self.lines())), ("processed", 5, 30))
        self.assertEqual(len(message.attempt_ids), 4)
