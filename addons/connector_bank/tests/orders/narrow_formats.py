"""Makers for the formats with narrow places or few fields, and which maker a profile has."""

from dataclasses import replace
from datetime import datetime, timedelta

from ...formats.fixed import french_account
from ...payments.order import (
    CREDIT_TRANSFER,
    DIRECT_DEBIT,
    Account,
    Address,
    Agent,
    Batch,
    Document,
    Party,
    Payment,
    Remittance,
    Run,
)
from .any_profile import Maker, iban, routing_number


class NachaMaker(Maker):
    """Names and numbers that fit 94 places."""

    def own_agent(self, **more):
        return Agent(clearing_system="USABA", clearing_member=routing_number(self.digits(8)), **more)

    def place(self, country):
        return Address(
            street=self.text(35),
            town=self.text(20),
            region=self.maybe(self.text, 13),
            post_code=self.maybe(self.text, 16),
            country=country,
        )

    def foreign_agent(self):
        if self.random.random() < 0.5:
            return self.own_agent(name=self.text(35), address=Address(country="US"))
        return Agent(bic=self.bic(), name=self.text(35), address=Address(country=self.random.choice(["DE", "CA"])))

    def remittance(self, currency):
        if self.profile.version == "CTX" and self.random.random() < 0.5:
            return Remittance(documents=tuple(self.document(currency) for _ in range(self.random.randint(1, 5))))
        most = self.profile.most.get("payment.remittance.text", 5)
        return Remittance(text=tuple(self.text(80) for _ in range(self.random.randint(1, most))))

    def document(self, currency):
        amounts = {name: self.maybe(self.amount, currency) for name in ("due", "discount", "remitted")}
        kind = self.random.choice(["CINV", "CREN", "PUOR"])
        return Document(number=self.identifier(30), kind=kind, dated_on=self.maybe(self.day), **amounts)

    def payment(self, kind, country, bearer):
        abroad = self.profile.version == "IAT"
        longest = {"CTX": 16, "IAT": 35}.get(self.profile.version, 22)
        return Payment(
            end_to_end_id=self.identifier(15),
            amount=self.amount("USD"),
            currency="USD",
            party=Party(name=self.text(longest), address=self.place(country) if abroad else None),
            account=Account(number=self.digits(self.random.randint(4, 17)), kind=self.random.choice(["CACC", "SVGS"])),
            agent=self.foreign_agent() if abroad else self.own_agent(),
            intermediary=self.maybe(self.foreign_agent, chance=0.3) if abroad else None,
            purpose=self.random.choice(["BUS", "SAL", "TAX"]) if abroad else None,
            remittance=self.maybe(self.remittance, "USD"),
        )

    def batch(self, created_at):
        abroad = self.profile.version == "IAT"
        kind, country = self.random.choice(self.writer.kinds), self.random.choice(["DE", "CA", "MX"])
        address = self.place("US") if abroad else None
        self._batches += 1
        return Batch(
            id=str(self._batches) if abroad else self.identifier(20),
            kind=kind,
            executed_on=created_at.date() + timedelta(days=self.random.randrange(60)),
            owner=Party(name=self.text(35 if abroad else 16), identifier=self.digits(10), address=address),
            account=None,
            agent=self.own_agent(name=self.text(35)) if abroad else self.own_agent(),
            local_instrument=self.profile.version,
            description=self.text(10),
            payments=tuple(self.payment(kind, country, None) for _ in range(self.random.randint(1, 4))),
        )

    def run(self):
        self._batches = 0
        created_at = datetime(2026, 1, 1) + timedelta(minutes=self.random.randrange(10**5))
        return Run(
            message_id=self.identifier(8),
            created_at=created_at,
            initiator=Party(name=self.text(23), identifier=self.digits(self.random.randint(9, 10))),
            forwarding_agent=self.own_agent(name=self.text(23)),
            sequence=self.random.randint(1, 36),
            batches=tuple(self.batch(created_at) for _ in range(self.random.randint(1, 3))),
        )


class FrenchMaker(Maker):
    """CFONB 160: French accounts, no address."""

    def french(self):
        bank, branch, number = self.digits(5), self.digits(5), self.digits(11)
        return Account(iban=iban("FR", french_account(bank, branch, number)))

    def payment(self, kind, executed_on, bearer):
        return Payment(
            end_to_end_id=self.identifier(12),
            amount=self.amount("EUR"),
            currency="EUR",
            party=Party(name=self.text(24)),
            account=self.french(),
            agent=self.maybe(lambda: Agent(name=self.text(24))),
            remittance=self.maybe(lambda: Remittance(text=(self.text(31),))),
        )

    def batch(self, created_at):
        return Batch(
            id=self.identifier(7),
            kind=CREDIT_TRANSFER,
            executed_on=created_at.date(),
            owner=Party(name=self.text(24), identifier=self.maybe(self.digits, 14)),
            account=self.french(),
            payments=tuple(self.payment(None, None, None) for _ in range(self.random.randint(1, 5))),
        )

    def run(self):
        created_at = datetime(2026, 1, 1) + timedelta(days=self.random.randrange(1000))
        initiator = Party(identifier=self.digits(6))
        return Run(message_id=None, created_at=created_at, initiator=initiator, batches=(self.batch(created_at),))


