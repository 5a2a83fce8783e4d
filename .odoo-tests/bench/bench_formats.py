"""Reading statement files: entries a second beside the best library for the same format, and how many are right.

Ours makes canonical events with every check; a peer does what its documentation shows first. Both must give the
amounts that were written. Runs alternate, the quickest of each counts, in processor time, because others use the
machine, too. Readers run compiled where setup could; what that brings is measured beside the same source as Python.
Peers come from ``.odoo/bench-libraries`` (``setup.sh bench``); a row without its peer is left out.
"""

import io
import json
import logging
import sys
import time
from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.tests.camt_maker import write_camt053
from odoo.addons.connector_bank.tests.fixed_maker import write_coda, write_n43
from odoo.addons.connector_bank.tests.ofx_maker import write_ofx
from odoo.addons.connector_bank.tests.test_pure_native import as_python
from odoo.addons.connector_bank.tests.text_statement_maker import write_bai2, write_mt940
from odoo.addons.finance_connector_base.core import native
from odoo.addons.finance_connector_base.core.statement import Entry

from runner.layout import HOME, ROOT

ENTRIES = 5_000
RUNS = 15
SECONDS = 20  # of a row, after three runs; ofxparse takes its time
GOAL = 5
PACKAGE = "odoo.addons.connector_bank.formats"
MODULES = {"camt053": "camt"}  # of formats that are not named like theirs
COMPILED = frozenset(name for name in list(sys.modules) if native.compiled(name))
MEMORY_ENTRIES = 440_000  # of MT940: 100 MB
MEMORY_GOAL_MIB = 30
SAMPLES = ROOT / "addons" / "connector_bank" / "tests" / "samples"


def run():
    sys.path.append(str(HOME / "bench-libraries"))
    logging.disable(logging.ERROR)  # mt-940 logs the texts of bookings
    rows = []
    for name, write, peer, load in PEERS:
        try:
            read = load()
        except ImportError:
            print(f"{peer} is not installed: no row for {name}")
            continue
        rows.append(_speed(name, write, peer, read))
        rows += _right(name, peer, read)
    return [*rows, *_compiled(), _memory()]


# Peers: a function from the text of a file to the amounts it finds.


def _mt_940():
    import mt940

    return lambda text: [booking.data["amount"].amount for booking in mt940.parse(text) if "amount" in booking.data]


def _bai2():
    from bai2 import bai2
    from bai2.constants import TypeCodeTransaction

    def amounts(text):
        return [
            Decimal(booking.amount if booking.type_code.transaction is TypeCodeTransaction.credit else -booking.amount)
            / 100
            for group in bai2.parse_from_string(text).children
            for account in group.children
            for booking in account.children
        ]

    return amounts


def _ofxparse():
    from ofxparse import OfxParser

    def amounts(text):
        accounts = OfxParser.parse(io.BytesIO(text.encode("latin-1"))).accounts
        return [booking.amount for account in accounts for booking in account.statement.transactions]

    return amounts


def _ofxtools():
    from ofxtools.Parser import OFXTree

    def amounts(text):
        tree = OFXTree()
        tree.parse(io.BytesIO(text.encode("latin-1")))
        return [booking.trnamt for statement in tree.convert().statements for booking in statement.transactions]

    return amounts


def _febelfin_coda():
    from coda import CODA

    return lambda text: [move.amount for one in CODA(io.StringIO(text)).statements for move in one.moves]


def _aeb43():
    from aeb43 import AEB43

    return lambda text: [booking.amount for one in AEB43(io.StringIO(text)).accounts for booking in one.transactions]


def _csb43():
    from csb43.aeb43 import read_batch

    def amounts(text):
        batch = read_batch(io.BytesIO(text.encode("latin-1")))
        return [booking.amount for account in batch.accounts for booking in account.transactions]

    return amounts


def _oca_camt():
    """OCA's parser takes from Odoo its base class and translations; here both do nothing."""
    addon = HOME / "bench-libraries" / "odoo" / "addons" / "account_statement_import_camt"
    spec = spec_from_file_location("oca_camt", addon / "wizard" / "account_statement_import_camt_parser.py")
    module, odoo = module_from_spec(spec), sys.modules["odoo"]
    odoo.models = SimpleNamespace(AbstractModel=object)
    try:
        spec.loader.exec_module(module)
    except FileNotFoundError as error:
        raise ImportError(str(error)) from error
    finally:
        del odoo.models
    parser = module.AccountStatementImportCamtParser()
    parser.env = SimpleNamespace(_=str)

    def amounts(text):
        _currency, _account, statements = parser.parse(text.encode())
        return [Decimal(str(booking["amount"])) for one in statements for booking in one["transactions"]]

    return amounts


