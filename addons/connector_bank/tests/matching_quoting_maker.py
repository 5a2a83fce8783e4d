"""A made-up world of payers who shorten numbers and whose banks write names their own way.

Seeds of two kinds: a wholesaler's numbers with a year, and a shop's of digits alone. Half of the amounts are prices, a
third of the payers have no account that is known.
"""

from decimal import Decimal

from odoo.addons.connector_bank.tests.matching_other_maker import OtherMaker

FIRST = "Jürgen Käthe Björn Zoë José Łukasz Anna Piet Søren Marie Luc Núria".split()
LAST = "Schröder Müller Kjær Dupont García Wójcik Jansen Bauer Baur Groß Nørgaard Öztürk Meyer".split()
TOWNS = "Berlin Wien Graz Lyon Praha".split()
BANK_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ë": "e", "é": "e", "í": "i", "ó": "o", "ú": "u", "ø": "o", "æ": "ae",
     "Ł": "L", "Ö": "Oe"}
)  # fmt: skip
CENT = Decimal("0.01")


class QuotingMaker(OtherMaker):
    """Numbers are quoted by their last digits, by all their digits, or glued to what stands before."""

    def __init__(self, seed, count):
        super().__init__(seed, count)
        self.style = ("INV/2025/{:05d}", "{}")[seed % 2]

    def name(self, partner):
        return f"{FIRST[partner % 12]} {LAST[partner // 12 % 13]}"

    def as_the_bank_writes(self, name):
        first, last = name.split()
        town = TOWNS[len(name) % 5]
        ways = (name, name.upper(), name.translate(BANK_LETTERS).upper(), f"{last} {first}", f"{name} {town}")
        return self.rng.choice(ways)

    @staticmethod
    def account(partner):
        return f"none {partner}" if partner % 3 else f"DE{partner % 97:02d}{partner:018d}"

    def document(self, partner=None, amount=None, **more):
        made = super().document(partner, amount, **more)
        number = self.number + 100_000 * (self.style == "{}")
        return self.changed(made, names=(self.style.format(number), *made.names[1:]))

    def line(self, amount, texts, truth, partner=None, **more):
        if partner is not None:
            more = {"partner_name": self.as_the_bank_writes(self.name(partner)), **more}
        return super().line(amount, texts, truth, partner, **more)

    def short(self, number):
        digits = number.rpartition("/")[2]
        ways = (digits, digits.lstrip("0"), "".join(filter(str.isdigit, number)), f"RG{digits}")
        return self.rng.choice([way for way in ways if len(way) > 3] or [number])

    def line_short(self):
        """20: one invoice by a short number."""
        item = self.document()
        text = self.rng.choice(("Rechnung {}", "{}", "Kd {n} RG {}", "{} vom 12.03.2025")).format(
            self.short(item.name), n=self.rng.randint(10**6, 10**7)
        )
        self.line(item.residual, (text,), {item.id: item.residual}, item.partner_id)

    def line_short_several(self):
        """8: several invoices of one payer, some in full and some short."""
        partner = self.partner()
        items = [self.document(partner, self.amount() + 50) for _each in range(self.rng.randint(2, 5))]
        text = ", ".join(item.name if self.rng.random() < 0.5 else self.short(item.name) for item in items)
        truth = {item.id: item.residual for item in items}
        self.line(sum(truth.values()), self.wrapped(text), truth, partner)

    def line_silent_credit(self):
        """3: less a credit note that is not named."""
        item = self.document(amount=self.amount() + 100)
        less = (item.residual * self.rng.randint(5, 60) / 100).quantize(CENT)
        note = self.document(item.partner_id, -less, kind="refund")
        truth = {each.id: each.residual for each in (item, note)}
        self.line(item.residual + note.residual, (item.name,), truth, item.partner_id)

    def line_small_with_charges(self):
        """3: charges of banks on the way, kept from a small amount."""
        kept = Decimal(self.rng.choice((5, 15, 25, 40)))
        item = self.document(amount=kept + Decimal(self.rng.randint(500, 20_000)) / 100)
        self.line(item.residual - kept, (item.name,), {item.id: item.residual}, item.partner_id)

    def line_number_of_somebody_else(self):
        """3: a number mistyped, which is another's of the same price; no account is known."""
        item = self.document()
        other = self.document(item.partner_id + 1, item.residual)
        self.line(item.residual, (other.name,), {item.id: item.residual}, item.partner_id, account=None)

    def line_named_beside(self):
        """3: two lines name an invoice; one is its payer's, the other of somebody else with another amount."""
        item = self.document()
        self.line(item.residual, (item.name,), {item.id: item.residual}, item.partner_id)
        self.line(item.residual + 7, (item.name,), {}, item.partner_id + 5, account=None)


def make_quoting(seed=4, count=2000):
    """A world of short numbers, and the settings it is matched with; the kind of numbers follows the seed."""
    maker = QuotingMaker(seed, count)
    return maker.make(), maker.settings
