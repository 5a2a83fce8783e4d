"""The audit trail: how fast events are sealed, and what noting and sealing cost business transactions.

Business transactions of 20 ms (REPEATABLE READ, as Odoo's) run in four threads: alone; with three events each
and the sealer at work beside them; and, to compare, with the chain written inside the transaction.
"""

import configparser
import json
import random
import sys
import threading
import time
from contextlib import closing

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from runner import databases
from runner.layout import HOME

EVENTS = 20_000
ROUNDS = 3
GOAL_RATE = 5000
SECONDS = 6
CLIENTS = 4
WORK_SECONDS = 0.02
CONNECTORS = (1, 2, 3, 4)

BUSINESS = """
    CREATE TABLE bench_business (id int PRIMARY KEY, amount int);
    INSERT INTO bench_business SELECT n, 0 FROM generate_series(1, 20000) n;
    CREATE TABLE bench_chain (id serial PRIMARY KEY, link text);
    CREATE TABLE bench_head (chain int PRIMARY KEY, link text);
    INSERT INTO bench_head VALUES (0, '')
"""


def connect(name):
    """A connection past Odoo, where its configuration says that the database is."""
    settings = configparser.RawConfigParser()
    settings.read(HOME / "odoo.conf")
    options = settings["options"]
    given = {key: options.get(f"db_{key}") for key in ("host", "port", "user", "password")}
    return psycopg2.connect(dbname=name, **{key: value for key, value in given.items() if value})


def event(connector):
    return {
        "version": 1, "kind": "message.sent", "origin": "job", "user_id": 2, "uid": 1, "company_id": 1,
        "connector_id": connector, "correlation_id": "0198f1c2-0000-7000-8000-000000000000",
        "res_model": "finance.message", "res_id": 12, "node": "node-1", "occurred_on": "2026-11-22T09:00:00.000123",
        "facts": {"from": "sending", "to": "sent", "attempt": 1, "sha256": "ab" * 32},
    }  # fmt: skip


class Business(threading.Thread):
    """Transactions until told to stop; ``events(number)`` are noted in each, or the chain is written in it."""

    def __init__(self, name, number, stop, note=None):
        super().__init__(daemon=True)
        self.name, self.number, self.stopping, self.note = name, number, stop, note
        self.done = self.conflicts = 0

    def run(self):
        chance = random.Random(self.number)  # noqa: S311 - no secret
        with closing(connect(self.name)) as connection:
            connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ)
            while not self.stopping.is_set():
                try:
                    with connection.cursor() as cr:
                        row = chance.randrange(5000) * CLIENTS + self.number + 1
                        cr.execute("UPDATE bench_business SET amount = amount + 1 WHERE id = %s", (row,))
                        if self.note:
                            self.note(cr, chance.choice(CONNECTORS))
                        time.sleep(WORK_SECONDS)
                    connection.commit()
                    self.done += 1
                except psycopg2.OperationalError:
                    connection.rollback()
                    self.conflicts += 1


def business(name, note=None, sealer=None):
    """``(transactions a second, conflicts a second)``"""
    stop = threading.Event()
    clients = [Business(name, number, stop, note) for number in range(CLIENTS)]
    helper = threading.Thread(target=sealer, args=(stop,), daemon=True) if sealer else None
    started = time.monotonic()
    for thread in [*clients, helper] if helper else clients:
        thread.start()
    time.sleep(SECONDS)
    stop.set()
    for thread in clients:
        thread.join()
    took = time.monotonic() - started
    if helper:
        helper.join()
    return sum(client.done for client in clients) / took, sum(client.conflicts for client in clients) / took


def sealing(connection, database, keys):
    """Events a second; the best round counts, for others use the machine too."""
    with connection.cursor() as cr:
        for start in range(0, EVENTS, 1000):
            rows = [event(CONNECTORS[number % len(CONNECTORS)]) for number in range(start, start + 1000)]
            cr.execute(database.ADD, [json.dumps(rows)])
    connection.commit()
    started = time.monotonic()
    return database.seal_all(connection, keys) / (time.monotonic() - started)


def run():
    """Rate of sealing, share of the business throughput that is left, conflicts."""
    from odoo.addons.finance_connector_base.audit import database, seal
    from odoo.addons.finance_connector_base.crypto.envelope import KeyRing, new_key

    keys = seal.seal_keys(KeyRing([new_key()]))
    name = databases.new_database(addons=["finance_connector_base"])

    def note(cr, connector):
        cr.execute(database.ADD, [json.dumps([event(connector)] * 3)])

    def chain(cr, _connector):
        cr.execute("UPDATE bench_head SET link = md5(link || random()::text) WHERE chain = 0 RETURNING link")
        cr.execute("INSERT INTO bench_chain (link) VALUES (%s)", cr.fetchone())

    def sealer(stop):
        with closing(connect(name)) as connection:
            while not stop.wait(1):
                database.seal_all(connection, keys)

    try:
        with closing(connect(name)) as connection:
            with connection.cursor() as cr:
                cr.execute(BUSINESS)
            connection.commit()
            rate = max(sealing(connection, database, keys) for _round in range(ROUNDS))
        plain, audited, conflicts = 0, 0, 0
        for _round in range(ROUNDS):
            plain += business(name)[0] / ROUNDS
            found = business(name, note, sealer)
            audited, conflicts = audited + found[0] / ROUNDS, conflicts + found[1] / ROUNDS
        chained, chain_conflicts = business(name, chain)
    finally:
        databases.drop_database(name)
    print(f"conflicts/s: with audit and sealer {conflicts:.2f}, with the chain inside {chain_conflicts:.1f};"
          f" transactions/s with the chain inside {chained:.0f}", file=sys.stderr)  # fmt: skip
    return [
        {"name": "audit events sealed, beside the rate that is asked for", "ratio": round(rate / GOAL_RATE, 2),
         "goal": 1, "ours": round(rate), "other": GOAL_RATE, "unit": "events/s"},
        {"name": "business transactions with 3 audit events each and the sealer, beside none",
         "ratio": round(audited / plain, 2), "goal": 0.8, "ours": round(audited), "other": round(plain),
         "unit": "transactions/s"},
        {"name": "transactions that went through at once, with audit events and the sealer",
         "ratio": round(audited / (audited + conflicts), 4), "goal": 1, "ours": round(audited),
         "other": round(audited + conflicts), "unit": "transactions/s"},
    ]  # fmt: skip
