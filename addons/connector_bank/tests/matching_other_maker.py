"""A second made-up world, of another shape: other names and numbers, few accounts known, crowded amounts, withheld tax.

What holds in the first world must hold here as well: nothing that the rules were shaped on is alike.
"""

from decimal import Decimal

from odoo.addons.connector_bank.matching import Settings, Withholding
from odoo.addons.connector_bank.matching.score import spelled
from odoo.addons.connector_bank.tests.matching_maker import NAMES, Maker

SYLLABLES = "ba bren cal dor el fen gar hul is jor kas lin mor nel os pra quin ros sten tar ul ver wik yor zan".split()
TRADES = "Bau Consult Design Food Glas Handel Kontor Logistik Metall Print Software Textil Travel Verlag".split()
FORMS = ("GmbH", "s.r.o.", "S.A.R.L.", "AG", "A/S", "Kft", "", "e.K.")
PRICES = [Decimal(f"{euros}.{cents}") for euros in (9, 19, 29, 39, 59, 89, 149, 299) for cents in ("00", "90", "99")]
WITHHELD = Withholding(1, "Withheld 20 %", Decimal(20), account_id=1, direction="in", countries=frozenset({"IT"}))
WITHHELD_ALONE = Withholding(2, "Withheld 11 %", Decimal(11), account_id=1, countries=frozenset({"BR"}), sure=True)


