"""OFX, CODA, CFONB, Norma 43: whatever is done to a file, events or a refusal with a code; large files stay flat."""

import io
import random
import tracemalloc
from collections import Counter

from odoo.addons.connector_bank.formats import FORMATS, parse
from odoo.addons.connector_bank.tests import fixed_maker, ofx_maker
from odoo.addons.connector_bank.tests.test_pure_malformed import verdict
from odoo.addons.connector_bank.tests.test_pure_samples import SAMPLES, damaged
from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.core.statement import Entry, Finding
from odoo.addons.finance_connector_base.tests.pure import PureCase

CODES = ("ofx", "coda", "cfonb", "n43")
TURNS = 2000
SIZE = 1 << 18


def contents(code):
    return [path.read_bytes() for path in sorted((SAMPLES / code).iterdir()) if path.suffix != ".json"]


def amounts(content):
    """Amounts of all bookings, sorted; None where a refusal or a finding tells of something wrong."""
    found = []
    try:
        for event in parse(io.BytesIO(content)):
            if isinstance(event, Finding):
                return None
            if isinstance(event, Entry):
                found.append(event.amount)
    except FinanceError:
        return None
    return sorted(found)


def moved(lines, chance):
    found, at = list(lines), chance.randrange(len(lines))
    kind = chance.choice(("doubled", "dropped", "moved"))
    line = found[at] if kind == "doubled" else found.pop(at)
    if kind != "dropped":
        found.insert(chance.randrange(len(found) + 1), line)
    return found


class TestNationalDamage(PureCase):
    """Seeds are fixed: what fails once fails again."""

    def check(self, code):
        chance, good = random.Random(43), contents(code)
        found = Counter(verdict(damaged(chance.choice(good), chance)) for _time in range(TURNS))
        self.assertEqual(found.total(), TURNS)
        self.assertGreater(found["ok"], 20, found)
        self.assertGreater(TURNS - found["ok"], 100, found)

    def test_ofx(self):
        self.check("ofx")

    def test_coda(self):
        self.check("coda")

    def test_cfonb(self):
        self.check("cfonb")

    def test_n43(self):
        self.check("n43")

    def test_foreign(self):
        """Read as what it is not, a file is refused with a code."""
        for code in CODES:
            for other in CODES:
                for content in contents(other):
                    with self.subTest(code, other=other):
                        self.assertEqual(self.refusal(code, content) is None, code == other)

    def refusal(self, code, content):
        try:
            for _event in FORMATS.get(code)().parse(io.BytesIO(content)):
                pass
        except FinanceError as error:
            return error.code
        return None

    def test_records_moved(self):
        """A line doubled, dropped or moved: the same bookings, or a refusal or finding that says they are not."""
        chance = random.Random(44)
        for code in ("coda", "cfonb", "n43"):
            for content in contents(code):
                lines, whole = content.splitlines(keepends=True), amounts(content)
                if whole is None or len(lines) < 2:
                    continue  # a finding from the start; no line ends
                for number in range(TURNS // 10):
                    with self.subTest(code, number=number):
                        found = amounts(b"".join(moved(lines, chance)))
                        self.assertIn(found, (None, whole))

    def test_memory(self):
        """Entries come while the file is read; only one is held."""
        makers = {
            "ofx": ofx_maker.large,
            "coda": fixed_maker.large_coda,
            "cfonb": fixed_maker.large_cfonb,
            "n43": fixed_maker.large_n43,
        }
        for code, make in makers.items():
            with self.subTest(code):
                small, large = (held(make, size) for size in (SIZE, 3 * SIZE))
                self.assertLess(large, 1.3 * small)


def held(make, size):
    """Most bytes held while a file of ``size`` is read."""
    target = io.BytesIO()
    count = make(target, size)
    target.seek(0)
    tracemalloc.start()
    try:
        found = sum(isinstance(event, Entry) for event in parse(target))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if found != count:
        raise AssertionError(f"{found} entries read, {count} written")
    return peak
