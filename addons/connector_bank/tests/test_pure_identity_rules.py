"""Rules of identity: what each takes for the same, what a change would do, and that it never makes a line twice."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

from odoo.addons.connector_bank.importing.chain import Link
from odoo.addons.connector_bank.importing.compare import Played, compare
from odoo.addons.connector_bank.importing.identity import Held, settle
from odoo.addons.connector_bank.importing.rules import RULES, Line, assigned
from odoo.addons.finance_connector_base.core.statement import Detail, Entry, Party
from odoo.addons.finance_connector_base.tests.pure import PureCase

DAY = date(2026, 3, 2)
CONTENT, REFERENCE, AMOUNT, DAILY = (
    RULES[code] for code in ("content_1", "reference_1", "reference_amount_1", "day_amount_1")
)


def entry(amount="-2.50", text="Coffee", **values):
    details = values.pop("details", None) or (Detail(remittance=(text,)),)
    return Entry(values.pop("booked_on", DAY), Decimal(amount), "EUR", details=details, **values)


def played(*entries, opening="100", day=DAY, name="S", **values):
    opening = Decimal(opening)
    amounts = tuple(one.amount for one in entries)
    return Played(Link(day, day, opening, opening + sum(amounts), amounts), entries, name=name, **values)


class TestRules(PureCase):
    def test_stable(self):
        """Lines carry them for years: another result needs another version with another mark."""
        named = entry(bank_ref="A1")
        self.assertEqual(
            [rule(named) for rule in RULES.values()],
            [
                "1:534f4a2ddbf860f06ba8a965b754e560333924b0",
                "r1:72063476c029bd05ef30dc8b5bedf42dbca3a095",
                "ra1:191d2c9b20ebbbcdd5d15a1c4b1f7c95233def03",
                "da1:737e8a71e0322957b42799010b6eba8a999433d8",
            ],
        )

    def test_marks(self):
        """The mark tells the rule; an entry without a reference counts by its content."""
        marks = [rule.mark for rule in RULES.values()]
        self.assertEqual(len(set(marks)), len(RULES))
        for rule in RULES.values():
            self.assertTrue(rule(entry(bank_ref="A")).startswith(f"{rule.mark}:"), rule.code)
        for rule in (REFERENCE, AMOUNT):
            self.assertEqual(rule(entry()), CONTENT(entry()))

    def test_what_counts(self):
        """Which change of a booking makes it another one, by each rule."""
        base = entry(bank_ref="A")
        changes = {
            "words": entry(text="Kaffee", bank_ref="A"),
            "reference": entry(bank_ref="B"),
            "amount": entry("-2.51", bank_ref="A"),
            "day": entry(bank_ref="A", booked_on=date(2026, 3, 3)),
            "direction": entry("2.50", bank_ref="A"),
            "reversal": entry(bank_ref="A", reversal=True),
            "account": entry(bank_ref="A", details=(Detail(counterparty=Party(account="X"), remittance=("Coffee",)),)),
        }
        other = {
            code: {name for name, one in changes.items() if rule(one) != rule(base)} for code, rule in RULES.items()
        }
        self.assertEqual(
            other,
            {
                "content_1": set(changes),
                "reference_1": {"reference", "direction", "reversal"},
                "reference_amount_1": {"reference", "amount", "day", "direction", "reversal"},
                "day_amount_1": {"amount", "day", "direction", "reversal", "account"},
            },
        )

    def test_reference_with_other_amount(self):
        """A bank that counts its references anew must not make money vanish: a person looks."""
        line = Held(REFERENCE(entry(bank_ref="1")), 1, amount=Decimal("-2.50"), line=7)
        sort = {"prints": REFERENCE, "named": REFERENCE.names}
        same = settle([entry(text="other", bank_ref="1")], [line], **sort)
        self.assertEqual([one.line for one in same.known], [7])
        other = settle([entry("-9.00", bank_ref="1")], [line], **sort)
        self.assertEqual((len(other.new), len(other.known), len(other.doubtful)), (0, 0, 1))
        self.assertEqual(len(settle([entry("-9.00", bank_ref="1")], [line], forced=True, **sort).new), 1)

    def test_changed_by_hand(self):
        """A line whose amount a person changed is still the booking at its place in its own file."""
        own = Held(CONTENT(entry(place="1")), 1, own=True, place="1", amount=Decimal("-3.00"), line=7)
        self.assertEqual([one.line for one in settle([entry(place="1")], [own]).known], [7])

    def test_corrected_under_its_reference(self):
        """The bank sends the statement again with another amount under the same reference: never seen before."""
        own = Held(REFERENCE(entry(bank_ref="A")), 1, own=True, amount=Decimal("-3.00"), line=7)
        sort = {"prints": REFERENCE, "named": REFERENCE.names}
        found = settle([entry(bank_ref="A")], [own], overlaps=True, **sort)
        self.assertEqual((len(found.known), len(found.doubtful)), (0, 0) if found.new else (0, 1))
        self.assertEqual(len(settle([entry(bank_ref="A")], [own], forced=True, **sort).new), 1)

    def test_day_and_amount_is_no_name(self):
        """Two references, one amount, one day: without the balances nobody knows, so a person is asked."""
        line = Held(DAILY(entry(bank_ref="A")), 1, amount=Decimal("-2.50"), line=7)
        sort = {"prints": DAILY, "named": DAILY.names}
        self.assertEqual(len(settle([entry(bank_ref="B")], [line], **sort).doubtful), 1)
        self.assertEqual(len(settle([entry(bank_ref="B")], [line], fits=True, **sort).new), 1)
        self.assertEqual(len(settle([entry(bank_ref="B")], [line], overlaps=True, **sort).known), 1)


class TestCompare(PureCase):
    def test_reworded(self):
        """The bank words a booking anew in each download: its reference would know it."""
        first = entry(bank_ref="A")
        again = replace(first, details=(Detail(remittance=("COFFEE AT CORNER",)),))
        files = [played(first), played(again, name="second download")]
        self.assertEqual(compare(files, CONTENT, REFERENCE).merged, 1)
        found = compare(files, REFERENCE, CONTENT)
        self.assertEqual((found.same, found.again, found.merged, found.asked), (1, 1, 0, 0))
        self.assertEqual(found.shown, [["again", "second download", again]])

    def test_counted_anew(self):
        """References that begin at 1 each day: bookings of other days would be asked about, or vanish."""
        files = [
            played(entry(bank_ref="1")),
            played(entry(bank_ref="1", booked_on=DAY + timedelta(1)), day=DAY + timedelta(3), opening="50"),
        ]
        self.assertEqual(compare(files, CONTENT, REFERENCE).merged, 1)
        self.assertEqual(compare(files, CONTENT, AMOUNT).differ, 0)

    def test_question(self):
        """Two equal amounts on one day, two references: by day and amount a person would be asked."""
        files = [played(entry(bank_ref="A")), played(entry(bank_ref="B"), opening="500")]
        self.assertEqual(compare(files, CONTENT, DAILY).asked, 1)

    def test_same_rule(self):
        for seed in range(40):
            files = Bank(random.Random(seed)).files()
            for rule in RULES.values():
                found = compare(files, rule, rule)
                self.assertEqual((found.differ, found.same), (0, sum(len(one.entries) for one in files)), (seed, rule))


class TestChange(PureCase):
    """Lines of an earlier rule count on, whatever the next one is."""

    def test_no_line_twice(self):
        """Files by one rule, then another rule, then the same files again: nothing is new, and nothing is lost."""
        for seed in range(25):
            chance = random.Random(seed)
            files = Bank(chance).files()
            for before, after in permutations(RULES.values(), 2):
                account = Account(before)
                for one in files:
                    account.take(one)
                count, money = len(account.lines), account.money()
                account.change(after, chance)
                for one in files:
                    new = account.take(one, overlaps=True)
                    self.assertEqual(new, 0, (seed, before.code, after.code, one.name))
                self.assertEqual((len(account.lines), account.money()), (count, money))

    def test_change_and_back(self):
        """Through all the rules and back to the first."""
        for seed in range(15):
            chance = random.Random(1000 + seed)
            files = Bank(chance).files()
            rules = [*RULES.values(), CONTENT]
            account = Account(rules[0])
            for one in files:
                account.take(one)
            count = len(account.lines)
            for rule in rules[1:]:
                account.change(rule, chance)
                self.assertEqual(sum(account.take(one, overlaps=True) for one in files), 0, (seed, rule.code))
            self.assertEqual(len(account.lines), count)

    def test_new_words(self):
        """After the change the bank's other words for an old line are known by the new rule."""
        account = Account(CONTENT)
        first = entry(bank_ref="A")
        account.take(played(first))
        account.change(REFERENCE, None)
        reworded = replace(first, details=(Detail(remittance=("other words",)),))
        self.assertEqual(account.take(played(reworded), overlaps=True), 0)

    def test_without_evidence(self):
        """What the bank said of a line was erased: the rule of its import knows it all the same."""
        account = Account(CONTENT)
        account.take(played(entry(bank_ref="A")))
        account.change(REFERENCE, None, erased=True)
        self.assertEqual(account.take(played(entry(bank_ref="A")), overlaps=True), 0)

    def test_each_once(self):
        """One old line stands for one entry, not for all that the earlier rule could not tell apart."""
        line = Line(1, DAILY(entry(bank_ref="A")))
        twins = [entry(bank_ref="A"), entry(bank_ref="B")]
        self.assertEqual(assigned([line], twins, REFERENCE, [DAILY]), {1: REFERENCE(twins[0])})
        self.assertEqual(assigned([line], twins, REFERENCE), {})


