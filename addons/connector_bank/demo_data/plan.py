"""``make_plan``: everything that happens in the demo, from one day and one seed."""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from odoo.addons.finance_connector_base.demo_data import Rates, make_rates

from . import cast
from .calendar import Calendar
from .documents import make_documents
from .files import make_files
from .incoming import incoming
from .outgoing import outgoing, payment_runs
from .values import Booking, Document, File, OwnPayment, Transaction


@dataclass(slots=True)
class Plan:
    """The documents to post and the files to import; each line of a file knows what it settles."""

    calendar: Calendar
    rates: Rates
    documents: list[Document]
    payments: list[OwnPayment] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    banks = cast.BANKS

    @property
    def customers(self):
        return cast.customers()

    @property
    def vendors(self):
        return cast.vendors()

    @property
    def bookings(self):
        """``{(file name, place): booking}`` for every line that a file brings."""
        return {(file.name, place): b for file in self.files for place, b in file.bookings.items()}

    def of_kind(self, kind):
        return [document for document in self.documents if document.kind == kind]

    def refunds_of(self, partner):
        return [document for document in self.of_kind("out_refund") if document.partner == partner]

    def invoices_by_customer(self):
        found = defaultdict(list)
        for invoice in self.of_kind("out_invoice"):
            found[invoice.partner].append(invoice)
        return found


def make_plan(today, seed=19):
    """The plan for ``today``; same day and seed, same plan."""
    chance = random.Random(seed)  # noqa: S311  repeatable, guards nothing
    calendar = Calendar(today)
    plan = Plan(calendar, make_rates(today, seed), make_documents(calendar, chance))
    plan.payments = payment_runs(plan)
    bookings = defaultdict(list)
    for source in (incoming(plan, chance), outgoing(plan)):
        for bank, found in source.items():
            bookings[bank] += found
    bookings["eur"] += _strangers(plan, bookings)
    bookings = {bank.key: _in_order(bank, bookings[bank.key]) for bank in cast.BANKS}
    pending, today_bookings = _not_yet(plan, bookings)
    plan.files = make_files(plan, bookings, pending, _in_order(cast.BANKS[0], today_bookings, "T"))
    return plan


def _in_order(bank, bookings, mark=""):
    """By day, with the bank's own reference; cards and the bank's own charges have none."""
    ordered = []
    for number, booking in enumerate(sorted(bookings, key=lambda b: b.day), start=1):
        ref = None if not booking.transactions else f"{bank.journal}{mark}{booking.day:%y%m%d}{number:04}"
        ordered.append(replace(booking, bank_ref=ref))
    return ordered


def _open_invoices(plan, bookings, currency):
    """Invoices that no line pays, the oldest first."""
    paid = {key for found in bookings.values() for booking in found for key in booking.truth}
    return [
        invoice for invoice in plan.of_kind("out_invoice")
        if invoice.key not in paid and invoice.partner.currency == currency and invoice.partner.habit == "reference"
    ]


def _strangers(plan, bookings):
    """Payers we do not know: one gives only the amount, one names the invoice."""
    by_amount, by_number = _open_invoices(plan, bookings, "EUR")[:2]
    day = plan.calendar.friday(11)
    payer = Transaction(by_amount.amount, "Treuhand Nebelkamm", cast.account("DE", 70_010), texts=("Überweisung",))
    yield Booking(day, payer.amount, "stranger", (by_amount.key,), (payer,))
    words = (f"Zahlung {by_number.number}",)
    payer = Transaction(by_number.amount, "Factoring Sternwarte GmbH", cast.account("DE", 70_011), texts=words)
    yield Booking(day, payer.amount, "full", (by_number.key,), (payer,))


def _not_yet(plan, bookings):
    """A payment announced but not booked, and what came in today."""
    qr = _open_invoices(plan, bookings, "CHF")[0]
    coming = Transaction(qr.amount, qr.partner.name, qr.partner.account, reference=qr.reference, scheme="QRR")
    pending = Booking(
        plan.calendar.end + timedelta(days=1), qr.amount, "pending", (qr.key,), (coming,), pending=True
    )
    today = []
    for invoice in _open_invoices(plan, bookings, "EUR")[:3]:
        ref = invoice.reference.translate(str.maketrans("", "", "+/"))
        paid = Transaction(invoice.amount, invoice.partner.name, invoice.partner.account, reference=ref)
        today.append(Booking(plan.calendar.today, paid.amount, "full", (invoice.key,), (paid,)))
    today.append(
        Booking(plan.calendar.today, Decimal("-12.60"), "card", (), (), "Kartenzahlung Papeterie Zettelwirt")
    )
    return {"chf": [pending]}, today
