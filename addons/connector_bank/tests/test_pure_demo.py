from collections import Counter
from datetime import date
from decimal import Decimal
from io import BytesIO

from odoo.addons.connector_bank import formats
from odoo.addons.connector_bank.demo_data import make_plan
from odoo.addons.connector_bank.importing.book import statements
from odoo.addons.finance_connector_base.core.statement import Finding
from odoo.addons.finance_connector_base.tests.pure import PureCase

#: A Monday, a Sunday, a turn of the year and a leap day.
DAYS = (date(2026, 6, 15), date(2026, 11, 22), date(2026, 1, 2), date(2028, 2, 29))
KINDS = (
    "full", "several", "batch", "no_reference", "loose", "discount", "tolerance", "partial", "fee", "foreign",
    "stranger", "unknown", "own", "own_batch", "debit", "return", "salary", "rent", "tax", "charges", "interest",
    "coffee", "card",
)  # fmt: skip


class TestDemoPlan(PureCase):
    """The plan is the same each time, and its files say what it says."""

    def test_same_day_same_bytes(self):
        first, second = make_plan(DAYS[0]), make_plan(DAYS[0])
        self.assertEqual(first.files, second.files)
        self.assertEqual(first.documents, second.documents)

    def test_size_and_kinds(self):
        for day in DAYS:
            with self.subTest(day):
                plan = make_plan(day)
                kinds = Counter(booking.kind for booking in plan.bookings.values())
                self.assertFalse(set(KINDS) - set(kinds))
                self.assertTrue(150 <= sum(kinds.values()) <= 260, kinds)
                self.assertEqual(len(plan.files), 16)
                self.assertEqual(kinds["coffee"], 2)

    def test_numbers_are_unique(self):
        plan = make_plan(DAYS[0])
        for keys in ([d.key for d in plan.documents], [p.key for p in plan.payments], [f.name for f in plan.files]):
            self.assertEqual(len(keys), len(set(keys)))

    def test_every_line_is_in_its_file(self):
        for day in DAYS:
            for file in make_plan(day).files:
                with self.subTest(f"{day} {file.name}"):
                    found = {}
                    for statement in statements(formats.parse(BytesIO(file.content))):
                        found.update({entry.place: entry for entry in statement.booked})
                    for place, booking in file.bookings.items():
                        self.assertEqual(found[place].amount, booking.amount)
                        self.assertEqual(found[place].booked_on, booking.day)

    def test_only_one_statement_does_not_add_up(self):
        wrong = [
            (file.name, event.code)
            for file in make_plan(DAYS[0]).files
            for event in formats.parse(BytesIO(file.content))
            if isinstance(event, Finding)
        ]
        self.assertEqual([code for _name, code in wrong], ["statement.balance"])

    def test_nothing_is_paid_twice(self):
        plan = make_plan(DAYS[0])
        paid = Counter(
            key
            for booking in plan.bookings.values()
            if booking.kind not in ("partial", "return")  # a return takes back what was paid
            for key in booking.truth
        )
        self.assertEqual([key for key, times in paid.items() if times > 1], [])

    def test_truth_adds_up(self):
        """What a line settles makes its amount, save for what its kind leaves over."""
        plan = make_plan(DAYS[0])
        amounts = {d.key: d.amount if d.kind == "out_invoice" else -d.amount for d in plan.documents}
        amounts.update({payment.key: -payment.bill.amount for payment in plan.payments})
        for booking in plan.bookings.values():
            if booking.kind in ("full", "batch", "several", "no_reference", "own", "own_batch", "debit", "loose"):
                with self.subTest(booking.kind):
                    self.assertEqual(sum(map(amounts.get, booking.truth), Decimal(0)), booking.amount)
