"""What is refused becomes a case; when its cause is mended, Retry does the rest and the case closes by itself."""

from datetime import date

from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import at_the_screen

from .common import BankCase
from .statement_maker import OTHER_ACCOUNT, UNKNOWN_ACCOUNT, Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestImportCases(BankCase):
    def assert_refused(self, message, code):
        self.assertEqual((message.state, self.cases(message)), ("refused", [code]))
        case = self.case(code)
        self.assertTrue(case.advice)
        return case

    def assert_settled(self, message):
        self.assertEqual((message.state, self.cases(message)), ("processed", []))
        self.assertIn("by itself", message.exception_ids[-1:].solution)

    def test_unknown_account(self):
        message = self.bring(camt053(statement(Booking("5.00", "one"), account=UNKNOWN_ACCOUNT)))
        case = self.assert_refused(message, "statement.account_unknown")
        self.assertIn(UNKNOWN_ACCOUNT, case.text)
        journal = self.bank_journal("BNKX", UNKNOWN_ACCOUNT)
        self.retry(message)
        self.assert_settled(message)
        self.assert_booked(["5.00"], journal)

    def test_one_bad_statement_and_the_rest_of_its_file(self):
        """The good statement goes in, unless the policy keeps the whole file out."""
        good, bad = Booking("5.00", "good"), Booking("7.00", "bad")
        policy = self.env["finance.case.policy"].sudo().create(
            {"name": "All or nothing", "effect": "whole", "code": "statement.*", "active": False}
        )
        for number, (whole, booked) in enumerate(((True, []), (False, ["5.00"]))):
            policy.active = whole
            content = camt053(statement(good), statement(bad, account=UNKNOWN_ACCOUNT), message=f"M{number}")
            self.assert_refused(self.bring(content), "statement.account_unknown")
            self.assert_booked(booked)

    def test_same_file_after_mending(self):
        """Instead of Retry, people bring the file again."""
        content = camt053(statement(Booking("5.00", "one"), account=UNKNOWN_ACCOUNT))
        message = self.bring(content)
        journal = self.bank_journal("BNKX", UNKNOWN_ACCOUNT)
        self.assertEqual(self.bring(content), message)
        self.assert_settled(message)
        self.assert_booked(["5.00"], journal)

    def test_account_mismatch(self):
        """The chosen journal is of another account: refused; without the choice it waits for its journal."""
        message = self.bring(camt053(statement(Booking("5.00", "one"), account=UNKNOWN_ACCOUNT)), journal=self.journal)
        self.assert_refused(message, "statement.account_mismatch")
        self.assert_booked([])
        journal = self.bank_journal("BNKX", UNKNOWN_ACCOUNT)
        self.retry(message)
        self.assert_settled(message)
        self.assert_booked(["5.00"], journal)
        self.assert_booked([])

    def test_wrong_currency(self):
        message = self.bring(camt053(statement(Booking("5.00", "one"), currency="USD")))
        self.assert_refused(message, "statement.currency_mismatch")
        self.env.ref("base.USD").active = True
        self.journal.currency_id = self.env.ref("base.USD")
        self.retry(message)
        self.assert_settled(message)
        self.assert_booked(["5.00"])

    def test_entry_in_other_currency(self):
        message = self.bring(camt053(statement(Booking("5.00", "one", currency="USD"))))
        self.assertIn("statement.currency_mismatch", self.cases(message))
        self.assert_booked([])

    def test_ambiguous(self):
        """Two journals with one account and one currency: no guess."""
        second = self.bank_journal("BNKB", OTHER_ACCOUNT)
        second.bank_account_id.unlink()
        second.bank_account_id = self.journal.bank_account_id
        message = self.bring(camt053(statement(Booking("5.00", "one"))))
        self.assert_refused(message, "statement.account_ambiguous")
        second.active = False
        self.retry(message)
        self.assert_settled(message)
        self.assert_booked(["5.00"])

    def test_one_account_in_two_currencies(self):
        """One number for several currencies: each statement finds the journal of its currency."""
        self.env.ref("base.USD").active = True
        dollars = self.bank_journal("BNKD", currency_id=self.env.ref("base.USD").id)
        dollars.bank_account_id = self.journal.bank_account_id
        self.bring(
            camt053(
                statement(Booking("5.00", "euro")),
                statement(Booking("7.00", "dollar"), currency="USD", name="usd"),
            )
        )
        self.assertEqual(self.lines().mapped("amount"), [5.0])
        self.assertEqual(self.lines(dollars).mapped("amount"), [7.0])

    def test_precision(self):
        message = self.bring(camt053(statement(Booking("5.001", "one"), closing="105.00")))
        self.assertIn("statement.precision", self.cases(message))
        self.assert_booked([])

    def test_more_zeros_are_no_more_decimals(self):
        self.bring(camt053(statement(Booking("5.00000", "one"))))
        self.assert_booked(["5.00"])

    def test_balance(self):
        """The file does not add up: a warning, and the lines come in all the same."""
        message = self.bring(camt053(statement(Booking("5.00", "one"), closing="200.00")))
        self.assertEqual((message.state, self.cases(message)), ("processed", ["statement.balance"]))
        self.assertFalse(self.case("statement.balance").blocking)
        self.assert_booked(["5.00"])
        self.assertFalse(self.statements().is_complete)

    def test_malformed(self):
        """Not one line of a file that ends in the middle."""
        content = camt053(statement(Booking("5.00", "one")), statement(Booking("6.00", "two"), name="2"))
        message = self.bring(content[: content.index(b"two")])
        self.assertEqual(message.state, "refused")
        self.assertEqual(len(self.cases(message)), 1)
        self.assert_booked([])
        self.assertFalse(self.statements())

    def test_no_format(self):
        messages = self.bring(b"Dear customer, your statement is attached.", b"\x00\x01")
        self.assertEqual(messages.mapped("state"), ["refused", "refused"])
        self.assertTrue(all(messages.mapped("open_case_count")))

    def test_partial(self):
        """The good statement comes in, the other waits; Retry adds only that one."""
        good = statement(Booking("5.00", "one"))
        waits = statement(Booking("7.00", "two"), account=UNKNOWN_ACCOUNT, name="X")
        message = self.bring(camt053(waits, good))
        self.assert_refused(message, "statement.account_unknown")
        self.assert_booked(["5.00"])
        self.retry(message)
        self.assert_booked(["5.00"])
        journal = self.bank_journal("BNKX", UNKNOWN_ACCOUNT)
        self.retry(message)
        self.assert_settled(message)
        self.assert_booked(["5.00"])
        self.assert_booked(["7.00"], journal)
        balances = self.env["finance.bank.balance"].search_count([("journal_id", "=", self.journal.id)])
        self.assertEqual(balances, 2, "balances are kept once, not once for each try")

    def test_two_accounts_refused(self):
        """Banks number the statements of each account alike: each refusal is a case of its own."""
        message = self.bring(
            camt053(
                statement(Booking("5.00", "one"), account=UNKNOWN_ACCOUNT, name="1"),
                statement(Booking("7.00", "two"), account=OTHER_ACCOUNT, name="1"),
            )
        )
        self.assertEqual(self.cases(message), ["statement.account_unknown"] * 2)
        self.bank_journal("BNKX", UNKNOWN_ACCOUNT)
        self.retry(message)
        self.assertEqual(self.cases(message), ["statement.account_unknown"])
        self.assertIn(OTHER_ACCOUNT, message.exception_ids.filtered(lambda case: case.state == "open").text)


