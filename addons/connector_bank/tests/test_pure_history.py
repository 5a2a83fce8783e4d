"""Years of statements in any order: the order to load them, gaps, overlaps and repetitions, over random histories."""

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from odoo.addons.connector_bank.continuity.history import Piece, in_order, stories
from odoo.addons.connector_bank.importing.chain import Link
from odoo.addons.finance_connector_base.tests.pure import PureCase

MONDAY = date(2024, 1, 1)
DAY = timedelta(1)


def piece(file, first, opening, closing, *, last=None, account=1, identity=None, **values):
    link = Link(first, last or first, opening and Decimal(opening), closing and Decimal(closing))
    return Piece(file, account, link, identity or f"{account}|{first}|{opening}|{closing}", **values)


class TestHistory(PureCase):
    def test_story(self):
        """Three weeks, the second missing, the third twice; the ledger has to begin with the first opening."""
        week = timedelta(7)
        pieces = [
            piece(1, MONDAY + 2 * week, "30", "40", last=MONDAY + 2 * week + 6 * DAY, lines=3),
            piece(2, MONDAY, "10", "20", last=MONDAY + 6 * DAY, lines=2),
            piece(3, MONDAY + 2 * week, "30", "40", last=MONDAY + 2 * week + 6 * DAY, lines=3),
        ]
        story = stories(pieces, {})[1]
        self.assertEqual((story.statements, story.lines, story.twice, story.known), (2, 5, 1, 0))
        self.assertEqual((story.opening, story.closing), (10, 40))
        self.assertEqual(story.gaps, [(MONDAY + week, MONDAY + 2 * week - DAY)])
        self.assertEqual(in_order(pieces), [2, 1, 3])

    def test_overlap(self):
        """A month beside its own weeks is no gap."""
        pieces = [
            piece(1, MONDAY, "10", "20", last=MONDAY + 6 * DAY),
            piece(2, MONDAY, "10", "50", last=MONDAY + 30 * DAY),
        ]
        story = stories(pieces, {})[1]
        self.assertEqual((story.gaps, story.overlaps), ([], [(MONDAY, MONDAY + 6 * DAY)]))

    def test_before_what_is_there(self):
        """History joins what was imported before; its gap to that is told, gaps of others are not."""
        present = [
            Link(MONDAY + 10 * DAY, MONDAY + 10 * DAY, Decimal(30), Decimal(31)),
            Link(MONDAY + 12 * DAY, MONDAY + 12 * DAY, Decimal(99), Decimal(98)),
        ]
        story = stories([piece(1, MONDAY, "10", "20")], {1: present})[1]
        self.assertEqual((story.opening, story.closing), (10, None))
        self.assertEqual(story.gaps, [(MONDAY + DAY, MONDAY + 9 * DAY)])
        later = stories([piece(1, MONDAY + 13 * DAY, "98", "20")], {1: present})[1]
        self.assertEqual((later.opening, later.closing, later.gaps), (None, 20, []))

    def test_without_balances(self):
        story = stories([piece(1, MONDAY, None, None), piece(2, MONDAY + 5 * DAY, "1", "2")], {})[1]
        self.assertEqual((story.unproved, story.gaps, story.first), (1, [], MONDAY))

    def test_random(self):
        """Taken away at random, shuffled, some doubled, several accounts: exactly the holes are told."""
        for seed in range(300):
            chance = random.Random(seed)
            pieces, expected = [], {}
            for account in range(1, chance.randrange(2, 4)):
                made = self.account(chance, account)
                kept = [one for one in made if chance.random() > 0.15] or made[:1]
                there = {one.identity for one in kept}
                gaps, before = [], kept[0]
                for one in kept[1:]:
                    if before.link.closing != one.link.opening:
                        gaps.append((before.link.to_on + DAY, one.link.from_on - DAY))
                    before = one
                doubled = [one for one in kept if chance.random() < 0.2]
                expected[account] = (gaps, len(there), len(doubled), kept[0].link.opening, kept[-1].link.closing)
                pieces += [*kept, *doubled]
            chance.shuffle(pieces)
            pieces = [
                Piece(file, one.account, one.link, one.identity, one.lines) for file, one in enumerate(pieces)
            ]
            found = {
                account: (one.gaps, one.statements, one.twice, one.opening, one.closing)
                for account, one in stories(pieces, {}).items()
            }
            self.assertEqual(found, expected, seed)
            order = in_order(pieces)
            self.assertEqual(sorted(order), list(range(len(pieces))), seed)
            for account in expected:
                firsts = [pieces[file].link.from_on for file in order if pieces[file].account == account]
                self.assertTrue(all(one <= other for one, other in pairwise(firsts)), seed)

    def account(self, chance, account):
        """Periods of some days each, one after the other, each moving the balance to one it never had."""
        balance, day, made = Decimal(100), MONDAY, []
        for _number in range(chance.randrange(3, 25)):
            last = day + timedelta(chance.randrange(0, 7))
            closing = balance + chance.randrange(1, 50)
            made.append(piece(0, day, str(balance), str(closing), last=last, account=account, lines=1))
            balance, day = closing, last + DAY
        return made
