"""What is proposed for a table: as the bank's own profile reads it, or left open; never silently otherwise."""

import io
import random
from collections import Counter

from odoo.addons.connector_bank.formats import parse, summaries
from odoo.addons.connector_bank.profiles.balances import Chain
from odoo.addons.connector_bank.profiles.propose import propose
from odoo.addons.finance_connector_base.core.errors import FinanceError, FormatError
from odoo.addons.finance_connector_base.core.statement import Finding
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