@tagged("post_install", "-at_install")
class TestImportLocked(BankCase):
    """A closed period stays closed, and no booking moves to another date."""

    def setUp(self):
        super().setUp()
        self.content = camt053(
            statement(
                Booking("5.00", "old", day="2026-02-27"), Booking("6.00", "new", day="2026-03-02"),
                first="2026-02-27", last="2026-03-02",
            )
        )

    def test_locked(self):
        self.company.fiscalyear_lock_date = date(2026, 2, 28)
        message = self.bring(self.content)
        self.assertEqual((message.state, self.cases(message)), ("refused", ["statement.locked"]))
        self.assert_booked([])
        self.company.fiscalyear_lock_date = False
        self.retry(message)
        self.assertEqual((message.state, self.cases(message)), ("processed", []))
        self.assertEqual(self.lines().mapped("date"), [date(2026, 2, 27), date(2026, 3, 2)])
        self.assertEqual(self.lines().move_id.mapped("date"), [date(2026, 2, 27), date(2026, 3, 2)])

    def test_hard_lock(self):
        self.company.hard_lock_date = date(2026, 2, 28)
        self.assertEqual(self.cases(self.bring(self.content)), ["statement.locked"])
        self.assert_booked([])

    def test_last_locked_day(self):
        """The day after the lock is free."""
        self.company.fiscalyear_lock_date = date(2026, 2, 26)
        self.assertEqual(self.bring(self.content).state, "processed")
        self.assertEqual(self.lines().mapped("date"), [date(2026, 2, 27), date(2026, 3, 2)])

    def test_known_lines_in_locked_period(self):
        """What was imported before the lock may come again, with new days after it."""
        self.bring(self.content)
        invoice_lines = self.lines()
        account = self.company_data["default_account_revenue"]
        for line in invoice_lines:
            line._seek_for_lines()[1].account_id = account
        self.company.fiscalyear_lock_date = date(2026, 2, 28)
        longer = statement(
            Booking("5.00", "old", day="2026-02-27"), Booking("6.00", "new", day="2026-03-02"),
            Booking("7.00", "newer", day="2026-03-03"), first="2026-02-27", last="2026-03-03", name="longer",
        )
        message = self.bring(camt053(longer, message="2"))
        self.assertEqual((message.state, self.cases(message)), ("processed", []))
        self.assertEqual(self.lines().mapped("amount"), [5.0, 6.0, 7.0])


