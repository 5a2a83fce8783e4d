from decimal import Decimal

from ..core.errors import FormatError
from ..core.statement import Entry, Finding, Footer, Header
from ..core.statement_totals import checked
from .pure import PureCase


def entry(amount, **values):
    return Entry(booked_on=None, amount=Decimal(amount), **values)


def header(opening=None, currency="EUR"):
    return Header("DE00", currency, opening=None if opening is None else Decimal(opening))


class TestChecked(PureCase):
    """What does not add up is told; what is out of order is refused."""

    def findings(self, *events):
        return [event.code for event in checked(events) if isinstance(event, Finding)]

    def test_passes_events_on_in_order(self):
        events = [header("1"), entry("2"), Footer(closing=Decimal(3))]
        self.assertEqual(list(checked(events)), events)

    def test_balance_that_does_not_add_up(self):
        self.assertEqual(self.findings(header("1"), entry("2"), Footer(closing=Decimal(4))), ["statement.balance"])

    def test_only_booked_entries_move_the_balance(self):
        events = (header("1"), entry("2"), entry("9", status="pending"), Footer(closing=Decimal(3)))
        self.assertEqual(self.findings(*events), [])

    def test_missing_balances_prove_nothing(self):
        self.assertEqual(self.findings(header(), entry("2"), Footer(closing=Decimal(9))), [])
        self.assertEqual(self.findings(header("1"), entry("2"), Footer()), [])

    def test_declared_totals(self):
        footer = Footer(entries=2, sum_credits=Decimal(5), sum_debits=Decimal(1))
        self.assertEqual(
            self.findings(header(), entry("2"), footer),
            ["statement.count", "statement.credits", "statement.debits"],
        )

    def test_foreign_entry(self):
        events = (header("0"), entry("2", currency="USD"), Footer(closing=Decimal(2)))
        self.assertEqual(self.findings(*events), ["statement.currency"])

    def test_order(self):
        for events in (
            [entry("1")],
            [Footer()],
            [header(), header()],
            [header(), entry("1")],
        ):
            with self.assertRaises(FormatError):
                list(checked(events))

    def test_findings_belong_to_their_statement(self):
        events = (header("1"), Footer(closing=Decimal(2)), header("5"), entry("1"), Footer(closing=Decimal(6)))
        self.assertEqual(self.findings(*events), ["statement.balance"])
