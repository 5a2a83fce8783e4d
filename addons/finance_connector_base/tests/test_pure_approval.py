from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ..approval.kinds import KINDS
from ..approval.payload import payload_hash
from ..approval.policy import (
    Authority,
    Level,
    Part,
    Person,
    Request,
    Rule,
    Subject,
    Vote,
    ballot,
    required,
    verdict,
)
from .pure import PureCase

APPROVER, TREASURER = 10, 11
FLOOR = Level("second person", 1, APPROVER)
MAKER, ANN, BOB, EVE = 1, 2, 3, 4


def part(amount, beneficiary="A", currency="EUR", rate=1):
    return Part(beneficiary, currency, Decimal(amount), Decimal(amount) * rate)


def payment(*parts, earlier=(), floor=1, company=1):
    return Subject("payment", company, parts, tuple(earlier), floor)


def person(number, *groups, identity=None, **values):
    own = Authority(number, frozenset(groups), frozenset(identity or [f"partner:{number}"]))
    return Person(number, own, values.pop("companies", frozenset([1])), **values)


def rule(low, high, count, **values):
    return Rule(
        "payment", (Level(f"{count}", count, APPROVER),), amount_from=Decimal(low), amount_to=Decimal(high), **values
    )


REQUEST = Request(1, MAKER, (Level("one", 1, APPROVER),), frozenset(["partner:1"]))
amounts = st.decimals(0, 100000, places=2)
levels = st.builds(Level, st.just("x"), st.integers(1, 3), st.sampled_from([APPROVER, TREASURER]))
rules = st.builds(
    Rule,
    st.sampled_from(["payment", "bank"]),
    st.tuples(levels),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([None, "EUR", "USD"]),
    amounts,
    amounts,
    st.sampled_from([0.0, 24.0]),
    st.booleans(),
)
parts = st.builds(part, amounts, st.sampled_from("ABC"), st.sampled_from(["EUR", "USD"]))
subjects = st.builds(
    Subject,
    st.just("payment"),
    st.just(1),
    st.lists(parts, max_size=4).map(tuple),
    st.lists(parts, max_size=4).map(tuple),
    st.integers(0, 3),
)


