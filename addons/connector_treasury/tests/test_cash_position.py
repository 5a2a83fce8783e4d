from odoo.tests import freeze_time, tagged

from .common import NOW, CashCase


@tagged("post_install", "-at_install")
class TestCashPosition(CashCase):
    def test_no_evidence_is_not_zero(self):
        found = self.position(self.bank)
        self.assertEqual(found.evidence, "none")
        self.assertEqual((found.freshness, found.valuation, found.left_out), ("none", "no_balance", 1))
        self.assertFalse(found.balance_on or found.age or found.difference_reason)
        self.assertFalse(self.view.search([("journal_id", "=", self.bank.id), ("amount", "=", 0)]))

    def test_newest_closing_counts(self):
        self.report(self.bank, "2026-06-29", 100)
        newest = self.report(self.bank, "2026-06-30", 70)
        self.report(self.bank, "2026-06-28", 300)
        found = self.position(self.bank)
        self.assertEqual((found.amount, found.balance_id, found.evidence), (70, newest, "closing"))

    def test_correction_of_the_same_day_counts(self):
        self.report(self.bank, "2026-06-30", 80, reported_on="2026-07-01 09:00:00")
        self.report(self.bank, "2026-06-30", 70, reported_on="2026-07-01 05:00:00")
        self.report(self.bank, "2026-06-30", 60)
        self.assertEqual(self.position(self.bank).amount, 80)

    def test_newer_interim_counts_and_is_unconfirmed(self):
        self.report(self.bank, "2026-06-30", 70)
        self.report(self.bank, "2026-07-01", 95, "interim", "2026-07-01 11:00:00")
        self.report(self.bank, "2026-07-01", 90, "interim", "2026-07-01 08:00:00")
        found = self.position(self.bank)
        self.assertEqual((found.amount, found.evidence), (95, "interim"))
        self.assertEqual(found.last_statement_on, self.on("2026-06-30"))

    def test_closing_of_the_day_beats_interim(self):
        self.report(self.bank, "2026-06-30", 70)
        self.report(self.bank, "2026-06-30", 95, "interim", "2026-06-30 18:00:00")
        self.assertEqual(self.position(self.bank).evidence, "closing")

    def test_other_kinds_do_not_count(self):
        self.report(self.bank, "2026-06-30", 70)
        for kind in ("opening", "available", "forward", "other"):
            self.report(self.bank, "2026-07-01", 1, kind)
        found = self.position(self.bank)
        self.assertEqual((found.amount, found.has_available, found.available_amount), (70, True, 1))

    def test_older_available_is_not_shown_beside_a_newer_balance(self):
        self.report(self.bank, "2026-06-29", 1, "available")
        self.report(self.bank, "2026-06-30", 70)
        self.assertFalse(self.position(self.bank).has_available)

    def test_wrong_future_date_does_not_hide_what_is_to_come(self):
        self.report(self.bank, "2062-06-30", 5)
        self.report(self.bank, "2026-06-30", 70)
        self.assertEqual(self.position(self.bank).amount, 70)

    def test_tomorrow_is_already_today_elsewhere(self):
        self.report(self.bank, "2026-07-02", 70)
        found = self.position(self.bank)
        self.assertEqual((found.amount, found.age_hours, found.freshness), (70, 0, "fresh"))

    def test_age_of_closing_starts_with_the_end_of_its_day(self):
        self.report(self.bank, "2026-06-29", 70)
        found = self.position(self.bank)
        self.assertEqual((found.age_hours, found.age, found.freshness), (36, "36 h", "fresh"))
        with freeze_time("2026-07-01 12:01:00"):
            self.env.invalidate_all()
            self.assertEqual(self.position(self.bank).freshness, "stale")
        with freeze_time("2026-07-03 12:00:00"):
            self.env.invalidate_all()
            self.assertEqual(self.position(self.bank).age, "3 days")

    def test_age_of_interim_starts_with_the_report(self):
        self.report(self.bank, "2026-07-01", 70, "interim", "2026-07-01 09:30:00")
        self.assertEqual(self.position(self.bank).age_hours, 2.5)

    def test_age_of_interim_without_a_time_is_the_oldest_it_can_be(self):
        self.report(self.bank, "2026-07-01", 70, "interim")
        self.assertEqual(self.position(self.bank).age_hours, 12)

    def test_late_report_of_an_old_interim_does_not_make_it_young(self):
        self.report(self.bank, "2026-06-29", 70, "interim", NOW)
        self.assertEqual(self.position(self.bank).age_hours, 36)

    def test_limit_of_company_and_account(self):
        monthly = self.account("Monthly", cash_stale_hours=800)
        for journal in (self.bank, monthly):
            self.report(journal, "2026-06-15", 70)
        self.assertEqual(self.position(self.bank).freshness, "stale")
        self.assertEqual(self.position(monthly).freshness, "fresh")
        self.company.cash_stale_hours = 400
        self.env.invalidate_all()
        self.assertEqual(self.position(self.bank).freshness, "fresh")

    def test_what_is_listed(self):
        kinds = [{"name": kind, "type": kind, "code": kind} for kind in ("cash", "credit")]
        cash_box, card = self.env["account.journal"].create(kinds)
        archived = self.account("Gone", active=False)
        listed = self.view.search([]).journal_id
        self.assertIn(card, listed)
        self.assertNotIn(cash_box, listed)
        self.assertNotIn(archived, listed)
        self.report(cash_box, "2026-06-30", 5)
        self.assertIn(cash_box, self.view.search([]).journal_id)

    def test_accounts_without_a_bank_are_a_group_of_their_own(self):
        bank = self.env["res.bank"].create({"name": "Lakeside"})
        at_bank = self.account("At bank", bank_acc_number="4711", bank_id=bank.id)
        self.report(at_bank, "2026-06-30", 5)
        groups = {group["name"]: group for group in self.view.read_totals("bank")["groups"]}
        self.assertEqual((groups["Lakeside"]["value"], groups["Lakeside"]["accounts"]), ("5.00", 1))
        self.assertEqual(groups["No bank entered"]["no_balance"], [self.bank.display_name])

    def test_two_hundred_accounts_cost_no_more_queries_than_two(self):
        names = ["journal_id", "bank_account_id", "bank_id", "company_id", "amount", "reporting_amount",
                 "evidence", "age", "ledger_amount", "difference_reason", "unmatched_amount"]  # fmt: skip
        few = self.view.search([], limit=2)
        count = self.queries_of(lambda: few.read(names))
        for number in range(200):
            self.report(self.account(f"{number:03}-bank"), "2026-06-30", number)
        many = self.view.search([])
        self.assertGreaterEqual(len(many), 200)
        with self.assertQueryCount(count + 1):  # one more may read what the first run had in cache
            self.env.invalidate_all()
            many.read(names)

    def queries_of(self, action):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        action()
        return self.env.cr.sql_log_count - before

    def test_drill_down(self):
        self.report(self.bank, "2026-06-30", 70)
        self.report(self.bank, "2026-05-31", 50)
        found = self.position(self.bank)
        action = found.action_open_balances()
        self.assertEqual(len(self.env[action["res_model"]].search(action["domain"])), 2)
        action = self.position(self.bank, "2026-06-01").action_open_balances()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]).amount, 50)
        for name in ("action_open_ledger", "action_open_unmatched"):
            action = getattr(found, name)()
            self.assertFalse(self.env[action["res_model"]].search(action["domain"]), name)
