"""What the child reads comes out of its lines as it went in; a line that is damaged is refused or is a record."""

import io
import itertools
import random
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

from odoo.addons.connector_bank import answers
from odoo.addons.connector_bank.answers.reading import ANSWERS
from odoo.addons.connector_bank.answers.reading import parse as parse_answers
from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.formats.rendering import EVENTS
from odoo.addons.connector_bank.importing.batches import entry_keys, keys
from odoo.addons.connector_bank.tests.camt_maker import write_camt053
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.connector_bank.tests.test_pure_samples import damaged, samples
from odoo.addons.finance_connector_base.core.codec import content
from odoo.addons.finance_connector_base.core.errors import BusinessError, FinanceError
from odoo.addons.finance_connector_base.core.statement import Detail, Entry, Footer
from odoo.addons.finance_connector_base.tests.pure import PureCase

LARGEST = 1 << 20
DAMAGES = 2_000


def whole(events):
    """What of a file can be read."""
    with suppress(FinanceError):
        yield from events


class TestEventLines(PureCase):
    def check(self, codec, record, name):
        quick, shown = codec.quick_line(record), codec.line(record)
        self.assertNotIn("\n", quick)
        for found in (
            codec.record(quick),
            codec.record(shown),
            codec.restored(record.__struct_config__.tag, content(record)),
        ):
            self.assertEqual(found, record, name)
            self.assertEqual(codec.line(found), shown, name)  # 1.50 is not 1.5

    def check_files(self, paths):
        count = 0
        for path in paths:
            for event in whole(parse(io.BytesIO(path.read_bytes()), tables={"propose": True})):
                self.check(EVENTS, event, path.name)
                count += 1
        self.assertGreater(count, 100)

    def test_samples(self):
        self.check_files(samples())

    def test_corpus(self):
        if not CORPUS.is_dir():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with the public files")
        files = [path for path in sorted(CORPUS.rglob("*")) if path.is_file() and path.stat().st_size < LARGEST]
        self.check_files(files)
        for path in files:
            for answer in whole(parse_answers(io.BytesIO(path.read_bytes()))):
                self.check(ANSWERS, answer, path.name)

    def test_values(self):
        """Amounts, days and texts at their edges."""
        for amount in ("0", "-0.00", "0.00", "1E+2", "1E-7", "-123456789012345678901234567890.123456789012345"):
            entry = Entry(date(1, 1, 1), Decimal(amount), place='a "line"\nand\x7f \u2028 ü \x01')
            self.check(EVENTS, entry, amount)
        self.assertEqual(str(EVENTS.record(EVENTS.quick_line(Entry(None, Decimal("-0.00")))).amount), "0.00")
        self.assertEqual(str(EVENTS.record(EVENTS.quick_line(Entry(None, Decimal("1E+2")))).amount), "100")
        self.check(EVENTS, Footer(), "nothing said")
        at = datetime(2026, 1, 2, tzinfo=UTC)
        answer = answers.GroupAnswer("A", None, "PART", counts=(("RJCT", 1),), created_at=at)
        self.check(ANSWERS, answer, "counts")

    def test_keys(self):
        """The references of an entry are those of its plain values."""
        entries = [event for path in samples() for event in whole(parse(io.BytesIO(path.read_bytes())))
                   if isinstance(event, Entry)]  # fmt: skip
        for one, other, own in itertools.product((None, "", "A"), (None, "A", "B"), (None, "A")):
            details = (Detail(payment_info_id=one, message_id=own), Detail(payment_info_id=other, message_id=own))
            entries += [
                Entry(None, Decimal(1), details=details[:count], payment_info_id=own, bank_ref=one)
                for count in range(3)
            ]
            entries.append(Entry(None, Decimal(1), details=details, message_id=one))
        for entry in entries:
            self.assertEqual(entry_keys(entry), keys(content(entry)), entry)

    def test_damage(self):
        """Bytes flipped, cut, inserted: a record of ours with a bounded amount, or one refusal."""
        target = io.StringIO()
        write_camt053(target, 3)
        lines = [EVENTS.quick_line(event).encode() for event in parse(io.BytesIO(target.getvalue().encode()))]
        chance, refused = random.Random(7), 0
        for number in range(DAMAGES):
            line = damaged(lines[number % len(lines)], chance).decode("utf-8", "replace")
            try:
                found = EVENTS.record(line)
            except BusinessError as error:
                self.assertEqual(error.code, "parse.crash")
                refused += 1
            else:
                self.check(EVENTS, found, line)
        self.assertGreater(refused, DAMAGES // 10)
