"""When a run pays what, what a mandate allows, and whose names come close to a list."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.connector_bank.runs.bank_days import BankDays, target_closes
from odoo.addons.connector_bank.runs.mandates import (
    REASONS,
    MandateFacts,
    consequence,
    consequences,
    has_lapsed,
    sequence,
)
from odoo.addons.connector_bank.runs.planning import (
    WHEN_DUE,
    Item,
    Timing,
    beyond,
    collected_on,
    not_positive,
    planned,
)
from odoo.addons.connector_bank.runs.screening import NameList, plain
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.tests.pure import PureCase

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)
BILL = Item(
    id=1, open_amount=Decimal(100), due_on=date(2026, 3, 31), discount_on=date(2026, 3, 8), discounted=Decimal(98)
)


class TestBankDays(PureCase):
    def test_closing_days_of_target(self):
        """Good Friday and Easter Monday of two years as the ECB has published them, and the fixed days."""
        for day in (date(2026, 4, 3), date(2026, 4, 6), date(2027, 3, 26), date(2027, 3, 29), date(2026, 5, 1),
                    date(2026, 12, 25), date(2027, 1, 1)):  # fmt: skip
            self.assertTrue(target_closes(day), day)
            self.assertFalse(BankDays().is_open(day))
        self.assertTrue(BankDays(target=False).is_open(date(2026, 5, 1)))

    def test_cut_off(self):
        days = BankDays()
        for hour, expected in ((14, FRIDAY), (15, date(2026, 3, 9)), (16, date(2026, 3, 9))):
            self.assertEqual(days.earliest(datetime(2026, 3, 6, hour, 0), 15.0), expected)
        self.assertEqual(days.earliest(datetime(2026, 3, 6, 23, 0), 0.0), FRIDAY)
        self.assertEqual(days.earliest(datetime(2026, 3, 7, 23, 0), 15.0), date(2026, 3, 9), "not on a Saturday")
        self.assertEqual(days.earliest(datetime(2026, 3, 6, 9, 0), 15.0, 2), date(2026, 3, 10))

    def test_holidays_of_the_bank(self):
        days = BankDays(frozenset({MONDAY}))
        self.assertEqual(days.on_or_after(date(2026, 2, 28)), date(2026, 3, 3))
        with self.assertRaises(ValueError):
            BankDays(frozenset(date.fromordinal(MONDAY.toordinal() + one) for one in range(90))).on_or_after(MONDAY)


class TestPlanning(PureCase):
    def test_discount_in_time(self):
        """The last day of the discount is a Sunday: it is paid on the Friday before, or at once."""
        now = planned(BILL, Timing(MONDAY))
        late = planned(BILL, Timing(MONDAY, WHEN_DUE))
        self.assertEqual((now.day, now.amount, now.gained, now.lost), (MONDAY, 98, 2, 0))
        self.assertEqual((late.day, late.amount, late.gained), (FRIDAY, 98, 2))

    def test_discount_lost(self):
        for timing in (Timing(date(2026, 3, 9)), Timing(MONDAY, take_discount=False)):
            found = planned(BILL, timing)
            self.assertEqual((found.amount, found.gained, found.lost), (100, 0, 2))
        missed = planned(replace(BILL, discount_on=date(2026, 3, 8)), Timing(date(2026, 3, 9), WHEN_DUE))
        self.assertEqual((missed.day, missed.amount), (date(2026, 3, 31), 100))

    def test_overdue_is_paid_at_once(self):
        found = planned(replace(BILL, due_on=date(2026, 1, 5), discount_on=None, discounted=None),
                        Timing(MONDAY, WHEN_DUE))  # fmt: skip
        self.assertEqual((found.day, found.amount), (MONDAY, 100))

    def test_direct_debit_never_before_it_is_due(self):
        self.assertEqual(collected_on(date(2026, 3, 7), MONDAY, BankDays()), date(2026, 3, 9))
        self.assertEqual(collected_on(date(2026, 2, 1), FRIDAY, BankDays()), FRIDAY)

    def test_what_the_account_bears(self):
        bundles = [("a", MONDAY, Decimal(60)), ("b", MONDAY, Decimal(50)), ("c", FRIDAY, Decimal(40))]
        self.assertEqual(beyond(bundles, Decimal(100)), {"b"})
        self.assertEqual(beyond(bundles, Decimal(0)), {"a", "b", "c"})
        self.assertEqual(beyond(bundles, None), set())

    def test_credit_notes_take_everything(self):
        amounts = [("a", Decimal(10)), ("a", Decimal(-10)), ("b", Decimal(10)), ("b", Decimal(-9))]
        self.assertEqual(not_positive(amounts), {"a"})


class TestMandateRules(PureCase):
    def test_sequence_of_a_mandate(self):
        for facts, expected in (
            ({}, "FRST"), ({"collected": True}, "RCUR"), ({"collected": True, "last": True}, "FNAL"),
            ({"one_off": True}, "OOFF"), ({"one_off": True, "last": True}, "OOFF"),
        ):  # fmt: skip
            self.assertEqual(sequence(MandateFacts(**facts)), expected)

    def test_lapses_after_36_months(self):
        signed = date(2023, 3, 2)
        self.assertFalse(has_lapsed(signed, None, date(2026, 3, 1)))
        self.assertTrue(has_lapsed(signed, None, date(2026, 3, 2)))
        self.assertFalse(has_lapsed(signed, date(2025, 1, 1), date(2026, 3, 2)))
        self.assertFalse(has_lapsed(None, None, date(2026, 3, 2)))

    def test_reasons(self):
        self.assertEqual(consequence(["AM04"]), None, "no money today says nothing about the mandate")
        self.assertEqual(consequence(["AC04"])[:2], ("blocked", "AC04"))
        self.assertEqual(consequence(["AC04", "MD01"])[:2], ("cancelled", "MD01"), "the gravest counts")
        self.assertTrue(REASONS.exists() and {state for state, _words in consequences().values()} == {
            "blocked", "cancelled"})  # fmt: skip


class TestScreening(PureCase):
    LIST = "name;source;note\nBlackwater Shipping & Trading LLC;L1;x\nÉmile Zola;L2;\n".encode()

    def test_close_names(self):
        found = NameList(self.LIST).hits(
            ["BLACKWATER Trading and Shipping", "Blackwatr Shipping & Trading Ltd", "Zola, Emile", "Blue Water Baths"]
        )
        self.assertEqual(
            {name: hit.entry for name, hit in found.items()},
            {"BLACKWATER Trading and Shipping": "Blackwater Shipping & Trading LLC",
             "Blackwatr Shipping & Trading Ltd": "Blackwater Shipping & Trading LLC", "Zola, Emile": "Émile Zola"},
        )  # fmt: skip

    def test_only_a_legal_form(self):
        self.assertEqual(plain("SA"), "sa")

    def test_refused(self):
        for content in (b"\xff\xfe", b"who;what\nx;y\n", b""):
            with self.assertRaises(FormatError):
                NameList(content)
