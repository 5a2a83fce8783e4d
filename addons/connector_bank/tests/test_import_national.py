"""OFX, CODA, CFONB and Norma 43 files into Odoo: the right journal, the right lines, once."""

from odoo.tests import tagged

from .common import BankCase
from .fixed_maker import cfonb_04, cfonb_05, cfonb_file, coda_21, coda_22, coda_23, coda_file, n43_22, n43_23, n43_file

OFX = (
    "OFXHEADER:100\nDATA:OFXSGML\nCHARSET:1252\n\n<OFX><SIGNONMSGSRSV1><SONRS><DTSERVER>{moment}</SONRS></SIGNONMSGSRSV1>"
    "<BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>99999<BRANCHID>00001<ACCTID>00012345678"
    "</BANKACCTFROM><BANKTRANLIST><DTSTART>20240301<DTEND>20240331{entries}</BANKTRANLIST>"
    "<LEDGERBAL><BALAMT>{closing}<DTASOF>20240331</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
)
ENTRY = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>202403{day}<TRNAMT>{amount}<FITID>F{day}<NAME>Almond</STMTTRN>"


@tagged("post_install", "-at_install")
class TestImportNational(BankCase):
    def check(self, account, content, amounts, labels):
        """Nothing but the account tells the journal; the same file again is nothing new."""
        journal = self.bank_journal("NAT", account)
        message = self.bring(content.encode())
        self.assertEqual((message.state, self.cases(message)), ("processed", []), message.result_text)
        self.assertEqual(self.lines(journal).mapped("amount"), amounts)
        self.assertEqual(self.lines(journal).mapped("payment_ref"), labels)
        self.bring(content.encode() + b"\n")
        self.assertEqual(len(self.lines(journal)), len(amounts))
        return journal

    def test_coda(self):
        content = coda_file(
            [
                coda_21(1, "121.00", text="101123456789002", structured=True, bank_ref="B1"),
                coda_22(1),
                coda_23(1, account="BE43068999999501", name="Almond"),
                coda_21(2, "-75.00", code="10107000", bank_ref="B2"),
                coda_21(2, "-25.00", 1, "50107000", "Rent"),
                coda_21(2, "-50.00", 2, "50107000", "Power"),
            ]
        )
        journal = self.check("BE68539007547034", content, [121.0, -75.0], ["123456789002", "2 × Rent"])
        self.assertEqual(len(self.lines(journal)[1].transaction_details["details"]), 2)
        self.assertEqual(self.statements(journal).balance_end_real, 1046.0)
        balances = self.statements(journal).finance_balance_ids
        self.assertEqual({one.kind: one.amount for one in balances}, {"opening": 1000.0, "closing": 1046.0})

    def test_cfonb(self):
        content = cfonb_file([cfonb_04("1250.00"), cfonb_05("LCC", "FACTURE 815"), cfonb_04("-89.90", label="PRLV")])
        self.check("FR7699999000010001234567809", content, [1250.0, -89.9], ["VIR RECU FACTURE 815", "PRLV"])

    def test_n43(self):
        content = n43_file([n43_22("280.29"), n43_23(1, "FACTURA", "815"), n43_22("-0.03", "240326", concept="17")])
        labels = ["FACTURA 815", "Intereses - Comisiones - Custodia - Gastos e impuestos"]
        self.check("ES9199990001450000000001", content, [280.29, -0.03], labels)

    def test_ofx_fetched_again(self):
        """The same month fetched later the same day holds one transaction more: that one alone is new."""
        first, second = ENTRY.format(day="04", amount="-5.00"), ENTRY.format(day="31", amount="-7.00")
        morning = OFX.format(moment="20240331090000", entries=first, closing="95.00")
        journal = self.check("FR7699999000010001234567809", morning, [-5.0], ["Almond"])
        evening = OFX.format(moment="20240331180000", entries=first + second, closing="88.00")
        message = self.bring(evening.encode())
        self.assertEqual((message.state, self.cases(message)), ("processed", []), message.result_text)
        self.assertEqual(self.lines(journal).mapped("amount"), [-5.0, -7.0])