class Bank:
    """Some days of an account: equal coffees, reused references, days delivered twice."""

    def __init__(self, chance):
        self.chance = chance

    def files(self):
        balance, files, day = Decimal(100), [], DAY
        for number in range(self.chance.randrange(3, 7)):
            entries = tuple(self._entry(day, number) for _each in range(self.chance.randrange(0, 6)))
            files.append(played(*entries, opening=balance, day=day, name=f"S{number}"))
            balance += sum(one.amount for one in entries)
            day += timedelta(self.chance.choice((1, 1, 3)))
        return files

    def _entry(self, day, number):
        reference = self.chance.choice((None, f"R{self.chance.randrange(3)}", f"D{number}-{self.chance.randrange(9)}"))
        amount = self.chance.choice(("-2.50", "-2.50", "10.00", "7.00"))
        return entry(amount, self.chance.choice(("Coffee", "Tea")), bank_ref=reference, booked_on=day)


class Account:
    """Lines of an account, imported and looked up as the services do it."""

    def __init__(self, rule):
        self.rule, self.former, self.lines = rule, [], []

    def money(self):
        return sum(line[1].amount for line in self.lines)

    def take(self, statement, overlaps=False):
        """Import a statement; the number of new lines. What is doubtful is imported by a person the first time."""
        identities = [line for line, _entry, _occurrence in self.lines]
        key_of = assigned(identities, statement.entries, self.rule, self.former)
        held = [
            Held(key_of[line.id], occurrence, amount=one.amount, line=line.id)
            for line, one, occurrence in self.lines
            if line.id in key_of
        ]
        settled = settle(
            statement.entries, held, overlaps=overlaps, forced=not overlaps, prints=self.rule, named=self.rule.names
        )
        for new in settled.new:
            self.lines.append((Line(len(self.lines) + 1, new.fingerprint), new.entry, new.occurrence))
        self.check_unique()
        return len(settled.new)

    def change(self, rule, chance, erased=False):
        self.former = [*dict.fromkeys([*self.former, self.rule])]
        self.rule = rule
        for position, (line, one, occurrence) in enumerate(self.lines):
            gone = erased or (chance and chance.random() < 0.2)
            own = line.fingerprint.startswith(f"{rule.mark}:")
            known_as = None if own or gone else rule(one)
            self.lines[position] = replace(line, known_as=known_as), one, occurrence

    def check_unique(self):
        keys = [(line.fingerprint, occurrence) for line, _entry, occurrence in self.lines]
        assert len(set(keys)) == len(keys), "the database would refuse a second line with this identity"
