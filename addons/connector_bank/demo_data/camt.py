"""Writes bookings as camt.053 or camt.052 messages (ISO 20022, version 001.08)."""

import io
import zipfile
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree

_MESSAGES = {"053": ("BkToCstmrStmt", "Stmt"), "052": ("BkToCstmrAcctRpt", "Rpt")}
_SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.{}.001.08"
_FAMILY = {True: "ICDT", False: "RCDT"}


def statement(bank, number, first, last, opening, bookings, owner, *, message="053", hidden=Decimal(0)):
    """The bytes of one statement.

    :param hidden: moves the closing balance without an entry, as a bank does that lost one
    """
    name, part = _MESSAGES[message]
    root = ElementTree.Element("Document", xmlns=_SPACE.format(message))
    body = ElementTree.SubElement(root, name)
    made_at = f"{last + timedelta(days=message == '053')}T06:00:00"
    _put(body, "GrpHdr/MsgId", f"{bank.bic}-{message}-{last:%Y%m%d}")
    _put(body, "GrpHdr/CreDtTm", made_at)
    report = ElementTree.SubElement(body, part)
    _put(report, "Id", f"{bank.journal}-{message}-{last:%Y}-{number:05}")
    _put(report, "ElctrncSeqNb", number)
    _put(report, "CreDtTm", made_at)
    _put(report, "FrToDt/FrDtTm", f"{first}T00:00:00")
    _put(report, "FrToDt/ToDtTm", f"{last}T23:59:59")
    _account(report, bank, owner)
    booked = sum((booking.amount for booking in bookings if not booking.pending), Decimal(0))
    _balance(report, "OPBD", opening, bank.currency, first - timedelta(days=1))
    _balance(report, "CLBD" if message == "053" else "ITBD", opening + booked + hidden, bank.currency, last)
    for place, booking in enumerate(bookings, start=1):
        _entry(report, booking, bank.currency, place)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def zipped(files, day):
    """A zip of ``{name: bytes}``, the same bytes each time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (day.year, day.month, day.day, 6, 0, 0)), content)
    return stream.getvalue()


def _put(parent, path, value, **attributes):
    """Set the text at ``path`` below ``parent``; elements on the way are made once, the last one anew."""
    *way, last = path.split("/")
    for name in way:
        parent = _child(parent, name)
    ElementTree.SubElement(parent, last, attributes).text = str(value)


def _child(parent, name):
    found = parent.find(name)
    return ElementTree.SubElement(parent, name) if found is None else found


def _account(parent, bank, owner):
    _put(parent, "Acct/Id/IBAN", bank.account)
    _put(parent, "Acct/Ccy", bank.currency)
    _put(parent, "Acct/Ownr/Nm", owner)
    _put(parent, "Acct/Svcr/FinInstnId/BICFI", bank.bic)


def _balance(parent, kind, amount, currency, day):
    element = ElementTree.SubElement(parent, "Bal")
    _put(element, "Tp/CdOrPrtry/Cd", kind)
    _money(element, amount, currency)
    _put(element, "Dt/Dt", day)


def _money(parent, amount, currency):
    _put(parent, "Amt", abs(amount), Ccy=currency)
    _put(parent, "CdtDbtInd", "DBIT" if amount < 0 else "CRDT")


def _entry(parent, booking, currency, place):
    element = ElementTree.SubElement(parent, "Ntry")
    _put(element, "NtryRef", place)
    _money(element, booking.amount, currency)
    if booking.reversal:
        _put(element, "RvslInd", "true")
    _put(element, "Sts/Cd", "PDNG" if booking.pending else "BOOK")
    if not booking.pending:
        _put(element, "BookgDt/Dt", booking.day)
    _put(element, "ValDt/Dt", booking.day)
    if booking.bank_ref:
        _put(element, "AcctSvcrRef", booking.bank_ref)
    _put(element, "BkTxCd/Domn/Cd", "PMNT")
    _put(element, "BkTxCd/Domn/Fmly/Cd", _FAMILY[booking.amount < 0])
    _put(element, "BkTxCd/Domn/Fmly/SubFmlyCd", "ESCT")
    if booking.charges:
        _charges(element, booking.charges, currency)
    if booking.transactions:
        details = ElementTree.SubElement(element, "NtryDtls")
        if len(booking.transactions) > 1:
            _put(details, "Btch/NbOfTxs", len(booking.transactions))
        for transaction in booking.transactions:
            _transaction(details, transaction, currency)
    if booking.text:
        _put(element, "AddtlNtryInf", booking.text)


def _charges(parent, charges, currency):
    record = ElementTree.SubElement(ElementTree.SubElement(parent, "Chrgs"), "Rcrd")
    _money(record, -charges, currency)
    _put(record, "ChrgInclInd", "true")


def _transaction(parent, transaction, currency):
    element = ElementTree.SubElement(parent, "TxDtls")
    _put(element, "Refs/EndToEndId", transaction.end_to_end or "NOTPROVIDED")
    _money(element, transaction.amount, currency)
    if transaction.instructed:
        _instructed(element, transaction, currency)
    if transaction.name or transaction.account:
        _party(element, transaction)
    for text in transaction.texts:
        _put(element, "RmtInf/Ustrd", text)
    if transaction.reference:
        _reference(element, transaction)
    if transaction.return_reason:
        _put(element, "RtrInf/Rsn/Cd", transaction.return_reason)


def _instructed(parent, transaction, currency):
    amount, foreign, rate = transaction.instructed
    element = ElementTree.SubElement(ElementTree.SubElement(parent, "AmtDtls"), "InstdAmt")
    _put(element, "Amt", amount, Ccy=foreign)
    _put(element, "CcyXchg/SrcCcy", foreign)
    _put(element, "CcyXchg/TrgtCcy", currency)
    _put(element, "CcyXchg/XchgRate", rate)


def _party(parent, transaction):
    side = "Cdtr" if (transaction.amount < 0) != bool(transaction.return_reason) else "Dbtr"
    if transaction.name:
        _put(parent, f"RltdPties/{side}/Pty/Nm", transaction.name)
    if transaction.account:
        kind = "IBAN" if transaction.account[:2].isalpha() else "Othr/Id"
        _put(parent, f"RltdPties/{side}Acct/Id/{kind}", transaction.account)


def _reference(parent, transaction):
    kind = "Prtry" if transaction.scheme == "QRR" else "Cd"
    element = ElementTree.SubElement(_child(parent, "RmtInf"), "Strd")
    _put(element, f"CdtrRefInf/Tp/CdOrPrtry/{kind}", transaction.scheme or "SCOR")
    _put(element, "CdtrRefInf/Ref", transaction.reference)
