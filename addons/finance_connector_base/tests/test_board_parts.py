from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..core.figure import AGES
from .common import FinanceCase

BOTH = ("company", "party")


@tagged("post_install", "-at_install")
class TestBoardParts(FinanceCase):
    """Figures by company, by bank or connector and by age: the parts add up, and each opens what it counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other entity"})
        cls.board = cls.env["finance.board"].with_context(allowed_company_ids=(cls.company | cls.other).ids)
        away = cls.connector("upload", "Second upload", company_id=cls.other.id)
        for number, connector in enumerate((cls.upload, cls.upload, away)):
            message, _new = cls.env["finance.intake"]._store(connector, "file", b"part %d" % number, name="part")
            message._open_case(f"part.{number}", "words")

    def rows(self, by, board=None):
        """``{(figure code, key of the part): value}``"""
        found = (self.board if board is None else board).read_split(by)
        return {
            (code, row["key"]): value
            for domain in found["domains"]
            for row in domain["table"]["rows"]
            for code, value in row["cells"].items()
        }

    def totals(self):
        domains = self.board.read_board()["domains"]
        return {figure["code"]: figure["value"] for domain in domains for figure in domain["figures"]}

    def test_parts_add_up_to_the_total(self):
        totals = self.totals()
        for by in (*BOTH, "age"):
            sums = {}
            for (code, _part), value in self.rows(by).items():
                sums[code] = sums.get(code, 0) + value
            self.assertIn("cases.open", sums)
            for code, value in sums.items():
                self.assertAlmostEqual(value, totals[code], 2, f"{code} by {by}")

    def test_every_part_opens_what_it_counts(self):
        for by in (*BOTH, "age"):
            for (code, part), value in self.rows(by).items():
                action = self.board.open_figure(code, by=by, part=part)
                figure = self.board._figures([code])[0]
                if figure.unit == "count" and figure.measure == "__count":
                    found = self.board.env[action["res_model"]].search_count(action["domain"])
                    self.assertEqual(found, value, f"{code} {by} {part}")

    def test_each_company_has_its_own(self):
        rows = self.rows("company")
        self.assertEqual(rows["cases.open", f"res.company,{self.other.id}"], 1)

    def test_company_rules_hold(self):
        board = self.env(user=self.roles["user"])["finance.board"]
        for by in BOTH:
            keys = {part: code for code, part in self.rows(by, board)}
            self.assertNotIn(f"res.company,{self.other.id}", keys)
        self.assertFalse([part for _code, part in self.rows("party", board) if part.startswith("res.company")])

    def test_buckets_neither_overlap_nor_leave_a_gap(self):
        now = fields.Datetime.now()
        figure = self.board._figures(["cases.open"])[0]
        case = self.env["finance.exception"].search([("company_id", "=", self.company.id)], limit=1)
        self.env.flush_all()
        for days, expected in ((0, "day"), (1, "three"), (2, "three"), (3, "week"), (7, "month"), (30, "older")):
            self.env.cr.execute(
                "UPDATE finance_exception SET create_date = %s WHERE id = %s", [now - timedelta(days=days), case.id]
            )
            case.invalidate_recordset()
            found = [key for key in AGES if case.search_count([("id", "=", case.id), *figure.age_domain(key, now)])]
            self.assertEqual(found, [expected], f"{days} days")


@tagged("post_install", "-at_install")
class TestFigureTrend(FinanceCase):
    """Every hour the figures are kept as they were; the board compares with them."""

    def setUp(self):
        super().setUp()
        self.values = self.env["finance.figure.value"]
        self.env.cr.execute("DELETE FROM finance_figure_value")

    def kept(self, code):
        self.env.invalidate_all()
        return self.values.search([("code", "=", code), ("company_id", "=", self.company.id)])

    def keep(self, hour):
        self.values.sudo()._keep(self.company, hour)

    def test_kept_once_an_hour_and_equal_to_a_recount(self):
        message, _new = self.store()
        message._open_case("x", "y")
        self.values._cron_keep()
        self.values._cron_keep()
        kept = self.kept("cases.open")
        self.assertEqual(len(kept), 1)
        self.assertTrue(kept.daily)
        own = self.env["finance.board"].with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(kept.value, own.value("cases.open", companies=self.company))

    def test_only_the_first_of_a_day_is_daily(self):
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
        for hour in (noon, noon + timedelta(hours=1), noon + timedelta(days=1)):
            self.keep(hour)
        self.assertEqual(self.kept("cases.open").sorted("at").mapped("daily"), [True, False, True])

    def test_the_board_compares(self):
        today = fields.Datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
        message, _new = self.store()
        for days in (30, 1, 0):
            self.keep(today - timedelta(days=days))
            message._open_case(f"day.{days}", "words")
        board = self.env["finance.board"].with_context(allowed_company_ids=self.company.ids).read_board()
        figure = next(f for d in board["domains"] for f in d["figures"] if f["code"] == "cases.open")
        start = figure["value"] - 3
        self.assertEqual(figure["trend"], [start, start + 1, start + 2])
        self.assertEqual((figure["month_ago"], figure["yesterday"]), (start, start + 2))

    def test_never_changed(self):
        self.values._cron_keep()
        with self.assertRaises(UserError):
            self.kept("cases.open").value = 0
        with self.assertRaises(AccessError):
            self.kept("cases.open").with_user(self.roles["admin"]).unlink()

    def test_hours_of_long_ago_are_thinned_out(self):
        old = fields.Datetime.now().replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=20)
        self.keep(old)
        self.keep(old + timedelta(hours=1))
        self.values._gc_hours()
        self.assertEqual(self.kept("cases.open").mapped("at"), [old])


@tagged("post_install", "-at_install")
class TestOverviewScreen(HttpCase):
    """The overview is used by mouse and keyboard: total, parts, records."""

    def test_overview(self):
        self.env["finance.figure.value"]._cron_keep()
        connector = self.env["finance.connector"]._upload_connector(self.env.company, "other")
        message, _new = self.env["finance.intake"]._store(connector, "file", b"tour", name="tour.txt")
        message._open_case("tour", "words")
        self.start_tour("/odoo/finance-overview", "finance_overview", login="admin")
