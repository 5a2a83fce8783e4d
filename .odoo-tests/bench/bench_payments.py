"""A payment run from the proposal to the file, beside OCA's payment batch (SEPA credit transfer) on its own database.

Both pay bills of one line that are due, one payment each, with entries that are reconciled with the bills: proposal
from what is due, payments made and posted, file written. Ours also looks for doubles, first payments and changed
accounts, and hashes what was agreed. OCA's takes minutes for many, so it pays fewer; milliseconds a payment are
compared. Fresh tables have no statistics, with which PostgreSQL chooses plans of minutes; both get them.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

import payments_world

RUN, PEER = 5_000, 1_000


def ours(env, count):
    """``{step: seconds}`` of one run, and by how many MB the process has grown."""
    flow = payments_world.flow(env)
    journal, _partners = payments_world.bills(env, count)
    runs = type(env["finance.payment.run"])
    took, before = {}, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def step(name, work):
        started = time.perf_counter()
        result = work()
        env.flush_all()
        took[name] = time.perf_counter() - started
        return result

    run = env["finance.payment.run"].create(
        {"kind": "vendor", "keep_minimum": False, "journal_ids": [(6, 0, journal.ids)]}
    )
    step("proposal", run.action_propose)
    assert (run.count, len(run.group_ids)) == (count, 1), (run.count, run.group_ids)
    run.group_ids.flow_id = flow
    step("approval asked", lambda: (run._approval_hash(), run._approval_facts()))
    run.sudo().write({"state": "approved", "requested_by_id": env.uid})
    agreed = run._approval_hash()
    with patch.object(runs, "_is_approved", lambda own: own._approval_hash() == agreed):
        left = 1
        started = time.perf_counter()
        while left:
            _made, left = env["finance.run.release"]._release(run.sudo(), 500)
            env.flush_all()
            env.invalidate_all()  # as between the transactions of its jobs
            env.cr.execute("ANALYZE account_move, account_move_line, account_payment, account_partial_reconcile")
        took["payments"] = time.perf_counter() - started
    step("file", run.action_hand_over)
    order = run.order_ids
    assert (order.count, order.state) == (count, "handed"), (order.count, order.state)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return took, grown


def oca(count):
    """``{step: seconds}`` by OCA's addons on a database of their own, or why there is none."""
    libraries = Path(__file__).parents[2] / ".odoo" / "bench-libraries"
    if not (libraries / "odoo" / "addons" / "account_payment_batch_oca").is_dir():
        return None
    script = Path(__file__).parent / "payments_oca.py"
    done = subprocess.run(
        [sys.executable, "-B", str(script), str(libraries), str(count)],
        capture_output=True, text=True, check=False, timeout=1500, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    steps = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines() if line.startswith("STEP "))
    return {name.removeprefix("STEP "): float(seconds) for name, seconds in steps.items()}


def run(env):
    took, grown = ours(env, RUN)
    mine = sum(took.values()) / RUN * 1000
    print("ours:", {name: round(value, 1) for name, value in took.items()}, f"{mine:.1f} ms a payment", file=sys.stderr)
    rows = [
        {"name": f"proposal of {RUN} bills", "ratio": None, "goal": None, "ours": took["proposal"], "other": None,
         "unit": "s"},
        {"name": f"growth of memory in a run of {RUN}", "ratio": None, "goal": None, "ours": grown, "other": None,
         "unit": "MB"},
    ]  # fmt: skip
    theirs = oca(PEER)
    if theirs:
        print("OCA:", theirs, file=sys.stderr)
        other = sum(theirs.values()) / PEER * 1000
        rows.append(
            {"name": "payment run to file, beside OCA's payment batch", "ratio": other / mine, "goal": 10,
             "ours": mine, "other": other, "unit": "ms a payment"}
        )  # fmt: skip
    return rows
