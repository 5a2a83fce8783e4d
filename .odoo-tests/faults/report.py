"""Figures of each part as JSON under ``.odoo/faults/``, and of the full run as ``docs/faults.md``.

    python -m faults.report     writes docs/faults.md anew from the figures of the last full run
"""

import json
import os
import platform
import subprocess
import time
from datetime import datetime, timezone

from runner.layout import HOME, ROOT

from .plan import FACTOR, FULL, SEED

FIGURES = HOME / "faults" / ("full" if FULL else "quick")
REPORT = ROOT / "docs" / "faults.md"

HEAD = """# What the fault campaign found

Written by `make faults`; `.odoo-tests/faults/README.md` tells how it works. Everything ran on loopback against real
Odoo servers, a PostgreSQL of its own and sandbox banks that keep their own journals. *Bound*: no failure in n trials
means a rate below 3/n at 95 % confidence. Recovery is counted from the moment when the last fault and its pause (1.5 to
10 s) are over and all payments are handed over, until nothing waits for the machine any more. *So far*: parts on one
database are checked over all its payments, not only their own.
"""


def commit():
    done = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}, Python {platform.python_version()}"


class Part:
    """One part of the campaign, usually one test: ``trial`` and ``figure`` fill its row of the report."""

    def __init__(self, name):
        self.name, self.title, self.trials, self.figures = name, name, [], {}
        self._began = time.monotonic()

    def trial(self, what, count, *, doubles=0, lost=0, **more):
        """``count`` things were tried; what went wrong is counted here and asserted by the test.

        :param more: other failures by name, say ``accepted=0``
        """
        self.trials.append({"what": what, "count": count, "doubles": doubles, "lost": lost, **more})

    def figure(self, name, value):
        """Any number or short text worth a line: recovery seconds, messages a second."""
        self.figures[name] = value

    def write(self, passed, faults):
        FIGURES.mkdir(parents=True, exist_ok=True)
        found = {
            "part": self.name,
            "title": self.title,
            "passed": passed,
            "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": commit(),
            "machine": machine(),
            "seed": SEED,
            "factor": FACTOR,
            "minutes": round((time.monotonic() - self._began) / 60, 1),
            "faults": dict(faults),
            "trials": self.trials,
            "figures": self.figures,
        }
        (FIGURES / f"{self.name}.json").write_text(json.dumps(found, indent=1) + "\n")


def shown(value):
    if isinstance(value, dict):
        return ", ".join(f"{each:,} {name}" for name, each in value.items() if each)
    return f"{value:,}" if isinstance(value, int) else value


def bound(count, failures):
    """``<3/n``; no bound where something failed."""
    if failures or not count:
        return "–"
    return f"< {3 / count:.2g}"


def write_report():
    """All parts of the full run that have figures, each with its own date and commit."""
    parts = [json.loads(path.read_text()) for path in (HOME / "faults" / "full").glob("*.json")]
    parts.sort(key=lambda part: (part["date"], part["part"]))
    if not parts:
        raise RuntimeError("there are no figures of a full run")
    lines = [HEAD, f"Machine: {parts[-1]['machine']}.", ""]
    lines += ["| part | result | date | commit | seed | minutes |", "|---|---|---|---|---|---|"]
    for part in parts:
        result = "held" if part["passed"] else "**FAILED**"
        lines.append(
            f"| {part['title']} | {result} | {part['date']} | {part['commit']} | {part['seed']} | {part['minutes']} |"
        )
    lines += ["", "## Trials", "", "| part | trials | n | doubles | lost | other | bound at 95 % |"]
    lines.append("|---|---|---|---|---|---|---|")
    for part in parts:
        for trial in part["trials"]:
            other = {key: value for key, value in trial.items() if key not in ("what", "count", "doubles", "lost")}
            failures = trial["doubles"] + trial["lost"] + sum(
                value for value in other.values() if isinstance(value, int)
            )
            words = ", ".join(f"{key} {value}" for key, value in other.items())
            lines.append(
                f"| {part['title']} | {trial['what']} | {trial['count']:,} | {trial['doubles']} | {trial['lost']} "
                f"| {words} | {bound(trial['count'], failures)} |"
            )
    lines += ["", "## Faults injected", "", "| part | fault | times |", "|---|---|---|"]
    for part in parts:
        lines += [f"| {part['title']} | {what} | {times:,} |" for what, times in sorted(part["faults"].items())]
    lines += ["", "## Figures", ""]
    for part in parts:
        words = "; ".join(f"{name}: {shown(value)}" for name, value in part["figures"].items())
        lines.append(f"- **{part['title']}**: {words or 'none'}.")
    REPORT.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write_report()
