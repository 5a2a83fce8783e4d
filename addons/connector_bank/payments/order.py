"""Payment orders as plain values: a run of batches of payments, the same for every format.

The words are those of ISO 20022. ``owner``, ``account`` and ``agent`` of a batch are the company's own side, ``party``,
``account`` and ``agent`` of a payment the other side: a credit transfer goes from the first to the second, a direct
debit from the second to the first. Amounts are positive decimals in units of their currency.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

CREDIT_TRANSFER, DIRECT_DEBIT = "credit_transfer", "direct_debit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Structured (street, town …), unstructured (lines) or hybrid (town and country beside lines)."""

    street: str | None = None
    building_number: str | None = None
    post_code: str | None = None
    town: str | None = None
    region: str | None = None
    country: str | None = None
    lines: tuple[str, ...] = ()

    @property
    def form(self):
        """``structured``, ``hybrid`` or ``unstructured``; the country alone is structured."""
        if not self.lines:
            return "structured"
        return "hybrid" if self.town else "unstructured"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A company or person.

    :param identifier: a number that some register or the bank gave it
    :param identifier_scheme: which one: an external code of four letters (``CUST``, ``TXID``) or a name of their own
    :param private: a natural person
    """

    name: str | None = None
    address: Address | None = None
    identifier: str | None = None
    identifier_scheme: str | None = None
    bic: str | None = None
    lei: str | None = None
    private: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Agent:
    """A bank: by BIC, by its number in a national clearing (``USABA``, ``GBDSC``, ``CHBCC``), or by name."""

    bic: str | None = None
    clearing_system: str | None = None
    clearing_member: str | None = None
    name: str | None = None
    address: Address | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account: its IBAN or its national number.

    :param kind: ``CACC`` current (checking), ``SVGS`` savings; a code of four letters or a name of the bank's own
    """

    iban: str | None = None
    number: str | None = None
    currency: str | None = None
    kind: str | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A creditor's structured reference: ``SCOR`` (ISO 11649), ``QRR`` (Swiss), or another by its issuer."""

    value: str
    kind: str = "SCOR"
    issuer: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """An invoice (``CINV``) or credit note (``CREN``) that is paid; amounts in the currency of the payment."""

    number: str
    kind: str = "CINV"
    dated_on: date | None = None
    due: Decimal | None = None
    discount: Decimal | None = None
    credited: Decimal | None = None
    remitted: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Remittance:
    """What is paid: free text, a structured reference, documents."""

    text: tuple[str, ...] = ()
    reference: Reference | None = None
    additional: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Mandate:
    """Permission to debit; the ``original_…`` say what was changed since the last collection."""

    id: str
    signed_on: date | None = None
    original_id: str | None = None
    original_creditor_name: str | None = None
    original_creditor_identifier: str | None = None
    original_account: Account | None = None

    @property
    def amended(self):
        return bool(
            self.original_id
            or self.original_creditor_name
            or self.original_creditor_identifier
            or self.original_account
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """One instruction. ``uetr`` is the UUID that follows it from bank to bank."""

    end_to_end_id: str
    amount: Decimal
    currency: str
    party: Party
    account: Account | None = None
    agent: Agent | None = None
    instruction_id: str | None = None
    uetr: str | None = None
    intermediary: Agent | None = None
    ultimate_debtor: Party | None = None
    ultimate_creditor: Party | None = None
    charge_bearer: str | None = None
    purpose: str | None = None
    remittance: Remittance | None = None
    mandate: Mandate | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Payments from one account on one day, of one kind and urgency.

    :param service_level: ``SEPA``, ``URGP`` (urgent), ``NURG`` …
    :param local_instrument: ``INST``, ``CORE``, ``B2B``; ``PPD``, ``CCD``, ``CTX``, ``IAT`` in the USA
    :param sequence: of direct debits: ``FRST``, ``RCUR``, ``OOFF``, ``FNAL``
    :param batch_booking: True one line on the statement, False one each, None as agreed with the bank
    :param creditor_identifier: who collects, as the scheme knows it
    :param description: a word for all of them, where a format has a place for it
    """

    id: str
    kind: str
    executed_on: date
    owner: Party
    account: Account | None
    payments: tuple[Payment, ...]
    agent: Agent | None = None
    batch_booking: bool | None = None
    priority: str | None = None
    service_level: str | None = None
    local_instrument: str | None = None
    category_purpose: str | None = None
    sequence: str | None = None
    charge_bearer: str | None = None
    charges_account: Account | None = None
    ultimate_owner: Party | None = None
    creditor_identifier: str | None = None
    description: str | None = None

    @property
    def total(self):
        """Sum of the amounts, whatever their currencies, as control sums count."""
        return sum((payment.amount for payment in self.payments), Decimal())


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One file.

    :param created_at: when it was made, as it stands in the file; given, never read from a clock
    :param sequence: which of the sender's files of that day or series, from 1, where a format counts them
    :param forwarding_agent: the bank or bureau that receives the file
    """

    message_id: str | None
    created_at: datetime
    initiator: Party
    batches: tuple[Batch, ...]
    forwarding_agent: Agent | None = None
    sequence: int = 1

    @property
    def count(self):
        return sum(len(batch.payments) for batch in self.batches)

    @property
    def total(self):
        return sum((batch.total for batch in self.batches), Decimal())
