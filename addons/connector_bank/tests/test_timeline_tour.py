from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import BankCase
from .statement_maker import OTHER_ACCOUNT, Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestTimelineTour(BankCase, HttpCase):
    """The timeline in a browser: a gap of today is in sight in every zoom."""

    def test_gap(self):
        self.bank_journal("BNKB", OTHER_ACCOUNT)
        self.journal.finance_bank_days = "all"
        today = fields.Date.today()
        for number, opening in ((1, "100.00"), (0, "140.00")):
            on = str(today - timedelta(number))
            made = statement(Booking("5.00", on, day=on), name=f"N{number}", first=on, opening=opening)
            self.bring(camt053(made, message=f"M{number}"))
        self.assertEqual(self.cases(), ["statement.gap"])
        self.start_tour("/odoo/finance-timeline", "connector_bank_timeline", login="operator")
