"""Each matching rule, and each trap in which money must not be moved without a person."""

import random
from datetime import date
from decimal import Decimal

from odoo.addons.connector_bank.matching import (
    Discount,
    Line,
    LineDetail,
    LineReference,
    OpenItem,
    Settings,
    match,
)
from odoo.addons.finance_connector_base.tests.pure import PureCase

AZURE, DECO = 1, 2
IBAN = {AZURE: "BE68 5390 0754 7034", DECO: "DE89 3704 0044 0532 0130 00"}
PAID_ON = date(2026, 10, 5)


def item(number, name, residual, partner=AZURE, **more):
    values = {
        "company_id": 1, "currency": "EUR", "partner_name": {AZURE: "Azure Interior", DECO: "Deco Addict"}.get(partner),
        "accounts": (IBAN[partner],) if partner in IBAN else (), "names": (name,), "partner_id": partner,
        "dated_on": date(2026, 9, 1),
    }  # fmt: skip
    return OpenItem(number, residual=Decimal(residual), **{**values, **more})


def line(amount, *texts, number=1, **more):
    values = {"company_id": 1, "currency": "EUR", "booked_on": PAID_ON, "texts": texts}
    return Line(number, amount=Decimal(amount), **{**values, **more})


class MatchCase(PureCase):
    def sure(self, line_, *items, settings=None):
        """{item id: amount} of the sure match of one line."""
        result = match([line_], items, settings)
        self.assertEqual(len(result.sure), 1, [doubt.words for each in result.proposals for doubt in each.doubts])
        return {part.item_id: part.amount for part in result.sure[0].parts}

    def unsure(self, code, line_, *items, settings=None, others=()):
        """The best proposal of a line that must not be sure; ``code`` is among its doubts."""
        result = match([line_, *others], items, settings)
        self.assertNotIn(line_.id, [each.line_id for each in result.sure])
        mine = [each for each in result.proposals if each.line_id == line_.id]
        self.assertTrue(mine, result.open)
        self.assertIn(code, [doubt.code for doubt in mine[0].doubts])
        self.assertTrue(all(each.words for each in (*mine[0].reasons, *mine[0].doubts)))
        return mine[0]

    def left_open(self, code, line_, *items, settings=None):
        result = match([line_], items, settings)
        self.assertEqual([each.line_id for each in result.open], [line_.id], (result.sure, result.proposals))
        self.assertIn(code, [reason.code for reason in result.open[0].reasons])
        self.assertTrue(all(reason.words for reason in result.open[0].reasons))


