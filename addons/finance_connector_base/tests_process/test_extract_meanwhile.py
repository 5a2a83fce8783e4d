"""Extracts while others write: long transactions, savepoints, rollbacks, deletions. No gap, no double."""

import configparser
import gzip
import json
import random
import threading
import time

import psycopg2
from test_events_out import finished, start_in_odoo

from runner.databases import sql
from runner.layout import HOME
from runner.real import wait_until

WRITERS, SECONDS = 4, 20

PREPARE = """
connector = env["finance.connector"].create({
    "name": "Warehouse", "code": "warehouse", "domain": "other", "transport": "folder", "address": "w"})
env["finance.extract"].create({
    "name": "Cases", "kind": "case", "connector_id": connector.id, "max_rows": 40, "full_days": 0})
env["ir.cron"].search([]).active = False
env.cr.commit()
"""

#: Runs until the writers have said that they ended and the watermark is behind them: other databases of the
#: cluster may have older transactions under way.
EXTRACT = """
import time
extract = env["finance.extract"].search([])
target, until = None, time.monotonic() + 300
while target is None or int(extract.watermark) < target:
    if target is None and env["ir.config_parameter"].sudo().search_count([("key", "=", "test.ended")]):
        env.cr.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        target = env.cr.fetchone()[0]
    env.cr.commit()
    while env["finance.deliver"]._own("finance.extract", "_step", extract.id):
        pass
    env.invalidate_all()
    assert time.monotonic() < until, "an old transaction is under way somewhere"
    time.sleep(0.2)
"""

INSERT = """
INSERT INTO finance_exception (company_id, code, category, domain, text, state, occurrences, blocking, create_date)
SELECT id, %s, 'data', 'other', 'words', 'open', 1, TRUE, now() AT TIME ZONE 'UTC' FROM res_company ORDER BY id LIMIT 1
RETURNING id
"""


def connect(database):
    settings = configparser.RawConfigParser()
    settings.read(HOME / "odoo.conf")
    given = {key: settings["options"].get(f"db_{key}") for key in ("host", "port", "user", "password")}
    return psycopg2.connect(dbname=database, **{key: value for key, value in given.items() if value})


def write(database, seed, until, done):
    """Transactions of very different length; each row is of one writer, so that none waits for another."""
    chance, mine = random.Random(seed), []
    connection = connect(database)
    with connection.cursor() as cr:
        while time.monotonic() < until:
            pending = list(mine)
            for step in range(chance.randrange(1, 8)):
                what = chance.random()
                if step % 2:
                    cr.execute("SAVEPOINT part")
                if what < 0.5 or not pending:
                    cr.execute(INSERT, [f"w{seed}"])
                    pending.append(cr.fetchone()[0])
                elif what < 0.85:
                    cr.execute("UPDATE finance_exception SET occurrences = occurrences + 1 WHERE id = %s",
                               [chance.choice(pending)])  # fmt: skip
                elif what < 0.92:
                    cr.execute("UPDATE finance_exception SET text = text WHERE id = %s", [chance.choice(pending)])
                else:
                    cr.execute("DELETE FROM finance_exception WHERE id = %s",
                               [pending.pop(chance.randrange(len(pending)))])  # fmt: skip
                if step % 2:
                    cr.execute("RELEASE SAVEPOINT part")
                if chance.random() < 0.15:
                    time.sleep(chance.uniform(0, 0.8))
            if chance.random() < 0.15:
                connection.rollback()
            else:
                connection.commit()
                mine = pending
                done.append(seed)
    connection.close()


def test_nothing_is_missed_and_nothing_twice(odoo_database):
    database = odoo_database()
    finished(start_in_odoo(database, PREPARE))
    extract = start_in_odoo(database, EXTRACT)
    files = "SELECT number FROM finance_extract"
    sql(database, INSERT.replace("%s", "'first'"))
    wait_until(lambda: sql(database, files) != "0", 60, "the first file")
    until, done = time.monotonic() + SECONDS, []
    writers = [threading.Thread(target=write, args=(database, seed, until, done)) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    sql(database, "INSERT INTO ir_config_parameter (key, value) VALUES ('test.ended', 'yes')")
    finished(extract)

    rows, told = read(database)
    assert [one["number"] for one in told] == list(range(1, len(told) + 1))
    assert [one["previous_sha256"] for one in told[1:]] == [one["sha256"] for one in told[:-1]]
    last, versions = {}, 0
    for row in rows:
        before = last.get(row["id"])
        assert before is None or before["row_hash"] != row["row_hash"], ("written twice", row)
        assert before or not row["deleted"], ("never was there", row)
        last[row["id"]] = row
        versions += 1
    with connect(database) as connection, connection.cursor() as cr:
        cr.execute("SELECT id, occurrences FROM finance_exception")
        table = dict(cr.fetchall())
    assert {number: row["occurrences"] for number, row in last.items() if not row["deleted"]} == table
    assert len(done) > 50 and any(row["deleted"] for row in rows)
    print(f"{len(done)} transactions, {versions} versions of {len(last)} rows in {len(told)} files")


def read(database):
    """All rows and all manifests, in the order of the files, from the messages."""
    with connect(database) as connection, connection.cursor() as cr:
        cr.execute("SELECT name, decode(convert_from(body, 'UTF8'), 'base64') FROM finance_message"
                   " WHERE name LIKE 'case-%' ORDER BY id")  # fmt: skip
        raws = {name: bytes(raw) for name, raw in cr.fetchall()}
    rows, told = [], []
    for name, raw in raws.items():
        if name.endswith(".manifest.json"):
            told.append(json.loads(raw))
            part = [json.loads(line) for line in gzip.decompress(raws[told[-1]["file"]]).splitlines()]
            assert len(part) == told[-1]["rows"]
            rows += part
    return rows, told
