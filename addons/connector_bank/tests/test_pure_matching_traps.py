"""Traps that a made-up world of strangers found: money must not move by itself here, and names must be read."""

from odoo.addons.connector_bank.matching import match
from odoo.addons.connector_bank.matching.score import alike
from odoo.addons.connector_bank.tests.test_pure_matching import AZURE, DECO, IBAN, MatchCase, item, line


class TestTraps(MatchCase):
    invoice = item(1, "INV/2026/00042", "100.00")

    def test_payment_in_advance_is_of_no_invoice(self):
        for text in ("Anzahlung Auftrag S04711", "order 47400 prepayment", "Pro-Forma PF051", "acompte commande 12"):
            with self.subTest(text):
                self.unsure("advance", line("100", text, account=IBAN[AZURE]), self.invoice)
        named = line("100", "Anzahlung INV/2026/00042", account=IBAN[AZURE])
        self.assertEqual(self.sure(named, self.invoice), {1: 100})

    def test_settled_number_however_it_is_quoted(self):
        ways = ("RNRINV/2025/05621 KNR7", "INV/2025/5621", "2025/05621", "Re 5621", "INV202505621")
        for text in ways:
            with self.subTest(text):
                paying = line("100", text, account=IBAN[AZURE])
                result = match([paying], [self.invoice], settled=lambda payers: {AZURE: ["INV/2025/05621"]})
                self.assertFalse(result.sure)
        broken = line("100", "EREF+NOTPROVIDED SVWZ+Rechnung AR43", "747", account=IBAN[AZURE])
        self.assertFalse(match([broken], [self.invoice], settled=lambda payers: {AZURE: ["AR43747"]}).sure)
        other_year = item(2, "INV/2026/05621", "100.00")
        paying = line("100", "5621", account=IBAN[AZURE])
        result = match([paying], [other_year], settled=lambda payers: {AZURE: ["INV/2025/05621"]})
        self.assertEqual([part.item_id for each in result.sure for part in each.parts], [2])

    def test_number_glued_to_letters_may_begin_in_two_places(self):
        """RNR + INV or RN + RINV: the one that is not open says nothing of the other."""
        note = item(2, "RINV/2026/00007", "-20.00", kind="refund")
        paying = line("100", "RNRINV/2026/00042", account=IBAN[AZURE])
        self.assertEqual(self.sure(paying, self.invoice, note), {1: 100})
        both = item(3, "RINV/2026/00042", "-20.00", kind="refund")
        self.unsure("overlap", paying, self.invoice, both)

    def test_twice_the_same_number_once_glued(self):
        """The second payment of an invoice does not go to another one of the same amount."""
        items = [self.invoice, item(2, "INV/2026/00043", "100.00"), item(3, "RINV/2026/00007", "-20.00", kind="refund")]
        lines = [
            line("100", "INV/2026/00042", account=IBAN[AZURE]),
            line("100", "RNRINV/2026/00042", number=2, account=IBAN[AZURE]),
            line("100", "INV/2026/00043", number=3, account=IBAN[AZURE]),
        ]
        self.assertEqual([each.line_id for each in match(lines, items).sure], [3])

    def test_number_of_somebody_else_who_owes_as_much(self):
        """The name is that of a customer who owes just this amount, shortened, turned or not spelled out."""
        for owner, written in (("Anna Wagner", "WAGNER, ANNA"), ("Ida Lange", "I. Lange"), ("Zoë Müller", "Mueller Z")):
            own = item(2, "INV/2026/00090", "100.00", DECO, partner_name=owner)
            with self.subTest(written):
                self.unsure("exact_elsewhere", line("100", "INV/2026/00042", partner_name=written), self.invoice, own)
        marie = item(4, "INV/2026/00042", "100.00", 3, partner_name="Marie Schäfer")
        nils = item(5, "INV/2026/00091", "100.00", 4, partner_name="Nils Kevin Schäfer")
        self.unsure("exact_elsewhere", line("100", "INV/2026/00042", partner_name="SCHAEFER NILS KEVIN"), marie, nils)
        self.assertEqual(self.sure(line("100", "INV/2026/00042", partner_name="M. Schäfer"), marie, nils), {4: 100})
        stranger = line("100", "INV/2026/00042", partner_name="Erika Mustermann")
        self.assertEqual(self.sure(stranger, self.invoice, own), {1: 100})

    def test_year_is_no_number_that_lost_its_zeros(self):
        year, paid = item(3, "00002025", "100.00", DECO), item(4, "INV/2025/00077", "60.00")
        lines = [
            line("60", "2025/00077 vom 3.11.2025", account=IBAN[AZURE]),
            line("100", "00002025", number=2, account=IBAN[DECO]),
            line("100", "12/2025", number=3),
        ]
        self.assertEqual([each.parts[0].item_id for each in match(lines, [year, paid]).sure], [4, 3])

    def test_common_amount_does_not_confirm_a_strangers_number(self):
        many = [item(number, f"INV/2026/{number:05d}", "100.00", 1000 + number) for number in range(100, 130)]
        stranger = line("100", "INV/2026/00042", partner_name="J. Frerari")
        self.unsure("payer_other", stranger, self.invoice, *many)
        for_azure = line("100", "INV/2026/00042 für AZURE INTERIOR", partner_name="Factor Bank")
        self.assertEqual(self.sure(for_azure, self.invoice, *many), {1: 100})
        glued = line("100", "RNRINV/2026/00042 azure, interior", partner_name="Factor Bank")
        self.assertEqual(self.sure(glued, self.invoice, *many), {1: 100})
        azure = line("100", "INV/2026/00042", partner_name="Azure")
        self.assertEqual(self.sure(azure, self.invoice, *many), {1: 100})


