"""Text formats all the way in: MT940 with German and Dutch account numbers, MT942, BAI2."""

from odoo.tests import tagged

from .camt_maker import iban
from .common import BankCase

GERMAN = iban("DE", "12345678", 42)
DUTCH = iban("NL", "ZZBK", 7)
MT940 = """:20:STARTUMS
:25:{account}
:28C:00012/001
:60F:C260301EUR100,00
:61:2603020302C5,50NTRFNONREF//BANK0001
:86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Invoice 7?31DE00000000000000000002?32ALMOND LANE
:62F:C260302EUR105,50
-
"""
MT942 = """:20:INTERIM
:25:{account}
:28C:1/1
:34F:EUR0,
:61:2603020302C5,50NTRFNONREF
-
"""
BAI2 = """01,1,2,260303,0615,7,80,1,2/
02,2,1,1,260302,2400,EUR,2/
03,0001112223,EUR,010,10000,,,015,10550,,/
16,195,550,Z,BANK0001,INV-7,WIRE/
49,21100,3/
98,21100,1,5/
99,21100,1,7/
"""


@tagged("post_install", "-at_install")
class TestImportText(BankCase):
    def test_german_account(self):
        """Bank code and number are those of the journal's IBAN."""
        journal = self.bank_journal("BNKD", GERMAN)
        message = self.bring(MT940.format(account="12345678/42").encode())
        self.assertEqual((message.state, self.cases()), ("processed", []), message.result_text)
        self.assert_booked(["5.50"], journal)
        line = self.lines(journal)
        self.assertEqual((line.payment_ref, line.partner_name, line.finance_bank_ref),
                         ("Invoice 7", "ALMOND LANE", "BANK0001"))  # fmt: skip

    def test_dutch_account(self):
        """The currency behind an IBAN is no part of it; the same file twice books once."""
        journal = self.bank_journal("BNKN", DUTCH)
        content = MT940.format(account=f"{DUTCH} EUR")
        self.bring(content.encode(), content.replace("\n", "\r\n").encode())
        self.assert_booked(["5.50"], journal)

    def test_interim(self):
        journal = self.bank_journal("BNKI", DUTCH)
        message = self.bring(MT942.format(account=DUTCH).encode())
        self.assertEqual(message.state, "processed")
        self.assertFalse(self.lines(journal))

    def test_bai2(self):
        journal = self.bank_journal("BNKU", "0001112223")
        message = self.bring(BAI2.encode())
        self.assertEqual((message.state, self.cases()), ("processed", []), message.result_text)
        self.assert_booked(["5.50"], journal)

    def test_no_currency(self):
        """Amounts without a currency have two decimals; a journal whose currency has none gets nothing of them."""
        content = BAI2.replace("EUR", "").encode()
        self.env.ref("base.JPY").active = True
        journal = self.bank_journal("BNKY", "0001112223", currency_id=self.env.ref("base.JPY").id)
        message = self.bring(content)
        self.assertEqual(self.cases(message), ["statement.currency_unknown"])
        self.assertFalse(self.lines(journal))
        journal.currency_id = False
        self.retry(message)
        self.assert_booked(["5.50"], journal)

    def test_wrong_control_total(self):
        """Nothing of a file with a wrong control total is booked; a case names the place."""
        journal = self.bank_journal("BNKW", "0001112223")
        self.bring(BAI2.replace("99,21100", "99,21101").encode())
        self.assertFalse(self.lines(journal))
        self.assertEqual(self.cases(), ["bai2.control"])
