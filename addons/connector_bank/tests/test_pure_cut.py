"""Cut into pieces, a statement is what it is as a whole."""

import io

from odoo.addons.connector_bank.formats import lines, parse
from odoo.addons.connector_bank.importing.book import period, statements
from odoo.addons.connector_bank.importing.control import sums
from odoo.addons.connector_bank.importing.cut import Facts, Piece, cut, entries_of
from odoo.addons.connector_bank.importing.identity import content_hash, fingerprint
from odoo.addons.connector_bank.tests.camt_maker import write_camt053
from odoo.addons.finance_connector_base.tests.pure import PureCase


class TestCut(PureCase):
    def read(self, entries, seed=3):
        target = io.StringIO()
        write_camt053(target, entries, seed=seed)
        return list(parse(io.BytesIO(target.getvalue().encode())))

    def test_same_as_whole(self):
        events = self.read(107) + self.read(5, seed=4)
        found = list(cut((line.rstrip("\n") for line in lines(events)), 25))
        wholes = list(statements(events))
        facts = [one for one in found if isinstance(one, Facts)]
        pieces = [one for one in found if isinstance(one, Piece)]
        self.assertEqual([(one.statement, one.booked) for one in pieces],
                         [(0, 25), (0, 25), (0, 25), (0, 25), (0, 7), (1, 5)])
        self.assertEqual(len(facts), len(wholes))
        for number, (one, whole) in enumerate(zip(facts, wholes, strict=True)):
            own = [piece for piece in pieces if piece.statement == number]
            self.assertEqual([entry for piece in own for entry in entries_of(piece.body)], whole.entries)
            self.assertEqual([key for piece in own for key in piece.prints], list(map(fingerprint, whole.booked)))
            self.assertEqual(one.digest, content_hash(whole.header, whole.footer, whole.entries))
            self.assertEqual(one.sums, sums(whole.booked))
            self.assertEqual(one.period(), period(whole, whole.booked))
            self.assertEqual(one.statement(whole.entries), whole)
            self.assertEqual((one.pieces, one.entries), (len(own), len(whole.entries)))

    def test_empty_statement(self):
        events = [event for event in self.read(2) if type(event).__name__ != "Entry"]
        (piece, facts) = cut((line.rstrip("\n") for line in lines(events)), 25)
        (whole,) = statements(events)
        self.assertEqual(entries_of(piece.body), [])
        self.assertEqual(facts.digest, content_hash(whole.header, whole.footer, []))
        self.assertEqual(facts.period(), period(whole, []))