@tagged("post_install", "-at_install")
class TestImportGap(BankCase):
    """A statement that is missing is told, until it arrives."""

    def day(self, number, opening):
        booking = Booking(f"{number}.00", f"day {number}", day=f"2026-03-0{number}")
        return camt053(
            statement(booking, name=f"2026-{number}", number=number, opening=opening, first=f"2026-03-0{number}"),
            message=f"M{number}",
        )

    def test_gap(self):
        self.bring(self.day(2, "100.00"))
        message = self.bring(self.day(4, "105.00"))
        self.assertEqual(message.state, "processed")
        self.assertEqual(self.cases(), ["statement.gap"])
        self.assertFalse(self.case("statement.gap").blocking)
        self.bring(self.day(3, "102.00"))
        self.assertEqual(self.cases(), [])
        self.assertIn("by itself", self.case("statement.gap").solution)
        self.assert_booked(["2.00", "3.00", "4.00"])
        self.assertTrue(all(self.statements().mapped("is_valid")))

    def test_backwards(self):
        """Files in the order of a download list: the newest first."""
        for number, opening in ((4, "105.00"), (3, "102.00"), (2, "100.00")):
            self.bring(self.day(number, opening))
        self.assertEqual(self.cases(), [])
        self.assert_booked(["2.00", "3.00", "4.00"])
        self.assertTrue(all(self.statements().mapped("is_valid")))

    def test_two_gaps(self):
        self.bring(self.day(1, "99.00"), self.day(3, "102.00"), self.day(5, "109.00"))
        self.assertEqual(self.cases(), ["statement.gap"] * 2)
        self.bring(self.day(4, "105.00"))
        self.assertEqual(self.cases(), ["statement.gap"])
        self.bring(self.day(2, "100.00"))
        self.assertEqual(self.cases(), [])

    def test_number_missing(self):
        """The balances join by chance, the numbers do not: a day without movement is missing."""
        self.bring(self.day(2, "100.00"))
        self.bring(self.day(4, "102.00"))
        self.assertEqual(self.cases(), ["statement.gap"])

    def test_new_year(self):
        """Numbers start at 1 again."""
        self.bring(
            camt053(statement(Booking("1.00", "x", day="2025-12-31"), number=250, name="250", first="2025-12-31"))
        )
        self.bring(
            camt053(
                statement(Booking("1.00", "y", day="2026-01-02"), number=1, name="1", opening="101.00",
                          first="2026-01-02"),
                message="2",
            )
        )
        self.assertEqual(self.cases(), [])

    def test_evening_before_morning(self):
        """Two statements of one day in the wrong order are no gap."""
        self.bring(camt053(statement(Booking("1.00", "b"), name="evening", opening="101.00"), message="2"))
        self.bring(camt053(statement(Booking("1.00", "a"), name="morning")))
        self.assertEqual(self.cases(), [])


@tagged("post_install", "-at_install")
class TestImportLed(BankCase):
    """The bank leads its statements, unless it is approved that all of them come another way."""

    def test_another_system_leads_statements(self):
        bank, hub = self.env["finance.connector"].sudo().create(
            [
                {"name": name, "code": name.lower(), "transport": "upload", "domain": "bank", "state": "active",
                 "company_id": self.company.id}
                for name in ("Bank", "Hub")
            ]
        )  # fmt: skip
        flows = {
            one: self.env["finance.flow"].sudo().create({"name": one.name, "connector_id": one.id, "kind": "statement"})
            for one in (bank, hub)
        }

        def take(connector, name):
            content = camt053(statement(Booking(f"{name[1]}.00", name, ref=name), name=name))
            message, _new = self.env["finance.intake"]._store(
                connector, "statement", content, name=name, flow=flows[connector]
            )
            message.process_job()
            return message

        self.assertEqual(take(bank, "S1").state, "processed")
        admin = self.person("admin2", "finance_connector_base.group_admin")
        approver = self.person("approver", "finance_connector_base.group_approver")
        admin.email, approver.email = "admin2@example.com", "approver@example.com"
        with at_the_screen():
            rule = self.env["finance.authority"].with_user(admin).create(
                {"object": "statement", "company_id": self.company.id, "connector_id": hub.id}
            )  # fmt: skip
            rule.action_request()
            rule.approval_id.with_user(approver).action_approve()
        refused = take(bank, "S2")
        self.assertEqual((refused.state, refused.exception_ids.code), ("refused", "authority.not_leading"))
        self.assertIn("Hub", refused.exception_ids.text)
        self.assertEqual(take(hub, "S3").state, "processed")