class TestMatrix(PureCase):
    """What a request needs: by kind, company, currency and band of amount."""

    def persons(self, subject, *matrix):
        return required(subject, matrix, FLOOR).persons

    def test_bands(self):
        matrix = rule(0, 1000, 1), rule(1000, 0, 2)
        for amount, count in (("999.99", 1), ("1000", 2), ("5000000", 2)):
            self.assertEqual(self.persons(payment(part(amount)), *matrix), count)

    def test_amounts_split_over_a_day_count_together(self):
        matrix = rule(0, 1000, 1), rule(1000, 0, 2)
        split = payment(part(600), earlier=[part(600)])
        self.assertEqual(self.persons(split, *matrix), 2)
        self.assertEqual(self.persons(payment(part(600), earlier=[part(600, "B")]), *matrix), 1)

    def test_a_file_counts_as_a_whole(self):
        matrix = rule(0, 1000, 1), rule(1000, 0, 2)
        self.assertEqual(self.persons(payment(part(600), part(600, "B")), *matrix), 2)

    def test_a_rule_in_a_currency_looks_at_that_currency(self):
        dollars = rule(100, 0, 3, currency="USD")
        self.assertEqual(self.persons(payment(part(500)), dollars), 1)
        self.assertEqual(self.persons(payment(part(500, currency="USD", rate=2)), dollars), 3)
        self.assertEqual(self.persons(payment(part(60, currency="USD", rate=2)), rule(100, 0, 3)), 3)

    def test_other_companies_and_kinds(self):
        self.assertEqual(self.persons(payment(part(1)), rule(0, 0, 2, company=2)), 1)
        self.assertEqual(self.persons(Subject("bank", 1), rule(0, 0, 2)), 1)
        self.assertEqual(self.persons(Subject("payment", 1), rule(0, 0, 2)), 2, "no amount: the rule for any amount")
        self.assertEqual(self.persons(Subject("payment", 1), rule(1, 0, 2)), 1)

    def test_longest_rest_counts(self):
        matrix = rule(0, 0, 1, cool_off_hours=4.0), rule(0, 0, 1, cool_off_hours=24.0, exclude_editor=True)
        needs = required(payment(part(1)), matrix, FLOOR)
        self.assertEqual((needs.cool_off_hours, needs.exclude_editor, needs.persons), (24.0, True, 1))

    @given(subjects, st.lists(rules, max_size=5), rules)
    def test_one_more_rule_never_weakens(self, subject, matrix, more):
        before, after = required(subject, matrix, FLOOR), required(subject, [*matrix, more], FLOOR)
        self.assertGreaterEqual(after.persons, max(before.persons, subject.floor))
        self.assertGreaterEqual(after.cool_off_hours, before.cool_off_hours)
        counts = {level.who: level.count for level in after.levels}
        for level in required(replace(subject, floor=0), matrix, FLOOR).levels:
            self.assertGreaterEqual(counts.get(level.who, 0), level.count)

    @given(subjects, st.lists(rules, max_size=5), parts)
    def test_earlier_amounts_never_make_it_smaller(self, subject, matrix, more):
        later = replace(subject, earlier=(*subject.earlier, more))
        for one in matrix:
            self.assertGreaterEqual(one.size(later) or 0, one.size(subject) or 0)

    @given(subjects, rules)
    def test_splitting_does_not_lower_the_amount_that_counts(self, subject, one):
        """The last of the pieces, with those before it, measures as much as the whole to that beneficiary."""
        pieces = [piece for piece in subject.parts if piece.beneficiary == "A"]
        if not pieces:
            return
        whole = one.size(Subject("payment", 1, tuple(pieces)))
        last = one.size(Subject("payment", 1, (pieces[-1],), tuple(pieces[:-1])))
        if last is not None:
            self.assertEqual(last, whole)


