"""Properties of matching over a made-up world of lines whose truth is known."""

import random
import time
from collections import Counter
from decimal import Decimal

from odoo.addons.connector_bank.matching import Settings, match, settle
from odoo.addons.connector_bank.tests.matching_maker import judge, make
from odoo.addons.finance_connector_base.tests.pure import PureCase

TRAPS = {
    "paid_twice", "same_invoice_twice", "same_amount", "wrong_payer", "other_company", "other_direction", "returned",
    "longer_number", "noise", "stranger",
}  # fmt: skip


def by_line(result):
    """The answer without its order."""
    answers = {}
    for each in (*result.sure, *result.proposals, *result.open):
        answers.setdefault(each.line_id, []).append(each)
    return answers


class TestWorld(PureCase):
    def test_no_wrong_sure_match(self):
        for seed in range(3):
            world = make(seed, 2000)
            result = match(world.lines, world.items, settled=world.settled_of)
            right, wrong = judge(world, result)
            self.assertEqual(wrong, [])
            matchable = sum(kind not in TRAPS for kind in world.kinds.values())
            self.assertGreater(len(right) / matchable, 0.92)
            self.assertFalse(TRAPS & {kind for kind, _proposal in right})

    def test_the_right_answer_is_among_the_first_three(self):
        world = make(3, 4000)
        result = match(world.lines, world.items, settled=world.settled_of)
        first = {}
        for each in result.proposals:
            first.setdefault(each.line_id, []).append({part.item_id: part.item_amount for part in each.parts})
        decided = {each.line_id for each in result.sure}
        rest = [line.id for line in world.lines if world.truth[line.id] and line.id not in decided]
        found = sum(world.truth[line] in first.get(line, ())[:3] for line in rest)
        self.assertGreater(len(rest), 100)
        self.assertGreater(found / len(rest), 0.97)

    def test_plain_cases_are_all_sure(self):
        world = make(7, 1500)
        right, _wrong = judge(world, match(world.lines, world.items))
        total, found = Counter(world.kinds.values()), Counter(kind for kind, _proposal in right)
        for kind in ("named", "structured", "several", "own_payment", "batch", "instalment", "little_less", "discount"):
            with self.subTest(kind):
                self.assertGreater(found[kind] / total[kind], 0.95)

    def test_order_changes_nothing(self):
        world = make(11, 800)
        first = by_line(match(world.lines, world.items))
        for seed in range(5):
            rng = random.Random(seed)
            lines, items = world.lines[:], world.items[:]
            rng.shuffle(lines)
            rng.shuffle(items)
            self.assertEqual(by_line(match(lines, items)), first)

    def test_amounts_add_up(self):
        generous = Settings(sure_partial=True, tolerance_amount=Decimal(5), tolerance_percent=Decimal(5))
        for settings in (Settings(), generous):
            world = make(13, 1500)
            result = match(world.lines, world.items, settings)
            amounts = {line.id: line.amount for line in world.lines}
            self.assertEqual(set(by_line(result)), set(amounts))
            for each in (*result.sure, *result.proposals):
                total = sum(part.amount for part in each.parts) + sum(off.amount for off in each.write_offs) + each.rest
                self.assertEqual(total, amounts[each.line_id])
                self.assertEqual(bool(each.doubts), not each.sure)
                self.assertFalse(each.sure and each.rest)

    def test_no_item_gets_more_than_it_has(self):
        world = make(17, 1500)
        result = match(world.lines, world.items, Settings(sure_partial=True))
        items = {item.id: item for item in world.items}
        taken = Counter()
        for each in result.sure:
            for part in each.parts:
                taken[part.item_id] += part.item_amount
        for each in result.proposals:
            for part in each.parts:
                self.assertLessEqual(abs(part.item_amount), abs(items[part.item_id].residual))
        for item_id, amount in taken.items():
            self.assertLessEqual(abs(amount), abs(items[item_id].residual))
            self.assertGreater(amount * items[item_id].residual, 0)

    def test_few_proposals_best_first(self):
        world = make(19, 800)
        for each in by_line(match(world.lines, world.items)).values():
            scores = [getattr(proposal, "score", 0) for proposal in each]
            self.assertEqual(scores, sorted(scores, reverse=True))
            self.assertLessEqual(len(each), Settings().max_proposals)

    def test_ten_thousand_lines_in_seconds(self):
        world = make(23, 10_000)
        started = time.perf_counter()
        match(world.lines, world.items)
        self.assertLess(time.perf_counter() - started, 30)


class TestSubsets(PureCase):
    """The bounded search agrees with trying everything."""

    def test_against_brute_force(self):
        rng = random.Random(5)
        for _each in range(200):
            units = [(key, Decimal(rng.randint(-5, 15))) for key in range(rng.randint(2, 7))]
            units = [unit for unit in units if unit[1]]
            amount = Decimal(rng.randint(1, 25))
            found, complete = settle.subsets(amount, units, Settings(), most=1)
            sums = [(Decimal(0), 0)]
            for _key, value in units:
                sums += [(total + value, count + 1) for total, count in sums]
            everything = [count for total, count in sums if total == amount and count]
            self.assertTrue(complete)
            self.assertEqual(bool(found), bool(everything))
            if found:
                values = dict(units)
                self.assertEqual(sum(values[key] for key in found[0]), amount)

    def test_size_is_bounded(self):
        units = [(key, Decimal(key)) for key in range(1, 22)]
        self.assertEqual(settle.subsets(Decimal(50), units, Settings()), ([], False))
        found, complete = settle.subsets(Decimal(231), units, Settings(subset_items=21))
        self.assertEqual((found, complete), ([], True))  # all 21 are more than may be combined
