"""Malformed statement files: each gets its verdict, half-written ones too; equal seeds give equal files."""

import random
from collections import Counter
from io import BytesIO

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.simulation.good import good
from odoo.addons.connector_bank.simulation.malformed import DAMAGES, half_written_files, malformed_files
from odoo.addons.connector_bank.tests.test_pure_samples import damaged
from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.core.statement import Entry
from odoo.addons.finance_connector_base.tests.pure import PureCase

TURNS = 4


def verdict(content):
    try:
        for _event in parse(BytesIO(content)):
            pass
    except FinanceError as error:
        return error.code
    return "ok"


class TestMalformed(PureCase):
    """Nothing malformed passes, nothing whole is refused, and no other exception comes out."""

    def check(self, files):
        seen = set()
        for name, content, expected in files:
            with self.subTest(name):
                self.assertTrue(verdict(content).startswith(expected), f"{verdict(content)}, not {expected}")
                self.assertNotIn(content, seen)
                seen.add(content)

    def test_malformed(self):
        self.check(malformed_files(19, len(DAMAGES) * TURNS))

    def test_half_written(self):
        self.check(half_written_files(19, 150))

    def test_mutations(self):
        """Whatever is done to a good file: events or a refusal with a code."""
        chance = random.Random(19)
        found = Counter(verdict(damaged(good(chance).encode(), chance)) for _time in range(2000))
        self.assertGreater(found.total() - found["ok"], 500, found)
        self.assertGreater(found["ok"], 20, found)

    def test_deceiving_text(self):
        """Text of a remitter stops no statement, and shows as it reads."""
        content = good(random.Random(1)).replace("Invoice", "e\u0301 \u202e001\u202c \u0085", 1)
        entry = next(event for event in parse(BytesIO(content.encode())) if isinstance(event, Entry))
        self.assertTrue(entry.details[0].remittance[0].startswith("é 001 "), entry.details[0].remittance)

    def test_equal_seeds(self):
        self.assertEqual(list(malformed_files(7, 40)), list(malformed_files(7, 40)))
        self.assertNotEqual(next(malformed_files(7, 1)), next(malformed_files(8, 1)))

    def test_every_kind(self):
        kinds = {name[6:].rpartition(".")[0] for name, _content, _expected in malformed_files(1, len(DAMAGES))}
        self.assertEqual(kinds, set(DAMAGES))
