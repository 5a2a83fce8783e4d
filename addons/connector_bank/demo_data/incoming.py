"""What customers pay, each in his own way, and what the bank makes of it."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from .calendar import workday
from .values import Booking, Transaction

_DELAY = {"reference": (22, 32), "number": (18, 38), "loose": (20, 30), "silent": (24, 34), "discount": (6, 9)}
_USUAL = (22, 34)
_CENT = Decimal("0.01")
_WORDS = ("Rechnung {}", "Invoice {} thank you", "Zahlung {} vielen Dank", "{}", "Our payment for {}")


def incoming(plan, chance):
    """Bookings by bank key for everything customers pay until the end of the last week."""
    payers = _Payers(plan, chance)
    for partner, invoices in plan.invoices_by_customer().items():
        getattr(payers, f"_{partner.habit}")(partner, invoices)
    payers.collect_qr_payments()
    return payers.bookings


class _Payers:
    """One method for each habit; ``bookings`` fills up."""

    def __init__(self, plan, chance):
        self._plan, self._chance = plan, chance
        self._qr = defaultdict(list)  # day → (invoice, transaction)
        self.bookings = defaultdict(list)

    def _paid_on(self, invoice):
        """The day the payment is booked; ``None`` where that is after the last statement."""
        calendar, habit = self._plan.calendar, invoice.partner.habit
        day = invoice.dated_on + timedelta(days=self._chance.randint(*_DELAY.get(habit, _USUAL)))
        day = workday(max(day, calendar.start), -1 if habit == "discount" else 1)
        return workday(day) if calendar.start <= day <= calendar.end else None

    def _paid(self, invoices):
        return [(invoice, day) for invoice in invoices if (day := self._paid_on(invoice))]

    def _book(self, day, kind, invoices, transaction, bank=None, **more):
        bank = bank or invoices[0].partner.currency.lower()
        truth = tuple(invoice.key for invoice in invoices)
        self.bookings[bank].append(Booking(day, transaction.amount, kind, truth, (transaction,), **more))

    def _from(self, partner, amount, **more):
        return Transaction(amount, partner.name, partner.account, **more)

    def _words(self, *numbers):
        return (self._chance.choice(_WORDS).format(", ".join(numbers)),)

    def _reference(self, partner, invoices):
        for place, (invoice, day) in enumerate(self._paid(invoices)):
            if partner.style == "qrr":
                paid = self._from(partner, invoice.amount, reference=invoice.reference, scheme="QRR")
                self._qr[day].append((invoice, paid))
            elif partner.style == "ogm" and place % 2:
                self._book(day, "full", [invoice], self._from(partner, invoice.amount, texts=(invoice.reference,)))
            else:
                ref = invoice.reference.translate(str.maketrans("", "", "+/"))
                self._book(day, "full", [invoice], self._from(partner, invoice.amount, reference=ref))

    def collect_qr_payments(self):
        """In every other week the bank books QR payments as one sum with their transactions inside."""
        weeks = defaultdict(list)
        for day, payments in sorted(self._qr.items()):
            week = self._plan.calendar.week(day)
            if week % 2 == 0:
                weeks[week] += payments
                continue
            for invoice, paid in payments:
                self._book(day, "full", [invoice], paid)
        for week, payments in weeks.items():
            total = sum(paid.amount for _invoice, paid in payments)
            self.bookings["chf"].append(
                Booking(
                    self._plan.calendar.friday(week), total, "batch" if len(payments) > 1 else "full",
                    tuple(invoice.key for invoice, _paid in payments),
                    tuple(paid for _invoice, paid in payments),
                    "Sammelgutschrift QR-Rechnungen",
                )
            )

    def _number(self, partner, invoices):
        """Names the invoice, and deducts a credit note at the next occasion."""
        credit = list(self._plan.refunds_of(partner))
        for invoice, day in sorted(self._paid(invoices), key=lambda pair: pair[1]):
            together = [invoice]
            if credit and credit[0].dated_on < day and credit[0].amount < invoice.amount:
                together.append(credit.pop(0))
            amount = invoice.amount - sum(document.amount for document in together[1:])
            words = self._words(*(document.number for document in together))
            kind = "several" if len(together) > 1 else "full"
            self._book(day, kind, together, self._from(partner, amount, texts=words))

    def _loose(self, partner, invoices):
        """Writes the number as people do: small letters, no zeros, no dashes."""
        for invoice, day in self._paid(invoices):
            _prefix, year, number = invoice.number.split("-")
            text = f"re {year} {int(number)} vom {invoice.dated_on:%d.%m.%y}"
            self._book(day, "loose", [invoice], self._from(partner, invoice.amount, texts=(text,)))

    def _silent(self, partner, invoices):
        for invoice, day in self._paid(invoices):
            paid = self._from(partner, invoice.amount, texts=("Dauerauftrag Wareneinkauf",))
            self._book(day, "no_reference", [invoice], paid)

    def _discount(self, partner, invoices):
        for invoice, day in self._paid(invoices):
            late = (day - invoice.dated_on).days > 10
            amount = invoice.amount - (invoice.amount * 2 / 100).quantize(_CENT)
            words = (f"{invoice.number} abzgl. 2% Skonto",)
            kind = "discount_late" if late else "discount"
            self._book(day, kind, [invoice], self._from(partner, amount, texts=words))

    def _collector(self, partner, invoices):
        """Pays every fourth week what is twenty days old, credit notes deducted."""
        calendar, left = self._plan.calendar, [*invoices, *self._plan.refunds_of(partner)]
        for week in (3, 7, 11):
            day = calendar.friday(week)
            due = [document for document in left if document.dated_on <= day - timedelta(days=20)]
            left = [document for document in left if document not in due]
            amount = sum(d.amount if d.kind == "out_invoice" else -d.amount for d in due)
            words = ("Sammelzahlung", *(document.number for document in due))
            self._book(day, "several", due, self._from(partner, amount, texts=words))

    def _rounding(self, partner, invoices):
        for invoice, day in self._paid(invoices):
            amount = invoice.amount + Decimal(self._chance.choice((-45, -30, -10, -1, 2, 20))).scaleb(-2)
            paid = self._from(partner, amount, texts=self._words(invoice.number))
            self._book(day, "tolerance", [invoice], paid)

    def _partial(self, partner, invoices):
        for invoice, day in self._paid(invoices):
            half = (invoice.amount / 2).quantize(_CENT)
            words = (f"Teilzahlung {invoice.number}",)
            self._book(day, "partial", [invoice], self._from(partner, half, texts=words))

    def _fee(self, partner, invoices):
        for invoice, day in self._paid(invoices):
            charges = self._chance.choice((Decimal("15.00"), Decimal("22.50")))
            paid = self._from(partner, invoice.amount - charges, texts=self._words(invoice.number))
            self._book(day, "fee", [invoice], paid, charges=charges)

    def _foreign(self, partner, invoices):
        """A dollar invoice paid to the euro account: the bank converts and tells the rate."""
        for invoice, day in self._paid(invoices):
            rate = self._plan.rates.at("USD", day)
            amount = (invoice.amount / rate).quantize(_CENT)
            paid = self._from(
                partner, amount, texts=self._words(invoice.number), instructed=(invoice.amount, "USD", rate)
            )
            self._book(day, "foreign", [invoice], paid, bank="eur")