class FrenchAbroadMaker(FrenchMaker):
    """CFONB 320: lines for addresses, any currency."""

    def lines(self, country=None):
        return Address(lines=tuple(self.text(35) for _ in range(self.random.randint(1, 3))), country=country)

    def foreign_agent(self):
        return Agent(bic=self.bic(), name=self.maybe(self.text, 35), address=self.maybe(lambda: Address(country="US")))

    def number(self):
        return Account(number=self.digits(12)) if self.random.random() < 0.5 else self.french()

    def payment(self, kind, executed_on, bearer):
        currency = self.currency()
        return Payment(
            end_to_end_id=self.identifier(16),
            amount=self.amount(currency),
            currency=currency,
            party=Party(name=self.text(35), address=self.lines(self.random.choice(["US", "JP"]))),
            account=self.number(),
            agent=self.foreign_agent(),
            intermediary=self.maybe(self.foreign_agent, chance=0.2),
            charge_bearer=self.value("payment.charge_bearer"),
            purpose=self.maybe(self.digits, 3),
            remittance=self.maybe(lambda: Remittance(text=(self.text(140),))),
        )

    def batch(self, created_at):
        return Batch(
            id=self.identifier(16),
            kind=CREDIT_TRANSFER,
            executed_on=created_at.date() + timedelta(days=self.random.randrange(9)),
            owner=Party(name=self.text(35), identifier=self.maybe(self.digits, 14), address=self.maybe(self.lines)),
            account=replace(self.number(), currency=self.maybe(self.currency)),
            charges_account=self.maybe(self.number, chance=0.3),
            agent=self.maybe(lambda: Agent(bic=self.bic())),
            batch_booking=self.random.choice([None, True, False]),
            payments=tuple(self.payment(None, None, None) for _ in range(self.random.randint(1, 4))),
        )


class BritishMaker(Maker):
    """Bacs: sort codes and eight digits."""

    def own_agent(self):
        return Agent(clearing_system="GBDSC", clearing_member=self.digits(6))

    def payment(self, kind, executed_on, bearer):
        return Payment(
            end_to_end_id=self.identifier(18),
            amount=self.amount("GBP"),
            currency="GBP",
            party=Party(name=self.text(18)),
            account=Account(number=self.digits(8)),
            agent=self.own_agent(),
        )

    def batch(self, executed_on):
        kind = self.random.choice(self.writer.kinds)
        return Batch(
            id=self.identifier(18),
            kind=kind,
            executed_on=executed_on,
            owner=Party(name=self.text(18)),
            account=Account(number=self.digits(8)),
            agent=self.own_agent(),
            sequence=self.random.choice(["FRST", "RCUR", "FNAL"]) if kind == DIRECT_DEBIT else None,
            payments=tuple(self.payment(None, None, None) for _ in range(self.random.randint(1, 4))),
        )

    def run(self):
        created_at = datetime(2026, 1, 1) + timedelta(days=self.random.randrange(1000))
        executed_on = created_at.date() + timedelta(days=2)
        return Run(
            message_id=self.digits(6),
            created_at=created_at,
            initiator=Party(identifier=self.digits(6)),
            sequence=self.random.randint(1, 999),
            batches=tuple(self.batch(executed_on) for _ in range(self.random.randint(1, 3))),
        )


class TableMaker(Maker):
    """One row a payment, as the columns of the shipped table are."""

    def text(self, longest, least=1):
        return super().text(longest, least).lstrip("=+-@ ") or "A"

    def plain_account(self):
        return (
            Account(number="N" + self.digits(9))
            if self.random.random() < 0.3
            else Account(iban=iban("DE", self.digits(18)))
        )

    def payment(self, kind, executed_on, bearer):
        currency = self.currency()
        return Payment(
            end_to_end_id=self.identifier(),
            amount=self.amount(currency),
            currency=currency,
            party=Party(name=self.text(70), address=self.maybe(self.address, ("street",))),
            account=self.plain_account(),
            agent=self.maybe(lambda: Agent(bic=self.bic())),
            charge_bearer=self.random.choice([None, "SHAR", "DEBT"]),
            remittance=self.maybe(lambda: Remittance(text=(self.text(140),))),
        )

    def address(self, forms):
        return replace(super().address(("structured",)), region=None)

    def batch(self, created_at):
        return Batch(
            id=self.identifier(),
            kind=CREDIT_TRANSFER,
            executed_on=created_at.date(),
            owner=Party(name=self.text(70)),
            account=self.plain_account(),
            payments=tuple(self.payment(None, None, None) for _ in range(self.random.randint(1, 4))),
        )

    def run(self):
        created_at = datetime(2026, 1, 1) + timedelta(days=self.random.randrange(1000))
        batches = tuple(self.batch(created_at) for _ in range(self.random.randint(1, 2)))
        return Run(message_id=None, created_at=created_at, initiator=Party(), batches=batches)


_MAKERS = {
    "nacha": NachaMaker,
    "cfonb160": FrenchMaker,
    "cfonb320": FrenchAbroadMaker,
    "bacs18": BritishMaker,
    "csv_table": TableMaker,
}


def maker(profile, seed):
    """The maker for the format of ``profile``."""
    return _MAKERS.get(profile.format, Maker)(profile, f"{profile.code} {seed}")
