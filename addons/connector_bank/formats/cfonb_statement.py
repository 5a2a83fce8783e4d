"""CFONB 120: account statements. Old balance (01), bookings (04), what is said about them (05), new balance (07)."""

from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import (
    Charge,
    Detail,
    Entry,
    Exchange,
    Finding,
    Footer,
    Header,
    Party,
    Reference,
)

from .fixed import day, french_account, optional_scaled, text

#: The last character of an amount is a digit and the sign: ``{`` and ``A`` to ``I`` are +0 to +9, ``}`` and ``J`` to
#: ``R`` are -0 to -9. The French variant of ISO 646 shows ``é`` and ``è`` for the braces.
_LAST = {sign: (index % 10, 1 if index < 10 else -1) for index, sign in enumerate("{ABCDEFGHI}JKLMNOPQR")}
_LAST |= {"é": _LAST["{"], "è": _LAST["}"]}
_CHEQUES = frozenset(("01",))
#: Inter-bank operation codes of returns and unpaid items: the other side is on the other side.
_RETURNS = frozenset("03 10 12 26 27 33 34 38 98 A3 A4 B3 B4 C3 C5".split())
_DEFAULT_DECIMALS = "2"


def signed_amount(field, decimals):
    """An amount whose last character holds the sign; the number of decimals stands in the record."""
    field = field.strip()
    digit, sign = _LAST.get(field[-1:], (None, None))
    digits = f"{field[:-1]}{digit}"
    if sign is None or not (digits.isascii() and digits.isdigit()):
        raise FormatError("an amount is no signed number", code="cfonb.amount")
    if decimals == " ":
        decimals = _DEFAULT_DECIMALS
    if decimals not in "0123456789":
        raise FormatError("the number of decimals is no digit", code="cfonb.amount")
    return Decimal(int(digits) * sign).scaleb(-int(decimals))


class Cfonb120:
    """Where in the file we are; turns records into events."""

    def __init__(self):
        self._header = None
        self._account = None
        self._booking = None  # line, position, [(qualifier, text)]
        self._records = {"01": self._open, "04": self._book, "05": self._tell, "07": self._close}

    def read(self, line, position):
        """Events of one record."""
        record = self._records.get(line[:2])
        if record is None:
            raise FormatError("no CFONB 120 record begins like this", code="cfonb.record")
        return record(line, position)

    def _open(self, line, position):
        if self._header is not None:
            raise FormatError("a statement begins inside another", code="cfonb.structure")
        self._account = line[21:32]
        self._header = Header(
            account=french_account(line[2:7], line[11:16], line[21:32]) or text(line[21:32]),
            currency=text(line[16:19]),
            opening=signed_amount(line[90:104], line[19]),
            opening_on=day(line[34:40], "dmy", "cfonb.date"),
            place=f"line {position}",
        )
        return (self._header,)

    def _book(self, line, position):
        self._same_account(line)
        found = self._finished()
        self._booking = line, position, []
        return found

    def _tell(self, line, position):
        self._same_account(line)
        if self._booking is None:
            told = f"A text belongs to no booking: {text(line[45:118])}"
            return (Finding("cfonb.detail", told, f"line {position}"),)
        self._booking[2].append((line[45:48], line[48:118]))
        return ()

    def _close(self, line, position):
        self._same_account(line)
        found = self._finished()
        self._header = None
        footer = Footer(
            closing=signed_amount(line[90:104], line[19]),
            closing_on=day(line[34:40], "dmy", "cfonb.date"),
            place=f"line {position}",
        )
        return (*found, footer)

    def _same_account(self, line):
        if self._header is None:
            raise FormatError("a record stands outside a statement", code="cfonb.structure")
        if line[21:32] != self._account:
            raise FormatError("a record of another account stands inside the statement", code="cfonb.account")

    def _finished(self):
        if self._booking is None:
            return ()
        line, position, told = self._booking
        self._booking = None
        try:
            return (self._entry(line, told, f"line {position}"),)
        except FormatError as error:
            error.place = f"line {position}"
            raise

    def _entry(self, line, told, place):
        operation, amount = line[32:34], signed_amount(line[90:104], line[19])
        currency = text(line[16:19])
        details = _Details(amount, currency, operation)
        details.remittance.append(text(line[48:80]))
        if line[104:120].strip():
            details.reference("other_references", line[104:120], "reference")
        issued = line[81:88].strip(" 0") and line[81:88].strip()
        if operation in _CHEQUES:
            details.values["cheque_number"] = issued or None
        if line[40:42].strip(" 0"):
            details.values["return_text"] = f"CFONB {line[40:42]}"
        for qualifier, said in told:
            details.add(qualifier, said)
        return Entry(
            booked_on=day(line[34:40], "dmy", "cfonb.date"),
            amount=amount,
            currency=currency,
            value_on=day(line[42:48], "dmy", "cfonb.date"),
            entry_ref=issued or None,
            bank_ref=details.values.get("bank_ref"),
            code=text(operation),
            own_code=text(line[7:11]),
            charges=tuple(details.values.pop("charges", ())),
            details=(details.made(),),
            place=place,
        )


