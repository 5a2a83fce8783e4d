"""What is proposed for a table: as the bank's own profile reads it, or left open; never silently otherwise."""

import io
import random
from collections import Counter

from odoo.addons.connector_bank.formats import parse, summaries
from odoo.addons.connector_bank.profiles.balances import Chain
from odoo.addons.connector_bank.profiles.propose import propose
from odoo.addons.finance_connector_base.core.errors import FinanceError, FormatError
from odoo.addons.finance_connector_base.core.statement import Entry, Finding
from odoo.addons.finance_connector_base.tests.pure import PureCase

from .test_pure_samples import SAMPLES, damaged

#: What counts in a summary; account and currency may be unknown to the file.
FIGURES = ("entries", "sum_credits", "sum_debits")


def proposed(text):
    content = text if isinstance(text, bytes) else text.encode()
    return propose(io.BytesIO(content), content[:65536])


def codes(proposal):
    return {note.code for note in proposal.notes}


class TestPropose(PureCase):
    def test_samples(self):
        """Of each sample the proposal reads the same bookings, or says what is open."""
        read = 0
        for path in sorted((SAMPLES / "csv_bank").glob("*")):
            if path.suffix == ".json":
                continue
            with self.subTest(path.name):
                content = path.read_bytes()
                proposal = proposed(content)
                if not proposal.sure:
                    continue
                tables = {"own": [proposal.data], "profile": "proposed"}
                ours = summaries(parse(io.BytesIO(content)))
                found = summaries(parse(io.BytesIO(content), tables=tables))
                self.assertEqual(self.figures(found), self.figures(ours))
                read += 1
        self.assertGreater(read, 25)

    @staticmethod
    def figures(rows):
        return [[row[name] for name in FIGURES] for row in rows]

    def test_dates(self):
        proof = proposed("Date,Text,Amount\n01/02/2026,a,-1.00\n01/15/2026,b,1.00\n")
        self.assertEqual(proof.data["dates"], ["MM/DD/YYYY"])
        likely = proposed("Date;Text;Amount\n01/02/2026;a;-1,00\n02/02/2026;b;1,00\n")
        self.assertEqual((likely.data["dates"], "dates_likely" in codes(likely)), (["DD/MM/YYYY"], True))
        unclear = proposed("Date,Text,Amount\n01/02/2026,a,-1.00\n02/02/2026,b,1.00\n")
        self.assertIn("dates_open", codes(unclear))
        self.assertFalse(unclear.sure)

    def test_sign(self):
        """Balances prove that positive amounts are debits."""
        rows = "01.01.2026;a;5,00;95,00\n02.01.2026;b;-7,00;102,00\n13.01.2026;c;2,00;100,00\n"
        text = "Date;Text;Amount;Balance\n" + rows
        proof = proposed(text)
        self.assertEqual((proof.data["sign"], "sign_proven" in codes(proof)), ("inverted", True))
        self.assertIn("sign_open", codes(proposed("Date;Text;Amount\n13.01.2026;a;5,00\n14.01.2026;b;7,00\n")))

    def test_balance_before(self):
        """A balance before the booking read with turned signs is no proof."""
        text = "Datum;Beginsaldo;Bedrag\n13.01.2026;100,00;-5,00\n14.01.2026;95,00;7,00\n15.01.2026;102,00;1,00\n"
        self.assertEqual(proposed(text).data["sign"], "signed")

    def test_chain_needs_days(self):
        chain = Chain()
        chain.add(5, 105, None, "row 1")
        chain.add(-5, 100, None, "row 2")
        self.assertFalse(chain.proves)

    def test_lost_row(self):
        """A row that is no booking is never taken for a remark in silence."""
        proposal = proposed("Date,Text,Amount\n13/01/2026,a,-1.00\n14/01/2026/7,b,9.00\n15/01/2026,c,1.00\n")
        self.assertIn("row_unread", codes(proposal))
        self.assertFalse(proposal.sure)

    def test_status(self):
        text = "Date;Text;Amount;Status\n13.01.2026;a;-5,00;Booked\n14.01.2026;b;7,00;Pending\n15.01.2026;b;7,00;Odd\n"
        proposal = proposed(text)
        self.assertEqual((proposal.data["booked"], proposal.data["pending"]), (["booked"], ["pending"]))
        self.assertIn("status_open", codes(proposal))

    def test_no_table(self):
        with self.assertRaises(FormatError) as caught:
            proposed("One;Two\nthree;four\n")
        self.assertEqual(caught.exception.code, "profile.no_table")

    def test_damage(self):
        """Whatever is done to a table: a proposal, bookings, or a refusal with a code."""
        chance, found = random.Random(19), Counter()
        for path in sorted((SAMPLES / "csv_bank").glob("*.csv")):
            content = path.read_bytes()
            for _time in range(12):
                broken = damaged(content, chance)
                for read in (self.proposal_of, self.chosen_of):
                    try:
                        read(broken, path.stem)
                        found["read"] += 1
                    except FinanceError as error:
                        found[error.code] += 1
        self.assertGreater(found["read"], 100, found)
        self.assertGreater(found.total() - found["read"], 200, found)

    @staticmethod
    def proposal_of(content, _code):
        return propose(io.BytesIO(content), content[:65536])

    @staticmethod
    def chosen_of(content, code):
        return list(parse(io.BytesIO(content), "csv_bank", tables={"profile": code}))

    def test_looking(self):
        """A table nobody knows is shown as proposed where that was asked for; a finding says so."""
        text = b"Boekdag;Bedrag;Wat\n13.01.2026;-5,00;a\n14.01.2026;7,00;b\n"
        found = list(parse(io.BytesIO(text), tables={"propose": True}))
        self.assertEqual([one.code for one in found if isinstance(one, Finding)], ["profile.proposed"])
        with self.assertRaises(FormatError) as caught:
            list(parse(io.BytesIO(text)))
        self.assertEqual(caught.exception.code, "profile.unknown")
        with self.assertRaises(FormatError):
            list(parse(io.BytesIO(text.replace(b"-", b"")), tables={"propose": True}))


