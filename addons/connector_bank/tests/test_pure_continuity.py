"""Bank days, and the proof that the evidence of an account has no holes: random gaps are found, all and only they."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from odoo.addons.connector_bank.continuity.bank_days import BankDays, Expected, easter, target_holidays
from odoo.addons.connector_bank.continuity.proof import prove
from odoo.addons.connector_bank.importing.chain import Link, ordered
from odoo.addons.finance_connector_base.tests.pure import PureCase

MONDAY = date(2026, 3, 2)
NOON = time(12)
DAY = timedelta(1)


def link(first, opening, closing, number=None, id=1, last=None, proved=True):
    return Link(first, last or first, Decimal(opening), Decimal(closing), number=number, id=id, proved=proved)


def at(day, clock=NOON):
    return datetime.combine(day, clock)


class TestBankDays(PureCase):
    def test_easter(self):
        """Sundays as the churches and the ECB publish them, earliest and latest possible dates among them."""
        known = {
            1818: (3, 22), 1943: (4, 25), 2000: (4, 23), 2008: (3, 23), 2019: (4, 21), 2024: (3, 31), 2025: (4, 20),
            2026: (4, 5), 2027: (3, 28), 2038: (4, 25),
        }  # fmt: skip
        self.assertEqual({year: (easter(year).month, easter(year).day) for year in known}, known)
        self.assertTrue(all(easter(year).weekday() == 6 for year in range(1900, 2200)))

    def test_target(self):
        """TARGET closing days of 2026 as the ECB lists them."""
        self.assertEqual(
            sorted(target_holidays(2026)),
            [date(2026, *day) for day in ((1, 1), (4, 3), (4, 6), (5, 1), (12, 25), (12, 26))],
        )

    def test_kinds(self):
        good_friday, saturday = date(2026, 4, 3), date(2026, 4, 4)
        for kind, days in (("target", (False, False)), ("weekdays", (True, False)), ("all", (True, True))):
            self.assertEqual(tuple(BankDays(kind).is_open(day) for day in (good_friday, saturday)), days, kind)
        self.assertFalse(BankDays("all", frozenset({saturday})).is_open(saturday))

    def test_due(self):
        """The day after, at the cut-off; over Easter on Tuesday; of a week or month after its end."""
        thursday = date(2026, 4, 2)
        self.assertEqual(Expected().due(MONDAY), datetime(2026, 3, 3, 10))
        self.assertEqual(Expected().due(thursday), datetime(2026, 4, 7, 10))
        self.assertEqual(Expected(due_days=2, cutoff=time(8, 30)).due(thursday), datetime(2026, 4, 8, 8, 30))
        self.assertEqual(Expected(rhythm="weekly").due(MONDAY), datetime(2026, 3, 9, 10))
        self.assertEqual(Expected(rhythm="monthly").due(MONDAY), datetime(2026, 4, 1, 10))
        self.assertIsNone(Expected(rhythm="none").due(MONDAY))

    def test_no_bank_days(self):
        """A calendar that is closed all year does not hang."""
        year = frozenset(MONDAY + timedelta(number) for number in range(800))
        self.assertGreater(BankDays("all", year).after(MONDAY), MONDAY)


class TestProof(PureCase):
    def states(self, chain, first, last, now, expected=None, **evidence):
        proof = prove(ordered(chain), first, last, now, expected, **evidence)
        return " ".join(f"{state}{count}" for state, _day, count in proof.runs())

    def test_complete(self):
        """Two statements that join; the day of today is not due yet."""
        chain = [link(MONDAY, 0, 5, id=1), link(MONDAY + DAY, 5, 7, id=2)]
        self.assertEqual(
            self.states(chain, MONDAY, MONDAY + 3 * DAY, at(MONDAY + 2 * DAY)), "complete2 awaited1 none1"
        )

    def test_quiet_days(self):
        """Banks send none where nothing moves: the balances prove the days between."""
        chain = [link(MONDAY, 0, 5), link(MONDAY + 4 * DAY, 5, 7, id=2)]
        self.assertEqual(self.states(chain, MONDAY, MONDAY + 4 * DAY, at(MONDAY + 5 * DAY)), "complete5")

    def test_gap(self):
        chain = [link(MONDAY, 0, 5), link(MONDAY + 3 * DAY, 9, 7, id=2)]
        proof = prove(chain, MONDAY, MONDAY + 3 * DAY, at(MONDAY + 4 * DAY))
        self.assertEqual(list(proof.days.values()), ["complete", "gap", "gap", "complete"])
        self.assertEqual(
            [(one.kind, one.from_on, one.to_on, one.statement) for one in proof.findings],
            [("gap", MONDAY + DAY, MONDAY + 2 * DAY, 2)],
        )

    def test_gap_without_days(self):
        """Neighbours of two following days that do not join: the day where they meet is marked."""
        chain = [link(MONDAY, 0, 5), link(MONDAY + DAY, 9, 7, id=2)]
        self.assertEqual(self.states(chain, MONDAY, MONDAY + DAY, at(MONDAY + 2 * DAY)), "complete1 gap1")

    def test_number(self):
        """Balances join, but the bank's numbers do not: something that moved nothing is missing."""
        chain = [link(MONDAY, 0, 5, 1), link(MONDAY + 2 * DAY, 5, 5, 3, id=2)]
        self.assertEqual(self.states(chain, MONDAY, MONDAY + 2 * DAY, at(MONDAY + 3 * DAY)), "complete1 gap1 complete1")

    def test_late(self):
        """After the cut-off of the next bank day, not before; a weekend is not late."""
        friday = MONDAY + 4 * DAY
        chain = [link(friday - DAY, 0, 5)]
        monday = friday + 3 * DAY
        early = self.states(chain, friday - DAY, monday, at(monday, time(9)))
        self.assertEqual(early, "complete1 awaited1 closed2 awaited1")
        self.assertEqual(self.states(chain, friday - DAY, monday, at(monday)), "complete1 late1 closed2 awaited1")
        proof = prove(chain, monday, monday, at(monday))
        self.assertEqual((proof.late_since, proof.due_at), (friday, datetime.combine(monday, time(10))))
        self.assertEqual(self.states(chain, friday - DAY, monday, at(monday), Expected(rhythm="none")),
                         "complete1 awaited1 closed2 awaited1")

    def test_less_than_a_statement(self):
        """Lines by parts and reports of the day are shown until the statement is late."""
        chain = [link(MONDAY, 0, 5)]
        expected, now = Expected(due_days=2), at(MONDAY + 2 * DAY)
        evidence = {"booked": [MONDAY + DAY, MONDAY - DAY], "intraday": [MONDAY + 2 * DAY, MONDAY]}
        self.assertEqual(
            self.states(chain, MONDAY - DAY, MONDAY + 2 * DAY, now, expected, **evidence),
            "parts1 complete1 parts1 intraday1",
        )
        self.assertEqual(self.states(chain, MONDAY, MONDAY + 2 * DAY, now, **evidence), "complete1 late1 intraday1")

    def test_does_not_add_up(self):
        chain = [link(MONDAY, 0, 5, id=4)]
        proof = prove(chain, MONDAY, MONDAY, at(MONDAY), broken={4})
        self.assertEqual((proof.days[MONDAY], proof.findings[0].statement), ("parts", 4))

    def test_no_balance_at_all(self):
        """Lines of a bank that says no balances are there, and nothing proves that none is missing."""
        chain = [link(MONDAY + n * DAY, n, n + 1, id=n, proved=False) for n in (0, 2, 3)]
        proof = prove(chain, MONDAY, MONDAY + 3 * DAY, at(MONDAY + 4 * DAY))
        self.assertEqual(set(proof.days.values()), {"parts"})
        self.assertEqual(
            [(one.kind, one.from_on, one.to_on) for one in proof.findings], [("unproved", MONDAY, MONDAY + 3 * DAY)]
        )

    def test_no_balance_before_the_first(self):
        """What stands before the first balance is neither proved nor missing."""
        chain = [link(MONDAY, 0, 5, proved=False), link(MONDAY + DAY, 100, 102, id=2)]
        self.assertEqual(self.states(chain, MONDAY, MONDAY + DAY, at(MONDAY + 2 * DAY)), "parts1 complete1")

    def test_no_balance_between_two(self):
        """Two balances prove the lines between them; where they do not agree something is missing."""
        first, without = link(MONDAY, 0, 5, id=1), link(MONDAY + DAY, 5, 8, id=2, proved=False)
        for opening, states in ((8, "complete4"), (9, "complete1 parts1 gap1 complete1")):
            chain = [first, without, link(MONDAY + 3 * DAY, opening, 9, id=3)]
            self.assertEqual(self.states(chain, MONDAY, MONDAY + 3 * DAY, at(MONDAY + 4 * DAY)), states)

    def test_no_balance_and_a_number_missing(self):
        chain = [link(MONDAY, 0, 5, 1, id=1), link(MONDAY + DAY, 5, 8, 3, id=2, proved=False),
                 link(MONDAY + 2 * DAY, 8, 9, 4, id=3)]  # fmt: skip
        self.assertEqual(self.states(chain, MONDAY, MONDAY + 2 * DAY, at(MONDAY + 3 * DAY)),
                         "complete1 gap1 complete1")  # fmt: skip

    def test_nothing(self):
        self.assertEqual(self.states([], MONDAY, MONDAY + 2 * DAY, at(MONDAY)), "none3")
        self.assertEqual(self.states([], MONDAY, MONDAY + 2 * DAY, at(MONDAY), intraday=[MONDAY]), "intraday1 none2")

    def test_endless_period(self):
        """A statement that claims a hundred years makes neither a loop nor a memory of them."""
        chain = [link(date(1926, 1, 1), 0, 5, last=date(2126, 1, 1))]
        proof = prove(chain, MONDAY, MONDAY + 30 * DAY, at(MONDAY))
        self.assertEqual(len(proof.days), 31)

    def test_coarse(self):
        """Seen from afar weekends belong to the weeks around them."""
        friday = MONDAY + 4 * DAY
        chain = [link(friday, 0, 5), link(friday + 3 * DAY, 5, 6, id=2)]
        proof = prove(chain, friday, friday + 3 * DAY, at(friday + 4 * DAY))
        self.assertEqual([(state, count) for state, _day, count in proof.runs()],
                         [("complete", 1), ("closed", 2), ("complete", 1)])
        self.assertEqual([(state, count) for state, _day, count in proof.runs(coarse=True)], [("complete", 4)])