class _Details:
    """Collects what the 05 records of a booking say."""

    def __init__(self, amount, currency, operation):
        self.values = {"amount": amount, "currency": currency}
        self.remittance, self.additional = [], []
        outgoing = (amount < 0) != (operation in _RETURNS)
        self._sides = ("beneficiary", "payer") if outgoing else ("payer", "beneficiary")
        self._parties = {}

    def add(self, qualifier, said):
        read = _QUALIFIERS.get(qualifier)
        if read is None or read(self, said) is False:
            self.additional.append(text(f"{qualifier} {said}"))

    def reference(self, field, value, kind=None):
        if value := text(value):
            self.values[field] = (*self.values.get(field, ()), Reference(value, kind))

    def party(self, side, **facts):
        known = self._parties.setdefault(side, {})
        known.update({name: value for name, value in facts.items() if value and name not in known})

    def made(self):
        """The party opposite by direction; the one given where there is only that."""
        sides = [side for side in self._sides if self._parties.get(side)]
        ultimate = [self._parties.get(f"ultimate {side}") for side in self._sides]
        other = Party(**self._parties[sides[0]]) if sides else None
        return Detail(
            counterparty=other,
            ultimate=Party(**ultimate[0]) if ultimate[0] else None,
            remittance=tuple(dict.fromkeys(filter(None, self.remittance))),
            additional=" ".join(filter(None, self.additional)) or None,
            **self.values,
        )


def _references(details, said):
    """RCN: reference from end to end, purpose."""
    details.values["end_to_end_id"] = text(said[:35])
    details.values["purpose"] = text(said[35:])


def _operation(details, said):
    """REF: reference of the bank, reference of the remittance of many."""
    details.values["bank_ref"] = text(said[:35])
    details.reference("other_references", said[35:], "remittance")


def _original(details, said):
    """MMO: currency, decimals, amount, decimals of the rate, rate."""
    decimals = said[3:4]
    instructed = optional_scaled(said[4:18], int(decimals)) if decimals in "0123456789" else None
    if instructed is None:
        return False
    places = said[18:19] if said[18:19] in "0123456789" else ""
    rate = optional_scaled(said[19:30], int(places)) if places else None
    details.values["exchange"] = Exchange(rate=rate, instructed=instructed, instructed_currency=text(said[:3]))
    return True


def _fee(details, said):
    """FEE: currency, decimals, amount."""
    decimals = said[3:4]
    amount = optional_scaled(said[4:18], int(decimals)) if decimals in "0123456789" else None
    if amount is None:
        return False
    details.values["charges"] = (*details.values.get("charges", ()), Charge(-amount, text(said[:3])))
    return True


def _return(details, said):
    """RET: reason of ISO 20022, reason of the French clearing, words."""
    details.values["return_reason"] = text(said[:4])
    details.values["return_text"] = text(said[4:])


#: Qualifiers of record 05 (CFONB, relevé de compte 120, with its SEPA supplements).
_QUALIFIERS = {
    "LIB": lambda details, said: details.remittance.append(text(said)),
    "LCC": lambda details, said: details.remittance.append(text(said)),
    "LC2": lambda details, said: details.remittance.append(text(said)),
    "LCS": lambda details, said: details.reference("references", said[:35]),
    "NPY": lambda details, said: details.party("payer", name=text(said)),
    "IPY": lambda details, said: details.party("payer", identifier=text(said[:35])),
    "CPY": lambda details, said: details.party("payer", account=said.replace(" ", "")),
    "NPO": lambda details, said: details.party("ultimate payer", name=text(said)),
    "NBE": lambda details, said: details.party("beneficiary", name=text(said)),
    "IBE": lambda details, said: details.party("beneficiary", identifier=text(said[:35])),
    "CBE": lambda details, said: details.party("beneficiary", account=said.replace(" ", "")),
    "NBU": lambda details, said: details.party("ultimate beneficiary", name=text(said)),
    "RUM": lambda details, said: details.values.update(mandate_id=text(said[:35])),
    "RCN": _references,
    "REF": _operation,
    "MMO": _original,
    "FEE": _fee,
    "RET": _return,
}
