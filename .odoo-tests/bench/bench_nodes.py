"""One and two nodes on one database: payments to a bank that takes 20 ms a call, and incoming batches.

Run beside each other: plain queue_job, whose one runner calls its own node only, and ours, where every node's
runner is active. All nodes, the database and the bank share this machine's cores.
"""

import json
import statistics
import subprocess

from runner import databases
from runner.layout import PYTHON, ROOT
from runner.real import Server, run_odoo, wait_until

ROUNDS = 3
OUT, BATCH = 90, 400
WORKERS = 2
CHANNELS = "root:8,root.finance:8,root.finance.pay:2"

SETUP = """
values = {{"domain": "bank", "state": "active", "calls_at_once": 0}}
bank = env["finance.connector"].create({{**values, "name": "Bank", "code": "bank", "transport": "https",
    "address": "{address}", "push_path": "/payments"}})
upload = env["finance.connector"].create({{**values, "name": "In", "code": "in", "transport": "upload"}})
env["finance.flow"].create([
    {{"name": "out", "connector_id": bank.id, "kind": "file", "direction": "out"}},
    {{"name": "out batch", "connector_id": bank.id, "kind": "file", "direction": "out", "drain_messages": 1000}},
    {{"name": "in batch", "connector_id": upload.id, "kind": "file", "direction": "in", "drain_messages": 1000}},
])
env.cr.commit()
"""

SCRIPT = """
import json, time, uuid

flows = {{flow.name: flow for flow in env["finance.flow"].search([])}}

def rate(name, count):
    flow, started = flows[name], time.monotonic()
    for number in range(count):
        key = str(uuid.uuid4())
        if flow.direction == "out":
            content = json.dumps({{"end_to_end_id": key, "amount": "1.00", "currency": "EUR"}}).encode()
            env["finance.deliver"]._submit(flow.connector_id, "file", content, key=key, name=key, flow=flow)
        else:
            message, _new = env["finance.intake"]._store(
                flow.connector_id, "file", key.encode(), name=key, flow=flow)
            message._enqueue(new=True)
    env.cr.commit()
    while True:
        env.cr.execute("SELECT count(*) FROM finance_message WHERE state <> 'processed'")
        left = env.cr.fetchone()[0]
        env.cr.rollback()
        if not left:
            return count / (time.monotonic() - started)
        time.sleep(0.02)

counts = {{"out": {out}, "out batch": {out}, "in batch": {batch}}}
for name in counts:
    rate(name, 20)
found = {{name: [rate(name, count) for _round in range({rounds})] for name, count in counts.items()}}
print("RESULT", json.dumps(found))
"""


def rates(address, nodes, load=None):
    """Medians of messages a second by flow."""
    database = databases.new_database(addons=["finance_connector_base"])
    options = ["--log-level=warn", "--max-cron-threads=0", *(["--load", load] if load else [])]
    environment = {"ODOO_QUEUE_JOB_CHANNELS": CHANNELS}
    servers = [
        Server(database, workers=WORKERS, options=options, environment=dict(environment), label="bench")
        for _node in range(nodes)
    ]
    try:
        run_odoo("shell", "-d", database, "--no-http", "--log-level=warn", stdin=SETUP.format(address=address))
        for server in servers:
            server.start(wait=False)
        for server in servers:
            server.wait_until_answering()
        if not load:
            alive = "SELECT count(*) FROM finance_node"
            wait_until(lambda: servers[0].sql(alive) == str(nodes), 60, "the runners")
        script = SCRIPT.format(out=OUT, batch=BATCH, rounds=ROUNDS)
        done = run_odoo("shell", "-d", database, "--no-http", "--log-level=warn", stdin=script)
    finally:
        for server in servers:
            server.stop()
        databases.drop_database(database)
    lines = [line for line in done.stdout.splitlines() if "RESULT" in line]
    if not lines:
        raise RuntimeError(done.stderr[-3000:])
    found = json.loads(lines[0].partition("RESULT")[2])
    return {name: statistics.median(values) for name, values in found.items()}


def run():
    """Ratios of messages a second: two nodes to one, and ours to plain queue_job's leader on two."""
    command = [str(PYTHON), str(ROOT / "setup/sandbox/serve.py"), "--port", "0", "--latency", "0.02"]
    bank = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        address = bank.stdout.readline().split()[1]
        while "/bank" not in address:
            address = bank.stdout.readline().split()[1]
        one, two = rates(address, 1), rates(address, 2)
        leader = rates(address, 2, load="base,rpc,web,queue_job")
    finally:
        bank.kill()
        bank.wait()
    return [
        *(_row(f"two nodes beside one: {name}", two[name], one[name]) for name in two),
        _row("two nodes, all runners active, beside queue_job's one leader: out", two["out"], leader["out"]),
    ]


def _row(name, ours, other):
    return {
        "name": name, "ratio": round(ours / other, 2), "goal": None, "ours": round(ours, 1), "other": round(other, 1),
        "unit": "messages/s",
    }


if __name__ == "__main__":
    for row in run():
        print(row)
