"""What every statement has to add up to, whatever format it came in."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from .errors import FormatError
from .money import plain
from .statement import Entry, Event, Finding, Footer, Header

ZERO = Decimal(0)


class Totals:
    """Running sums of one statement; only booked entries move the balance."""

    __slots__ = (
        "booked", "booked_credits", "booked_debits", "currencies", "currency", "header", "other_credits",
        "other_debits", "others",
    )  # fmt: skip

    def __init__(self, header):
        self.header, self.currency = header, header.currency
        self.booked = self.others = 0
        self.booked_credits = self.booked_debits = self.other_credits = self.other_debits = ZERO
        self.currencies = set()  # of entries in another one than the statement

    def add(self, entry):
        amount, currency = entry.amount, entry.currency
        if entry.status == "booked":
            self.booked += 1
            if amount < ZERO:
                self.booked_debits -= amount
            else:
                self.booked_credits += amount
        else:
            self.others += 1
            if amount < ZERO:
                self.other_debits -= amount
            else:
                self.other_credits += amount
        if currency is not None and currency is not self.currency and currency != self.currency:
            self.currencies.add(currency)

    @property
    def entries(self):
        return self.booked + self.others

    @property
    def sum_credits(self):
        return self.booked_credits + self.other_credits

    @property
    def sum_debits(self):
        return self.booked_debits + self.other_debits

    @property
    def movement(self):
        return self.booked_credits - self.booked_debits

    def findings(self, footer) -> Iterator[Finding]:
        header = self.header
        if header.currency and self.currencies:
            yield Finding(
                "statement.currency",
                f"Entries in {', '.join(sorted(self.currencies))} inside a statement in {header.currency}",
                footer.place,
            )
        elif header.opening is not None and footer.closing is not None:
            reached = header.opening + self.movement
            if reached != footer.closing:
                yield Finding(
                    "statement.balance",
                    f"Opening {plain(header.opening)} and entries {plain(self.movement)} give "
                    f"{plain(reached)}, but the closing balance is {plain(footer.closing)} "
                    f"(difference {plain(footer.closing - reached)} {header.currency or ''})".replace(" )", ")"),
                    footer.place,
                )
        declared = (
            ("count", "entries", footer.entries, (self.entries, self.booked)),
            ("credits", "sum of credits", footer.sum_credits, (self.sum_credits, self.booked_credits)),
            ("debits", "sum of debits", footer.sum_debits, (self.sum_debits, self.booked_debits)),
        )
        for code, words, said, found in declared:
            if said is not None and said not in found:
                yield Finding(
                    f"statement.{code}",
                    f"The file declares {words} {said}, it holds {found[0]}",
                    footer.place,
                )


def checked(events: Iterable[Event], named=None) -> Iterator[Event]:
    """Pass ``events`` on; refuse a broken order, report what does not add up.

    :param named: what makes of each header the one to pass on

    Raises ``FormatError`` when an entry stands outside a statement or a statement has no end.
    """
    totals = add = None
    for event in events:
        kind = type(event)
        if kind is Entry:
            if totals is None:
                raise FormatError("entry outside a statement", code="statement.order", place=event.place)
            add(event)
            yield event
        elif kind is Header:
            if totals is not None:
                raise FormatError("statement inside a statement", code="statement.order", place=event.place)
            event = named(event) if named else event
            totals = Totals(event)
            add = totals.add
            yield event
        elif kind is Footer:
            if totals is None:
                raise FormatError("end without a statement", code="statement.order", place=event.place)
            yield event
            yield from totals.findings(event)
            totals = None
        else:
            yield event
    if totals is not None:
        raise FormatError("the statement has no end", code="statement.truncated", place=totals.header.place)
