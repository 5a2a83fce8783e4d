"""Golden files of every statement format: ``samples/<format>/*`` and its ``.expected.json`` beside it.

``REWRITE_SAMPLES=1`` writes the expected files anew; read the difference before you commit it.
"""

import os
import random
from io import BytesIO
from pathlib import Path

from odoo.addons.connector_bank.formats import FORMATS, parse, recognise, rendered, summaries
from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.tests.pure import PureCase

SAMPLES = Path(__file__).parent / "samples"
REWRITE = bool(os.environ.get("REWRITE_SAMPLES"))
HEAD = 1024
DAMAGES = 60


def samples():
    return [path for path in sorted(SAMPLES.glob("*/*")) if not path.name.endswith(".expected.json")]


def outcome(content):
    """What reading ``content`` gives as text, a refusal by its code and place."""
    try:
        return rendered(parse(BytesIO(content)))
    except FinanceError as error:
        return f"refused: {error.code} at {error.place}\n"


class TestSamples(PureCase):
    """Each sample is read by its own format alone and gives what is written beside it."""

    def test_recognised_by_one(self):
        self.assertTrue(samples())
        for path in samples():
            with self.subTest(path.name):
                head = path.read_bytes()[:HEAD]
                if head.startswith(b"PK"):
                    continue
                codes = [format_class.code for format_class in FORMATS if format_class().recognises(head)]
                self.assertEqual(codes, [path.parent.name])
                self.assertEqual(recognise(head), path.parent.name)

    def test_golden(self):
        for path in samples():
            with self.subTest(path.name):
                expected = path.with_suffix(".expected.json")
                found = outcome(path.read_bytes())
                if REWRITE:
                    expected.write_text(found, encoding="utf-8")
                self.assertEqual(found, expected.read_text(encoding="utf-8"))

    def test_damage(self):
        """Flipped, cut and inserted bytes give events or a refusal with a code, nothing else."""
        for path in samples():
            content = path.read_bytes()
            chance = random.Random(path.name)
            for number in range(DAMAGES):
                with self.subTest(path.name, number=number):
                    self.assertTrue(outcome(damaged(content, chance)))

    def test_cut(self):
        """A file that ends early never passes as a whole statement."""
        for path in samples():
            content = path.read_bytes().rstrip()
            whole = rendered(parse(BytesIO(content))) if "refused" not in outcome(content) else None
            if whole is None:
                continue
            for share in (0.3, 0.6, 0.9, 0.99):
                with self.subTest(path.name, share=share):
                    self.assertNotEqual(outcome(content[: int(len(content) * share)]), whole)

    def test_summaries(self):
        for path in samples():
            with self.subTest(path.name):
                if outcome(path.read_bytes()).startswith("refused"):
                    continue
                for summary in summaries(parse(BytesIO(path.read_bytes()))):
                    self.assertEqual(summary["format"], path.parent.name)
                    self.assertIsInstance(summary["sum_credits"], str)


def damaged(content, chance):
    """``content`` with one to three bytes flipped, a part cut out or bytes put in."""
    found = bytearray(content)
    for _time in range(chance.randrange(1, 4)):
        at = chance.randrange(len(found)) if found else 0
        kind = chance.choice(("flip", "cut", "insert", "swap"))
        if kind == "flip" and found:
            found[at] ^= 1 << chance.randrange(8)
        elif kind == "cut":
            del found[at : at + chance.randrange(1, 200)]
        elif kind == "insert":
            found[at:at] = chance.randbytes(chance.randrange(1, 9))
        else:
            there = chance.randrange(len(found)) if found else 0
            found[at : at + 20], found[there : there + 20] = found[there : there + 20], found[at : at + 20]
    return bytes(found)
