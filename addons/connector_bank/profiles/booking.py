"""One row of a table as an entry, with what it says about account and balance."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import Charge, Detail, Entry, Exchange, Party, Reference

from .layout import folded
from .table import shown
from .values import DASHES, amount_of, amount_reader, currency_of, date_reader, day_of

ZERO = Decimal(0)
_NOTHING = frozenset({"", "NOTPROVIDED", "NONREF"})
_DETAIL_TEXTS = ("end_to_end_id", "mandate_id", "cheque_number", "purpose")
_PARTY = frozenset({"counterparty", "payer", "payee", "iban", "bic", "creditor_id"})


@dataclass(slots=True)
class Figures:
    """What counts in a row: whose it is, and what it moves."""

    account: str | None
    currency: str | None
    status: str
    booked_on: date | None
    amount: Decimal
    fee: Decimal  # of an extra column, as a booking of its own
    charge: Decimal  # the same, inside the amount
    balance: Decimal | None  # after this row, where the file says it and the row is booked
    place: str


class RowReader:
    """Reads rows of one layout in one table.

    :param currency: of rows that say none; that of the layout by default
    """

    def __init__(self, layout, columns, mark, currency=None):
        self._layout, self._columns = layout, columns
        self._default = currency or layout.currency
        self._days, self._amounts = date_reader(layout.dates), amount_reader(mark)
        self._debits = {folded(word) for word in layout.debit_marks}
        self._credits = {folded(word) for word in layout.credit_marks}
        self._statuses = {
            **{folded(word): "booked" for word in layout.booked},
            **{folded(word): "pending" for word in layout.pending},
            **{folded(word): None for word in layout.left_out},
        }
        self._several = {role: columns.of.get(role, ()) for role in ("text", "bank_ref", "counterparty")}
        self._single = {role: numbers[0] for role, numbers in columns.of.items() if role not in self._several}
        self._own = tuple(role for role in _DETAIL_TEXTS if role in self._single)
        self._parties = bool(_PARTY & columns.of.keys())

    def figures(self, cells, place):
        """What counts, or ``None`` where the status says that the row counts for nothing.

        :raise FormatError: ``profile.date``, ``profile.amount``, ``profile.sign``, ``profile.currency``,
            ``profile.status``; the place is row and column
        """
        status = self._status(cells, place)
        if status is None:
            return None
        booked_on = self._day(cells, "booked_on", place)
        if booked_on is None and status == "booked":
            if self._layout.blank_date != "pending":
                raise self._refused("the day is missing", "booked_on", place, "profile.date")
            status = "pending"
        amount, worn = self._amount(cells, place)
        currency = self._currency(cells, place, worn)
        fee = abs(self._number(cells, "fee", place) or ZERO)
        balance = self._number(cells, "balance", place) if status == "booked" else None
        if not amount and not fee and status == "booked":
            status = "information"  # such as new terms of the bank
        charge = ZERO
        if fee and self._layout.fee != "entry":
            amount -= fee if self._layout.fee == "added" else ZERO
            fee, charge = ZERO, fee
        account = number_of(self._text(cells, "account"))
        return Figures(account, currency, status, booked_on, amount, fee, charge, balance, place)

    def entries(self, figures, cells):
        """The bookings of a row: one, or two where its fee is one of its own.

        :raise FormatError: ``profile.date``, ``profile.amount``, ``profile.currency`` in columns that move nothing
        """
        place, amount, currency = figures.place, figures.amount, figures.currency
        reference = "/".join(self._texts(cells, "bank_ref")) or None
        value_on = self._day(cells, "value_on", place)
        yield Entry(
            booked_on=figures.booked_on,
            amount=amount,
            currency=currency,
            value_on=value_on,
            status=figures.status,
            bank_ref=reference,
            code=self._text(cells, "code"),
            additional=self._text(cells, "additional"),
            charges=(Charge(-figures.charge, currency, included=True),) if figures.charge else (),
            exchange=self._exchange(cells, place, currency),
            details=self._details(cells, amount),
            place=place,
        )
        if figures.fee:
            yield Entry(
                booked_on=figures.booked_on,
                amount=-figures.fee,
                currency=currency,
                value_on=value_on,
                status=figures.status,
                bank_ref=f"{reference}/fee" if reference else None,
                additional=self._columns.name(self._single["fee"]),
                place=f"{place} fee",
            )

    def _text(self, cells, role):
        number = self._single.get(role)
        if number is None or number >= len(cells):
            return None
        text = shown(cells[number])
        return None if text in _NOTHING else text

    def _texts(self, cells, role):
        found = []
        for number in self._several[role]:
            text = shown(cells[number]) if number < len(cells) else ""
            if text not in _NOTHING and text not in found:
                found.append(text)
        return found

    def _status(self, cells, place):
        number = self._single.get("status")
        if number is None:
            return "booked"
        word = folded(shown(cells[number])) if number < len(cells) else ""
        try:
            return self._statuses[word]
        except KeyError:
            raise self._refused("this status has no meaning yet", "status", place, "profile.status") from None

    def _day(self, cells, role, place):
        number = self._single.get(role)
        if number is None or number >= len(cells):
            return None
        value = cells[number]
        value = shown(value) if isinstance(value, str) else value
        if value == "":
            return None
        try:
            return day_of(value, self._days)
        except ValueError as error:
            if role == "booked_on" and isinstance(value, str) and self._statuses.get(folded(value)) == "pending":
                return None  # the word stands where the day will be
            raise self._refused("not a day", role, place, "profile.date") from error

    def _number(self, cells, role, place):
        found = self._worn(cells, role, place)
        return found and found[0]

    def _worn(self, cells, role, place):
        """(amount, currency) in the column of ``role``; ``None`` where there is nothing."""
        number = self._single.get(role)
        if number is None or number >= len(cells):
            return None
        value = cells[number]
        value = shown(value) if isinstance(value, str) else value
        if value == "" or value in DASHES:
            return None
        try:
            return amount_of(value, self._amounts)
        except ValueError as error:
            raise self._refused("not an amount", role, place, "profile.amount") from error

    def _amount(self, cells, place):
        sign = self._layout.sign
        if sign == "columns":
            return self._of_two(cells, place)
        found = self._worn(cells, "amount", place)
        if found is None:
            raise self._refused("the amount is missing", "amount", place, "profile.amount")
        amount, worn = found
        if sign == "signed":
            return amount, worn
        if sign == "inverted":
            return -amount, worn
        return self._marked(cells, amount, place), worn

    def _marked(self, cells, amount, place):
        number = self._single["mark"]
        mark = folded(shown(cells[number])) if number < len(cells) else ""
        if mark not in self._debits and mark not in self._credits:
            raise self._refused("neither a debit nor a credit", "mark", place, "profile.sign")
        if amount < 0:
            if self._layout.magnitude != "absolute":
                raise self._refused("a minus beside a mark", "amount", place, "profile.sign")
            amount = -amount
        return -amount if mark in self._debits else amount

    def _of_two(self, cells, place):
        debit, credit = self._worn(cells, "debit", place), self._worn(cells, "credit", place)
        if debit and credit and debit[0] and credit[0]:
            raise self._refused("a debit and a credit in one row", "debit", place, "profile.sign")
        if debit is None and credit is None:
            raise self._refused("the amount is missing", "debit", place, "profile.amount")
        if credit is not None and (credit[0] or debit is None):
            amount, worn = credit
            if amount < 0 and self._layout.magnitude != "absolute":
                raise self._refused("a minus among the credits", "credit", place, "profile.sign")
            return abs(amount), worn
        amount, worn = debit
        wrong = {"unsigned": amount < 0, "negative": amount > 0}
        if wrong.get(self._layout.magnitude):
            raise self._refused("the sign is not that of a debit here", "debit", place, "profile.sign")
        return -abs(amount), worn

    def _currency(self, cells, place, worn):
        text = self._text(cells, "currency") or self._columns.currency or self._default
        try:
            currency = currency_of(text) if text else worn
        except ValueError as error:
            raise self._refused("not a currency", "currency", place, "profile.currency") from error
        if worn and worn != currency:
            raise self._refused("the amount is in another currency", "amount", place, "profile.currency")
        return currency

    def _exchange(self, cells, place, currency):
        if "original_amount" not in self._single:
            return None
        amount, other = self._number(cells, "original_amount", place), self._text(cells, "original_currency")
        if not amount or not other:
            return None
        try:
            other = currency_of(other)
        except ValueError as error:
            raise self._refused("not a currency", "original_currency", place, "profile.currency") from error
        if other == currency:
            return None
        rate = self._number(cells, "rate", place)
        return Exchange(rate=rate or None, instructed=abs(amount), instructed_currency=other)

    def _details(self, cells, amount):
        reference = self._text(cells, "reference")
        detail = Detail(
            counterparty=self._counterparty(cells, amount) if self._parties else None,
            references=(Reference(reference),) if reference else (),
            remittance=tuple(self._texts(cells, "text")),
            **{role: self._text(cells, role) for role in self._own},
        )
        return (detail,) if detail != _EMPTY else ()

    def _counterparty(self, cells, amount):
        names = self._texts(cells, "counterparty")
        name = " ".join(names) or self._text(cells, "payee" if amount < 0 else "payer")
        account = number_of(self._text(cells, "iban"))
        bic, identifier = self._text(cells, "bic"), self._text(cells, "creditor_id")
        if not (name or account or bic or identifier):
            return None
        return Party(name and " ".join(name.split()), account, bic, identifier)

    def _refused(self, text, role, place, code):
        number = self._single.get(role)  # a damaged row of titles may name none
        where = place if number is None else f"{place}, column {self._columns.name(number)}"
        return FormatError(text, code=code, place=where)


_EMPTY = Detail()


def number_of(account):
    """An account number without blanks and apostrophes."""
    return account and ("".join(account.split()).strip("'").upper() or None)