class TestRandomGaps(PureCase):
    def test_all_and_only_the_gaps(self):
        """Statements of some years taken away at random: each hole in between is found with its days, the tail is
        late, all else is complete; only what neither balances nor numbers can tell passes for a quiet day."""
        for seed in range(300):
            chance = random.Random(seed)
            days = BankDays(chance.choice(("target", "weekdays", "all")))
            statements = self.account(chance, days)
            kept = [one for one in statements if chance.random() > chance.choice((0.0, 0.05, 0.4))] or statements[:1]
            first, last = statements[0].from_on, statements[-1].to_on
            proof = prove(ordered(kept), first, last, at(days.after(last, 2)), Expected(days))
            ids = {one.id for one in kept}
            gaps, states = self.expected(statements, ids)
            found = [(one.from_on, one.to_on) for one in proof.findings if one.kind == "gap"]
            self.assertEqual(found, gaps, seed)
            self.assertEqual({day: proof.days[day] for day in states}, states, seed)
            closed = [day for day in proof.days if day not in states]
            self.assertTrue(all(proof.days[day] in ("closed", "none") for day in closed), seed)

    def account(self, chance, days):
        """A statement for each bank day of a while; some without movement, some accounts without numbers."""
        numbered, balance, day, made = chance.random() < 0.5, Decimal(100), date(2024, 12, 20), []
        for number in range(1, chance.randrange(10, 60)):
            day = days.after(day)
            moved = Decimal(chance.choice((0, 0, 1, 2, 5)))
            year = day.year - 2024
            made.append(link(day, balance, balance + moved, 1000 * year + number if numbered else None, id=number))
            balance += moved
        return made

    def expected(self, statements, kept):
        """Gaps, and the state of each bank day from the first kept statement on, told from what was taken away."""
        gaps, states = [], {}
        runs = [(there, list(group)) for there, group in groupby(statements, lambda one: one.id in kept)]
        if not runs[0][0]:
            states.update(dict.fromkeys((one.from_on for one in runs.pop(0)[1]), "none"))
        for position, (there, group) in enumerate(runs):
            days = [one.from_on for one in group]
            if there:
                state = "complete"
            elif position == len(runs) - 1:
                state = "late"
            else:
                before, after = runs[position - 1][1][-1], runs[position + 1][1][0]
                same_year = before.to_on.year == after.to_on.year
                state = "gap" if before.closing != after.opening or (before.number and same_year) else "complete"
                if state == "gap":
                    gaps.append((days[0], days[-1]))
            states.update(dict.fromkeys(days, state))
        return gaps, states
