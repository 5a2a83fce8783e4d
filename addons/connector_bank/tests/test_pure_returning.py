"""Which booking a return undoes: certain only by the bank's own references, whatever the order of candidates."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

from odoo.addons.connector_bank.returning import Booking, is_return, judge, read
from odoo.addons.finance_connector_base.tests.pure import PureCase

PAID = Booking(1, Decimal(100), date(2026, 3, 2), frozenset({"E1"}), frozenset({"B1"}), "DE1", "Almond Lane")
RETURN = Booking(9, Decimal(-100), date(2026, 3, 5), frozenset({"E1"}), frozenset(), "DE1", "Almond Lane")


class TestReturning(PureCase):
    def certain(self, line, *candidates):
        found = judge(line, candidates)
        return [answer.original for answer in found if answer.certain]

    def test_end_to_end(self):
        self.assertEqual(self.certain(RETURN, PAID), [1])

    def test_bank_reference(self):
        line = replace(RETURN, ids=frozenset(), bank_ids=frozenset({"B1"}))
        self.assertEqual(self.certain(line, PAID), [1])

    def test_never_certain(self):
        """Another amount, another payer, a later booking, two originals, or nothing but name and account."""
        for line, candidates in (
            (RETURN, [replace(PAID, amount=Decimal(101))]),
            (RETURN, [replace(PAID, amount=Decimal(-100))]),
            (RETURN, [replace(PAID, account="DE2")]),
            (RETURN, [replace(PAID, booked_on=date(2026, 3, 6))]),
            (RETURN, [PAID, replace(PAID, id=2)]),
            (replace(RETURN, ids=frozenset()), [PAID]),
        ):
            with self.subTest(candidates):
                self.assertEqual(self.certain(line, *candidates), [])

    def test_two_originals_are_proposed(self):
        answers = judge(RETURN, [PAID, replace(PAID, id=2, booked_on=date(2026, 3, 4))])
        self.assertEqual([answer.original for answer in answers], [2, 1])

    def test_order(self):
        many = [PAID, replace(PAID, id=2, ids=frozenset()), replace(PAID, id=3, account="DE2")]
        found = {tuple(judge(RETURN, order)) for order in permutations(many)}
        self.assertEqual(len(found), 1)

    def test_part_of_batch(self):
        parts = ((Decimal(100), frozenset({"E1"})), (Decimal(50), frozenset({"E2"})))
        batch = replace(PAID, amount=Decimal(150), ids=frozenset({"E1", "E2"}), account=None, name=None, parts=parts)
        (answer,) = judge(RETURN, [batch])
        self.assertTrue(answer.certain and answer.part)
        self.assertFalse(judge(replace(RETURN, ids=frozenset({"E2"})), [batch]))

    def test_read(self):
        """Charges booked with a return are told apart from what is returned; no id is no id."""
        detail = {"amount": "-100.00", "end_to_end_id": "NOTPROVIDED", "return_reason": "AC04"}
        found = read(9, Decimal("-103.00"), date(2026, 3, 5), {"details": [detail]})
        self.assertEqual((found.amount, found.charges, found.ids), (Decimal(-100), Decimal(-3), frozenset()))
        self.assertEqual(found.reason, "AC04")

    def test_is_return(self):
        self.assertTrue(is_return({"reversal": True}))
        self.assertTrue(is_return({"code": "PMNT-IDDT-UPDD"}))
        self.assertTrue(is_return({"details": [{"return_reason": "AC04"}]}))
        self.assertFalse(is_return({"details": [{"return_reason": "AC04"}, {}]}))
        self.assertFalse(is_return({"code": "PMNT-RCDT-ESCT"}))