class TestRules(MatchCase):
    invoice = item(1, "INV/2026/00042", "100.00")
    second = item(2, "INV/2026/00043", "50.00")

    def test_number_as_payers_write_it(self):
        ways = ("INV/2026/00042", "a inv 2026 00042 b", "INV202600042", "Rg.inv-2026-00042", "/INV/INV/2026/00042")
        for text in ways:
            with self.subTest(text):
                self.assertEqual(self.sure(line("100", text), self.invoice, self.second), {1: 100})

    def test_reasons_in_words(self):
        found = match([line("99.65", "INV/2026/00042", account="BE68539007547034")], [self.invoice]).sure[0]
        self.assertEqual(
            [reason.words for reason in found.reasons],
            [
                "Number INV/2026/00042 stands in the text",
                "Amount is 0.35 less; within the tolerance of 0.50",
                "Payer account BE68539007547034 belongs to Azure Interior",
            ],
        )
        self.assertEqual([(off.kind, off.amount) for off in found.write_offs], [("tolerance", Decimal("-0.35"))])

    def test_number_broken_by_the_bank_needs_the_payer(self):
        texts = ("for your invoice no. INV/2026/0", "0042")
        self.unsure("payer_unknown", line("100", *texts), self.invoice)
        self.assertEqual(self.sure(line("100", *texts, account=IBAN[AZURE]), self.invoice), {1: 100})
        self.assertEqual(self.sure(line("100", *texts, partner_name="AZURE INTERIOR"), self.invoice), {1: 100})

    def test_loose_and_glued_numbers_need_the_payer(self):
        for text in ("INV/2026/42", "RechnungINV/2026/00042", "INV/2026/00042-1", "INV/2026/00042EUR"):
            with self.subTest(text):
                self.unsure("payer_unknown", line("100", text), self.invoice)
                self.assertEqual(self.sure(line("100", text, partner_id=AZURE), self.invoice), {1: 100})

    def test_several_documents_and_a_credit_note(self):
        note = item(3, "RINV/2026/00007", "-20.00", kind="refund")
        text = "INV/2026/00042, INV/2026/00043 less RINV/2026/00007"
        self.assertEqual(self.sure(line("130", text), self.invoice, self.second, note), {1: 100, 2: 50, 3: -20})

    def test_structured_references(self):
        for reference in ("RF18539007547034", "+++090/9337/55493+++", "210000000003139471430009017"):
            paid = item(5, "INV/2026/00050", "70", names=("INV/2026/00050", reference))
            with self.subTest(reference):
                self.assertEqual(self.sure(line("70", reference), paid, self.invoice), {5: 70})
                self.assertEqual(self.sure(line("70", references=(LineReference(reference),)), paid), {5: 70})

    def test_own_payment_by_end_to_end_id(self):
        payment = item(7, "PBNK1/2026/00003", "-400", end_to_end_ids=("PAY-2026-0003-A",), kind="payment")
        self.assertEqual(self.sure(line("-400", end_to_end_ids=("PAY-2026-0003-A",)), payment), {7: -400})

    def test_payer_and_amount(self):
        self.assertEqual(self.sure(line("100", account=IBAN[AZURE]), self.invoice, self.second), {1: 100})
        self.assertEqual(self.sure(line("100", partner_id=AZURE), self.invoice, self.second), {1: 100})

    def test_batch(self):
        other = item(4, "INV/2026/00044", "30", DECO)
        details = (LineDetail(Decimal(100), ("INV/2026/00042",)), LineDetail(Decimal(30), account=IBAN[DECO]))
        self.assertEqual(self.sure(line("130", "BATCH", details=details), self.invoice, other), {1: 100, 4: 30})

    def test_batch_with_an_unknown_transaction(self):
        details = (LineDetail(Decimal(100), ("INV/2026/00042",)), LineDetail(Decimal(31), ("hello",)))
        found = self.unsure("batch_open", line("131", "BATCH", details=details), self.invoice)
        self.assertEqual((found.parts[0].item_id, found.rest), (1, 31))

    def test_discount(self):
        offer = item(1, "INV/2026/00042", "100", discount=Discount(Decimal(2), PAID_ON))
        found = match([line("98", "INV/2026/00042")], [offer]).sure[0]
        self.assertEqual([(off.kind, off.amount) for off in found.write_offs], [("discount", -2)])
        late = item(1, "INV/2026/00042", "100", discount=Discount(Decimal(2), date(2026, 10, 4)))
        self.unsure("discount_late", line("98", "INV/2026/00042"), late)

    def test_discount_rounded_by_the_payer(self):
        """2 % of 5,518.75 are 110.375: Odoo rounds what is left to pay, the payer what is kept."""
        offer = item(1, "INV/2026/00042", "5518.75", discount=Discount(Decimal("110.37"), PAID_ON))
        found = match([line("5408.37", "INV/2026/00042")], [offer]).sure[0]
        self.assertEqual([(off.kind, off.amount) for off in found.write_offs], [("discount", Decimal("-110.38"))])
        self.assertFalse(match([line("5408.36", "INV/2026/00042")], [offer]).sure)

    def test_charges_the_bank_states(self):
        found = match([line("95", "INV/2026/00042", charges=Decimal(-5))], [self.invoice]).sure[0]
        self.assertEqual([(off.kind, off.amount) for off in found.write_offs], [("bank_fee", -5)])

    def test_instalments(self):
        first = item(1, "INV/2026/00042", "40", document_id="m", due_on=date(2026, 9, 1))
        last = item(2, "INV/2026/00042", "60", document_id="m", due_on=date(2026, 11, 1))
        for amount, parts in (("40", {1: 40}), ("60", {2: 60}), ("100", {1: 40, 2: 60})):
            self.assertEqual(self.sure(line(amount, "INV/2026/00042"), first, last), parts)

    def test_part_payment(self):
        named, invoice = "INV/2026/00042", item(1, "INV/2026/00042", "1000.00")
        found = self.unsure("partial", line("600", named), invoice)
        self.assertEqual([(part.item_id, part.amount) for part in found.parts], [(1, 600)])
        self.assertEqual(self.sure(line("600", named, account=IBAN[AZURE]), invoice), {1: 600})
        self.assertEqual(self.sure(line("600", named, partner_name="Azure Interior"), invoice), {1: 600})
        by_hand = Settings(sure_partial=False)
        self.unsure("partial", line("600", named, account=IBAN[AZURE]), invoice, settings=by_hand)
        self.unsure("partial", line("600", "INV/2026/42", account=IBAN[AZURE]), invoice)

    def test_a_little_missing_is_no_part_payment(self):
        """A person sees both: the rest stays open, or is booked as charges."""
        invoice = item(1, "INV/2026/00042", "1000.00")
        short = line("920", "INV/2026/00042", account=IBAN[AZURE])
        self.unsure("short", short, invoice)
        first, second = match([short], [invoice]).proposals
        self.assertEqual([part.amount for part in first.parts], [920])
        self.assertEqual(([part.amount for part in second.parts], second.write_offs[0].amount), ([1000], -80))
        part = line("899.99", "INV/2026/00042", account=IBAN[AZURE])
        self.assertEqual(self.sure(part, invoice), {1: Decimal("899.99")})

    def test_charges_of_a_small_document(self):
        """25 missing of 100 may have been kept by banks on the way, whatever it is in percent."""
        short = line("75", "INV/2026/00042", account=IBAN[AZURE])
        self.unsure("little", short, self.invoice)
        second = match([short], [self.invoice]).proposals[1]
        self.assertEqual(([part.amount for part in second.parts], second.write_offs[0].amount), ([100], -25))
        self.assertEqual(self.sure(short, self.invoice, settings=Settings(short_amount=Decimal(20))), {1: 75})
        self.assertEqual(self.sure(line("49", *short.texts, account=IBAN[AZURE]), self.invoice), {1: 49})

    def test_a_credit_note_nobody_names(self):
        """It explains what is missing better than a part payment does."""
        invoice, note = item(1, "INV/2026/00042", "1000.00"), item(2, "RINV/2026/00007", "-300.00", kind="refund")
        short = line("700", "INV/2026/00042", account=IBAN[AZURE])
        self.unsure("credit_note", short, invoice, note)
        found = match([short], [invoice, note]).proposals
        parts = [{part.item_id: part.amount for part in each.parts} for each in found]
        self.assertEqual(parts, [{1: 1000, 2: -300}, {1: 700}])
        self.assertEqual(self.sure(short, invoice, item(2, "RINV/2026/00007", "-299.00")), {1: 700})
        self.assertEqual(self.sure(short, invoice, item(2, "RINV/2026/00007", "-300.00", DECO)), {1: 700})

    def test_the_only_one_of_the_amount_by_name(self):
        """The payer's very name, and nobody else has that amount open."""
        self.assertEqual(self.sure(line("100", partner_name="AZURE INTERIOR"), self.invoice, self.second), {1: 100})
        twin = item(9, "INV/2026/00099", "100", DECO)
        self.unsure("name_only", line("100", partner_name="Azure Interior"), self.invoice, twin)
        self.unsure("name_only", line("100", partner_name="Interior Azure"), self.invoice)
        self.unsure("name_only", line("100", partner_name="Azure Interieur"), self.invoice)
        other_account = line("100", partner_name="Azure Interior", account="FR7630006000011234567890189")
        self.unsure("account_new", other_account, self.invoice)
        same_name = item(9, "INV/2026/00099", "70", DECO, partner_name="Azure Interior")
        self.unsure("name_only", line("100", partner_name="Azure Interior"), self.invoice, same_name)
        by_hand = Settings(sure_payer_amount=False)
        self.unsure("not_allowed", line("100", partner_name="Azure Interior"), self.invoice, settings=by_hand)

    def test_a_common_amount_and_a_name(self):
        """Where many have the amount open, the name leads to the payer's."""
        crowd = [item(20 + each, f"INV/2026/01{each:03d}", "100", 100 + each, partner_name=f"Firm {each}")
                 for each in range(40)]  # fmt: skip
        found = self.unsure("name_only", line("100", partner_name="Azure Interieur"), self.invoice, *crowd)
        self.assertEqual([part.item_id for part in found.parts], [1])

    def test_misspelt_numbers_are_proposed(self):
        for written in ("INV/2026/00024", "INV/2026/00043", "INV/2026/0042x", "INV/2026/000042"):
            with self.subTest(written):
                found = match([line("100", written)], [self.invoice])
                self.assertFalse(found.sure)
                self.assertEqual(found.proposals[0].parts[0].item_id, 1)
        found = self.unsure("misspelt", line("100", "INV/2026/00024"), self.invoice)
        self.assertIn("number_misspelt", [reason.code for reason in found.reasons])
        self.assertFalse(match([line("99", "INV/2026/00024")], [self.invoice]).proposals)

    def test_a_slip_of_a_known_payer(self):
        """It decides only where his former documents are known, and the number is none of them."""
        slip = line("100", "INV/2026/00024", account=IBAN[AZURE])
        self.unsure("paid_before", slip, self.invoice)
        for settled, count in (({}, 1), ({AZURE: ["INV/2026/00041"]}, 1), ({AZURE: ["INV/2026/00024"]}, 0)):
            found = match([slip], [self.invoice], settled=lambda _payers, found=settled: found)
            self.assertEqual(len(found.sure), count)
        twin = item(2, "INV/2026/00055", "100")
        found = match([slip], [self.invoice, twin], settled=lambda _payers: {})
        self.assertEqual((len(found.sure), found.proposals[0].parts[0].item_id), (0, 1))

    def test_a_slip_that_is_another_number(self):
        """The number one slip away from his own is somebody else's: clear unless that one has the amount, too."""
        slip = line("100", "INV/2026/00024", account=IBAN[AZURE])
        other = item(2, "INV/2026/00024", "77", DECO)
        for settled, count in (({}, 1), ({AZURE: ["INV/2026/00024"]}, 0)):
            found = match([slip], [self.invoice, other], settled=lambda _payers, found=settled: found)
            self.assertEqual([part.item_id for each in found.sure for part in each.parts], [1] * count)
        as_much = item(2, "INV/2026/00024", "100", DECO)
        self.assertFalse(match([slip], [self.invoice, as_much], settled=lambda _payers: {}).sure)
        far = line("100", "INV/2026/00777", account=IBAN[AZURE])
        another = item(2, "INV/2026/00777", "77", DECO)
        self.assertFalse(match([far], [self.invoice, another], settled=lambda _payers: {}).sure)

    def test_overpayment_rests(self):
        self.assertEqual(self.unsure("overpaid", line("120", "INV/2026/00042"), self.invoice).rest, 20)

    def test_combination_is_proposed(self):
        third = item(3, "INV/2026/00045", "33")
        found = self.unsure("combination", line("83", account=IBAN[AZURE]), self.invoice, self.second, third)
        self.assertEqual({part.item_id for part in found.parts}, {2, 3})

    def test_name_and_amount_are_proposed(self):
        other = item(9, "INV/2026/00099", "100", DECO)
        found = self.unsure("name_only", line("100", partner_name="Interior, AZURE"), self.invoice, other)
        self.assertEqual([part.item_id for part in found.parts], [1])

    def test_no_amount(self):
        self.left_open("zero", line("0", "INV/2026/00042"), self.invoice)