#: (format, maker of a file, name of the peer, loader of the peer)
PEERS = (
    ("camt053", write_camt053, "OCA's camt parser", _oca_camt),
    ("mt940", write_mt940, "mt-940", _mt_940),
    ("bai2", write_bai2, "bai2", _bai2),
    ("ofx", write_ofx, "ofxparse", _ofxparse),
    ("ofx", write_ofx, "ofxtools", _ofxtools),
    ("coda", write_coda, "febelfin-coda", _febelfin_coda),
    ("n43", write_n43, "csb43", _csb43),
    ("n43", write_n43, "aeb43", _aeb43),
)


def _ours(content):
    return [event.amount for event in parse(io.BytesIO(content)) if type(event) is Entry]


def _speed(name, write, peer, read):
    target = io.StringIO()
    write(target, ENTRIES)
    text = target.getvalue()
    content = text.encode()
    if _ours(content) != read(text):
        raise AssertionError(f"{name}: ours and {peer} differ")
    ours, other = [], []
    while len(ours) < RUNS and (len(ours) < 3 or sum(other) < SECONDS):
        ours.append(_seconds(_ours, content))
        other.append(_seconds(read, text))
    fast, slow = ENTRIES / min(ours), ENTRIES / min(other)
    return {
        "name": f"{name}, {ENTRIES:,} entries, beside {peer}",
        "ratio": round(fast / slow, 2),
        "goal": GOAL,
        "ours": round(fast),
        "other": round(slow),
        "unit": "entries/s",
    }


def _compiled():
    """Readers that run compiled, beside the same source as Python."""
    with as_python() as python:
        for name, write in {name: write for name, write, _peer, _load in PEERS}.items():
            if f"{PACKAGE}.{MODULES.get(name, name)}" not in COMPILED:
                print(f"{name} runs as Python")
                continue
            target = io.StringIO()
            write(target, ENTRIES)
            content = target.getvalue().encode()
            ours, other = [], []
            for _run in range(RUNS):
                ours.append(_seconds(_all, parse, content))
                other.append(_seconds(_all, python.parse, content))
            fast, slow = ENTRIES / min(ours), ENTRIES / min(other)
            yield {
                "name": f"{name}, {ENTRIES:,} entries, compiled beside Python",
                "ratio": round(fast / slow, 2),
                "goal": None,
                "ours": round(fast),
                "other": round(slow),
                "unit": "entries/s",
            }


def _all(read, content):
    for _event in read(io.BytesIO(content)):
        pass


def _right(name, peer, read):
    """Entries of our sample files that both read with the right amount, in their order."""
    total = right = theirs = 0
    for path in sorted((SAMPLES / name).glob("*.expected.json")):
        source = next(one for one in path.parent.glob(f"{path.name.removesuffix('.expected.json')}.*") if one != path)
        events = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        truth = [Decimal(event["amount"]) for event in events if event["event"] == "entry"]
        total += len(truth)
        right += _equal(truth, _tried(_ours, source.read_bytes()))
        theirs += _equal(truth, _tried(read, source.read_text(encoding="latin-1")))
    return [
        {
            "name": f"{name}, entries of {total} in our samples read right, beside {peer}",
            "ratio": round(right / max(theirs, 1), 2),
            "goal": 1,
            "ours": right,
            "other": theirs,
            "unit": "entries",
        }
    ]


def _tried(read, content):
    try:
        return read(content)
    except Exception as error:  # noqa: BLE001  a peer may fail in any way
        print(f"refused: {type(error).__name__}")
        return []


def _equal(truth, found):
    return sum(one == other for one, other in zip(truth, found, strict=False)) if len(truth) == len(found) else 0


def _memory():
    path = Path(HOME) / "data" / "bench_formats.sta"
    try:
        with path.open("w", encoding="utf-8") as target:
            write_mt940(target, MEMORY_ENTRIES)
        start = peak = _resident_mib()
        for number, _event in enumerate(parse(path)):
            if number % 1000 == 0:
                peak = max(peak, _resident_mib())
        size = path.stat().st_size >> 20
    finally:
        path.unlink(missing_ok=True)
    memory = peak - start
    return {
        "name": f"mt940, a file of {size} MiB, memory below the limit",
        "ratio": round(MEMORY_GOAL_MIB / max(memory, 1), 2),
        "goal": 1,
        "ours": round(memory, 1),
        "other": MEMORY_GOAL_MIB,
        "unit": "MiB above start",
    }


def _seconds(read, *given):
    started = time.thread_time()
    read(*given)
    return time.thread_time() - started


def _resident_mib():
    with open("/proc/self/statm") as facts:
        return int(facts.read().split()[1]) * 4096 / 2**20


if __name__ == "__main__":
    for row in run():
        print(row)
