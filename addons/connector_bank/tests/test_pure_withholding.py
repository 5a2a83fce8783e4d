"""Payments short by withheld tax: what a rule explains is proposed, or booked where somebody let it; nothing else."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo.addons.connector_bank.matching import Discount, LineDetail, Settings, Withholding, match
from odoo.addons.connector_bank.tests.test_pure_matching import AZURE, DECO, IBAN, MatchCase, item, line

TEN = Withholding(7, "Withholding 10 %", Decimal(10), account_id=99)
SURE = replace(TEN, sure=True)


def invoice(number=1, total="119.00", untaxed="100.00", **more):
    return item(number, f"INV/2026/0004{number}", total, untaxed=Decimal(untaxed), **more)


def rules(*withholdings, **more):
    return Settings(withholdings=withholdings, **more)


def paid(amount, *texts, **more):
    return line(amount, *(texts or ("INV/2026/00041",)), **{"account": IBAN[AZURE], **more})


class TestWithholdingPure(MatchCase):
    def kept(self, proposal):
        return [(off.kind, off.amount, off.account_id, off.rule_id) for off in proposal.write_offs]

    def test_booked_where_allowed(self):
        found = match([paid("109")], [invoice()], rules(SURE)).sure[0]
        self.assertEqual([(part.item_id, part.amount) for part in found.parts], [(1, 119)])
        self.assertEqual(self.kept(found), [("withholding", -10, 99, 7)])
        self.assertEqual(found.rest, 0)
        self.assertIn("10 % kept by rule “Withholding 10 %”: 10", found.reasons[1].words)

    def test_proposed_otherwise(self):
        """The rule proposes: the other reading of the amount, a part payment, is no longer booked alone either."""
        self.assertEqual(self.sure(paid("95"), invoice(), settings=Settings(short_amount=Decimal(20))), {1: 95})
        twenty = replace(TEN, percent=Decimal(24))
        found = self.unsure("withheld", paid("95"), invoice(), settings=rules(twenty))
        self.assertEqual(self.kept(found), [("withholding", -24, 99, 7)])
        others = match([paid("95")], [invoice()], rules(twenty)).proposals[1:]
        self.assertEqual([[part.amount for part in each.parts] for each in others], [[95]])

    def test_base(self):
        for base, percent, amount in (("untaxed", 10, "109"), ("total", 10, "107.10"), ("tax", 50, "109.50")):
            with self.subTest(base):
                rule = replace(SURE, base=base, percent=Decimal(percent))
                self.assertEqual(self.sure(paid(amount), invoice(), settings=rules(rule)), {1: 119})

    def test_conditions(self):
        """A condition that is not met leaves the payment what it was."""
        fitting = replace(SURE, direction="in", payers=frozenset({AZURE}), countries=frozenset({"BE"}),
                          currencies=frozenset({"EUR"}), journals=frozenset({3}))  # fmt: skip
        document, payment = invoice(country="BE"), paid("109", journal_id=3)
        self.assertEqual(self.sure(payment, document, settings=rules(fitting)), {1: 119})
        for name, other in (
            ("direction", "out"), ("payers", frozenset({DECO})), ("countries", frozenset({"IT"})),
            ("currencies", frozenset({"USD"})), ("journals", frozenset({4})),
        ):  # fmt: skip
            with self.subTest(name):
                self.unsure("short", payment, document, settings=rules(replace(fitting, **{name: other})))

    def test_not_of_other_entries(self):
        """What has no base, such as a payment under way, is no document tax is withheld from."""
        self.unsure("short", paid("109"), item(1, "INV/2026/00041", "119"), settings=rules(SURE))

    def test_rounding(self):
        """Half a cent either way; whole units only within the tolerance of the rule."""
        document = invoice(total="119.05", untaxed="100.04")
        for amount in ("109.04", "109.05"):
            self.assertEqual(self.sure(paid(amount), document, settings=rules(SURE)), {1: Decimal("119.05")})
        self.unsure("short", paid("109.03"), document, settings=rules(SURE))
        whole = replace(SURE, tolerance=Decimal("0.50"))
        self.assertEqual(self.sure(paid("108.55"), document, settings=rules(whole)), {1: Decimal("119.05")})
        self.unsure("short", paid("108.54"), document, settings=rules(whole))

    def test_several_documents(self):
        items = [invoice(1), invoice(2, "238", "200"), item(3, "RINV/2026/00043", "-11.90", untaxed=Decimal(-10))]
        payment = paid("316.10", "INV/2026/00041 INV/2026/00042 RINV/2026/00043")
        found = match([payment], items, rules(SURE)).sure[0]
        self.assertEqual([(off.kind, off.amount) for off in found.write_offs], [("withholding", -29)])

    def test_with_charges(self):
        found = match([paid("104", charges=Decimal(-5))], [invoice()], rules(SURE)).sure[0]
        self.assertEqual([(off.kind, off.amount) for off in found.write_offs], [("bank_fee", -5), ("withholding", -10)])
        self.assertEqual(sum(x.amount for x in (*found.parts, *found.write_offs)), 104)

    def test_money_out(self):
        """Where we keep the tax, the vendor gets less."""
        bill = item(1, "BILL/2026/00041", "-119", DECO, untaxed=Decimal(-100), kind="bill")
        payment = line("-109", "BILL/2026/00041", account=IBAN[DECO])
        found = match([payment], [bill], rules(replace(SURE, direction="out"))).sure[0]
        self.assertEqual([(off.kind, off.amount) for off in found.write_offs], [("withholding", 10)])

    def test_part_that_is_open(self):
        """Of a document that is paid in part, tax is withheld from the rest."""
        half = item(1, "INV/2026/00041", "59.50", untaxed=Decimal(50))
        self.assertEqual(self.sure(paid("54.50"), half, settings=rules(SURE)), {1: Decimal("59.5")})

    def test_batch(self):
        """A transaction of a batch may be short by withheld tax as a line may."""
        second = invoice(2, "50", "50", partner=DECO)
        details = (
            LineDetail(Decimal(109), ("INV/2026/00041",), account=IBAN[AZURE]),
            LineDetail(Decimal(50), ("INV/2026/00042",), account=IBAN[DECO]),
        )
        batch = line("159", "SAMMEL", details=details)
        self.assertEqual(self.sure(batch, invoice(), second, settings=rules(SURE)), {1: 119, 2: 50})
        self.assertFalse(match([batch], [invoice(), second], rules(TEN)).sure)

    # never without a person

    def test_payer_not_known(self):
        payment = line("109", "INV/2026/00041", partner_name="Somebody")
        self.unsure("withheld_payer", payment, invoice(), settings=rules(SURE))

    def test_two_rules(self):
        other = replace(SURE, id=8, name="Other")
        found = self.unsure("withheld_too", paid("109"), invoice(), settings=rules(SURE, other))
        self.assertEqual(self.kept(found)[0][3], 7)

    def test_discount_too(self):
        """Two readings of one difference: both are proposed."""
        document = invoice(discount=Discount(Decimal(10), date(2026, 12, 31)))
        self.assertEqual(self.sure(paid("109"), document), {1: 119})
        self.unsure("withheld_too", paid("109"), document, settings=rules(SURE))
        found = match([paid("109")], [document], rules(SURE)).proposals
        self.assertEqual({off.kind for each in found for off in each.write_offs}, {"discount", "withholding"})

    def test_instalment_too(self):
        first = invoice(1, "10", "10", document_id="one")
        second = replace(first, id=2, residual=Decimal(90), untaxed=Decimal(90), due_on=date(2026, 12, 1))
        self.unsure("withheld_too", paid("90"), first, second, settings=rules(SURE))

    def test_another_document_of_the_amount(self):
        self.unsure("exact_elsewhere", paid("109"), invoice(), invoice(2, "109", "109"), settings=rules(SURE))

    def test_nothing_named(self):
        """Payer known, no number: proposed, also for all his documents together."""
        found = self.unsure("combination", paid("109", "thanks"), invoice(), settings=rules(SURE))
        self.assertEqual(self.kept(found), [("withholding", -10, 99, 7)])
        self.unsure("combination", paid("218", "thanks"), invoice(), invoice(2), settings=rules(SURE))

    def test_exact_amount_first(self):
        """A rule never touches what agrees to the cent."""
        self.assertEqual(self.sure(paid("119"), invoice(), settings=rules(SURE)), {1: 119})

    def test_small_difference_it_explains(self):
        """What a rule explains is no rounding difference."""
        rule = replace(TEN, percent=Decimal("0.3"))
        self.assertEqual(match([paid("118.70")], [invoice()]).sure[0].write_offs[0].kind, "tolerance")
        self.unsure("withheld", paid("118.70"), invoice(), settings=rules(rule))

    def test_payer_and_amount_alone(self):
        """One document has the amount, another has it less tax: nobody guesses."""
        documents = [invoice(1), invoice(2, "109", "109")]
        self.assertEqual(self.sure(paid("109", "thanks"), *documents), {2: 109})
        self.unsure("withheld_too", paid("109", "thanks"), *documents, settings=rules(SURE))
