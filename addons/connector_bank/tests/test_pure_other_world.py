"""What holds in the first made-up world holds in one of another shape; what only helps never books."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from odoo.addons.connector_bank.matching import match
from odoo.addons.connector_bank.tests.matching_maker import judge
from odoo.addons.connector_bank.tests.matching_other_maker import make_namesakes, make_other
from odoo.addons.connector_bank.tests.matching_quoting_maker import make_quoting
from odoo.addons.connector_bank.tests.test_pure_matching import AZURE, DECO, IBAN, MatchCase, item, line


class TestOtherWorld(MatchCase):
    def test_no_wrong_sure_match(self):
        for seed in range(3):
            world, settings = make_other(seed, 2000)
            right, wrong = judge(world, match(world.lines, world.items, settings, settled=world.settled_of))
            self.assertEqual(wrong, [])
            self.assertGreater(len(right), 900)
            self.assertGreater(sum(kind == "withheld" for kind, _proposal in right), 10)

    def test_namesakes(self):
        """Short numbers, common names, a dozen prices: little is sure, and nothing wrong."""
        for seed in range(6):
            world, settings = make_namesakes(seed, 2000)
            right, wrong = judge(world, match(world.lines, world.items, settings, settled=world.settled_of))
            self.assertEqual(wrong, [])
            self.assertGreater(len(right), 300)

    def test_similar_names_book_nothing(self):
        """Whatever is found by name, what is booked stays the same; lines that were explained stay as they were."""
        world, settings = make_other(5, 1500)
        everybody = tuple({each.partner_id for each in world.items})
        without = match(world.lines, world.items, settings, settled=world.settled_of)
        asked = []

        def similar(names):
            asked.append(names)
            return dict.fromkeys(names, everybody[:3])

        found = match(world.lines, world.items, settings, settled=world.settled_of, similar=similar)
        self.assertEqual(found.sure, without.sure)
        self.assertTrue(asked)
        before = {each.line_id for each in without.proposals if each.rule != "amount"}
        for result in (without, found):
            result.proposals[:] = [each for each in result.proposals if each.line_id in before]
        self.assertEqual(found.proposals, without.proposals)


class TestSimilar(MatchCase):
    invoices = (
        item(1, "INV/2026/00041", "40"), item(2, "INV/2026/00042", "60"), item(3, "INV/2026/00043", "90", DECO),
    )  # fmt: skip

    def found(self, line_, *payers):
        return match([line_], self.invoices, similar=lambda names: dict.fromkeys(names, payers))

    def test_document_of_the_amount(self):
        result = self.found(line("90", "thanks", partner_name="Deko Adikt"), AZURE, DECO)
        best = result.proposals[0]
        self.assertEqual([part.item_id for part in best.parts], [3])
        self.assertIn("name_similar", [doubt.code for doubt in best.doubts])
        self.assertIn("payer_name_like", [reason.code for reason in best.reasons])

    def test_all_documents(self):
        best = self.found(line("100", "thanks", partner_name="Azzur Intrior"), AZURE).proposals[0]
        self.assertEqual(sorted(part.item_id for part in best.parts), [1, 2])

    def test_not_asked_where_the_payer_is_known(self):
        self.assertFalse(self.found(line("100", "x", partner_name="Azzur", account=IBAN[DECO]), AZURE).proposals)

    def test_payer_without_open_documents(self):
        self.assertTrue(self.found(line("100", "thanks", partner_name="Somebody"), 77).open)


class TestPaidBefore(MatchCase):
    """Who quotes a number of what he paid before has paid twice, whatever else of that amount is open."""

    def settled(self, *numbers):
        return lambda payers: dict.fromkeys(payers, numbers)

    def test_former_number(self):
        document = item(1, "INV/2026/00042", "100")
        for known in ({"account": IBAN[AZURE]}, {"partner_name": "Azure Interior"}):
            payment = line("100", "old A-2025-0077 thanks", **known)
            self.assertEqual(len(match([payment], [document], settled=self.settled("B-2025-0077")).sure), 1)
            result = match([payment], [document], settled=self.settled("A/2025/0077"))
            self.assertFalse(result.sure)
            self.assertIn("paid_before", [doubt.code for doubt in result.proposals[0].doubts])

    def test_number_of_an_open_document(self):
        """A customer's own number that stands on the open document as well decides nothing against it."""
        document = item(1, "INV/2026/00042", "100", names=("INV/2026/00042", "CONTRACT-7788"))
        payment = line("100", "CONTRACT-7788", account=IBAN[AZURE])
        self.assertEqual(len(match([payment], [document], settled=self.settled("CONTRACT-7788")).sure), 1)

    def test_number_of_somebody_else(self):
        """A number with a slip is another's; the payer, known by his name alone, owes just this amount."""
        other = item(1, "INV/2026/00042", "99.90", DECO)
        own = item(2, "INV/2026/00052", "100.00", AZURE)
        payment = line("100", "INV/2026/00042", partner_name="Azure Interior")
        self.assertEqual(self.sure(payment, other), {1: Decimal("99.90")})
        self.unsure("exact_elsewhere", payment, other, own)
        namesake = item(3, "INV/2026/00077", "5.00", 3, partner_name="Azure Interior")
        self.unsure("exact_elsewhere", payment, other, own, namesake)
        self.unsure("exact_elsewhere", payment, replace(other, partner_id=3, partner_name="Azure Interior"), own)
        self.unsure("exact_elsewhere", payment, replace(other, residual=Decimal(100)), own)

    def test_two_lines_of_one_number(self):
        """Two payments quote one number of digits alone; only one gives the name as it is written."""
        document = item(1, "2600004711", "100", accounts=())
        lines = [line("100", "2600004711", number=number, partner_name=name)
                 for number, name in ((1, "Azure Interior"), (2, "AZURE INTER"))]  # fmt: skip
        self.assertEqual(len(match(lines[:1], [document]).sure), 1)
        self.assertFalse(match(lines, [document]).sure)

    def test_short_number_of_somebody_else(self):
        """Who is known by his account, and owes the amount, names by its short number another's document of it."""
        own, other = item(1, "18303", "99.00"), item(2, "13570", "99.00", DECO)
        self.assertEqual(self.sure(line("99", "thanks 13571", account=IBAN[AZURE]), own, other), {1: 99})
        self.unsure("not_covered", line("99", "thanks 13570", account=IBAN[AZURE]), own, other)
        larger = replace(other, residual=Decimal(120))
        self.assertEqual(self.sure(line("99", "thanks 13570", account=IBAN[AZURE]), own, larger), {1: 99})

    def test_two_lines_of_one_short_number(self):
        """One payment is known by its account, another quotes the same short number with the same amount."""
        document = item(1, "14989", "143.69")
        lines = [line("143.69", "14989", number=1, account=IBAN[AZURE]), line("143.69", "14989", number=2)]
        self.assertEqual(len(match(lines[:1], [document]).sure), 1)
        self.assertFalse(match(lines, [document]).sure)

    def test_line_without_amount(self):
        self.assertTrue(match([line("0", "14989")], [item(1, "14989", "143.69")]).open)


class TestQuotingWorld(MatchCase):
    """Numbers that payers shorten, charges of small amounts, credit notes nobody names, numbers of somebody else."""

    def test_what_is_booked_and_what_is_shown(self):
        for seed in (4, 5):  # each with numbers of its kind
            world, settings = make_quoting(seed, 2500)
            result = match(world.lines, world.items, settings, settled=world.settled_of)
            right, wrong = judge(world, result)
            self.assertEqual(wrong, [])
            total, booked = Counter(world.kinds.values()), Counter(kind for kind, _proposal in right)
            for kind in ("short", "short_several", "several", "named"):
                self.assertGreater(booked[kind] / total[kind], 0.9, kind)
            self.assertGreater(booked["named_beside"] / total["named_beside"], 0.49)  # one of two is to be booked
            shown = {}
            for each in result.proposals:
                shown.setdefault(each.line_id, []).append({part.item_id: part.item_amount for part in each.parts})
            for kind in ("silent_credit", "small_with_charges", "number_of_somebody_else"):
                lines = [line for line, of in world.kinds.items() if of == kind]
                found = sum(world.truth[line] in shown.get(line, ())[:3] for line in lines)
                self.assertGreater(found / len(lines), 0.9, kind)
