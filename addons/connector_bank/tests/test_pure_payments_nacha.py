"""NACHA files before an independent validator; the rules of the format and what its reader refuses."""

from dataclasses import replace
from decimal import Decimal

from odoo.addons.connector_bank.payments import PAYMENT_FORMATS, as_sent, dry_run, read, shipped, write
from odoo.addons.connector_bank.payments.order import Address, Document, Remittance
from odoo.addons.connector_bank.tests.nacha_validator import problems
from odoo.addons.connector_bank.tests.orders import ach, maker
from odoo.addons.connector_bank.tests.test_pure_camt import RefusedCase
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.finance_connector_base.tests.pure import PureCase

CLASSES = ("ppd", "ccd", "ctx", "iat")
#: Public files that the validator takes: it is no stricter than banks are.
ACCEPTED = "arc-debit boc-debit ccd-debit ctx-debit ppd-credit ppd-debit ppd-mixedDebitCredit web-credit".split()


def paying(run, **changes):
    """``run`` with its first payment changed."""
    batch = run.batches[0]
    first, *others = batch.payments
    return replace(run, batches=(replace(batch, payments=(replace(first, **changes), *others)),))


class TestValidator(PureCase):
    def test_written_files(self):
        for entry_class in CLASSES:
            profile = shipped()[f"us_ach_{entry_class}"]
            with self.subTest(entry_class):
                for seed in range(60):
                    run = maker(profile, seed).order()
                    self.assertEqual(problems(write(run, profile)), [], f"seed {seed}")

    def test_public_files(self):
        if not (CORPUS / "nacha").is_dir():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with the public files")
        for name in ACCEPTED:
            self.assertEqual(problems((CORPUS / f"nacha/moov-io__ach/{name}.ach").read_bytes()), [], name)

    def test_it_sees_every_changed_digit(self):
        content = write(ach("CTX"), shipped()["us_ach_ctx"])
        lines = content.decode().splitlines()
        for line, places in ((2, (3, 11, 29, 78, 87)), (-2, ()), (len(lines) - 1, ())):
            for place in places:
                old = lines[line][place]
                changed = [*lines]
                changed[line] = lines[line][:place] + str((int(old) + 1) % 10) + lines[line][place + 1 :]
                self.assertTrue(problems("\n".join(changed).encode()), (line, place))

    def test_totals_by_hand(self):
        """Two payments: the hash is the sum of the first eight digits of the routing numbers."""
        lines = write(ach("PPD"), shipped()["us_ach_ppd"]).decode().splitlines()
        control = next(line for line in lines if line[0] == "8")
        self.assertEqual(control[4:10], "000003")
        self.assertEqual(int(control[10:20]), 12104288 + 2100002)
        self.assertEqual((control[20:32], control[32:44]), ("000000000000", "000000125099"))
        self.assertEqual(len(lines), 10)


class TestRules(PureCase):
    def codes(self, run, entry_class):
        return [one.code for one in dry_run(run, shipped()[f"us_ach_{entry_class.lower()}"]) if one.blocks]

    def test_nothing_broken(self):
        for entry_class in CLASSES:
            self.assertEqual(self.codes(ach(entry_class.upper()), entry_class), [])

    def test_sequence_of_records(self):
        self.assertEqual(self.codes(replace(ach("PPD"), sequence=37), "PPD"), ["nacha.sequence"])

    def test_country(self):
        run = ach("IAT")
        party = replace(run.batches[0].payments[0].party, address=Address(street="A", town="B", country="MX"))
        self.assertEqual(self.codes(paying(run, party=party), "IAT"), ["nacha.country"])

    def test_document(self):
        wrong = Remittance(documents=(Document(number="1", kind="BOLD", remitted=Decimal(1)),))
        self.assertEqual(self.codes(paying(ach("CTX"), remittance=wrong), "CTX"), ["nacha.document"])

    def test_addenda(self):
        many = Remittance(text=tuple("x" for _ in range(10_000)))
        self.assertEqual(self.codes(paying(ach("CTX"), remittance=many), "CTX"), ["nacha.addenda"])

    def test_traces(self):
        profile = shipped()["us_ach_ppd"]
        traces = PAYMENT_FORMATS.get("nacha")().traces(as_sent(ach("PPD"), profile), profile)
        self.assertEqual(traces, {"E2E-1": "021000020000001", "E2E-2": "021000020000002"})


class TestReader(RefusedCase):
    def refuse(self, code, change):
        profile = shipped()["us_ach_ppd"]
        lines = write(ach("PPD"), profile).decode().splitlines()
        change(lines)
        self.refused(code, read, "\n".join(lines).encode(), profile)

    def change(self, line, place, text):
        def done(lines):
            lines[line] = lines[line][:place] + text + lines[line][place + len(text) :]

        return done

    def test_record(self):
        self.refuse("nacha.record", lambda lines: lines.__setitem__(2, lines[2][:-1]))
        self.refuse("nacha.record", self.change(2, 1, "99"))
        self.refuse("nacha.record", self.change(2, 29, "x"))
        self.refuse("nacha.record", self.change(0, 34, "095"))

    def test_structure(self):
        self.refuse("nacha.structure", lambda lines: lines.pop(0))
        self.refuse("nacha.structure", lambda lines: lines.append("1"))
        self.refuse("nacha.structure", self.change(3, 87, "0000009"))

    def test_date(self):
        self.refuse("nacha.date", self.change(0, 23, "261301"))

    def test_control(self):
        for line, place in ((5, 5), (5, 15), (5, 40), (6, 3), (6, 10), (6, 18), (6, 50)):
            self.refuse("nacha.control", self.change(line, place, "7"))
