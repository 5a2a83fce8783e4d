"""Identity of statements and lines, the chain of balances, batches and labels: plain values, no Odoo."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import accumulate, combinations

from odoo.addons.connector_bank.importing.account import spellings
from odoo.addons.connector_bank.importing.book import Statement, period, said_balances, statements
from odoo.addons.connector_bank.importing.chain import Link, fits, ordered, overlaps
from odoo.addons.connector_bank.importing.confirm import Waiting, pairs
from odoo.addons.connector_bank.importing.identity import Candidate, Held, fingerprint, settle, statement_identity
from odoo.addons.connector_bank.importing.label import counterparty, label
from odoo.addons.connector_bank.importing.split import split
from odoo.addons.finance_connector_base.core.statement import (
    Balance,
    Detail,
    Entry,
    Finding,
    Footer,
    Header,
    Party,
    Reference,
)
from odoo.addons.finance_connector_base.tests.pure import PureCase

DAY = date(2026, 3, 2)


def entry(amount="-2.50", text="Coffee", **values):
    details = values.pop("details", None) or (Detail(remittance=(text,)),)
    return Entry(values.pop("booked_on", DAY), Decimal(amount), "EUR", details=details, **values)


class TestFingerprint(PureCase):
    def test_same(self):
        """Wrapping, case, zeros and the place in the file make no other line."""
        one = entry("-2.5", "Coffee at the  corner", place="Ntry[1]", entry_ref="1")
        self.assertEqual(fingerprint(one), fingerprint(entry("-2.50", "COFFEE AT THE CORNER", place="Ntry[9]")))

    def test_other(self):
        base = entry(bank_ref="A")
        others = [
            entry(bank_ref="B"),
            entry("-2.51", bank_ref="A"),
            entry("2.50", bank_ref="A"),
            entry(text="Tea", bank_ref="A"),
            entry(bank_ref="A", booked_on=date(2026, 3, 3)),
            entry(bank_ref="A", value_on=DAY),
            entry(bank_ref="A", reversal=True),
            entry(bank_ref="A", additional="more"),
            entry(bank_ref="A", details=(Detail(remittance=("Coffee",), end_to_end_id="E"),)),
        ]
        self.assertEqual(len({fingerprint(one) for one in (base, *others)}), len(others) + 1)

    def test_stable(self):
        """Lines in a ledger carry it for years: a change here must change VERSION, and think of them."""
        self.assertEqual(fingerprint(entry()), "1:d0981289fd75d6741f9187cea292e7f35b473626")

    def test_statement(self):
        header = Header("A", "EUR", statement_id="1", sequence=1, from_on=DAY, to_on=DAY)
        same = statement_identity(header, Footer(closing_on=DAY))
        self.assertEqual(same, statement_identity(replace(header, place="elsewhere"), Footer(closing_on=DAY)))
        for change in ({"statement_id": "2"}, {"sequence": 2}, {"page": 2}, {"intraday": True},
                       {"from_on": date(2025, 3, 2), "to_on": date(2025, 3, 2)}):
            self.assertNotEqual(same, statement_identity(replace(header, **change), Footer(closing_on=DAY)))


class TestSettle(PureCase):
    def sort(self, entries, held=(), **evidence):
        settled = settle(entries, held, **evidence)
        return tuple([one.occurrence for one in kind] for kind in (settled.new, settled.known, settled.doubtful))

    def held(self, *occurrences, **values):
        return [Held(fingerprint(values.pop("entry", None) or entry()), number, **values) for number in occurrences]

    def test_first_time(self):
        self.assertEqual(self.sort([entry(), entry()]), ([1, 2], [], []))

    def test_no_evidence(self):
        self.assertEqual(self.sort([entry(), entry()], self.held(1)), ([2], [], [1]))

    def test_overlap(self):
        self.assertEqual(self.sort([entry(), entry()], self.held(1), overlaps=True), ([2], [1], []))

    def test_fits(self):
        self.assertEqual(self.sort([entry(), entry()], self.held(1), fits=True), ([2, 3], [], []))

    def test_reference(self):
        named = entry(bank_ref="A")
        held = [Held(fingerprint(named), 1)]
        self.assertEqual(self.sort([named], held), ([], [1], []))
        self.assertEqual(self.sort([named], held, fits=True), ([], [], [1]))
        self.assertEqual(self.sort([named], held, fits=True, forced=True), ([2], [], []))

    def test_forced(self):
        self.assertEqual(self.sort([entry(), entry()], self.held(1), forced=True), ([2, 3], [], []))

    def test_own(self):
        """A second run knows the lines of the first by their place, whatever came from elsewhere meanwhile."""
        first, second = entry(place="1"), entry(place="2")
        held = [*self.held(1, 3), *self.held(2, own=True, place="2")]
        self.assertEqual(self.sort([first, second], held), ([], [2], [1]))
        self.assertEqual(self.sort([first, second], held, forced=True), ([4], [2], []))

    def test_waiting(self):
        """What was reported during the day is confirmed first, even where the balances say new."""
        held = [*self.held(1), *self.held(2, waiting=True)]
        self.assertEqual(self.sort([entry(), entry()], held, fits=True), ([3], [2], []))

    def test_deleted(self):
        """A line that a person deleted keeps its number free; the next gets a new one."""
        self.assertEqual(self.sort([entry(), entry()], self.held(2), overlaps=True), ([3], [2], []))

    def test_every_entry_once(self):
        """However lines were held, every entry is in exactly one of the three, and no number is given twice."""
        entries = [entry(place=str(number)) for number in range(3)] + [entry(bank_ref="A"), entry(text="Tea")]
        kinds = ({}, {"own": True, "place": "1"}, {"own": True}, {"waiting": True})
        for count in range(4):
            for chosen in combinations(kinds * 2, count):
                held = [Held(fingerprint(entry()), number, **kind) for number, kind in enumerate(chosen, start=1)]
                for evidence in ({}, {"fits": True}, {"overlaps": True}, {"forced": True}):
                    settled = settle(entries, held, **evidence)
                    found = [*settled.new, *settled.known, *settled.doubtful]
                    self.assertEqual(sorted(map(id, entries)), sorted(id(one.entry) for one in found))
                    taken = [(one.fingerprint, one.occurrence) for one in found]
                    self.assertEqual(len(taken), len(set(taken)))


def link(first, last, opening, *amounts):
    amounts = tuple(map(Decimal, amounts))
    return Link(
        date(2026, 3, first), date(2026, 3, last), Decimal(opening), Decimal(opening) + sum(amounts), amounts
    )


class TestChain(PureCase):
    DAYS = link(2, 2, 100, -10), link(3, 3, 90, 5, -7), link(4, 4, 88, 20)

    def test_next(self):
        self.assertTrue(fits(link(5, 5, 108, 3), self.DAYS))
        self.assertTrue(fits(link(4, 4, 108, 3), self.DAYS), "the evening of the last day")

    def test_before(self):
        self.assertTrue(fits(link(1, 1, 90, 10), self.DAYS))

    def test_hole(self):
        first, middle, last = self.DAYS
        self.assertTrue(fits(middle, [first, last]))

    def test_again(self):
        """Neither a copy nor any longer or shorter cut of the chain is taken for new."""
        amounts = [(day.from_on.day, amount) for day in self.DAYS for amount in day.amounts]
        balances = list(accumulate((amount for _day, amount in amounts), initial=Decimal(100)))
        for start, end in combinations(range(len(amounts) + 1), 2):
            cut = amounts[start:end]
            again = link(cut[0][0], cut[-1][0], balances[start], *(amount for _day, amount in cut))
            self.assertFalse(fits(again, self.DAYS), cut)
            self.assertTrue(overlaps(again, self.DAYS), cut)

    def test_zero_sum_again(self):
        day = link(2, 2, 100, 5, -5)
        self.assertFalse(fits(day, [day]))
        self.assertTrue(overlaps(day, [day]))

    def test_apart(self):
        """A statement elsewhere in time is neither next nor the same."""
        self.assertFalse(fits(link(9, 9, 500, 1), self.DAYS))
        self.assertFalse(overlaps(link(9, 9, 500, 1), self.DAYS))

    def test_same_day_apart(self):
        """On a day that is there, with other balances: no evidence for either."""
        self.assertFalse(fits(link(3, 3, 40, 5), self.DAYS))
        self.assertFalse(overlaps(link(3, 3, 40, 5), self.DAYS))

    def test_newest_first(self):
        """Some banks list the newest booking first."""
        backwards = Link(date(2026, 3, 3), date(2026, 3, 3), Decimal(90), Decimal(88), (Decimal(-7), Decimal(5)))
        self.assertTrue(overlaps(replace(backwards, to_on=date(2026, 3, 4)), self.DAYS))

    def test_without_balances(self):
        bare = Link(date(2026, 3, 3), date(2026, 3, 3))
        self.assertFalse(fits(bare, self.DAYS))
        self.assertTrue(overlaps(bare, self.DAYS))
        self.assertFalse(fits(Link(None, None), self.DAYS))
        self.assertFalse(overlaps(Link(None, None), self.DAYS))


    def test_order(self):
        """By day and number; without numbers, as the balances join, however they came."""
        day = [link(2, 2, 100, 5, -5), link(2, 2, 100, -10), link(2, 2, 90, -20), link(2, 2, 70, 1)]
        for places in ((0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)):
            self.assertEqual(ordered([day[place] for place in places]), day)
        numbered = [replace(day[2], number=1), replace(day[1], number=2)]
        self.assertEqual(ordered(numbered[::-1]), numbered)
        self.assertEqual(ordered([*self.DAYS[::-1]]), [*self.DAYS])


class TestConfirm(PureCase):
    def pair(self, waiting, *entries):
        candidates = [Candidate(one, str(number), 1) for number, one in enumerate(entries)]
        return [(line.id, candidates.index(candidate)) for line, candidate in pairs(waiting, candidates)]

    def line(self, number, amount="-2.50", **values):
        return Waiting(number, Decimal(amount), values.pop("booked_on", DAY), **values)

    def test_reference(self):
        lines = [self.line(1, bank_ref="A"), self.line(2, bank_ref="B")]
        self.assertEqual(self.pair(lines, entry(bank_ref="B"), entry(bank_ref="A")), [(1, 1), (2, 0)])

    def test_reference_with_other_amount(self):
        self.assertEqual(self.pair([self.line(1, bank_ref="A")], entry("-3.00", bank_ref="A")), [])

    def test_day(self):
        self.assertEqual(self.pair([self.line(1), self.line(2)], entry(text="x"), entry(text="y")), [(1, 0), (2, 1)])
        self.assertEqual(self.pair([self.line(1)], entry(booked_on=date(2026, 3, 3))), [])

    def test_contradiction(self):
        """Other references or other accounts on the far side are another booking."""
        self.assertEqual(self.pair([self.line(1, bank_ref="A")], entry(bank_ref="B")), [])
        other = entry(details=(Detail(counterparty=Party("X", "DE2")),))
        self.assertEqual(self.pair([self.line(1, account="DE1")], other), [])

    def test_decided(self):
        """A line that is reconciled is confirmed by the bank's reference alone."""
        self.assertEqual(self.pair([self.line(1, decided=True)], entry()), [])
        self.assertEqual(self.pair([self.line(1, decided=True, bank_ref="A")], entry(bank_ref="A")), [(1, 0)])