class TestProposeForeign(PureCase):
    """Tables as banks in other countries write them; each is our own, in the manner of its bank."""

    def read(self, text):
        """(proposal, amounts of the bookings, opening, closing)"""
        content = text if isinstance(text, bytes) else text.encode()
        proposal = proposed(content)
        events = list(parse(io.BytesIO(content), tables={"own": [proposal.data], "profile": "proposed"}))
        amounts = [str(one.amount) for one in events if isinstance(one, Entry)]
        return proposal, amounts, events[0].opening, events[-1].closing

    def test_direction(self):
        """Entrate are credits; two columns whose titles say nothing leave the direction open."""
        rows = "13/07/2026;Bonifico;12.300,00;\n14/07/2026;F24;;1.250,00\n"
        proposal, amounts, *_balances = self.read(f"Data;Descrizione;Entrate;Uscite\n{rows}")
        self.assertEqual((proposal.sure, amounts), (True, ["12300.00", "-1250.00"]))
        for titles in ("Data;Descrizione;Uno;Due\n", ""):
            self.assertIn("sign_open", codes(proposed(titles + rows)))
        proven = "Data;Descrizione;Uno;Due;Saldo\n13/07/2026;a;12,00;;112,00\n14/07/2026;b;;2,00;110,00\n"
        proposal, amounts, opening, _closing = self.read(proven)
        self.assertEqual((proposal.sure, amounts, str(opening)), (True, ["12.00", "-2.00"], "100.00"))

    def test_two_amounts(self):
        """Without titles, of two columns with signs nobody knows which is the amount."""
        open_table = "01.03.2026;Miete;-500,00;-1.500,00\n13.03.2026;Kunde;300,00;1.200,00\n"
        self.assertIn("sign_open", codes(proposed(open_table)))
        balance_before = "13-06-2026,a,130.44,-3.77\n17-06-2026,b,354.21,20.00\n"
        self.assertEqual(proposed(balance_before).data["columns"]["amount"], [4])

    def test_balances_inside(self):
        """Opening balance, closing balance and sums stand as rows among the bookings, with a day and an amount."""
        head = "Konto;Kuupäev;Selgitus;Summa;Deebet/Kreedit\n"
        rows = (
            "EE382200221020145685;01.03.2026;Algsaldo 01.03.2026;1000,00;K\n"
            "EE382200221020145685;13.03.2026;Arve 17;50,00;D\n"
            "EE382200221020145685;14.03.2026;Arve 9;120,50;K\n"
            "EE382200221020145685;31.03.2026;Käive;50,00;D\n"
            "EE382200221020145685;31.03.2026;Lõppsaldo;1070,50;K\n"
        )
        proposal, amounts, opening, closing = self.read(head + rows)
        self.assertEqual((proposal.sure, amounts), (True, ["-50.00", "120.50"]))
        self.assertEqual((str(opening), str(closing)), ("1000.00", "1070.50"))
        overdrawn = rows.replace("1000,00;K", "1000,00;D").replace("1070,50;K", "929,50;D")
        events = list(parse(io.BytesIO((head + overdrawn).encode()), tables=self.tables(proposal)))
        self.assertEqual((events[0].opening, len([one for one in events if isinstance(one, Entry)])), (None, 2))

    @staticmethod
    def tables(proposal):
        return {"own": [proposal.data], "profile": "proposed"}

    def test_waiting(self):
        """A word such as ``Reservert`` in the place of the day: not booked yet. It is no *ending* balance."""
        rows = "Reservert;-115,70;Joker\n2026/09/13;-300,00;Leie\n"
        proposal = proposed(f"Bokføringsdato;Beløp;Tittel\n{rows}")
        content = f"Bokføringsdato;Beløp;Tittel\n{rows}".encode()
        entries = [one for one in parse(io.BytesIO(content), tables=self.tables(proposal)) if isinstance(one, Entry)]
        self.assertTrue(proposal.sure)
        found = [(one.status, str(one.amount)) for one in entries]
        self.assertEqual(found, [("pending", "-115.70"), ("booked", "-300.00")])
        card = proposed("Date,Text,Amount\nPending,a,£5.00\n13-Dec-2026,b,£6.00\n14-Dec-2026,c,+ £7.00\n")
        self.assertFalse(card.data.get("facts"))

    def test_columns(self):
        """Which column is which: nothing is taken for what it only resembles."""
        cases = {
            # a day is no account number, though its title has the word in it
            "datum verrichting;Datum verrekening;bedrag;munt\n13/02/2026;14/02/2026;-5,00;EUR\n": {
                "booked_on": "Datum verrekening", "value_on": "datum verrichting", "account": None,
            },
            "Datum,Empfänger,Betrag (EUR),Betrag (Fremdwährung),Fremdwährung\n2026-03-13,a,-5.00,-6.00,USD\n": {
                "currency": None, "original_currency": "Fremdwährung", "amount": "Betrag (EUR)",
            },
            "Date,Counterparty,Description,Amount\n13/03/2026,John Smith,Invoice,-5.00\n": {
                "counterparty": "Counterparty", "iban": None,
            },
            "Rekening;Rubrieknaam;Datum;Bedrag;Naam tegenpartij\n12;;13/02/2026;-5,00;Jan\n": {
                "counterparty": "Naam tegenpartij",
            },
            "initial_date,initial_balance,date,Gross,Fee,Net,cur\n2026-03-01,9.00,2026-03-13,5.00,-0.50,4.50,usd\n": {
                "booked_on": "date", "balance": None, "amount": "Gross", "fee": "Fee", "currency": "cur",
            },
            "Transaction date,Description,Withdrawals (SGD),Deposits (SGD)\n18/04/2026,a,5.50,\n": {
                "debit": "Withdrawals (SGD)", "credit": "Deposits (SGD)", "amount": None,
            },
            "Kirjauspäivä;Arvopäivä;Määrä EUROA;Saaja/Maksaja;Viite;Viesti\n13.04.2026;14.04.2026;-5,00;Oy;12344;x\n": {
                "booked_on": "Kirjauspäivä", "value_on": "Arvopäivä", "reference": "Viite", "text": "Viesti",
            },
        }  # fmt: skip
        for text, expected in cases.items():
            with self.subTest(text.split("\n")[0]):
                columns = {role: names[0] for role, names in proposed(text).data["columns"].items()}
                self.assertEqual({role: columns.get(role) for role in expected}, expected)

    def test_more_texts(self):
        """A second column of text, where the first is silent."""
        text = "Datum;Betrag;Text;Verwendungszweck\n13.03.2026;-1,00;Miete;\n14.03.2026;2,00;;Rechnung 7\n"
        self.assertEqual(proposed(text).data["columns"]["text"], ["Verwendungszweck", "Text"])

    def test_forms(self):
        """Hungarian days, amounts with the sign before the currency, a dash for no amount, a remark below."""
        hungarian = "Könyvelés dátuma;Értéknap;Összeg\n2025.11.17., hétfő;2025.11.17.;+7 000,00 HUF\n"
        self.assertEqual(self.read(hungarian)[1], ["7000.00"])
        self.assertEqual(self.read("Date,Amount\n2026-01-15,-$2.50\n2026-01-16,($3.00)\n")[1], ["-2.50", "-3.00"])
        dashes = "Date;Libellé;Débit;Crédit\n13/07/2026;a;-;12000\n15/07/2026;b;5000;-\n\nDocument sans valeur\n"
        proposal, amounts, *_balances = self.read(dashes)
        self.assertEqual((proposal.sure, amounts), (True, ["12000", "-5000"]))

    def test_rows_around(self):
        """Czech openings with day and amount in one cell, a row of sums without a day; ``ING`` is no currency."""
        text = (
            '"Počáteční stav účtu k 01.10.2025: 1000,00 CZK"\n"Koncový stav účtu k 31.10.2025: 2999,50 CZK"\nBank;ING\n'
            "Datum;Objem;Typ\n15.10.2025;5000,00;DEB\n20.10.2025;-3000,50;DEB\nSuma;1999,50;\n"
        )
        proposal, amounts, opening, closing = self.read(text)
        self.assertEqual((proposal.sure, amounts), (True, ["5000.00", "-3000.50"]))
        self.assertEqual((str(opening), str(closing)), ("1000.00", "2999.50"))
        self.assertNotIn("currency", proposal.data["columns"])
        self.assertFalse([one for row in proposal.data["facts"] for one in row if "currency" in one])

    def test_whole_numbers(self):
        """A sample without any decimals leaves the mark to the files."""
        proposal = proposed("Datum;Betrag\n13.03.2026;-5\n14.03.2026;7\n")
        for amount in ("1,50", "1.50"):
            content = f"Datum;Betrag\n13.03.2026;{amount}\n".encode()
            events = list(parse(io.BytesIO(content), tables=self.tables(proposal)))
            self.assertEqual(str(events[1].amount), "1.50")

    def test_likely_days(self):
        """Who writes ``Fecha`` puts the day first, decimal point or not."""
        self.assertIn("dates_likely", codes(proposed("Fecha,Importe\n01/04/2025,-25.30\n02/04/2025,1.00\n")))

    def test_charsets(self):
        """Files of bytes are told by their titles."""
        czech = "Datum zaúčtování;Částka;Měna;Název protiúčtu\n13.03.2026;-5,00;CZK;Řezník\n"
        bulgarian = "Дата;Описание;Сума\n13.03.2026;Такса;-5,00\n"
        for text, name in ((czech, "windows-1250"), (bulgarian, "windows-1251"), (czech, "utf-8")):
            with self.subTest(name):
                proposal = proposed(text.encode(name))
                self.assertEqual((proposal.data["encodings"], proposal.sure), ([name], True))
