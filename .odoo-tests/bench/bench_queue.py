"""Messages through the whole protocol beside plain queue_job jobs that do nothing, on the same server.

One clock for all: from the first line that enqueues to the moment when the last one is done.
"""

import json
import statistics

from runner import databases
from runner.real import Server, run_odoo

ROUNDS = 3
COUNT = 120  # of each kind in a round
BATCH = 1000
WORKERS = 2

SCRIPT = """
import json, time

connector = env["finance.connector"]._upload_connector(env.company, "other")
flows = {{}}
for name, size in (("single", 0), ("batch", 1000)):
    flows[name] = env["finance.flow"].sudo().create({{
        "name": name, "connector_id": connector.id, "kind": "file", "direction": "in", "drain_messages": size,
        "drain_seconds": 60,
    }})
env.cr.commit()
serial = iter(range(10_000_000))

def plain(count):
    jobs = env["queue.job"]
    for number in range(count):
        jobs.with_delay(channel="root.finance.other")._test_job()
    env.cr.commit()
    return "SELECT count(*) FROM queue_job WHERE state <> 'done'"

def messages(name):
    def bring(count):
        intake = env["finance.intake"]
        for number in range(count):
            content = b"%d" % next(serial)
            message, new = intake._store(connector, "file", content, name="bench", flow=flows[name])
            message._enqueue(new=True)
        env.cr.commit()
        return "SELECT count(*) FROM finance_message WHERE state <> 'processed'"
    return bring

def rate(bring, count):
    started = time.monotonic()
    waiting = bring(count)
    while True:
        env.cr.execute(waiting)
        left = env.cr.fetchone()[0]
        env.cr.rollback()
        if not left:
            return count / (time.monotonic() - started)
        time.sleep(0.02)

kinds = {{"plain": (plain, {count}), "single": (messages("single"), {count}), "batch": (messages("batch"), {batch})}}
for bring, count in kinds.values():
    rate(bring, 20)   # workers have started and loaded the database
found = {{name: [] for name in kinds}}
for _round in range({rounds}):
    for name, (bring, count) in kinds.items():
        found[name].append(rate(bring, count))
print("RESULT", json.dumps(found))
"""


def run():
    """Ratios of messages per second: one job a message, and one wake-up for a batch."""
    database = databases.new_database(addons=["finance_connector_base"])
    server = Server(database, workers=WORKERS, options=["--log-level=warn"], label="bench")
    try:
        server.start()
        script = SCRIPT.format(count=COUNT, batch=BATCH, rounds=ROUNDS)
        done = run_odoo("shell", "-d", database, "--no-http", "--log-level=warn", stdin=script)
    finally:
        server.stop()
        databases.drop_database(database)
    lines = [line for line in done.stdout.splitlines() if "RESULT" in line]
    if not lines:
        raise RuntimeError(done.stderr[-3000:])
    rates = {name: statistics.median(values) for name, values in json.loads(lines[0].partition("RESULT")[2]).items()}
    names = {
        "single": ("messages, one job each, beside plain queue_job jobs", 0.7),
        "batch": ("messages, one wake-up for a batch, beside plain queue_job jobs", 5),
    }
    return [
        {
            "name": words,
            "ratio": round(rates[kind] / rates["plain"], 2),
            "goal": goal,
            "ours": round(rates[kind], 1),
            "other": round(rates["plain"], 1),
            "unit": "messages/s",
        }
        for kind, (words, goal) in names.items()
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
