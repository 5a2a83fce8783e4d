"""How much of everything: the quick campaign of ``make test`` and the full one, in one place.

``FINANCE_FAULTS=full`` chooses the full one (``make faults`` sets it), ``FACTOR=10`` multiplies its counts,
``FAULT_SEED=7`` plays another history.
"""

import os
import random
from dataclasses import dataclass, fields, replace

FULL = os.environ.get("FINANCE_FAULTS") == "full"
SEED = int(os.environ.get("FAULT_SEED", "20261122"))
FACTOR = float(os.environ.get("FACTOR", "1")) if FULL else 1.0
#: After the last fault everything has to be settled within this time.
RECOVERY_SECONDS = 15 * 60
#: Window of a broken line, shortest and longest, in seconds.
WINDOW_SECONDS = (5, 60) if FULL else (5, 8)


@dataclass(frozen=True, slots=True)
class Plan:
    """Counts only: all of them grow with ``FACTOR``."""

    core_seeds: int
    messages: int
    worker_kills: int
    terminations: int
    switches: int
    runner_losses: int
    database_stops: int
    windows: int
    disk_fulls: int
    clock_shifts: int
    naive_messages: int
    naive_kills: int
    webhook_events: int
    webhook_kills: int
    webhook_forged: int
    malformed_files: int
    half_written_files: int
    duplicate_files: int
    missing_statements: int
    file_kills: int
    payments: int
    payments_in_order: int
    payment_kills: int


QUICK_PLAN = Plan(
    core_seeds=2000, messages=400, worker_kills=12, terminations=6, switches=1, runner_losses=1, database_stops=1,
    windows=4, disk_fulls=1, clock_shifts=1, naive_messages=60, naive_kills=6,
    webhook_events=40, webhook_kills=3, webhook_forged=60, malformed_files=100, half_written_files=30,
    duplicate_files=12, missing_statements=4, file_kills=3,
    payments=160, payments_in_order=20, payment_kills=3,
)
FULL_PLAN = Plan(
    core_seeds=50_000, messages=10_000, worker_kills=300, terminations=60, switches=20, runner_losses=30,
    database_stops=20, windows=80, disk_fulls=5, clock_shifts=10, naive_messages=600, naive_kills=60,
    webhook_events=2000, webhook_kills=40, webhook_forged=1000, malformed_files=2000, half_written_files=500,
    duplicate_files=200, missing_statements=50, file_kills=40,
    payments=10_000, payments_in_order=250, payment_kills=40,
)


def _chosen():
    if not FULL:
        return QUICK_PLAN
    grown = {field.name: round(getattr(FULL_PLAN, field.name) * FACTOR) for field in fields(Plan)}
    return replace(FULL_PLAN, **grown)


PLAN = _chosen()


def chance(name):
    """A source of luck for one part: the same seed and name give the same luck."""
    return random.Random(f"{SEED} {name}")