class TestBook(PureCase):
    def test_statements(self):
        events = [
            Header("A", "EUR", statement_id="1"), entry(), entry(status="pending"), Footer(Decimal(1)),
            Finding("statement.balance", "x"), Header("B", "EUR"), Footer(),
        ]
        first, second = statements(events)
        self.assertEqual((len(first.entries), len(first.booked), len(first.findings)), (2, 1, 1))
        self.assertEqual((first.place, second.name), ("1 · A", "B"))

    def test_period(self):
        stated = Statement(Header("A", "EUR", from_on=date(2026, 3, 1), to_on=date(2026, 3, 31)), Footer())
        self.assertEqual(period(stated, [entry()]), (date(2026, 3, 1), date(2026, 3, 31)))
        bare = Statement(Header("A", "EUR"), Footer(closing_on=date(2026, 3, 9)))
        self.assertEqual(period(bare, [entry()]), (DAY, DAY))
        self.assertEqual(period(bare, []), (date(2026, 3, 9), date(2026, 3, 9)))


    def test_balances(self):
        """A balance of the download's day hides neither end; those of a page or of a list are not said twice."""
        first, last = date(2026, 3, 1), date(2026, 3, 31)
        opening, closing = Balance("OPBD", Decimal(10), "EUR", first), Balance("CLBD", Decimal(30), "EUR", last)
        header = Header("A", "EUR", opening=Decimal(10), opening_on=first)
        footer = Footer(Decimal(30), closing_on=last)

        def said(*balances, **values):
            return said_balances(Statement(replace(header, **values), replace(footer, balances=balances)))

        current = Balance("ITBD", Decimal(30), "EUR", date(2026, 4, 2))
        self.assertEqual(said(), (opening, closing))
        self.assertEqual(said(current), (current, opening, closing))
        for listed in (
            (opening, closing),
            (replace(opening, kind="ITBD"), replace(closing, kind="ITBD")),  # a page
            (replace(opening, kind="PRCD", on=None), closing),
        ):
            self.assertEqual(said(*listed), listed)
        self.assertEqual(said(replace(closing, kind="ITBD", on=None))[1:], (opening,))
        self.assertEqual(said(current, intraday=True), (current,))