class OtherMaker(Maker):
    """Subscriptions and small traders: half of the amounts are prices, and a third of the payers have an account."""

    settings = Settings(withholdings=(WITHHELD, WITHHELD_ALONE))

    def amount(self):
        if self.rng.random() < 0.5:
            return self.rng.choice(PRICES)
        return Decimal(self.rng.randint(100, 5_000_000)) / 100

    def name(self, partner):
        digits, word = partner, ""
        for _place in range(3):
            digits, rest = divmod(digits, len(SYLLABLES))
            word += SYLLABLES[rest]
        owner = SYLLABLES[(partner * 7) % 25] + SYLLABLES[(partner * 11 + 3) % 25]
        return f"{word.title()} {owner.title()} {TRADES[partner % 14]} {FORMS[partner % 8]}".strip()

    @staticmethod
    def account(partner):
        return f"NL{partner % 97:02d}BANK{partner:010d}" if partner % 3 == 0 else f"none {partner}"

    def document(self, partner=None, amount=None, *, prefix=None, **more):
        made = super().document(partner, amount, prefix=prefix or "RE", **more)
        own = f"{prefix or 'RE'}-26{self.number:06d}" if self.number % 3 else f"26{self.number:08d}"
        return self.changed(made, names=(own, *made.names[1:]))

    def changed(self, item, **values):
        """Put another item in the place of the last one."""
        fields = {name: getattr(item, name) for name in type(item).__slots__}
        self.world.items[-1] = type(item)(**{**fields, **values})
        return self.world.items[-1]

    def line(self, amount, texts, truth, partner=None, **more):
        if partner is not None and partner % 3:
            more = {"account": None, **more}
        return super().line(amount, texts, truth, partner, **more)

    def written(self, number):
        rng = self.rng
        ways = (
            lambda: number,
            lambda: number.replace("-", ""),
            lambda: number.replace("-", " "),
            lambda: "Nr." + number,
            lambda: f"{number[:6]} {number[6:]}",
            lambda: f"+{number}+{rng.randint(10**5, 10**6)}",
        )
        return f"{self.chatter()} {rng.choice(ways)()} {self.chatter()}".strip()

    def misheard(self, name):
        """A name as a person types it who only heard it: a slip in every word, words put together, form left out."""
        rng, words, typed = self.rng, [word for word in name.split()[:3] if len(word) > 2], []
        for word in words:
            place = rng.randrange(1, len(word) - 1)
            way = rng.randrange(4)
            if way == 0:
                word = word[:place] + word[place + 1 :]
            elif way == 1:
                word = word[:place] + word[place] + word[place:]
            elif way == 2:
                word = word[:place] + rng.choice("aeiou") + word[place + 1 :]
            typed.append(word)
        heard = rng.choice((" ", "")).join(typed[: rng.choice((2, 3))])
        return heard if spelled(heard) != spelled(name) else heard[1:]

    def line_misheard(self):
        """8: no account, no number, and a name that no word is right of."""
        item = self.document()
        name = self.misheard(self.name(item.partner_id))
        self.line(
            item.residual, (self.chatter(),), {item.id: item.residual}, item.partner_id, partner_name=name, account=None
        )

    def line_everything_misheard(self):
        """2: all that is open of such a payer."""
        partner = self.partners + self.number
        items = [self.document(partner) for _each in range(self.rng.randint(2, 4))]
        truth = {item.id: item.residual for item in items}
        name = self.misheard(self.name(partner))
        self.line(sum(truth.values()), (self.chatter(),), truth, partner, partner_name=name, account=None)

    def line_withheld(self):
        """4: tax kept back, by a rule that proposes or by one that books."""
        rule = self.rng.choice((WITHHELD, WITHHELD_ALONE))
        item = self.document(self.partner() // 3 * 3, self.amount() + 200)
        untaxed = item.residual if self.rng.random() < 0.5 else item.residual / Decimal("1.22")
        item = self.changed(item, untaxed=untaxed, country=min(rule.countries))
        kept = (untaxed * rule.percent / 100).quantize(Decimal("0.01"))
        self.line(item.residual - kept, (self.written(item.name),), {item.id: item.residual}, item.partner_id)

    def line_part_of_the_like(self):
        """2: a part payment of just what a withholding would leave, of somebody it is not for."""
        item = self.document(self.partner() // 3 * 3, self.amount() + 200)
        item = self.changed(item, untaxed=item.residual, country="FR")
        part = (item.residual * Decimal("0.8")).quantize(Decimal("0.01"))
        self.line(part, (self.written(item.name),), {item.id: part}, item.partner_id)

    def line_stranger_of_like_name(self):
        """3: somebody of a name like a customer's pays what that customer owes, for something else."""
        item = self.document()
        self.line(item.residual, (self.chatter(),), {}, partner_name=self.misheard(self.name(item.partner_id)))


class NamesakeMaker(OtherMaker):
    """People of common names, a dozen prices, and numbers of one of three kinds, most of them short."""

    settings = Settings(sure_partial=False)
    styles = ("{}", "{}/2026", "AR{:04d}")

    def __init__(self, seed, count):
        super().__init__(seed, count)
        self.style = self.styles[seed % 3]

    def amount(self):
        price = Decimal(self.rng.choice((19, 29, 49, 99))) + self.rng.choice(PRICES[:3]) - 9
        return price if self.rng.random() < 0.8 else Decimal(self.rng.randint(100, 50_000)) / 100

    def name(self, partner):
        first, last = NAMES[partner % 6], NAMES[6 + partner // 6 % 10]
        return f"{first} {last} {partner}" if partner % 4 == 0 else f"{first} {last}"

    @staticmethod
    def account(partner):
        return f"AT{partner % 97:02d}{partner:014d}" if partner % 2 == 0 else f"none {partner}"

    def document(self, partner=None, amount=None, **more):
        made = super().document(partner, amount, **more)
        return self.changed(made, names=(self.style.format(self.number + 1000), *made.names[1:]))

    def line_slip_of_a_namesake(self):
        """5: a number with a slip, which is often another's of the same price, from no account that is known."""
        item = self.document()
        text = self.written(self.slip(item.name))
        self.line(item.residual, (text,), {item.id: item.residual}, item.partner_id, account=None)

    def line_paid_long_ago(self):
        """3: a number that is settled, while a namesake owes the same price."""
        partner = self.document().partner_id
        self.number += 1
        former = self.style.format(self.number + 1000)
        self.world.settled.setdefault(partner, []).append(former)
        quoted = self.rng.choice((former, "RNR" + former, former.removeprefix("AR")))
        known = self.rng.choice(({}, {"account": None}))
        self.line(self.world.items[-1].residual, (f"Re {quoted}",), {}, partner, **known)

    def line_in_advance(self):
        """3: paid before it is invoiced, while as much is open."""
        item = self.document()
        word = self.rng.choice(("Anzahlung Auftrag", "order prepayment", "Proforma", "Vorkasse Bestellung", "acompte"))
        self.line(item.residual, (f"{word} S{self.rng.randint(10**5, 10**6)}",), {}, item.partner_id)


def make_namesakes(seed, count=2000):
    """A world of namesakes, and the settings it is matched with; the kind of numbers follows the seed."""
    maker = NamesakeMaker(seed, count)
    return maker.make(), maker.settings


def make_other(seed=77, count=2000):
    """A world of the other shape, and the settings it is matched with."""
    maker = OtherMaker(seed, count)
    return maker.make(), maker.settings
