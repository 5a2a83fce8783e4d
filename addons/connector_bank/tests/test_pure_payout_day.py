"""The made-up payout day: equal for equal seeds, adds up, and holds what it says."""

import io
from collections import Counter
from decimal import Decimal

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.simulation.payout_day import PayoutDay
from odoo.addons.finance_connector_base.core.statement import Entry, Finding
from odoo.addons.finance_connector_base.tests.pure import PureCase


class TestPayoutDay(PureCase):
    def test_adds_up(self):
        day = PayoutDay(seed=7, transactions=600, invoices=40, payouts=3)
        kinds, rows = Counter(), 0
        for payout in day.payouts:
            events = list(parse(io.BytesIO(payout.content)))
            self.assertFalse([event for event in events if isinstance(event, Finding)])
            for event in events:
                if isinstance(event, Entry):
                    kinds[event.code] += event.amount
            self.assertEqual(payout.paid, sum(e.amount for e in events if isinstance(e, Entry) and e.code != "payout"))
            rows += payout.content.count(b"\n") - 2
        self.assertEqual(rows, 600)
        self.assertEqual(kinds["payment"], day.total("charge"))
        self.assertEqual(-kinds["fee"], day.total("fees"))
        self.assertEqual(kinds["chargeback"], -sum(order.amount for order in day.disputed))
        self.assertEqual(len(day.disputed), 2)
        self.assertEqual(sum(kinds.values()), Decimal(0))

    def test_bank(self):
        day = PayoutDay(seed=7, transactions=200, invoices=10, payouts=2)
        found = [event for event in parse(io.BytesIO(day.bank("DE79000000000000000002"))) if isinstance(event, Entry)]
        self.assertEqual([entry.amount for entry in found], [payout.paid for payout in day.payouts])

    def test_equal_seeds(self):
        first, again, other = (PayoutDay(seed, 200, 10, 2).payouts[0].content for seed in (1, 1, 2))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

    def test_sizes(self):
        with self.assertRaises(ValueError):
            PayoutDay(transactions=10, invoices=9)
