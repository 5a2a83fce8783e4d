from datetime import timedelta

from odoo.tests import freeze_time, tagged

from .common import NOW, CashCase


@tagged("post_install", "-at_install")
class TestFigures(CashCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.franc = cls.setup_other_currency("CHF", rates=[("2026-06-30", 2.0)])
        cls.second = cls.account("Second", currency=cls.franc)
        cls.third = cls.account("Third")
        cls.report(cls.bank, "2026-06-26", 100)
        cls.report(cls.bank, "2026-06-30", -30)
        cls.report(cls.second, "2026-06-25", 50)
        cls.board = cls.env["finance.board"]

    def value(self, code, on=None):
        return float(self.board.value(f"treasury.{code}", on, self.company))

    def test_now(self):
        self.assertEqual(self.value("cash"), -5)
        self.assertEqual(self.value("stale"), 2, "one too old, one never reported")
        self.assertEqual(self.value("age"), timedelta(days=5, hours=12).total_seconds())
        self.assertEqual(self.value("negative"), 1)
        self.assertEqual(self.value("rates"), 0)

    def test_at_a_date(self):
        for on in ("2026-06-26", self.on("2026-06-26")):
            self.assertEqual(self.value("cash", on), 100, "no rate for the franc yet")
            self.assertEqual(self.value("rates", on), 1)
            self.assertEqual(self.value("stale", on), 1)
            self.assertEqual(self.value("age", on), 24 * 3600)
            self.assertEqual(self.value("negative", on), 0)

    def test_a_past_date_keeps_its_value(self):
        before = {code: self.value(code, "2026-06-26") for code in ("cash", "stale", "age", "negative")}
        with freeze_time(NOW + timedelta(days=30)):
            self.report(self.bank, "2026-07-30", 1)
            after = {code: self.value(code, "2026-06-26") for code in before}
        self.assertEqual(before, after)

    def test_drill_down_has_what_was_counted(self):
        for on in (None, "2026-06-26"):
            for code in ("stale", "negative", "rates"):
                with self.subTest(code, on=on):
                    action = self.board.open_figure(f"treasury.{code}", on)
                    behind = self.env[action["res_model"]].with_context(**action["context"])
                    self.assertEqual(behind.search_count(action["domain"]), self.value(code, on))

    def test_drill_down_of_amounts(self):
        action = self.board.open_figure("treasury.cash", "2026-06-26")
        behind = self.view.with_context(**action["context"]).search(action["domain"])
        self.assertEqual(sum(behind.mapped("reporting_amount")), 100)
        action = self.board.open_figure("treasury.age")
        self.assertEqual(self.view.search(action["domain"]).journal_id, self.second)

    def test_board_shows_them(self):
        board = self.board.read_board()
        figures = next(domain["figures"] for domain in board["domains"] if domain["code"] == "treasury")
        self.assertEqual([figure["code"] for figure in figures][:2], ["treasury.cash", "treasury.stale"])

    def test_nothing_reported(self):
        self.env["finance.bank.balance"].sudo().search([]).unlink()
        self.assertEqual((self.value("cash"), self.value("age"), self.value("stale")), (0, 0, 3))
