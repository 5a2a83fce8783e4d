"""Account statements as typed events, and the checks common to every format.

A parser yields, per statement::

    Header                 account, currency, period, opening balance
      Entry … Entry        one booking each, in the order of the file
    Footer                 closing balance and the totals the file declares

``statement_totals.checked`` passes events on while it counts, so a large file is never held whole, and adds a
``Finding`` after the footer for whatever does not add up. Findings warn; they never refuse a file.
"""

from datetime import date, datetime
from decimal import Decimal

from .record import record, tagged
from .registry import Registry

#: Statement formats: class with ``recognises(head: bytes) -> bool`` and
#: ``parse(stream: BinaryIO) -> Iterator[Event]``.
FORMATS = Registry("format")


@record
class Party:
    """Who is at the other end, as far as the bank says."""

    name: str | None = None
    account: str | None = None  # IBAN without blanks, or the local number
    bic: str | None = None
    identifier: str | None = None  # creditor id, organisation or private id
    address: str | None = None


@record
class Reference:
    """A structured remittance reference (ISO 20022 ``RmtInf/Strd``)."""

    value: str
    kind: str | None = None  # SCOR (ISO 11649), QRR, or the bank's own code; None where unsaid
    document_type: str | None = None  # CINV, CREN …: type of the referred document
    document_date: date | None = None
    amount: Decimal | None = None  # remitted for this document, signed like the entry
    currency: str | None = None


@record
class Charge:
    """A fee the bank reports with an entry; ``amount`` is negative where we pay it."""

    amount: Decimal
    currency: str | None = None
    included: bool | None = None  # already inside the entry amount
    kind: str | None = None
    bearer: str | None = None  # DEBT, CRED, SHAR, SLEV


@record
class Exchange:
    """A conversion as the bank states it."""

    source: str | None = None
    target: str | None = None
    unit: str | None = None
    rate: Decimal | None = None
    instructed: Decimal | None = None  # amount in ``instructed_currency``, unsigned
    instructed_currency: str | None = None


@record
class Detail:
    """One transaction behind an entry; a batch booking has several."""

    amount: Decimal | None = None  # signed like the entry; None where the file does not say
    currency: str | None = None
    end_to_end_id: str | None = None
    transaction_id: str | None = None
    instruction_id: str | None = None
    uetr: str | None = None
    mandate_id: str | None = None
    bank_ref: str | None = None  # account servicer reference of this transaction
    cheque_number: str | None = None
    payment_info_id: str | None = None  # our own payment batch (``PmtInfId``)
    message_id: str | None = None  # our own payment file (``MsgId``)
    other_references: tuple[Reference, ...] = ()  # the bank's own, ``kind`` names them
    counterparty: Party | None = None
    ultimate: Party | None = None  # on whose behalf
    references: tuple[Reference, ...] = ()
    remittance: tuple[str, ...] = ()  # unstructured lines
    additional: str | None = None
    code: str | None = None  # bank transaction code, ``PMNT-RCDT-ESCT`` or the bank's own
    own_code: str | None = None  # the bank's own code where it gives both
    purpose: str | None = None
    return_reason: str | None = None  # ISO 20022 external code (AC04 …)
    return_text: str | None = None
    original_code: str | None = None  # bank transaction code of what is returned
    charges: tuple[Charge, ...] = ()
    exchange: Exchange | None = None


@tagged
class Header:
    account: str | None  # IBAN without blanks, or the local number
    currency: str | None
    opening: Decimal | None = None
    opening_on: date | None = None
    statement_id: str | None = None
    sequence: int | None = None  # electronic or legal sequence number
    created_at: datetime | None = None
    from_on: date | None = None
    to_on: date | None = None
    bic: str | None = None
    owner: str | None = None
    page: int | None = None
    last_page: bool | None = None
    intraday: bool = False  # a report during the day: never evidence of a closing balance
    format: str | None = None  # code of the format it was read with
    profile: str | None = None  # code and version of the profile, where the format has several
    rows_hash: str | None = None  # of its rows, where the bank gives a statement neither name nor number
    place: str | None = None


@tagged
class Entry:
    booked_on: date | None
    amount: Decimal  # in the currency of ``currency``; negative is a debit of our account
    currency: str | None = None
    value_on: date | None = None
    status: str = "booked"  # booked, pending, information, future
    reversal: bool = False
    entry_ref: str | None = None  # the file's own reference of this entry
    bank_ref: str | None = None  # account servicer reference
    code: str | None = None
    own_code: str | None = None  # the bank's own code where it gives both
    additional: str | None = None
    charges: tuple[Charge, ...] = ()
    exchange: Exchange | None = None
    details: tuple[Detail, ...] = ()
    batch_count: int | None = None  # number of transactions the bank says are inside
    payment_info_id: str | None = None  # our own payment batch, booked as one
    message_id: str | None = None  # our own payment file
    place: str | None = None


@record
class Balance:
    kind: str  # ISO 20022 balance type: OPBD, PRCD, CLBD, CLAV, ITBD, FWAV …
    amount: Decimal
    currency: str | None = None
    on: date | None = None


@tagged
class Footer:
    closing: Decimal | None = None
    closing_on: date | None = None
    balances: tuple[Balance, ...] = ()
    entries: int | None = None  # declared by the file, None where it does not
    sum_credits: Decimal | None = None
    sum_debits: Decimal | None = None
    place: str | None = None
    additional: str | None = None  # what the bank says of the statement as a whole


@tagged
class Finding:
    """Something that does not add up, in words; a warning and a case, never a refusal."""

    code: str
    text: str
    place: str | None = None


Event = Header | Entry | Footer | Finding
