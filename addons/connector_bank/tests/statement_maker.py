"""Small camt files for the tests of the way in: invented names, accounts of no bank, sums that add up."""

from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

from .camt_maker import iban

#: Accounts of the company in the tests, and one that nobody has.
ACCOUNT = iban("DE", "00000000", 1)
OTHER_ACCOUNT = iban("DE", "00000000", 2)
UNKNOWN_ACCOUNT = iban("DE", "00000000", 999)


@dataclass(frozen=True)
class Booking:
    """One entry; ``amount`` is signed as our account sees it."""

    amount: str
    text: str = ""
    day: str = "2026-03-02"
    value: str | None = None
    ref: str | None = None  # the bank's own reference
    end_to_end: str | None = None
    name: str | None = None
    account: str | None = None
    reference: str | None = None  # structured
    status: str = "BOOK"
    currency: str | None = None
    fee: str | None = None  # kept back by the bank, inside the amount
    instructed: tuple[str, str] | None = None  # amount and currency of the order
    reversal: bool = False
    return_reason: str | None = None
    code: str = ""  # XML inside BkTxCd
    parts: tuple = ()  # transactions of a batch, Bookings themselves
    batch: str | None = None  # our batch (PmtInfId): of a transaction, or with ``bare`` of the entry
    bare: bool = False  # booked in one sum, nothing said of what is in it

    def xml(self, currency):
        amount = Decimal(self.amount)
        shown = self.currency or currency
        details = "".join(part._details(shown, amounts=True) for part in self.parts) or self._details(shown)
        if self.bare:
            details = f"<Btch>{_tag('PmtInfId', self.batch)}</Btch>"
        return (
            f"<Ntry>{_amount(amount, shown)}{'<RvslInd>true</RvslInd>' if self.reversal else ''}"
            f"<Sts><Cd>{self.status}</Cd></Sts>"
            f"<BookgDt><Dt>{self.day}</Dt></BookgDt><ValDt><Dt>{self.value or self.day}</Dt></ValDt>"
            f"{_tag('AcctSvcrRef', self.ref)}<BkTxCd>{self.code}</BkTxCd>"
            f"<NtryDtls>{details}</NtryDtls></Ntry>"
        )

    def _details(self, currency, amounts=False):
        amount = Decimal(self.amount)
        side = "Dbtr" if amount > 0 else "Cdtr"
        whole = _amount(amount, currency) if amounts else ""
        order = ""
        if self.instructed:
            value, unit = self.instructed
            order = f'<AmtDtls><InstdAmt><Amt Ccy="{unit}">{value}</Amt></InstdAmt></AmtDtls>'
        fee = ""
        if self.fee:
            fee = (
                f'<Chrgs><Rcrd><Amt Ccy="{currency}">{self.fee}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
                "<ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"
            )
        party = f"<{side}><Pty><Nm>{escape(self.name)}</Nm></Pty></{side}>" if self.name else ""
        if self.account:
            party += f"<{side}Acct><Id><IBAN>{self.account}</IBAN></Id></{side}Acct>"
        structured = f"<Strd><CdtrRefInf><Ref>{self.reference}</Ref></CdtrRefInf></Strd>" if self.reference else ""
        returned = f"<RtrInf><Rsn><Cd>{self.return_reason}</Cd></Rsn></RtrInf>" if self.return_reason else ""
        refs = _tag("PmtInfId", self.batch) + _tag("EndToEndId", self.end_to_end)
        return (
            f"<TxDtls><Refs>{refs}</Refs>{whole}{order}{fee}"
            f"<RltdPties>{party}</RltdPties><RmtInf>{_tag('Ustrd', self.text)}{structured}</RmtInf>{returned}</TxDtls>"
        )


@dataclass(frozen=True)
class Made:
    """One statement; the closing balance is what the bookings lead to, unless it is given."""

    bookings: tuple = ()
    name: str = "2026-1"
    account: str = ACCOUNT
    currency: str = "EUR"
    opening: str | None = "100.00"
    closing: str | None = field(default=None)
    first: str = "2026-03-02"
    last: str | None = None
    number: int | None = None
    balances: bool = True
    period: bool = True

    def xml(self, tag):
        last = self.last or self.first
        period = f"<FrToDt><FrDtTm>{self.first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>"
        number = f"<ElctrncSeqNb>{self.number}</ElctrncSeqNb>" if self.number else ""
        return (
            f"<{tag}><Id>{self.name}</Id>{number}{period if self.period else ''}"
            f"<Acct><Id><IBAN>{self.account}</IBAN></Id><Ccy>{self.currency}</Ccy></Acct>"
            f"{self._balances(tag, last)}{''.join(made.xml(self.currency) for made in self.bookings)}</{tag}>"
        )

    def _balances(self, tag, last):
        if not self.balances:
            return ""
        closing = self.closing if self.closing is not None else self.reached
        end = "CLBD" if tag == "Stmt" else "ITBD"
        return _balance("OPBD", self.opening, self.currency, self.first) + _balance(end, closing, self.currency, last)

    @property
    def reached(self):
        return Decimal(self.opening) + sum(Decimal(b.amount) for b in self.bookings if b.status == "BOOK")


def statement(*bookings, **values):
    return Made(bookings, **values)


def camt053(*statements, message="MSG"):
    """The bytes of an end-of-day file."""
    return _document("camt.053.001.08", "BkToCstmrStmt", "Stmt", statements, message)


def camt052(*statements, message="RPT"):
    """The bytes of a report during the day."""
    return _document("camt.052.001.08", "BkToCstmrAcctRpt", "Rpt", statements, message)


def camt054(*statements, message="NTF"):
    """The bytes of a notification; it has no balances."""
    return _document("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn", statements, message)


def _document(version, root, tag, statements, message):
    inside = "".join(made.xml(tag) for made in statements)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><{root}><GrpHdr><MsgId>{message}</MsgId>'
        f"<CreDtTm>2026-03-02T20:00:00Z</CreDtTm></GrpHdr>{inside}</{root}></Document>"
    ).encode()


def _tag(name, text):
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _amount(amount, currency):
    sign = "DBIT" if amount < 0 else "CRDT"
    return f'<Amt Ccy="{currency}">{abs(amount)}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _balance(kind, amount, currency, day):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(Decimal(amount), currency)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )
