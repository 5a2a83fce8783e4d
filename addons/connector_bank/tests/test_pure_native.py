"""Modules that run compiled say what the Python ones of the same source say, and never outlive a change of it."""

import importlib
import io
import os
import random
import sys
import tempfile
import unittest
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.addons.connector_bank import formats
from odoo.addons.connector_bank.simulation.damage import copy
from odoo.addons.connector_bank.tests.camt_maker import write_camt053
from odoo.addons.connector_bank.tests.fixed_maker import write_coda, write_n43
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.connector_bank.tests.test_pure_samples import samples
from odoo.addons.connector_bank.tests.text_statement_maker import write_bai2, write_mt940
from odoo.addons.finance_connector_base.core import native
from odoo.addons.finance_connector_base.tests.pure import PureCase

BANK, BASE = "odoo.addons.connector_bank", "odoo.addons.finance_connector_base"
PACKAGES = (f"{BANK}.formats", f"{BANK}.profiles", f"{BASE}.core")
LARGEST = 1 << 20
NEARLY = int(os.environ.get("FINANCE_NATIVE_NEARLY") or 200)  # files of each format, nearly as all are
COPIES = int(os.environ.get("FINANCE_NATIVE_COPIES") or 20)  # damaged ones of each sample


def _ours(name):
    return name.startswith(PACKAGES)


@contextmanager
def as_python():
    """``formats`` imported anew, nothing of it compiled; afterwards all is as before."""
    parents = {name: sys.modules[name.rpartition(".")[0]] for name in PACKAGES}
    before = {name: module for name, module in sys.modules.items() if _ours(name)}
    for name in before:
        del sys.modules[name]
    try:
        with patch.dict(os.environ, {native.SWITCH: "0"}):
            yield importlib.import_module(PACKAGES[0])
    finally:
        for name in [name for name in sys.modules if _ours(name)]:
            del sys.modules[name]
        sys.modules.update(before)
        for name, parent in parents.items():
            setattr(parent, name.rpartition(".")[2], before[name])


def told(reader, content):
    """What a reading gives, all of it: the lines of its events and how it ended."""
    found = []
    try:
        for line in reader.lines(reader.parse(io.BytesIO(content), tables={"propose": True})):
            found.append(line)
    except Exception as error:  # noqa: BLE001  whatever it is, it has to be the same
        found.append((type(error).__name__, str(error), getattr(error, "code", None), getattr(error, "place", None)))
    return found


#: Format → maker, and lines that its bookings seldom have.
_ODD = {
    "bai2": (
        write_bai2,
        """
88,EREF: E-1
88,REMI:
88,CREF:=7
88,ORG ID:= 12
88,BNF NAME:x
88, A
88,
88,/
LOOSE
/
16,195,500,0,,,
16,475,500,,REF,CHQ/
16,195,+5,Z,A,B,C
16,890,,Z,,,TEXT
16,195,5,S,1,2,3,A,B,C
16,195,5,V,240301,,A,B
16,195,1,Z,ONLY
16,195,00012,2, A , B , C ,D""".split("\n"),
    ),
    "coda": (
        write_coda,
        ("", "4 00010000  NOTE", f"{'3100010001':39}0FREE TEXT", f"{'3100010001':39}1008WHO", f"{'3200010000':128}"),
    ),
    "n43": (
        write_n43,
        ("", "2301SHORT", "2301NOTPROVIDED", f"2401978{'500':0>14}", f"{'2302':38}X  Y", " 2301BLANK BEFORE", "230"),
    ),
    "mt940": (
        write_mt940,
        """
:61:2401020102D1,NMSCNONREF
:61:240102C1,NTRFcust-7//B-1
:61:2401020102RC0,00NTRF
:61:2401021231EDR12,5NCHK4711
:61:2402300102CR000012,3N 02X  WHO//
:61:2401020102D1.50FMSCKREF+//notprovided
?32MORE
NAME""".split("\n")
        + [
            f":61:2401020102{start}\n:86:{text[:61]}\n{text[61:]}".rstrip("\n")
            for start in "C1,NTRFNONREF CR1,NTRFREF-7 DR1,NTRFNONREF D1,NRTI RC1,NCHKREF-7 D0,NMSC RD1,NMSC".split()
            for text in """177
166?00?20?32
020?00A?10B?20EREF+NOTPROVIDED?21SVWZ+?22+ MORE SVWZ+AGAIN
166?00X?20EREF+?21EREF+E?22SVWZ+?23SVWZ+AGAIN
805?00X?20123456789012345678901234567?2112345678901234567890 SVWZ?22+text?60EREF+late
105?00DEBIT?20CRED+DE98 ZZZ?21MREF+M?23 1  2?34?38DE89370400440532013000?31DE893 70400440532013000
105?00DEBIT?20DEBT+7?21 8?22SVWZ+ one?23 two  three ?24?3410?3012345678
166?00CREDIT?20SVWZ+4567890123456789012345?21EREF+6789012345678901234567?22BIC+COBADEFF?3410?3012345678
105?00DEBIT?20BIC+COBADEFFXXX IBAN+DE89 3704?21PURP+SALA?300?32A ?33B  C
105?00DEBIT?20CRED+1?21DEBT+2?32A ?33
105?20CRED+1 2?21MREF+M?22BIC+X
166?00CREDIT?20SVWZ+4567890123456789012345?21BIC+COBADEFF
166?00CREDIT?20before EREF+ 1?21XSVWZ+no SVWZ+yes?30COBADEFFXXX
166?00CREDIT?20EREF+REF-7?21SVWZ+yes?22ABWA+FOR?30COBADEFFXXX?34000
/OCMT/EUR1,""".split("\n")
        ],
    ),
}
#: Put somewhere into a line.
_PIECES = {
    "mt940": (
        "?38DE1?", "?31", "?34?", "?10", "?30COBADEFF", "?20", "?60", "?32 ", "?33x?", "?21 ?22", " SVWZ+", " EREF+",
        "KREF+KREF+", "CRED+1 ", "DEBT+2?", "?23IBAN+DE 1", "?22BIC+", "BIC+X ", "?20MREF+ M ", "ABWA+", "?20PURP+",
        "//", "  ", "NONREF", "RC", "ED", "0" * 27,
    ),
}  # fmt: skip
_CHARACTERS = " 0019AZaz,/:=.-+?\t\xe9\u0142\xa0"


