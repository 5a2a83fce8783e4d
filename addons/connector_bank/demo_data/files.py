"""The files the banks hand over: statements cut from the bookings, and the mishaps of real life."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo.addons.finance_connector_base.demo_data import COMPANY

from .calendar import WEEKS
from .camt import statement, zipped
from .cast import BANKS, DEPOSIT
from .values import Bank, Booking, File

#: Weeks of each statement by bank; the last euro statement repeats a week of the one before it.
_PERIODS = {
    "eur": ((0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 10), (10, 11)),
    "chf": ((0, 3), (4, 7), (8, 11)),
    "usd": ((0, 2), (3, 5), (6, 7), (8, 9), (10, 11)),
}
_OVERLAPPING = ("eur", 6)
_COPIED = ("eur", 2)
_LOST_ENTRY = ("usd", 1)  # the balance moves by what the file does not hold
_LOST_STATEMENT = ("usd", 3)  # never delivered
_ZIPPED = (("chf", 0), ("chf", 1))
_LOST_AMOUNT = Decimal("-250.00")


def make_files(plan, bookings, pending, today_bookings):
    """All files in the order in which they come."""
    made = {key: file for bank in BANKS for key, file in _statements(plan, bank, bookings[bank.key], pending)}
    copied = made[_COPIED]
    euro = [file for (bank, _place), file in made.items() if bank == "eur"]
    copy = replace(copied, name=copied.name.replace(".xml", " (1).xml"), about="the same file again", bookings={})
    others = [file for key, file in made.items() if key[0] != "eur" and key not in (_LOST_STATEMENT, *_ZIPPED)]
    deposit = _deposit(plan)
    today = _today(plan, bookings["eur"], today_bookings)
    return [*euro[:5], copy, *euro[5:], deposit, _zip(plan, [made[key] for key in _ZIPPED]), *others, today]


def _statements(plan, bank, bookings, pending):
    balance, balance_of = bank.opening, defaultdict(Decimal)
    for booking in bookings:
        balance_of[plan.calendar.week(booking.day)] += booking.amount
    for place, (first, last) in enumerate(_PERIODS[bank.key]):
        own = [b for b in bookings if first <= plan.calendar.week(b.day) <= last]
        hidden = _LOST_AMOUNT if (bank.key, place) == _LOST_ENTRY else Decimal(0)
        if (bank.key, place) == _OVERLAPPING:
            balance -= balance_of[first]
        new = [b for b in own if plan.calendar.week(b.day) == last or (bank.key, place) != _OVERLAPPING]
        more = [b for b in pending.get(bank.key, ()) if last == WEEKS - 1]
        yield (bank.key, place), _file(
            plan, bank, bank.first_number + place, (first, last), balance, [*own, *more], new, hidden
        )
        balance += sum((booking.amount for booking in own), hidden)


def _file(plan, bank, number, weeks, opening, bookings, new, hidden):
    first, last = plan.calendar.monday(weeks[0]), plan.calendar.sunday(weeks[1])
    content = statement(bank, number, first, last, opening, bookings, COMPANY, hidden=hidden)
    places = {f"Stmt[1]/Ntry[{place}]": b for place, b in enumerate(bookings, start=1) if any(b is n for n in new)}
    about = f"statement {number}, {first:%d.%m.} to {last:%d.%m.}"
    return File(f"{bank.journal}_camt053_{last:%Y-%m-%d}_{number:05}.xml", bank, content, about, places)


def _zip(plan, files):
    day = plan.calendar.end
    places = {f"{file.name}: {place}": b for file in files for place, b in file.bookings.items()}
    content = zipped({file.name: file.content for file in files}, day)
    return File(f"{files[0].bank.journal}_{day:%Y-%m}.zip", files[0].bank, content, "two statements", places, True)


def _deposit(plan):
    """A statement of an account that no journal has."""
    bank = next(bank for bank in BANKS if bank.key == "eur")
    deposit = Bank("deposit", bank.name, bank.bic, "DE", DEPOSIT, "EUR", bank.journal, Decimal("50000.00"), 1)
    first, last = plan.calendar.monday(8), plan.calendar.sunday(11)
    interest = Booking(last, Decimal("61.20"), "interest", (), (), "Zinsen Festgeld", "LEUD0000001")
    content = statement(deposit, 1, first, last, deposit.opening, [interest], COMPANY)
    return File(f"Festgeld_camt053_{last:%Y-%m-%d}.xml", bank, content, "an account without journal")


def _today(plan, bookings, today_bookings):
    """The report of the day, before any statement confirms it."""
    bank = next(bank for bank in BANKS if bank.key == "eur")
    day = plan.calendar.today
    opening = bank.opening + sum(booking.amount for booking in bookings)
    content = statement(bank, 1, day, day, opening, today_bookings, COMPANY, message="052")
    places = {f"Rpt[1]/Ntry[{place}]": b for place, b in enumerate(today_bookings, start=1)}
    return File(f"{bank.journal}_camt052_{day:%Y-%m-%d}.xml", bank, content, "report of the day", places)
