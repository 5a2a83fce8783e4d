"""CFONB 240: operations returned to the client, transfers received and items unpaid, one record (34) each.

They explain bookings of the statement, so they book nothing themselves. The format knows no sign: amounts stand
as they are written, the operation code says what they are.
"""

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import Detail, Entry, Footer, Header, Party, Reference

from .fixed import day, french_account, scaled, text

_CURRENCIES = {"E": "EUR", "F": "FRF"}


def _account(line, start):
    account = french_account(line[start : start + 5], line[start + 5 : start + 10], line[start + 10 : start + 21])
    return account or text(line[start + 10 : start + 21])


class Cfonb240:
    """Where in the file we are; turns records into events."""

    def __init__(self):
        self._header = None
        self._records = {"31": self._open, "34": self._book, "39": self._close}

    def read(self, line, position):
        """Events of one record."""
        record = self._records.get(line[:2])
        if record is None:
            raise FormatError("no CFONB 240 record begins like this", code="cfonb.record")
        return (record(line, f"line {position}"),)

    def _open(self, line, place):
        if self._header is not None:
            raise FormatError("a statement begins inside another", code="cfonb.structure")
        self._header = Header(
            account=_account(line, 21),
            currency=_CURRENCIES.get(line[16]),
            from_on=day(line[10:16], "dmy", "cfonb.date"),  # when the file before this one was sent
            owner=text(line[42:66]) or text(line[98:122]),
            intraday=True,
            place=place,
        )
        return self._header

    def _book(self, line, place):
        if self._header is None:
            raise FormatError("a record stands outside a statement", code="cfonb.structure")
        currency = _CURRENCIES.get(line[16])
        amount = scaled(line[228:240], 2, "cfonb.amount")
        references = (("presenter", line[122:128]), ("issuer", line[66:72]), ("initial presenter", line[222:228]))
        party = Party(name=text(line[42:66]), account=_account(line, 21))
        remittance = text(line[128:216])
        detail = Detail(
            amount=amount,
            currency=currency,
            counterparty=party if party.name or party.account else None,
            remittance=(remittance,) if remittance else (),
            other_references=tuple(Reference(text(value), kind) for kind, value in references if value.strip(" 0")),
        )
        return Entry(
            booked_on=day(line[10:16], "dmy", "cfonb.date"),
            amount=amount,
            currency=currency,
            value_on=day(line[216:222], "dmy", "cfonb.date"),
            status="information",
            entry_ref=text(line[2:8]),
            code=text(line[8:10]),
            details=(detail,),
            place=place,
        )

    def _close(self, line, place):
        if self._header is None:
            raise FormatError("a record stands outside a statement", code="cfonb.structure")
        self._header = None
        return Footer(sum_credits=scaled(line[228:240], 2, "cfonb.amount"), place=place)
