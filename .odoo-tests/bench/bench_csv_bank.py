"""Reading a bank CSV through a profile: canonical events against bare ``csv`` with the same values made of it."""

import csv
import statistics
import tempfile
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from odoo.addons.connector_bank.formats import parse

ENTRIES = 100_000
RUNS = 3
GOAL = 0.15
MEMORY_GOAL_MIB = 60
_TITLES = "Datum;Naam / Omschrijving;Rekening;Tegenrekening;Code;Af Bij;Bedrag (EUR);Mutatiesoort;Mededelingen;Saldo"


def run():
    """Ratio of speeds (ours / bare csv, medians of alternating runs) and memory above the start."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.csv"
        _write(path)
        start = _resident_mib()
        memory = _peak_mib(path) - start
        ours, bare = [], []
        for _number in range(RUNS):
            bare.append(_timed(_bare, path))
            ours.append(_timed(_events, path))
    fast, floor = ENTRIES / statistics.median(ours), ENTRIES / statistics.median(bare)
    return [
        {
            "name": "bank CSV, 100,000 lines, beside bare csv",
            "ratio": round(fast / floor, 3),
            "goal": GOAL,
            "ours": round(fast),
            "other": round(floor),
            "unit": "lines/s",
        },
        {
            "name": "bank CSV, 100,000 lines, memory below the limit",
            "ratio": round(MEMORY_GOAL_MIB / max(memory, 1), 3),
            "goal": 1,
            "ours": round(memory, 1),
            "other": MEMORY_GOAL_MIB,
            "unit": "MiB above start",
        },
    ]


def _write(path):
    balance = 0
    with path.open("w", encoding="utf-8") as target:
        target.write(f"{_TITLES} na mutatie;Tag\n")
        for number in range(ENTRIES):
            cents = number * 7919 % 100_000 + 1
            out = number % 3
            balance += -cents if out else cents
            target.write(
                f"2026{number // 9000 + 1:02}{number // 400 % 28 + 1:02};Party {number % 500};NL31TEST0000000001;"
                f"NL04TEST{number % 500:010};OV;{'Af' if out else 'Bij'};{_plain(cents)};Overschrijving;"
                f"Invoice {number};{_plain(balance)};\n"
            )


def _plain(cents):
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02}"


def _timed(read, path):
    started = time.perf_counter()
    found = read(path)
    seconds = time.perf_counter() - started
    if found != ENTRIES:
        raise AssertionError(f"{found} lines read, {ENTRIES} written")
    return seconds


def _events(path):
    return sum(type(event).__name__ == "Entry" for event in parse(path))


def _bare(path):
    count = 0
    with path.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source, delimiter=";"):
            datetime.strptime(row["Datum"], "%Y%m%d").date()
            Decimal(row["Bedrag (EUR)"].replace(",", "."))
            Decimal(row["Saldo na mutatie"].replace(",", "."))
            count += 1
    return count


def _peak_mib(path):
    """Highest resident memory while reading, looked at every hundred events."""
    return max(_resident_mib() for number, _event in enumerate(parse(path)) if number % 100 == 0)


def _resident_mib():
    with open("/proc/self/statm") as facts:
        return int(facts.read().split()[1]) * 4096 / 2**20


if __name__ == "__main__":
    for row in run():
        print(row)
