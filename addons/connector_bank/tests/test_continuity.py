"""The continuity of statements: which days are proved, what is late, cases that come and go, and what a click opens."""

from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import BankCase
from .statement_maker import OTHER_ACCOUNT, Booking, camt052, camt053, statement

#: Thursday before Easter 2026; the next bank day of TARGET is Tuesday, 7 April.
THURSDAY = "2026-04-02"


def day(number, *bookings, opening="100.00", **values):
    """The statement of a day in March 2026."""
    on = f"2026-03-{number:02}"
    bookings = bookings or (Booking("5.00", f"day {number}", ref=f"R{number}"),)
    dated = tuple(Booking(one.amount, one.text, day=on, ref=one.ref) for one in bookings)
    return statement(*dated, **{"name": f"2026-{number}", "first": on, "opening": opening, **values})


@tagged("post_install", "-at_install")
class TestContinuity(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "Europe/Berlin"
        cls.continuity = cls.env["finance.continuity"].with_user(cls.operator)

    def files(self, *statements):
        for number, one in enumerate(statements):
            message = self.bring(camt053(one, message=f"{one.name}-{number}"))
            self.assertEqual(message.state, "processed", message.result_text)

    def account(self, first="2026-03-02", last="2026-03-08", journal=None, **values):
        board = self.continuity.read_timeline(first, last, **values)
        return next(one for one in board["accounts"] if one["id"] == (journal or self.journal).id)

    def states(self, *period, **values):
        return " ".join(f"{state}{count}" for state, _day, count in self.account(*period, **values)["runs"])

    def late_cases(self, state="open"):
        return self.env["finance.exception"].search([("code", "=", "statement.late"), ("state", "=", state)])

    def watch(self):
        self.env["finance.continuity"]._cron_watch()

    @freeze_time("2026-03-06 12:00:00")
    def test_timeline(self):
        """Complete, missing and not due yet, with what is proved and the sums in words."""
        self.files(day(2), day(5, opening="140.00"))
        self.assertEqual(self.states(), "complete1 gap2 complete1 awaited1 none2")
        found = self.account()
        self.assertEqual((found["proved"], found["due"], found["missing"]), (2, 4, 2))
        self.assertIn("2 statements, 2 lines", found["sums"])
        self.assertEqual([kind for kind, _day, _words in found["findings"]], ["gap"])
        self.assertEqual(self.cases(), ["statement.gap"])
        self.files(day(3, opening="105.00"), day(4, Booking("30.00", "x", ref="R4"), opening="110.00"))
        self.assertEqual(self.states(), "complete4 awaited1 none2")
        self.assertEqual(self.cases(), [])

    @freeze_time("2026-03-06 12:00:00")
    def test_opening_of_nothing(self):
        """An account that opens with 0.00 said a balance; statements of before that was told apart count as such."""
        self.files(day(2), day(3, opening="0.00"))
        self.assertEqual(self.cases(), ["statement.gap"])
        self.env["finance.bank.balance"].search([("journal_id", "=", self.journal.id)]).sudo().unlink()
        self.env.cr.execute("UPDATE account_bank_statement SET finance_without_balance = NULL, finance_opening = 0")
        self.env.invalidate_all()
        self.files(day(4, opening="5.00"))
        self.assertEqual(self.cases(), ["statement.gap"])
        self.assertEqual(self.states(), "complete1 gap1 complete1 late1 awaited1 none2")

    @freeze_time("2026-03-06 12:00:00")
    def test_without_balances(self):
        """A bank that says none is not called complete, and its lines are no gap before the first balance."""
        self.files(day(2, balances=False), day(3, balances=False))
        self.assertEqual(self.states(), "parts2 late2 awaited1 none2")
        self.assertEqual([kind for kind, _day, _words in self.account()["findings"]], ["unproved", "late"])
        self.files(day(4, opening="777.00"))
        self.assertEqual(self.states(), "parts2 complete1 late1 awaited1 none2")
        self.assertEqual(self.cases(), [])
        self.files(day(5, Booking("1.00", "x", ref="R5"), balances=False), day(6, opening="783.00"))
        self.assertEqual(self.states(), "parts2 complete3 none2")
        self.assertEqual(self.cases(), [])

    @freeze_time("2026-03-09 12:00:00")
    def test_one_order(self):
        """Of one day, some without balance: import and timeline put them in the same order."""
        self.files(
            day(5),
            day(6, Booking("2.00", "c", ref="C"), balances=False, name="c"),
            day(6, Booking("1.00", "b", ref="B"), opening="105.00", name="b"),
            day(6, Booking("4.00", "a", ref="A"), opening="106.00", name="a"),
        )
        statements = self.env["account.bank.statement"]
        without = statements.search([("name", "=", "c"), ("journal_id", "=", self.journal.id)])
        without.write({"balance_start": 105, "balance_end_real": 107})  # of Odoo, not of the bank: it joins nothing
        links, _broken = self.env["finance.continuity"]._chains(self.journal)
        chain = statements._finance_chain(self.journal)
        self.assertEqual(chain.mapped("name"), ["2026-5", "b", "a", "c"])
        self.assertEqual(chain.ids, [link.id for link in links[self.journal.id]])

    @freeze_time("2026-03-09 12:00:00")
    def test_late(self):
        """Friday's statement is late on Monday after the cut-off; the case closes when it comes."""
        self.files(day(5))
        self.watch()
        case = self.late_cases()
        self.assertEqual(
            (case.place, case.res_model, case.res_id),
            ("Bank BNKA · 2026-03-06", "account.journal", self.journal.id),
        )
        self.assertIn("03/09/2026 10:00", case.text)
        self.assertEqual(self.states("2026-03-05", "2026-03-09"), "complete1 late1 closed2 awaited1")
        self.watch()
        self.assertEqual((len(self.late_cases()), case.occurrences), (1, 1))
        self.files(day(6, opening="105.00"))
        self.assertEqual((case.state, self.late_cases()), ("solved", self.late_cases().browse()))

    def test_cut_off(self):
        """By the clock of the company and the setting, neither before nor after."""
        self.files(day(2))
        for moment, late in (("2026-03-04 08:59:00", False), ("2026-03-04 09:00:00", True)):
            with freeze_time(moment):  # Berlin is an hour ahead of UTC in March
                self.assertEqual(self.account()["late"], late, moment)
        self.company.finance_statement_cutoff = 12.5
        with freeze_time("2026-03-04 11:29:00"):
            self.assertFalse(self.account()["late"])
        self.company.finance_statement_due_days = 3
        with freeze_time("2026-03-05 20:00:00"):
            self.assertFalse(self.account()["late"])

    @freeze_time("2026-04-06 20:00:00")
    def test_holidays(self):
        """Over Easter nothing is late by TARGET; by Monday to Friday it is, unless a calendar holds the holidays."""
        made = statement(Booking("5.00", "x", day="2026-04-01"), name="a", first="2026-04-01")
        last = statement(Booking("5.00", "y", day=THURSDAY), name="b", first=THURSDAY, opening="105.00")
        self.files(made, last)
        self.assertEqual(self.states(THURSDAY, "2026-04-06"), "complete1 closed4")
        self.journal.finance_bank_days = "weekdays"
        self.assertEqual(self.states(THURSDAY, "2026-04-06"), "complete1 late1 closed2 awaited1")
        calendar = self.env["resource.calendar"].create({"name": "Bank", "tz": "Europe/Berlin"})
        for on in ("2026-04-03", "2026-04-06"):
            self.env["resource.calendar.leaves"].create(
                {
                    "name": on, "calendar_id": calendar.id, "resource_id": False,
                    "date_from": f"{datetime.fromisoformat(on).replace(hour=0):%Y-%m-%d %H:%M:%S}",
                    "date_to": f"{datetime.fromisoformat(on).replace(hour=20):%Y-%m-%d %H:%M:%S}",
                }
            )  # fmt: skip
        self.journal.finance_bank_calendar_id = calendar
        self.assertEqual(self.states(THURSDAY, "2026-04-06"), "complete1 closed4")

    @freeze_time("2026-03-09 12:00:00")
    def test_rhythm(self):
        """A monthly statement is not late in its month; an account without statements never is."""
        self.files(day(2))
        self.assertTrue(self.account()["late"])
        for rhythm in ("weekly", "monthly", "none"):
            self.journal.finance_rhythm = rhythm
            self.assertEqual(self.account()["late"], rhythm == "weekly", rhythm)

    @freeze_time("2026-03-10 12:00:00")
    def test_closed_by_a_person(self):
        """A person who closes the case knows better; it comes back for another day only."""
        self.files(day(5))
        self.watch()
        self.late_cases().with_user(self.operator).action_drop()
        self.watch()
        self.assertFalse(self.late_cases())
        self.files(day(6, opening="105.00"))
        self.watch()
        self.assertEqual(self.late_cases().place, "Bank BNKA · 2026-03-09")

    @freeze_time("2026-03-10 12:00:00")
    def test_closed_elsewhere(self):
        """Another rhythm closes it too, with the hourly look at all cases."""
        self.files(day(5))
        self.watch()
        self.journal.finance_rhythm = "monthly"
        self.env["finance.exception"]._cron_watch()
        self.assertFalse(self.late_cases())
        self.journal.finance_rhythm = "daily"
        self.watch()
        self.assertEqual(self.late_cases().reopened, 1)

    @freeze_time("2026-03-03 20:00:00")
    def test_during_the_day(self):
        """A report during the day is shown as such until its statement comes."""
        self.files(day(2))
        report = statement(Booking("7.00", "now", day="2026-03-03", ref="N"), name="r", first="2026-03-03",
                           opening="105.00")
        self.bring(camt052(report))
        self.assertEqual(self.states(), "complete1 intraday1 none5")
        self.files(day(3, Booking("7.00", "now", ref="N"), opening="105.00"))
        self.assertEqual(self.states(), "complete2 none5")

    @freeze_time("2026-03-06 12:00:00")
    def test_what_a_click_opens(self):
        """The statement of a day, the case of a gap and of a late day; without a case the import."""
        self.files(day(2), day(4, opening="140.00"))
        self.journal.finance_bank_days = "all"
        self.watch()
        statements = self.statements()
        opened = [self.continuity.open_day(self.journal.id, f"2026-03-0{number}") for number in (2, 3, 4, 5)]
        self.assertEqual(
            [(action["res_model"], action["res_id"]) for action in opened],
            [
                ("account.bank.statement", statements[0].id),
                ("finance.exception", self.case("statement.gap").id),
                ("account.bank.statement", statements[1].id),
                ("finance.exception", self.late_cases().id),
            ],
        )
        self.late_cases().with_user(self.operator).action_drop()
        self.assertEqual(self.continuity.open_day(self.journal.id, "2026-03-05")["tag"], "connector_bank.bring")
        self.assertFalse(self.continuity.open_day(self.journal.id, "2026-03-01"))

    @freeze_time("2026-03-06 12:00:00")
    def test_figures(self):
        """The Overview counts what is late and what is missing."""
        board = self.env["finance.board"].with_user(self.operator)
        codes = "bank.statements_late", "bank.statements_missing"
        before = [board.value(code) for code in codes]
        self.files(day(2), day(4, opening="140.00"))
        self.watch()
        self.assertEqual([board.value(code) for code in codes], [number + 1 for number in before])

    def test_no_evidence(self):
        """An account without statements is listed, with nothing expected of it."""
        found = self.account()
        self.assertEqual((found["until"], found["late"], found["due"], found["runs"]),
                         ("", False, 0, [["none", "2026-03-02", 7]]))
        self.watch()
        self.assertFalse(self.late_cases())

    def test_period(self):
        for first, last in (("2026-03-02", "2026-03-01"), ("2020-01-01", "2026-01-01"), (False, "2026-01-01")):
            with self.assertRaises(UserError):
                self.continuity.read_timeline(first, last)

    @freeze_time("2026-03-04 12:00:00")
    def test_who(self):
        """Users see their companies only; strangers nothing."""
        self.files(day(2))
        other = self.bank_journal("BNKB", OTHER_ACCOUNT, company=self.setup_other_company()["company"])
        with self.assertRaises(AccessError):
            self.continuity.open_day(other.id, "2026-03-02")
        board = self.continuity.read_timeline("2026-03-02", "2026-03-08")
        self.assertNotIn(other.id, [account["id"] for account in board["accounts"]])
        self.assertIn(self.journal.id, [account["id"] for account in board["accounts"]])
        nobody = self.person("nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["finance.continuity"].with_user(nobody).read_timeline("2026-03-02", "2026-03-08")

    def test_queries(self):
        """The number of queries does not grow with the accounts."""
        journals = [self.bank_journal(f"B{number}", f"DE0000000000000000{number:04}") for number in range(3)]
        self.assertEqual(len(journals), 3)
        today = date(2026, 3, 2)
        all_journals = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.company.id)])
        all_journals.mapped("finance_rhythm")
        service = self.env["finance.continuity"]
        with self.assertQueryCount(6):
            service._proofs(all_journals, today, today)
