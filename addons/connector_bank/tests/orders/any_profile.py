"""Random orders that break no rule of a profile, from a seed."""

import random
import re
import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from odoo.addons.finance_connector_base.core.check_digits import mod97

from ...payments import PAYMENT_FORMATS
from ...payments.characters import character_sets
from ...payments.checks import decimals
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
from ...payments.paths import changed

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"


def iban(country, bban):
    return f"{country}{98 - mod97(bban + country + '00'):02}{bban}"


def rf(body):
    return f"RF{98 - mod97(body + 'RF00'):02}{body}"


def creditor_identifier(national):
    return f"DE{98 - mod97(national + 'DE00'):02}ZZZ{national}"


def routing_number(eight):
    total = sum(int(digit) * weight for digit, weight in zip(eight, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
    return f"{eight}{-total % 10}"


class Maker:
    """Orders for one pain profile; narrow_formats.py has those of narrow ones."""

    def __init__(self, profile, seed):
        self.profile = profile
        self.random = random.Random(seed)
        self.writer = PAYMENT_FORMATS.get(profile.format)()
        self.carries = self.writer.carries(profile)
        described = character_sets()[profile.characters]
        letters = "".join(chr(one) for a, b in described["ranges"] for one in range(ord(a), ord(b) + 1))
        allowed = profile.letters
        self.letters = [one for one in (letters + described["extra"])[:400] if allowed.allows(one) and one != " "]
        self._numbers = 0

    def maybe(self, make, *arguments, chance=0.5):
        return make(*arguments) if self.random.random() < chance else None

    def text(self, longest, least=1):
        length = self.random.randint(least, longest)
        made = "".join(self.random.choices([*self.letters, " "], k=length))
        made = re.sub(r"\s+", " ", made).strip()
        return made or self.random.choice(self.letters)

    def digits(self, length):
        return "".join(self.random.choices(DIGITS, k=length))

    def identifier(self, longest=35):
        self._numbers += 1
        return f"{self._numbers}{''.join(self.random.choices(UPPER + DIGITS + '-', k=self.random.randint(1, 8)))}A"[
            :longest
        ]

    def bic(self):
        bank, country = self.random.choices(UPPER, k=4), self.random.choice(["DE", "FR", "CH"])
        place, branch = self.random.choice(["FF", "2A"]), self.random.choice(["", "XXX", "123"])
        return f"{''.join(bank)}{country}{place}{branch}"

    def day(self):
        return date(2026, 1, 1) + timedelta(days=self.random.randrange(400))

    def amount(self, currency):
        places, most = decimals(currency), self.profile.max_amount or Decimal(10**11)
        largest = int(min(Decimal(10 ** self.random.randint(1, 12)), most.scaleb(places)))
        least = int((self.profile.min_amount or Decimal()).scaleb(places)) or 1
        return Decimal(self.random.randint(least, max(largest, least))).scaleb(-places)

    def currency(self):
        return self.random.choice(self.profile.currencies or ("EUR", "USD", "JPY", "KWD", "CHF"))

    def value(self, path):
        allowed = self.profile.values.get(path)
        return self.random.choice(allowed) if allowed else None

    def address(self, forms):
        form = self.random.choice(forms)
        if form == "unstructured":
            return Address(country="DE", lines=tuple(self.text(70) for _ in range(self.random.randint(1, 2))))
        address = {
            "town": self.text(35),
            "country": self.random.choice(["DE", "FR", "CH"]),
            "post_code": self.maybe(self.text, 16),
            "region": self.maybe(self.text, 35, chance=0.2),
        }
        if form == "hybrid":
            return Address(**address, lines=tuple(self.text(70) for _ in range(self.random.randint(1, 2))))
        return Address(**address, street=self.maybe(self.text, 70), building_number=self.maybe(self.text, 16))

    def party(self, path, forms=("structured",)):
        lei = f"{path}.lei" in self.carries and self.random.random() < 0.2
        private = not lei and self.random.random() < 0.2
        base = "529900" + self.digits(12)
        identifier = self.maybe(self.identifier, chance=0.3)
        return Party(
            name=self.text(self.longest("name", 140)),
            address=self.address(forms),
            identifier=identifier,
            identifier_scheme=self.random.choice([None, "CUST", "Own numbers"]) if identifier else None,
            bic=None if private else self.maybe(self.bic, chance=0.2),
            lei=f"{base}{98 - mod97(base + '00'):02}" if lei else None,
            private=private and identifier is not None,
        )

    def longest(self, name, otherwise):
        return self.profile.lengths.get(name, otherwise)

    def agent(self):
        if self.profile.values.get("payment.agent.clearing_system") == ["USABA"]:
            return Agent(clearing_system="USABA", clearing_member=routing_number(self.digits(8)))
        if self.random.random() < 0.7:
            return Agent(bic=self.bic())
        clearing = self.random.choice([("GBDSC", 6), ("DEBLZ", 8), (None, 7)])
        return Agent(clearing_system=clearing[0], clearing_member=self.digits(clearing[1]), name=self.text(70))

    def account(self, forms):
        kind, currency = self.random.choice([None, None, "CACC", "Own"]), self.maybe(self.currency, chance=0.3)
        if self.random.choice(forms) == "number":
            return Account(number=self.digits(10), kind=kind, currency=currency)
        made = iban("CH", "00762" + self.digits(12)) if self.random.random() < 0.2 else iban("DE", self.digits(18))
        return Account(iban=made, kind=kind, currency=currency, name=self.maybe(self.text, 70, chance=0.2))

    def remittance(self, currency):
        single = self.profile.most.get("payment.remittance.text") == 1
        if self.random.random() < 0.3:
            kind = self.random.choice(
                [Reference(value=rf(self.digits(12))), Reference(value="X 12", kind="Own", issuer="Me")]
            )
            return Remittance(
                reference=kind, additional=tuple(self.text(140) for _ in range(self.random.randint(0, 2)))
            )
        if "payment.remittance.documents" not in self.profile.most and self.random.random() < 0.4:
            return Remittance(documents=tuple(self.document(currency) for _ in range(self.random.randint(1, 3))))
        return Remittance(text=tuple(self.text(140) for _ in range(1 if single else self.random.randint(1, 3))))

    def document(self, currency):
        amounts = {name: self.maybe(self.amount, currency) for name in ("due", "discount", "credited", "remitted")}
        kind = self.random.choice(["CINV", "CREN", "Own"])
        return Document(number=self.identifier(), kind=kind, dated_on=self.maybe(self.day), **amounts)

    def mandate(self, executed_on):
        changed = self.random.random() < 0.4
        return Mandate(
            id=self.identifier(),
            signed_on=executed_on - timedelta(days=self.random.randrange(900)),
            original_id=self.identifier() if changed else None,
            original_creditor_name=self.text(70) if changed else None,
            original_creditor_identifier=creditor_identifier(self.digits(11)) if changed else None,
            original_account=self.random.choice(
                [None, Account(iban=iban("DE", self.digits(18))), Account(number="SMNDA")]
            ),
        )

    def payment(self, kind, executed_on, bearer):
        currency, forms = self.currency(), self.profile.address or ("structured", "hybrid")
        uetr = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        required = any("charge_bearer" in path for path in self.profile.required) and bearer is None
        choices = [one for one in self.profile.values.get("payment.charge_bearer", [None]) if one or not required]
        outgoing = kind == CREDIT_TRANSFER
        return Payment(
            end_to_end_id=self.identifier(),
            instruction_id=self.maybe(self.identifier),
            uetr=uetr if "payment.uetr" in self.carries and self.random.random() < 0.5 else None,
            amount=self.amount(currency),
            currency=currency,
            party=self.party("payment.party", forms),
            account=self.account(self.profile.accounts),
            agent=self.agent(),
            intermediary=self.maybe(self.agent, chance=0.2) if outgoing else None,
            ultimate_debtor=self.maybe(self.party, "payment.ultimate_debtor", chance=0.2),
            ultimate_creditor=self.maybe(self.party, "payment.ultimate_creditor", chance=0.2),
            charge_bearer=self.random.choice(choices),
            purpose=self.random.choice([None, "SALA"] if self.profile.patterns else [None, "SALA", "Own purpose"]),
            remittance=self.maybe(self.remittance, currency, chance=0.7),
            mandate=None if outgoing else self.mandate(executed_on),
        )

    def batch(self, created_at):
        kind, executed_on = self.writer.kinds[0], created_at.date() + timedelta(days=self.random.randrange(60))
        bearer, debit = self.value("batch.charge_bearer"), self.writer.kinds[0] == DIRECT_DEBIT
        return Batch(
            id=self.identifier(),
            kind=kind,
            executed_on=executed_on,
            owner=self.party("batch.owner"),
            account=self.account(self.profile.own_accounts),
            agent=self.agent(),
            batch_booking=self.random.choice([None, True, False]),
            priority=self.random.choice([None, "NORM", "HIGH"]),
            service_level=self.value("batch.service_level"),
            local_instrument=self.value("batch.local_instrument"),
            category_purpose=self.random.choice([None, "SUPP", "SALA"]),
            sequence=self.value("batch.sequence") if debit else None,
            charge_bearer=bearer,
            charges_account=self.maybe(self.account, self.profile.own_accounts, chance=0.2),
            ultimate_owner=self.maybe(self.party, "batch.ultimate_owner", chance=0.2),
            creditor_identifier=creditor_identifier(self.digits(11)) if debit else None,
            payments=tuple(self.payment(kind, executed_on, bearer) for _ in range(self.random.randint(1, 3))),
        )

    def run(self):
        created_at = datetime(2026, 1, 1) + timedelta(seconds=self.random.randrange(10**7))
        return Run(
            message_id=self.identifier(),
            created_at=created_at,
            initiator=self.party("run.initiator"),
            forwarding_agent=self.maybe(self.agent, chance=0.2),
            batches=tuple(self.batch(created_at) for _ in range(self.random.randint(1, 2))),
        )

    def order(self):
        """A run of only what the bank takes."""
        run = self.run()
        batches = tuple(
            replace(self.kept(batch, "batch"), payments=tuple(self.kept(one, "payment") for one in batch.payments))
            for batch in run.batches
        )
        return replace(self.kept(run, "run"), batches=batches)

    def kept(self, value, level):
        return changed(value, level, lambda path, text: None if path in self.profile.absent else text)
