"""Reading camt.053: canonical events against bare ``lxml.iterparse`` over the same eight fields."""

import statistics
import tempfile
import time
from pathlib import Path

from lxml import etree

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.tests.camt_maker import write_camt053

ENTRIES = 100_000
RUNS = 5
GOAL = 0.5
MEMORY_GOAL_MIB = 150
_NS = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
_TX = f"{_NS}NtryDtls/{_NS}TxDtls/"


def run():
    """Ratio of speeds (ours / bare lxml, medians of alternating runs) and memory above the start."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.xml"
        with path.open("w", encoding="utf-8") as target:
            write_camt053(target, ENTRIES)
        start = _resident_mib()
        peak = _peak_mib(path)
        ours, bare = [], []
        for _number in range(RUNS):
            bare.append(_timed(_bare, path))
            ours.append(_timed(_events, path))
    fast, floor = ENTRIES / statistics.median(ours), ENTRIES / statistics.median(bare)
    memory = peak - start
    return [
        {
            "name": "camt.053, 100,000 entries, beside bare lxml",
            "ratio": round(fast / floor, 3),
            "goal": GOAL,
            "ours": round(fast),
            "other": round(floor),
            "unit": "entries/s",
        },
        {
            "name": "camt.053, 100,000 entries, memory below the limit",
            "ratio": round(MEMORY_GOAL_MIB / max(memory, 1), 3),
            "goal": 1,
            "ours": round(memory, 1),
            "other": MEMORY_GOAL_MIB,
            "unit": "MiB above start",
        },
    ]


def _timed(read, path):
    started = time.perf_counter()
    found = read(path)
    seconds = time.perf_counter() - started
    if found != ENTRIES:
        raise AssertionError(f"{found} entries read, {ENTRIES} written")
    return seconds


def _events(path):
    return sum(type(event).__name__ == "Entry" for event in parse(path))


def _peak_mib(path):
    """Highest resident memory while reading, looked at every hundred events."""
    return max(_resident_mib() for number, _event in enumerate(parse(path)) if number % 100 == 0)


def _bare(path):
    count = 0
    for _event, entry in etree.iterparse(path, tag=f"{_NS}Ntry", resolve_entities=False, no_network=True):
        amount = entry.find(f"{_NS}Amt")
        (
            amount.text,
            amount.get("Ccy"),
            entry.findtext(f"{_NS}CdtDbtInd"),
            entry.findtext(f"{_NS}BookgDt/{_NS}Dt"),
            entry.findtext(f"{_NS}ValDt/{_NS}Dt"),
            entry.findtext(f"{_NS}AcctSvcrRef"),
            entry.findtext(f"{_TX}{_NS}Refs/{_NS}EndToEndId"),
            entry.findtext(f"{_TX}{_NS}RmtInf/{_NS}Ustrd"),
        )
        count += 1
        entry.clear()
        while entry.getprevious() is not None:
            del entry.getparent()[0]
    return count


def _resident_mib():
    with open("/proc/self/statm") as facts:
        return int(facts.read().split()[1]) * 4096 / 2**20


if __name__ == "__main__":
    for row in run():
        print(row)