class TestBallot(PureCase):
    """Who may vote, and in whose right."""

    def why(self, who, request=REQUEST):
        return ballot(who, request).why

    def test_who_may_not(self):
        ann = person(ANN, APPROVER)
        self.assertIsNone(self.why(ann))
        cases = {
            "program": (replace(ann, program=True), REQUEST),
            "inactive": (replace(ann, active=False), REQUEST),
            "company": (replace(ann, companies=frozenset([2])), REQUEST),
            "state": (ann, replace(REQUEST, state="approved")),
            "expired": (ann, replace(REQUEST, expired=True)),
            "maker": (person(MAKER, APPROVER), REQUEST),
            "same_human": (person(ANN, APPROVER, identity=["mail:m", "partner:1"]), REQUEST),
            "editor": (ann, replace(REQUEST, excluded=frozenset([ANN]))),
            "voted": (ann, replace(REQUEST, votes=(Vote(ANN, ANN, 0, "approve"),))),
            "stale": (ann, replace(REQUEST, stale=True)),
            "role": (person(ANN, TREASURER), REQUEST),
        }
        for why, (who, request) in cases.items():
            self.assertEqual(self.why(who, request), why)

    def test_one_human_with_two_users_votes_once(self):
        two = replace(REQUEST, levels=(Level("two", 2, APPROVER),))
        voted = replace(two, votes=(Vote(ANN, ANN, 0, "approve", frozenset(["mail:ann"])),))
        self.assertEqual(self.why(person(BOB, APPROVER, identity=["mail:ann"]), voted), "same_human")

    def delegate(self, of, upstream=(), groups=(APPROVER,)):
        right = Authority(of, frozenset(groups), frozenset([f"partner:{of}"]), frozenset(upstream), delegation=7)
        return replace(person(EVE), delegated=(right,))

    def test_a_delegated_right(self):
        found = ballot(self.delegate(ANN), REQUEST)
        self.assertEqual((found.authority.person, found.authority.delegation), (ANN, 7))
        self.assertEqual(self.why(self.delegate(MAKER)), "maker")
        self.assertEqual(self.why(self.delegate(ANN, upstream=[MAKER])), "maker")
        self.assertEqual(self.why(self.delegate(ANN), replace(REQUEST, excluded=frozenset([ANN]))), "editor")
        self.assertEqual(self.why(self.delegate(ANN, groups=())), "role")

    def test_a_right_counts_once(self):
        two = replace(REQUEST, levels=(Level("two", 2, APPROVER),), votes=(Vote(ANN, ANN, 0, "approve"),))
        self.assertEqual(self.why(self.delegate(ANN), two), "voted")
        by_eve = replace(two, votes=(Vote(EVE, ANN, 0, "approve"),))
        self.assertEqual(self.why(person(ANN, APPROVER), by_eve), "voted")

    def test_named_users(self):
        named = replace(REQUEST, levels=(Level("the chief", 1, None, frozenset([BOB])),))
        self.assertIsNone(self.why(person(BOB), named))
        self.assertEqual(self.why(person(ANN, APPROVER), named), "role")

    def test_n_of_m(self):
        request = replace(REQUEST, levels=(Level("two", 2, APPROVER), Level("chief", 1, None, frozenset([BOB]))))
        for number, decided in ((ANN, "waiting"), (BOB, "waiting"), (EVE, "approved")):
            found = ballot(person(number, APPROVER), request)
            one = Vote(number, number, found.level, "approve", frozenset([f"partner:{number}"]))
            request = replace(request, votes=(*request.votes, one))
            self.assertEqual(
                verdict(request), decided, "the one named fills no place of the group"
            )

    def test_one_refusal_is_enough(self):
        request = replace(REQUEST, votes=(Vote(ANN, ANN, 0, "approve"), Vote(BOB, BOB, 0, "refuse")))
        self.assertEqual(verdict(request), "refused")

    @given(st.lists(st.tuples(st.integers(1, 6), st.booleans(), st.integers(1, 6)), max_size=12), st.integers(1, 3))
    def test_approved_only_by_enough_different_humans(self, tries, count):
        """Whatever people try in whatever order, nobody counts twice and the maker never."""
        request = replace(REQUEST, levels=(Level("n", count, APPROVER),))
        for number, delegated, of in tries:
            who = person(number, APPROVER)
            if delegated:
                right = Authority(of, frozenset([APPROVER]), frozenset([f"partner:{of}"]), delegation=1)
                who = replace(who, delegated=(right,))
            found = ballot(who, request)
            if found.why is None:
                vote = Vote(number, found.authority.person, found.level, "approve", who.own.identity)
                request = replace(request, votes=(*request.votes, vote))
        people = {vote.person for vote in request.votes}
        rights = {vote.authority for vote in request.votes}
        self.assertEqual(len(people), len(request.votes))
        self.assertEqual(len(rights), len(request.votes))
        self.assertNotIn(MAKER, people | rights)
        self.assertEqual(verdict(request) == "approved", len(people) >= count)


class TestPayload(PureCase):
    def test_the_hash_names_everything(self):
        given_ = ("payment", 1, "finance.message", 7, {"amount": "10.00"})
        first = payload_hash(*given_)
        self.assertEqual(first, payload_hash(*given_))
        changed = (("bank",), ("payment", 2), ("payment", 1, "x"), ("payment", 1, "finance.message", 8))
        others = [(*start, *given_[len(start) :]) for start in changed] + [(*given_[:4], {"amount": "10.0"})]
        self.assertEqual(len({first, *(payload_hash(*other) for other in others)}), 6)

    @given(st.dictionaries(st.text(max_size=3), st.one_of(st.integers(), st.text(max_size=5)), max_size=4))
    def test_the_order_of_fields_does_not_matter(self, content):
        backwards = dict(reversed(content.items()))
        self.assertEqual(payload_hash("x", 1, "m", 1, content), payload_hash("x", 1, "m", 1, backwards))


class TestKinds(PureCase):
    def test_none_goes_without_a_second_person(self):
        for kind in KINDS:
            self.assertGreaterEqual(kind.floor, 1)
