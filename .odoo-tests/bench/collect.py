"""Runs ``bench_*.py``, prints their results as a table and writes them to ``.odoo/bench.json``.

A benchmark has a function ``run()`` for pure code, or ``run(env)`` for work inside Odoo (on a fresh
database with all addons). It measures ours beside a peer or a floor in the same run, because absolute
figures move with the machine, and returns rows::

    {"name": "matching", "ratio": 41.0, "goal": 10, "ours": 820, "other": 20, "unit": "lines/s"}

``ratio`` is how many times better ours is than the other (for a floor: the part of it that we reach);
``goal`` the least that is asked for, None where nothing is. Anything printed goes to standard error.
For real servers and commands see ``runner.real``.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from runner import databases
from runner.layout import HOME, PYTHON, ROOT

HERE = Path(__file__).parent
FIELDS = ("name", "ratio", "goal", "ours", "other", "unit")


def measure(script: Path) -> list[dict] | None:
    """The results of one script, or None when it failed."""
    done = subprocess.run(
        [str(PYTHON), "-B", str(HERE / "one.py"), str(script)], env=databases.odoo_environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False,
    )
    if done.returncode:
        return None
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [{field: row[field] for field in FIELDS} for row in rows]


def table(rows: list[dict]) -> str:
    head = ("", "ours", "other", "unit", "ratio", "goal", "")
    body = [
        (
            row["name"], figure(row["ours"]), figure(row["other"]), row["unit"] or "", figure(row["ratio"]),
            figure(row["goal"]), verdict(row),
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) if column in (0, 3, 6) else cell.rjust(width)
                  for column, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in [head, *body]
    )


def figure(number) -> str:
    if number is None:
        return "-"
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def verdict(row: dict) -> str:
    if row["goal"] is None or row["ratio"] is None:
        return ""
    return "reached" if row["ratio"] >= row["goal"] else "BELOW GOAL"


def main() -> None:
    scripts = [script for script in sorted(HERE.glob("bench_*.py"))
               if len(sys.argv) == 1 or script.stem.removeprefix("bench_") in sys.argv[1:]]
    results, failed = [], []
    for number, script in enumerate(scripts, start=1):
        name, began = script.stem.removeprefix("bench_"), time.monotonic()
        print(f"[{number}/{len(scripts)}] {name} ...", flush=True)
        rows = measure(script)
        print(f"    {'FAILED' if rows is None else 'ok'}, {time.monotonic() - began:.0f} s", flush=True)
        if rows is None:
            failed.append(name)
        results += rows or []
    (HOME / "bench.json").write_text(json.dumps({"results": results}, indent=2) + "\n")
    print(f"\n{table(results)}\n\nWritten to .odoo/bench.json")
    if failed:
        sys.exit(f"These failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