class TestListed(MatchCase):
    """Numbers of the payer's documents by their last digits, in ranges, in lists that the bank cut off."""

    items = tuple(
        item(number, f"INV/2026/{number:05d}", amount)
        for number, amount in ((138, "10.01"), (139, "20.02"), (140, "40.04"), (141, "80.08"), (150, "160.16"))
    )

    def best(self, line_, *items):
        """The items of the first proposal of a line that is not sure."""
        result = match([line_], [*self.items, *items])
        self.assertFalse(result.sure)
        return sorted(part.item_id for part in result.proposals[0].parts)

    def test_several_short_numbers_of_the_known_payer(self):
        for text in ("INV/2026/00138, 139, 141", "0138 0139 0141", "138/139/141", "INV/2026/00139 and 00138 and 141"):
            with self.subTest(text):
                paying = line("110.11", text, account=IBAN[AZURE])
                self.assertEqual(set(self.sure(paying, *self.items)), {138, 139, 141})
                unknown = line("110.11", text, partner_name="AZURE INTERIEUR")
                self.assertEqual(self.best(unknown), [138, 139, 141])

    def test_ranges(self):
        for text in ("INV/2026/00138-00141", "00138 - 00141", "INV/2026/00138 bis INV/2026/00141", "138 to 141"):
            with self.subTest(text):
                self.assertEqual(len(self.sure(line("150.15", text, account=IBAN[AZURE]), *self.items)), 4)

    def test_another_amount_decides_nothing(self):
        self.assertEqual(self.best(line("100.00", "0138 0139 0141", account=IBAN[AZURE])), [138, 139, 141])
        self.assertFalse(match([line("10.01", "0138 0139", account=IBAN[DECO])], self.items).sure)

    def test_somebody_elses_short_numbers(self):
        others = item(1, "INV/2026/00200", "30.03", DECO)
        result = match([line("30.03", "138 139", account=IBAN[DECO])], [*self.items, others])
        self.assertEqual([part.item_id for each in result.sure for part in each.parts], [1])

    def test_twice_the_same_list(self):
        lines = [line("30.03", "0138 0139", account=IBAN[AZURE], number=number) for number in (1, 2)]
        self.assertFalse(match(lines, self.items).sure)

    def test_list_that_was_cut_off(self):
        self.assertEqual(self.best(line("190.19", "INV/2026/00138 139 u.a.", account=IBAN[AZURE])), [138, 139, 150])

    def test_one_short_number_and_charges(self):
        self.assertEqual(self.best(line("155.16", "150 less charges", partner_name="Azure Interior")), [150])


class TestNames(MatchCase):
    def test_one_name_in_many_spellings(self):
        for one, other in (
            ("Müller & Söhne GmbH", "MUELLER & SOEHNE GMBH"),
            ("Müller & Söhne GmbH", "Muller & Sohne"),
            ("Jørgensen ApS", "JOERGENSEN"),
            ("Jørgensen ApS", "JORGENSEN"),
            ("Wiśniewski", "WISNIEWSKI"),
            ("Weiß e.K.", "Firma WEISS"),
            ("Herr Łukasz Mäkinen", "MAKINEN, LUKASZ"),
        ):
            with self.subTest(other):
                self.assertEqual(alike(one, other), 1.0)
        self.assertLess(alike("Bauer", "Baur"), 1.0)

    def test_cyrillic_letters_stay_themselves(self):
        self.assertLess(alike("Мир", "МИР ООО"), 1.0)
        self.assertEqual(alike("Андрей", "АНДРЕЙ"), 1.0)
