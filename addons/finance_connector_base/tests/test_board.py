from odoo.tests import tagged

from ..core.figure import FIGURES
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestBoard(FinanceCase):
    """Every number on the board can be recomputed and opened."""

    def figures(self, env=None):
        board = (env or self.env)["finance.board"].read_board()
        return {figure["code"]: figure for domain in board["domains"] for figure in domain["figures"]}

    def test_counts_follow_the_records(self):
        before = self.figures()["cases.open"]["value"]
        message, _new = self.store()
        message._open_case("x", "y")
        after = self.figures()["cases.open"]
        self.assertEqual(after["value"], before + 1)
        self.assertEqual(after["mood"], "work")

    def test_every_figure_opens_what_it_counts(self):
        board = self.env["finance.board"]
        for figure in board._figures():
            value = figure.value(self.env, self.env.companies)
            self.assertIsNotNone(value, figure.code)
            if figure.model:
                action = board.open_figure(figure.code)
                found = self.env[action["res_model"]].search_count(action["domain"])
                if figure.unit == "count":
                    self.assertEqual(found, value, figure.code)

    def test_figures_have_words(self):
        for figure in self.env["finance.board"]._figures():
            self.assertTrue(figure.label and figure.help, figure.code)

    def test_every_role_gets_a_board(self):
        for role in self.roles:
            self.assertIn("cases.open", self.figures(self.as_role(role)))

    def test_registered_for_this_database(self):
        codes = {figure.code for figure in self.env["finance.board"]._figures()}
        installed = self.env["finance.connector"]._loaded_addons()
        self.assertEqual(codes, {code for code, _label in FIGURES.names() if FIGURES.addon(code) in installed})