class TestTraps(MatchCase):
    invoice = item(1, "INV/2026/00042", "100.00")

    def test_look_alike_numbers(self):
        short = item(2, "INV/2026/0004", "100.00", DECO)
        self.assertEqual(self.sure(line("100", "INV/2026/00042"), short, self.invoice), {1: 100})
        self.assertEqual(self.sure(line("100", "INV/2026/0004"), short, self.invoice), {2: 100})
        self.unsure("overlap", line("100", "INV/2026/0004 2 chairs"), short, self.invoice)
        self.unsure("payer_unknown", line("100", "INV/2026/0004 2 chairs"), self.invoice)

    def test_number_inside_longer_digits(self):
        for text in ("INV/2026/000421", "1202600042", "Order 20260004299", "INV/12026/00042"):
            with self.subTest(text):
                found = match([line("100", text, partner_name="Nobody")], [self.invoice])
                self.assertFalse(found.sure)
                self.assertFalse([each for each in found.proposals if each.rule == "number"])

    def test_prefix_of_another_series(self):
        self.unsure("payer_unknown", line("100", "RINV/2026/00042"), self.invoice)
        self.unsure("payer_unknown", line("100", "EU/INV/2026/00042"), self.invoice)

    def test_bare_numbers_prove_nothing(self):
        for name in ("42", "2026", "117", "20261005", "10000"):
            with self.subTest(name):
                bill = item(3, name, "100", partner=None, names=(name,))
                found = match([line("100", f"thanks {name} bye")], [bill])
                self.assertFalse(found.sure)

    def test_same_amount_twice(self):
        twin = item(2, "INV/2026/00043", "100.00")
        self.unsure("same_amount", line("100", account=IBAN[AZURE]), self.invoice, twin)
        self.assertEqual(self.sure(line("100", "INV/2026/00043", account=IBAN[AZURE]), self.invoice, twin), {2: 100})

    def test_names_a_closed_document(self):
        self.unsure("not_open", line("100", "INV/2026/00017", account=IBAN[AZURE]), self.invoice)
        with_reference = item(2, "INV/2026/00050", "55", names=("INV/2026/00050", "RF18539007547034"))
        self.unsure("not_open", line("100", "RF45G72UUR", account=IBAN[AZURE]), self.invoice, with_reference)

    def test_another_company(self):
        theirs = item(1, "INV/2026/00042", "100", company_id=2)
        self.left_open("other_company", line("100", "INV/2026/00042"), theirs, item(5, "INV/2026/00099", "7"))

    def test_wrong_direction(self):
        self.left_open("direction", line("-100", "INV/2026/00042"), self.invoice)

    def test_foreign_currency(self):
        dollars = item(1, "INV/2026/00042", "100", currency="USD", company_residual=Decimal("91.00"))
        self.left_open("payer_not_found", line("100", "INV/2026/00042"), dollars)
        found = self.unsure("currency", line("91.40", "INV/2026/00042"), dollars)
        self.assertEqual((found.parts[0].amount, found.parts[0].item_amount), (Decimal("91.40"), 100))

    def test_payer_of_somebody_else(self):
        other = item(2, "INV/2026/00043", "77", DECO)
        self.unsure("payer_differs", line("100", "INV/2026/00042", account=IBAN[DECO]), self.invoice, other)
        self.unsure("payer_differs", line("100", "INV/2026/00042", account="X1", account_partners=(9,)), self.invoice)
        self.unsure("partner_differs", line("100", "INV/2026/00042", partner_id=9), self.invoice)

    def test_documents_of_different_partners(self):
        other = item(2, "INV/2026/00043", "50", DECO)
        self.unsure("several_partners", line("150", "INV/2026/00042 INV/2026/00043"), self.invoice, other)

    def test_reversal(self):
        self.unsure("reversal", line("100", "INV/2026/00042", is_reversal=True), self.invoice)
        self.unsure("reversal", line("100", "INV/2026/00042", return_reason="AC04"), self.invoice)

    def test_names_more_than_it_pays(self):
        other = item(2, "INV/2026/00043", "50")
        self.unsure("not_covered", line("100", "INV/2026/00042 INV/2026/00043"), self.invoice, other)

    def test_one_number_of_two_vendors(self):
        bills = [item(1, "RE-2026-0117", "-100"), item(2, "RE-2026-0117", "-100", DECO)]
        self.unsure("ambiguous", line("-100", "RE-2026-0117"), *bills)
        self.assertEqual(self.sure(line("-100", "RE-2026-0117", account=IBAN[DECO]), *bills), {2: -100})

    def test_near_amount_beside_an_exact_one(self):
        exact = item(2, "INV/2026/00043", "99.70")
        self.unsure("exact_elsewhere", line("99.70", "INV/2026/00042"), self.invoice, exact)

    def test_money_before_the_document(self):
        future = item(1, "INV/2026/00042", "100", dated_on=date(2026, 10, 20))
        self.unsure("before_document", line("100", account=IBAN[AZURE]), future)

    def test_two_sums_make_the_amount(self):
        parts = [item(2, "INV/2026/00043", "60"), item(3, "INV/2026/00044", "40")]
        self.unsure("other_sum", line("100", account=IBAN[AZURE]), self.invoice, *parts)

    def test_beyond_the_tolerance(self):
        self.unsure("short", line("99.49", "INV/2026/00042"), self.invoice)
        small = item(1, "INV/2026/00042", "5.00")
        self.unsure("short", line("4.90", "INV/2026/00042"), small)

    def test_two_lines_claim_one_invoice(self):
        second = line("100", "INV/2026/00042", number=2)
        found = self.unsure("contested", line("100", "INV/2026/00042"), self.invoice, others=[second])
        self.assertIn("is also claimed by line 2", found.doubts[-1].words)

    def test_a_part_payment_guards_its_invoice(self):
        by_amount = line("100", account=IBAN[AZURE], number=2)
        self.unsure("contested", by_amount, self.invoice, others=[line("60", "INV/2026/00042")])

    def test_a_number_that_is_not_meant(self):
        """Who names it with another amount and another name does not hold up the payer, whose amount it is."""
        stranger = line("77", "INV/2026/00042", partner_name="Deco Addict", number=2)
        for payer in ({"account": IBAN[AZURE]}, {"partner_name": "AZURE INTERIOR"}):
            result = match([line("100", "INV/2026/00042", **payer), stranger], [self.invoice])
            self.assertEqual([each.line_id for each in result.sure], [1])
        same = line("100", "INV/2026/00042", partner_name="Deco Addict", number=2)
        self.unsure("contested", line("100", "INV/2026/00042", account=IBAN[AZURE]), self.invoice, others=[same])

    def test_a_number_of_somebody_else(self):
        """The name in the line is that of another payer with just this amount: he may have mistyped his own number."""
        other = item(2, "INV/2026/00055", "100", 9, partner_name="Jürgen Müller")
        for name in ("Jürgen Müller", "Müller Jürgen", "JUERGEN MUELLER", "Jurgen Muler", "Jürgen Müller Berlin"):
            with self.subTest(name):
                named = line("100", "INV/2026/00042", partner_name=name)
                self.unsure("exact_elsewhere", named, self.invoice, other)
        self.assertEqual(self.sure(line("100", "INV/2026/00042", partner_name="Klara"), self.invoice, other), {1: 100})

    def test_stronger_evidence_goes_first(self):
        lines = [line("100", account=IBAN[AZURE]), line("100", "INV/2026/00042", number=2)]
        result = match(lines, [self.invoice])
        self.assertEqual([each.line_id for each in result.sure], [2])

    def test_settled_by_another_line_is_said(self):
        lines = [line("100", "RF18539007547034"), line("100", "INV/2026/00042", number=2, return_reason="AC04")]
        paid = item(1, "INV/2026/00042", "100", names=("INV/2026/00042", "RF18539007547034"))
        result = match(lines, [paid])
        codes = [reason.code for each in result.open for reason in each.reasons]
        self.assertEqual(codes[:2], ["reversal", "settled_elsewhere"])

    def test_payer_amount_can_be_switched_off(self):
        off = Settings(sure_payer_amount=False)
        self.unsure("not_allowed", line("100", account=IBAN[AZURE]), self.invoice, settings=off)

    def test_many_open_documents(self):
        many = [item(number, f"INV/2026/{number:05d}", str(number)) for number in range(1, 30)]
        self.unsure("many_open", line("7", account=IBAN[AZURE]), *many, settings=Settings(payer_items=20))

    def test_batch_with_two_transactions_for_one_invoice(self):
        details = (LineDetail(Decimal(100), ("INV/2026/00042",)), LineDetail(Decimal(100), ("INV/2026/00042",)))
        result = match([line("200", "BATCH", details=details)], [self.invoice])
        self.assertFalse(result.sure)

    def test_batch_whose_transactions_contradict_the_sum(self):
        other = item(2, "INV/2026/00043", "100")
        details = (LineDetail(Decimal(60), ("INV/2026/00042",)), LineDetail(Decimal(140), ("INV/2026/00043",)))
        texts = ("INV/2026/00042", "INV/2026/00043")
        self.unsure("batch_whole", line("200", *texts, details=details), self.invoice, other)

    def test_any_text_is_read(self):
        rng = random.Random(3)
        signs = "INV/2026 00042-+*<RF18\n²①٤፩ßſéЖ漢\x00\u200b.,'" + chr(0x1F600)
        for _each in range(500):
            text = "".join(rng.choices(signs, k=rng.randint(0, 60)))
            match([line("100", text, references=(LineReference(text),), partner_name=text)], [self.invoice])

    def test_amounts_come_rounded(self):
        with self.assertRaises(ValueError):
            match([line("1.001")], [], Settings(decimals={"EUR": 2}))

    def test_ids_given_twice_are_refused(self):
        with self.assertRaises(ValueError):
            match([line("1"), line("2")], [])
