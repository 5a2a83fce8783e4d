from decimal import Decimal

from odoo.addons.connector_treasury.position.difference import explain
from odoo.addons.finance_connector_base.tests.pure import PureCase


class TestDifference(PureCase):
    """The bank lines booked since the first statement are 40 in every case."""

    def test_reasons(self):
        cases = {
            # bank, ledger, manual, opening, confirmed
            (140, 140, 100, 100, True): "agrees",
            (140, 40, 0, 100, True): "opening",
            (40, 45, 5, 0, True): "manual",
            (140, 45, 5, 100, True): "opening_manual",
            (150, 40, 0, 100, True): "unexplained",
            (150, 140, 100, 100, False): "interim",
            (140, 40, 0, 100, False): "opening",
        }
        for (*amounts, confirmed), reason in cases.items():
            with self.subTest(reason, amounts=amounts):
                self.assertEqual(explain(*map(Decimal, amounts), confirmed), reason)