def _nearly_plain(name, seed):
    write, lines = _ODD[name]
    chance = random.Random(f"nearly plain {name} {seed}")
    whole = io.StringIO()
    write(whole, 12)
    found = whole.getvalue().split("\n")
    for _change in range(chance.randint(1, 8)):
        at = chance.randrange(2, len(found))
        kind = chance.random()
        if kind < 0.25:
            found.insert(at, chance.choice(lines))
        elif kind < 0.3:
            found.insert(at, found[chance.randrange(2, len(found))])
        elif kind < 0.35:
            del found[at]
        elif found[at] and kind < 0.6 and name in _PIECES:
            column = chance.randrange(len(found[at]))
            found[at] = found[at][:column] + chance.choice(_PIECES[name]) + found[at][column:]
        elif found[at]:
            column, size = chance.randrange(len(found[at])), chance.choice((1, 1, 2, 4, 12))
            said = "".join(chance.choices(_CHARACTERS, k=size)) if chance.random() < 0.6 else chance.choice(" 0") * size
            found[at] = found[at][:column] + said + found[at][column + size :]
    return "\n".join(found).encode(chance.choice(("utf-8", "cp1252")), "replace")


class TestNative(PureCase):
    maxDiff = 4000

    def setUp(self):
        super().setUp()
        if not native.compiled(f"{BANK}.formats.camt_entry"):
            raise unittest.SkipTest("nothing is compiled here: no compiler, or FINANCE_NATIVE=0")

    def check(self, contents):
        ours = {name: told(formats, content) for name, content in contents()}
        with as_python() as reader:
            self.assertFalse(native.compiled(f"{BANK}.formats.camt_entry"))
            for name, content in contents():
                self.assertEqual(ours[name], told(reader, content), name)
        self.assertTrue(native.compiled(f"{BANK}.formats.camt_entry"))

    def test_samples(self):
        self.check(lambda: [(str(path), path.read_bytes()) for path in samples()])

    def test_damaged_samples(self):
        def contents():
            for path in samples():
                content = path.read_bytes()
                for number in range(COPIES):
                    yield f"{path} {number}", copy(content, f"native:{path.name}", number)

        self.check(contents)

    def test_corpus(self):
        if not CORPUS.is_dir():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with the public files")
        files = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.stat().st_size < LARGEST)
        self.check(lambda: [(str(path), path.read_bytes()) for path in files])

    def test_each_odd_line(self):
        def contents():
            for name, (write, lines) in _ODD.items():
                whole = io.StringIO()
                write(whole, 2)
                found = whole.getvalue().split("\n")
                for number, line in enumerate(lines):
                    for at in range(2, len(found)):
                        yield f"{name} {number} {at}", "\n".join([*found[:at], line, *found[at:]]).encode()

        self.check(contents)

    def test_nearly_plain(self):
        """Files as nearly all are written, with a few characters and lines that are not."""
        self.check(lambda: [(f"{name} {seed}", _nearly_plain(name, seed)) for name in _ODD for seed in range(NEARLY)])

    def test_many_entries(self):
        whole = io.StringIO()
        write_camt053(whole, 300)
        self.check(lambda: [("camt053", whole.getvalue().encode())])


class TestFinder(PureCase):
    def setUp(self):
        super().setUp()
        self.place = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.module = self.place / "some_format.py"
        self.module.write_text("SIGN = 1\n")
        self.compiled = self.place / native.file_name("some_format", self.module)
        self.compiled.touch()

    def found(self):
        spec = native.CompiledFinder(str(self.place)).find_spec("some_format", [str(self.place)])
        return spec and spec.origin

    def test_same_source(self):
        self.assertEqual(self.found(), str(self.compiled))

    def test_changed_source(self):
        self.module.write_text("SIGN = -1\n")
        self.assertIsNone(self.found())

    def test_changed_types(self):
        self.module.with_suffix(".pxd").write_text("cdef int SIGN\n")
        self.assertIsNone(self.found())

    def test_changed_library(self):
        self.module.with_suffix(".pyx").write_text("SIGN = 1\n")
        self.compiled = self.place / native.file_name("some_format", self.module)
        self.compiled.touch()
        self.assertEqual(self.found(), str(self.compiled))
        with patch.object(native, "version", return_value="0"):
            self.assertIsNone(self.found())

    def test_changed_inclusion(self):
        self.module.with_suffix(".pyx").write_text("SIGN = 1\n")
        (self.place / "shared.pxi").write_text("DIGITS = 15\n")
        self.compiled = self.place / native.file_name("some_format", self.module)
        self.compiled.touch()
        self.assertEqual(self.found(), str(self.compiled))
        (self.place / "shared.pxi").write_text("DIGITS = 16\n")
        self.assertIsNone(self.found())

    def test_changed_compiler(self):
        with patch.object(native, "COMPILER", "another"):
            self.assertIsNone(self.found())

    def test_switched_off(self):
        with patch.dict(os.environ, {native.SWITCH: "0"}):
            self.assertIsNone(self.found())
