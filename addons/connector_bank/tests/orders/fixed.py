"""Orders with invented names and accounts, of which tests change one thing at a time."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from ...payments.order import (
    CREDIT_TRANSFER,
    DIRECT_DEBIT,
    Account,
    Address,
    Agent,
    Batch,
    Document,
    Mandate,
    Party,
    Payment,
    Reference,
    Remittance,
    Run,
)

OWNER = Party(
    name="Müller & Söhne GmbH",
    address=Address(street="Lange Straße", building_number="7", post_code="60311", town="Frankfurt", country="DE"),
)
IBAN, OTHER_IBAN = "DE89370400440532013000", "FR7630006000011234567890189"
QR_IBAN, SWISS_IBAN = "CH4431999123000889012", "CH9300762011623852957"


def payments():
    """Two: with a text, with a structured reference."""
    return (
        Payment(
            end_to_end_id="E2E-1",
            instruction_id="I-1",
            amount=Decimal("1250.00"),
            currency="EUR",
            party=Party(name="Société Générale d'Été", address=Address(town="Orléans", country="FR")),
            account=Account(iban=OTHER_IBAN),
            agent=Agent(bic="BNPAFRPP"),
            remittance=Remittance(text=("Invoice 4711/2026",)),
        ),
        Payment(
            end_to_end_id="E2E-2",
            amount=Decimal("0.99"),
            currency="EUR",
            party=Party(name="Παπαδόπουλος ΑΕ", address=Address(town="Αθήνα", country="GR")),
            account=Account(iban="GR1601101250000000012300695"),
            remittance=Remittance(reference=Reference(value="RF18539007547034", issuer="ISO")),
        ),
    )


def credit(paid=None, **batch):
    """A SEPA credit transfer of ``paid``."""
    values = {
        "id": "RUN-7-1",
        "kind": CREDIT_TRANSFER,
        "executed_on": date(2026, 3, 2),
        "owner": OWNER,
        "account": Account(iban=IBAN),
        "agent": Agent(bic="COBADEFFXXX"),
        "batch_booking": True,
        "service_level": "SEPA",
        "charge_bearer": "SLEV",
        "payments": payments() if paid is None else tuple(paid),
        **batch,
    }
    return Run(
        message_id="RUN-7",
        created_at=datetime(2026, 2, 27, 16, 5, 9, tzinfo=timezone(timedelta(hours=1))),
        initiator=Party(name="Müller & Söhne GmbH"),
        batches=(Batch(**values),),
    )


def debit(paid=None, **batch):
    """A SEPA direct debit."""
    collected = Payment(
        end_to_end_id="E2E-9",
        amount=Decimal("80.50"),
        currency="EUR",
        party=Party(name="Ольга Щербакова"),
        account=Account(iban=OTHER_IBAN),
        mandate=Mandate(id="M-17", signed_on=date(2024, 5, 6), original_id="M-3"),
        remittance=Remittance(text=("Subscription March",)),
    )
    values = {
        "kind": DIRECT_DEBIT,
        "local_instrument": "CORE",
        "sequence": "RCUR",
        "creditor_identifier": "DE98ZZZ09999999999",
        "agent": None,
        **batch,
    }
    return credit((collected,) if paid is None else paid, **values)


def wire():
    """A US wire with documents."""
    paid = Payment(
        end_to_end_id="W-1",
        uetr="eb6305c9-1f7f-49de-aed0-16487c27b42d",
        amount=Decimal("10000.00"),
        currency="USD",
        party=Party(name="Acme Inc.", address=Address(street="Main St", town="Springfield", region="IL", country="US")),
        account=Account(number="123456789", kind="CACC"),
        agent=Agent(clearing_system="USABA", clearing_member="121042882", name="Wells Example"),
        remittance=Remittance(
            documents=(
                Document(
                    number="INV-1",
                    dated_on=date(2026, 1, 31),
                    due=Decimal("10200.00"),
                    discount=Decimal("200.00"),
                    remitted=Decimal("10000.00"),
                ),
            )
        ),
    )
    own = Agent(clearing_system="USABA", clearing_member="021000021")
    return credit((paid,), service_level="URGP", charge_bearer="SHAR", account=Account(number="998877"), agent=own)


def swiss():
    """A QR bill."""
    paid = replace(
        payments()[0],
        currency="CHF",
        party=Party(name="Bäckerei Zürich", address=Address(town="Zürich", post_code="8001", country="CH")),
        account=Account(iban=QR_IBAN),
        remittance=Remittance(reference=Reference(value="210000000003139471430009017", kind="QRR")),
    )
    return credit((paid,), service_level=None, charge_bearer=None, account=Account(iban=SWISS_IBAN))


def abroad():
    """The wire, charges shared, under no national rules."""
    return credit(wire().batches[0].payments, service_level="NURG", charge_bearer="SHAR")


def _american(number):
    return Agent(clearing_system="USABA", clearing_member=number)


def ach(entry_class):
    """Two payments by ACH; one with remittance."""
    abroad = entry_class == "IAT"
    home = Address(street="15 West Place", town="Springfield", region="IL", post_code="62701", country="US")
    there = Address(street="1 Front Street", town="Toronto", region="ON", post_code="M5H", country="CA")
    document = Document(number="INV-1", dated_on=date(2026, 1, 31), due=Decimal("1252.00"), remitted=Decimal("1250.00"))
    told = Remittance(documents=(document,)) if entry_class == "CTX" else Remittance(text=("Invoice 4711",))
    bank = Agent(bic="ROYCCAT2", name="Royal Example", address=Address(country="CA"))
    paid = tuple(
        replace(
            payment,
            instruction_id=None,
            currency="USD",
            party=Party(name=name, address=there if abroad else None),
            account=Account(number=number, kind=kind),
            agent=bank if abroad else _american(routing),
            purpose="BUS" if abroad else None,
            remittance=remittance,
        )
        for payment, name, number, kind, routing, remittance in zip(
            payments(),
            ("José Acme", "Beta & Sons"),
            ("123456789", "998877"),
            ("CACC", "SVGS"),
            ("121042882", "021000021"),
            (told, None),
            strict=True,
        )
    )
    run = credit(
        paid,
        service_level=None,
        charge_bearer=None,
        batch_booking=None,
        owner=Party(name="Own Company", identifier="1234567890", address=home if abroad else None),
        agent=replace(_american("021000021"), name="Own Bank") if abroad else _american("021000021"),
        local_instrument=entry_class,
        description="VENDORPAY",
    )
    to = replace(_american("021000021"), name="Own Bank")
    return replace(run, initiator=Party(name="Own Company", identifier="1234567890"), forwarding_agent=to)


def french():
    """CFONB 160."""
    paid = tuple(
        replace(payment, account=Account(iban=OTHER_IBAN), remittance=Remittance(text=("Facture n° 12 réglée",)))
        for payment in payments()
    )
    account, owner = Account(iban="FR1420041010050500013M02606"), replace(OWNER, identifier="73282932000074")
    run = credit(paid, charge_bearer=None, batch_booking=None, owner=owner, account=account)
    return replace(run, initiator=Party(identifier="123456"))


def french_abroad():
    """CFONB 320."""
    run = french()
    batch = run.batches[0]
    paid = tuple(
        replace(payment, currency=currency, agent=Agent(bic="CHASUS33"))
        for payment, currency in zip(batch.payments, ("EUR", "USD"), strict=True)
    )
    return replace(run, batches=(replace(batch, payments=paid, charge_bearer="SHAR"),))


def british():
    """Bacs: a batch of credits."""
    paid = tuple(
        replace(
            payment,
            currency="GBP",
            party=Party(name=f"Payee & Co {number}"),
            account=Account(number=f"1234567{number}"),
            agent=Agent(clearing_system="GBDSC", clearing_member="200415"),
            remittance=None,
        )
        for number, payment in enumerate(payments())
    )
    agent = Agent(clearing_system="GBDSC", clearing_member="309089")
    owner, account = Party(name="Own Company Ltd"), Account(number="11223344")
    plain = {"service_level": None, "charge_bearer": None, "batch_booking": None}
    run = credit(paid, owner=owner, account=account, agent=agent, **plain)
    return replace(run, message_id="000017", initiator=Party(identifier="654321"))


def table():
    """One row a payment."""
    run = credit(batch_booking=None, owner=Party(name=OWNER.name))
    texts = tuple(replace(payment, remittance=Remittance(text=('Rechnung; "7"',))) for payment in payments())
    return replace(run, batches=(replace(run.batches[0], payments=texts),))