class TestSplit(PureCase):
    def batch(self, *amounts, total="30.00"):
        details = tuple(Detail(amount=amount and Decimal(amount), remittance=(f"{amount}",)) for amount in amounts)
        return entry(total, details=details, batch_count=len(amounts), place="Ntry[1]")

    def test_split(self):
        parts = split(self.batch("10.00", "20.00"))
        self.assertEqual([part.amount for part in parts], [Decimal("10.00"), Decimal("20.00")])
        self.assertEqual(len({part.place for part in parts}), 2)

    def test_whole(self):
        """Where amounts are missing or do not add up, the batch stays whole."""
        for batch in (self.batch("10.00", None), self.batch("10.00", "19.99"), self.batch("30.00")):
            self.assertEqual(split(batch), [batch])


class TestLabel(PureCase):
    def test_words(self):
        details = (Detail(remittance=("Invoice 7", " of  May"), references=(Reference("RF18"),)),)
        self.assertEqual(label(entry(details=details)), "Invoice 7 of May RF18")
        self.assertEqual(label(entry(details=(Detail(end_to_end_id="E2E"),))), "E2E")
        self.assertEqual(label(entry(details=(Detail(),), bank_ref="B")), "B")
        named = entry(details=(Detail(),), additional="Salaries", bank_ref="B", code="PMNT")
        self.assertEqual(label(named), "Salaries")
        self.assertEqual(label(entry(details=(Detail(end_to_end_id="NOTPROVIDED"),), additional="Rent")), "Rent")
        self.assertEqual(label(entry(details=(Detail(),))), "/")
        batch = (Detail(remittance=("one",)), Detail(remittance=("two",)))
        self.assertEqual(label(entry(details=batch)), "2 × one")

    def test_counterparty(self):
        one, other = Party("One", "DE1"), Party("Two", "DE2")
        self.assertEqual(counterparty(entry(details=(Detail(counterparty=one), Detail(counterparty=one)))), one)
        self.assertIsNone(counterparty(entry(details=(Detail(counterparty=one), Detail(counterparty=other)))))


class TestAccount(PureCase):
    """Account numbers as banks write them."""

    def test_spellings(self):
        cases = {
            (None, None): (),
            ("DE62 0000 0000 0000 0000 01", "EUR"): ("DE62000000000000000001",),
            ("12345678/42", "EUR"): ("1234567842", "123456780000000042"),
            ("12345678/42EUR", "EUR"): ("1234567842EUR", "1234567842", "123456780000000042"),
            ("ZZBKHUHB/123-456/HUF", "HUF"): ("ZZBKHUHB123456HUF", "ZZBKHUHB123456", "123456"),
            ("1700.59.286USD", "USD"): ("170059286USD", "170059286"),
            ("1700.59.286USD", "EUR"): ("170059286USD",),
        }
        for (account, currency), found in cases.items():
            with self.subTest(account):
                self.assertEqual(spellings(account, currency), found)
