"""A made-up world of open items and statement lines, with the truth of every line; the seed decides all.

Each maker returns one line (or several) and what is true of it: ``{item id: amount}`` where the money
belongs to those items, ``{}`` where it belongs to none. Payers behave as payers do: they quote numbers
in their own way, wrap and break them, pay twice, take discounts, and pay the same amount every month.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from odoo.addons.connector_bank.matching import Discount, Line, LineDetail, LineReference, OpenItem
from odoo.addons.connector_bank.matching.references import iso11649
from odoo.addons.finance_connector_base.core.check_digits import mod10_recursive

START = date(2026, 1, 1)
WORDS = "Zahlung Rechnung Vielen Dank Kunde 4711 Auftrag 2026-03 Facture du client payment for your invoice".split()
NAMES = "Azure Birch Cedar Delta Ember Fjord Gamma Harbor Indigo Juniper Krypton Lumen Maple Nimbus Onyx Pine".split()
FORMS = "GmbH Ltd SA BV Oy AB SpA Inc".split()
RECURRING = [Decimal(text) for text in ("49.00", "99.00", "120.00", "250.00", "1000.00")]


@dataclass
class World:
    """Open items, lines and truth."""

    items: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    truth: dict = field(default_factory=dict)
    kinds: dict = field(default_factory=dict)
    settled: dict = field(default_factory=dict)  # payer → numbers of what he paid before

    def settled_of(self, payers):
        return {payer: self.settled[payer] for payer in payers if payer in self.settled}


def structured(kind, number):
    """A payment reference of ``kind`` for ``number``."""
    if kind == "RF":
        return iso11649(f"{number:09d}")
    if kind == "QRR":
        return (digits := f"{number:026d}") + mod10_recursive(digits)
    digits = f"{number:010d}"
    digits += f"{int(digits) % 97 or 97:02d}"
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


class Maker:
    """Makes a world of about ``count`` lines."""

    def __init__(self, seed, count):
        self.rng = random.Random(seed)
        self.world = World()
        self.count, self.number, self.partners = count, 0, max(count // 8, 3)
        self.closed = []

    def make(self):
        kinds = [name[5:] for name in dir(self) if name.startswith("line_")]
        weights = [getattr(self, f"line_{kind}").__doc__.split(":")[0] for kind in kinds]
        for kind in self.rng.choices(kinds, [int(weight) for weight in weights], k=self.count):
            before = len(self.world.lines)
            getattr(self, f"line_{kind}")()
            self.world.kinds.update((line.id, kind) for line in self.world.lines[before:])
        self.rng.shuffle(self.world.items)
        self.rng.shuffle(self.world.lines)
        return self.world

    # what is open

    def amount(self):
        if self.rng.random() < 0.15:
            return self.rng.choice(RECURRING)
        return Decimal(self.rng.randint(500, 900_000)) / 100

    def partner(self):
        return self.rng.randrange(self.partners)

    def name(self, partner):
        words = [NAMES[partner % 16], NAMES[partner // 16 % 16], str(partner // 256), FORMS[partner % len(FORMS)]]
        return " ".join(words)

    @staticmethod
    def account(partner):
        return f"DE{partner % 97:02d}{50010517:08d}{partner:010d}"

    def document(self, partner=None, amount=None, *, company=1, prefix="INV", names=(), **more):
        self.number += 1
        partner = self.partner() if partner is None else partner
        dated = START + timedelta(days=self.rng.randrange(200))
        item = OpenItem(
            len(self.world.items) + 1, company, self.amount() if amount is None else amount, "EUR",
            partner_id=partner, partner_name=self.name(partner), accounts=(self.account(partner),), dated_on=dated,
            due_on=dated + timedelta(days=30), names=(f"{prefix}/2026/{self.number:05d}", *names), **more,
        )  # fmt: skip
        self.world.items.append(item)
        return item

    # what the bank says

    def line(self, amount, texts, truth, partner=None, **more):
        booked = START + timedelta(days=self.rng.randrange(200, 300))
        known = {}
        if partner is not None:
            known["partner_name"] = self.name(partner) if self.rng.random() < 0.7 else self.name(partner).upper()[:20]
            if self.rng.random() < 0.8:
                known["account"] = self.account(partner)
        more = {**known, **more, "booked_on": booked, "value_on": booked, "texts": tuple(texts)}
        made = Line(len(self.world.lines) + 1, 1, amount, "EUR", **more)
        self.world.lines.append(made)
        self.world.truth[made.id] = truth
        return made

    def chatter(self):
        return " ".join(self.rng.sample(WORDS, self.rng.randint(0, 3)))

    def written(self, number):
        """``number`` as a payer writes it, inside other words."""
        rng = self.rng
        ways = (
            lambda: number,
            lambda: number.lower(),
            lambda: number.replace("/", " "),
            lambda: number.replace("/", "-"),
            lambda: number.replace("/", ""),
            lambda: "Rg." + number,
            lambda: "RECHNUNG" + number,
            lambda: number.replace("/0", "/").replace("/0", "/"),
            lambda: number[:9] + " " + number[9:],
        )
        way = rng.choices(ways, (40, 8, 10, 10, 8, 6, 4, 5, 5))[0]
        return f"{self.chatter()} {way()} {self.chatter()}".strip()

    def wrapped(self, text):
        """Cut into remittance lines of 35 signs now and then, as banks do."""
        if self.rng.random() < 0.8:
            return (text,)
        return tuple(text[place : place + 35] for place in range(0, len(text), 35))

    # the lines; each docstring begins with how often

    def line_named(self):
        """30: one invoice by its number."""
        item = self.document()
        self.line(item.residual, self.wrapped(self.written(item.name)), {item.id: item.residual}, item.partner_id)

    def line_structured(self):
        """10: a structured reference, in its field or in the text."""
        reference = structured(self.rng.choice(("RF", "QRR", "OGM")), self.number + 700_000)
        item = self.document(names=(reference,))
        more = {"references": (LineReference(reference),)} if self.rng.random() < 0.5 else {}
        self.line(item.residual, () if more else (reference,), {item.id: item.residual}, item.partner_id, **more)

    def line_several(self):
        """8: several invoices of one payer, sometimes less a credit note."""
        partner = self.partner()
        items = [self.document(partner, self.amount() + 50) for _each in range(self.rng.randint(2, 5))]
        if self.rng.random() < 0.3:
            items.append(self.document(partner, Decimal("-20.50"), prefix="RINV", kind="refund"))
        amount = sum(item.residual for item in items)
        text = ", ".join(item.name for item in items)
        self.line(amount, self.wrapped(text), {item.id: item.residual for item in items}, partner)

    def line_discount(self):
        """4: early payment discount."""
        residual = self.amount()
        off = (residual * 2 / 100).quantize(Decimal("0.01"))
        item = self.document(amount=residual, discount=Discount(off, date(2026, 12, 31)))
        self.line(residual - off, (self.written(item.name),), {item.id: residual}, item.partner_id)

    def line_little_less(self):
        """3: some cents less."""
        item = self.document(amount=self.amount() + 60)
        less = Decimal(self.rng.randint(1, 50)) / 100
        self.line(item.residual - less, (self.written(item.name),), {item.id: item.residual}, item.partner_id)

    def line_part(self):
        """3: half of an invoice."""
        item = self.document()
        half = (item.residual / 2).quantize(Decimal("0.01"))
        self.line(half, (self.written(item.name),), {item.id: half}, item.partner_id)

    def line_instalment(self):
        """3: one of two instalments of an invoice."""
        first = self.document(document_id=f"two {self.number}")
        second = self.document(first.partner_id, first.residual + 10, document_id=first.document_id)
        self.world.items[-1] = second = OpenItem(
            second.id, 1, second.residual, "EUR", document_id=first.document_id, partner_id=first.partner_id,
            partner_name=first.partner_name, accounts=first.accounts, due_on=first.due_on + timedelta(days=30),
            dated_on=first.dated_on, names=first.names,
        )  # fmt: skip
        item = self.rng.choice((first, second))
        self.line(item.residual, (self.written(item.name),), {item.id: item.residual}, first.partner_id)

    def line_unnamed(self):
        """10: payer and amount alone."""
        item = self.document()
        self.line(item.residual, (self.chatter(),), {item.id: item.residual}, item.partner_id)

    def line_bill(self):
        """6: we pay a vendor, quoting his short number."""
        item = self.document(amount=-self.amount(), prefix="BILL", kind="bill", names=(f"{self.rng.randint(1, 999)}",))
        self.line(item.residual, (f"Rechnung {item.names[1]}",), {item.id: item.residual}, item.partner_id)

    def line_own_payment(self):
        """5: our own payment with its end-to-end id."""
        key = f"PAY{self.rng.getrandbits(60):015X}"
        item = self.document(amount=-self.amount(), prefix="PBNK1", kind="payment", end_to_end_ids=(key,))
        self.line(item.residual, (self.chatter(),), {item.id: item.residual}, item.partner_id, end_to_end_ids=(key,))

    def line_batch(self):
        """3: a batch booking of several payers."""
        items = [self.document() for _each in range(self.rng.randint(2, 6))]
        details = tuple(
            LineDetail(item.residual, (self.written(item.name),), account=self.account(item.partner_id))
            for item in items
        )
        truth = {item.id: item.residual for item in items}
        self.line(sum(truth.values()), ("SAMMELGUTSCHRIFT",), truth, details=details)

    def slip(self, number):
        """``number`` with one slip of the finger in its last digits."""
        place = len(number) - self.rng.randint(2, 4)
        ways = (
            number[:place] + number[place + 1] + number[place] + number[place + 2 :],
            number[:place] + str(self.rng.randrange(10)) + number[place + 1 :],
            number[:place] + number[place + 1 :],
            number[:place] + number[place] + number[place:],
        )
        return self.rng.choice(ways)

    def line_misspelt(self):
        """2: the number with one slip, which may make it another document's."""
        item = self.document()
        self.line(item.residual, (self.written(self.slip(item.name)),), {item.id: item.residual}, item.partner_id)

    def line_name_variant(self):
        """2: no account, and the name as people write it."""
        item = self.document()
        words = self.name(item.partner_id).split()
        name = self.rng.choice((" ".join(reversed(words)), " ".join(words[:3]), " ".join([words[0][:-1], *words[1:]])))
        self.line(
            item.residual, (self.chatter(),), {item.id: item.residual}, item.partner_id, partner_name=name, account=None
        )

    def line_own_reference(self):
        """4: the payer quotes his own numbers."""
        item = self.document()
        text = f"PO {self.rng.randint(10**6, 10**7)} ref {self.rng.randint(100, 999)}-{self.rng.randint(10, 99)}"
        self.line(item.residual, (text,), {item.id: item.residual}, item.partner_id)

    def line_fee_kept(self):
        """1: a bank on the way kept its charges and does not say so."""
        item = self.document(amount=self.amount() + 1000)
        kept = Decimal(self.rng.randint(500, 2500)) / 100
        self.line(item.residual - kept, (item.name,), {item.id: item.residual}, item.partner_id)

    # traps: what must not be matched without a person

    def line_stranger(self):
        """2: somebody who owes us nothing pays what another owes."""
        item = self.document()
        self.line(item.residual, (self.chatter(),), {}, partner_name=f"Stranger {self.number} Sons", account="FR76000")

    def line_paid_twice(self):
        """3: names an invoice that is closed, while another of the same amount is open."""
        self.number += 1
        closed = f"INV/2026/{self.number:05d}"
        item = self.document()
        self.world.settled.setdefault(item.partner_id, []).append(closed)
        self.line(item.residual, (closed,), {}, item.partner_id)

    def line_same_invoice_twice(self):
        """2: two lines pay the same invoice."""
        item = self.document()
        for _each in range(2):
            self.line(item.residual, (item.name,), {}, item.partner_id)

    def line_same_amount(self):
        """3: two open invoices of one amount, none named."""
        item = self.document()
        self.document(item.partner_id, item.residual)
        self.line(item.residual, (self.chatter(),), {}, item.partner_id)

    def line_wrong_payer(self):
        """2: quotes somebody else's number with the same amount, from an account known to be another's."""
        item = self.document(self.partner())
        other = self.document(item.partner_id + 1)
        self.line(item.residual, (item.name,), {}, account=other.accounts[0])

    def line_other_company(self):
        """2: a document of another company."""
        item = self.document(company=2)
        self.line(item.residual, (item.name,), {}, account="FR7612345000010000000000000")

    def line_other_direction(self):
        """2: money out that names an invoice."""
        item = self.document()
        self.line(-item.residual, (item.name,), {}, item.partner_id)

    def line_returned(self):
        """2: a return of a payment that looks like a vendor's bill."""
        item = self.document(amount=-self.amount(), kind="bill")
        self.line(item.residual, (item.name,), {}, item.partner_id, is_reversal=True, return_reason="AC04")

    def line_longer_number(self):
        """2: an order number of the payer that holds the digits of one of ours."""
        item = self.document()
        digits = item.name.replace("/", "")[3:]
        self.line(item.residual, (f"Order {digits}{self.rng.randint(10, 99)} A{digits}7",), {}, None)

    def line_noise(self):
        """4: fees, cards, dates and amounts."""
        amount = -Decimal(self.rng.randint(100, 5000)) / 100
        texts = ("Kontoführung 03/2026", "CARD 2026-03-14 18:22 REF 00042", "SALARY 2026 03", "GEBUEHR 42")
        text = self.rng.choice(texts)
        self.line(amount, (text,), {})


def make(seed=19, count=2000):
    """A world of about ``count`` lines; the same seed gives the same world."""
    return Maker(seed, count).make()


def judge(world, result):
    """(right, wrong) of the sure matches: lists of (kind, proposal)."""
    right, wrong = [], []
    for proposal in result.sure:
        found = {part.item_id: part.item_amount for part in proposal.parts}
        (right if found == world.truth[proposal.line_id] else wrong).append((world.kinds[proposal.line_id], proposal))
    return right, wrong
