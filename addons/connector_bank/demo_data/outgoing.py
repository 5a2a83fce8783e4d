"""What we pay: weekly payment runs with our own ids, direct debits, salaries and the like."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from .calendar import WEEKS, workday
from .numbers import account
from .values import Booking, OwnPayment, Transaction

#: In these weeks the bank books the payment run as one sum.
_BATCH_WEEKS = (0, 4, 8)
_RETURN_WEEK = 5


def payment_runs(plan):
    """Our own payments: each Thursday everything two weeks old, also in the week under way."""
    left = [bill for bill in plan.of_kind("in_invoice") if bill.partner.habit == "transfer"]
    payments = []
    for week in range(WEEKS + 1):
        day = plan.calendar.monday(week) + timedelta(days=3)
        if day >= plan.calendar.today:
            break
        due = [bill for bill in left if bill.dated_on <= day - timedelta(days=14)]
        left = [bill for bill in left if bill not in due]
        payments += [
            OwnPayment(f"NQPAY-{day:%y%m%d}-{number:02}", bill, day) for number, bill in enumerate(due, start=1)
        ]
    return payments


def outgoing(plan):
    """Bookings by bank key for everything that leaves the accounts until the last week."""
    bookings = defaultdict(list)
    for (week, bank), payments in _runs(plan).items():
        bookings[bank] += _debits(plan.calendar.friday(week), payments, week in _BATCH_WEEKS)
    for bill in plan.of_kind("in_invoice"):
        day = workday(bill.dated_on + timedelta(days=8))
        if bill.partner.habit == "debit" and plan.calendar.start <= day <= plan.calendar.end:
            bookings["eur"].append(_direct_debit(bill, day))
    bookings["eur"] += [_returned(plan), *_without_document(plan.calendar)]
    bookings["chf"] += _of_the_bank(plan.calendar)
    return bookings


def _runs(plan):
    runs = defaultdict(list)
    for payment in plan.payments:
        week = plan.calendar.week(payment.made_on)
        if week < WEEKS:
            runs[week, payment.bill.partner.currency.lower()].append(payment)
    return runs


def _debits(day, payments, batch):
    transactions = [
        Transaction(
            -payment.bill.amount, payment.bill.partner.name, payment.bill.partner.account,
            end_to_end=payment.key, texts=(payment.bill.number,),
        )
        for payment in payments
    ]
    keys = [payment.key for payment in payments]
    if batch and len(payments) > 1:
        total = sum(transaction.amount for transaction in transactions)
        return [Booking(day, total, "own_batch", tuple(keys), tuple(transactions), "Sammelauftrag")]
    return [
        Booking(day, transaction.amount, "own", (key,), (transaction,))
        for key, transaction in zip(keys, transactions, strict=True)
    ]


def _direct_debit(bill, day):
    words = (f"Lastschrift Rechnung {bill.number}", "Mandat M-4471")
    taken = Transaction(-bill.amount, bill.partner.name, bill.partner.account, texts=words)
    return Booking(day, taken.amount, "debit", (bill.key,), (taken,))


def _returned(plan):
    """One of our transfers comes back: the account was closed (ISO 20022 reason AC04)."""
    runs = _runs(plan)
    week = next(week for week in range(_RETURN_WEEK, WEEKS) if runs[week, "eur"])
    payment = runs[week, "eur"][0]
    day = plan.calendar.monday(week + 1) + timedelta(days=1)
    back = Transaction(
        payment.bill.amount, payment.bill.partner.name, payment.bill.partner.account, end_to_end=payment.key,
        texts=(f"Rückgabe {payment.bill.number}",), return_reason="AC04",
    )
    return Booking(day, back.amount, "return", (payment.key,), (back,), "Rückbuchung Überweisung")


def _plain(day, amount, kind, text, name=None, number=None, **more):
    amount = Decimal(amount)
    transactions = ()
    if name:
        transactions = (Transaction(amount, name, account("DE", number) if number else None, texts=(text,)),)
    return Booking(day, amount, kind, (), transactions, text, **more)


def _without_document(calendar):
    """Lines that no invoice explains: they end as cases for a person."""
    day = calendar.friday
    for week in (3, 7, 11):
        yield _plain(day(week), f"-{18_400 + 37 * week}.60", "salary", "Gehaltslauf")
    for week in (2, 6):
        yield _plain(day(week), "-2950.00", "rent", "Miete Lager Ahornhof", "Ahornhof Verwaltung GbR", 70_001)
    yield _plain(day(5), "-6212.00", "tax", "USt-Voranmeldung", "Finanzkasse Nebelhafen", 70_002)
    yield _plain(day(8), "-34.90", "charges", "Kontoführung und Buchungsposten")
    yield _plain(day(9), "4.50", "charges", "Storno Buchungsposten", reversal=True)
    coffee = _plain(day(10), "-3.80", "coffee", "Kartenzahlung Kaffeebude Möwe")
    yield from (coffee, replace(coffee))
    yield _plain(day(4), "77.35", "unknown", "Danke für alles", "K. Wunderlich", 70_003)


def _of_the_bank(calendar):
    yield _plain(calendar.sunday(7) - timedelta(days=2), "-18.00", "charges", "Kontoführungsgebühr Quartal")
    yield _plain(calendar.sunday(11) - timedelta(days=2), "12.40", "interest", "Habenzins")
