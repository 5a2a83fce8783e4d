"""Webhooks: each event counts once however often it comes, a 2xx means it is stored, nothing forged comes in."""

import random
import subprocess
import threading
from collections import Counter

import psutil
import pytest

from runner.databases import free_port
from runner.layout import PYTHON, ROOT
from runner.real import wait_until

from . import hook_posts
from .hook_provider import Providers
from .hook_world import HookWorld
from .inbound import Trouble, lost_and_doubled, seconds_to_recover
from .plan import FULL, PLAN, RECOVERY_SECONDS, SEED

pytestmark = pytest.mark.timeout(0)

DELIVERIES = 20
#: The slowest providers wait 10 s for an answer (GitHub, Adyen); most of ours must come far sooner.
ANSWER_SECONDS = 5


def test_a_naive_intake_is_caught(stage, part):
    """A door that answers before it commits and looks before it inserts loses and doubles, and we see it."""
    part.title = "Naive webhook intake (must fail)"
    stage.rows("postgres", "CREATE DATABASE naive_hooks")
    stage.rows("naive_hooks", "CREATE TABLE effect (key text)")
    port = free_port()
    program = ROOT / ".odoo-tests" / "faults" / "hook_naive.py"
    dsn = f"host={stage.cluster.run} port=5432 user=odoo dbname=naive_hooks"
    server = subprocess.Popen([str(PYTHON), str(program), dsn, str(port), "4"], start_new_session=True)
    stage.remember(server.pid)
    try:
        door = psutil.Process(server.pid)
        wait_until(lambda: len(door.children()) == 4, 30, "the naive door to open")
        parties = [one for one in hook_posts.parties(SEED) if one.scheme in ("standard", "stripe", "hmac")]
        events = hook_posts.events(parties, PLAN.naive_messages * 4)
        once, often = events[: len(events) // 2], events[len(events) // 2 :]
        providers = Providers([("127.0.0.1", port)], {}, seed=SEED)
        killer = threading.Thread(target=kill_each, args=(stage, door, providers.journal, len(once), PLAN.naive_kills))
        killer.start()
        providers.run([[event] for event in once])
        killer.join()
        providers.run(hook_posts.deliveries(often, DELIVERIES, SEED))

        def effects():
            rows = stage.rows("naive_hooks", "SELECT key, count(*) FROM effect GROUP BY 1")
            return {(key.removeprefix("evt_").rpartition("-")[0], key): times for key, times in rows}

        wait_until(lambda: len(effects()) == (before := len(effects())) and before, 20, "the naive door to write")
        lost, doubled = lost_and_doubled(providers.journal.believed, effects())
    finally:
        for process in (*door.children(), door):
            process.kill()
        server.wait()
    part.figure("naive intake: events lost", len(lost))
    part.figure("naive intake: events doubled", len(doubled))
    assert lost and doubled, f"the harness is blind: {len(lost)} lost, {len(doubled)} doubled"


def kill_each(stage, door, journal, posts, kills):
    """Kill one of the door's processes after each share of the posts."""
    chance = random.Random(SEED)
    for number in range(1, kills + 1):
        wait_until(lambda number=number: journal.posts >= posts * number / (kills + 1), 120, "the next kill's turn")
        children = door.children()
        if children:
            stage.journal.add("naive door killed")
            chance.choice(children).kill()


def test_each_event_counts_once(stage, part):
    part.title = "Webhooks, each delivered twenty times, and forged ones"
    world = HookWorld(stage, SEED)
    chance = random.Random(SEED)
    events = hook_posts.events(world.parties, PLAN.webhook_events)
    conflicts = hook_posts.conflicts(events, max(len(events) // 50, 2), SEED)
    forgeries = hook_posts.forgeries(events, world.parties, PLAN.webhook_forged, SEED)
    work = hook_posts.deliveries(events, DELIVERIES, SEED)
    for extra in (*([event] for event in conflicts for _time in range(3)), *forgeries):
        work.insert(chance.randrange(len(work)), extra)

    providers = Providers(world.doors, world.paths, seed=SEED, witness=world.is_stored)
    journal = providers.journal
    with Trouble(
        stage, world.nodes, lambda: journal.posts / len(work), name="webhooks",
        kills=PLAN.webhook_kills, terminations=PLAN.webhook_kills,
    ) as trouble:
        providers.run(work)
    recovery = seconds_to_recover(stage, world.database, RECOVERY_SECONDS, poke=not FULL)

    effects = world.effects()
    lost, doubled = lost_and_doubled(journal.believed, effects)
    states = Counter(dict(stage.rows(world.database, "SELECT state, count(*) FROM finance_message GROUP BY 1")))
    processed_twice = stage.rows(
        world.database,
        "SELECT message_id FROM finance_attempt WHERE step = 'process' AND outcome = 'ok' "
        "GROUP BY 1 HAVING count(*) > 1",
    )
    strangers = set(effects) - {(event.party.code, event.key) for event in events}

    part.trial(
        f"webhook events, {DELIVERIES} deliveries each", len(events), doubles=len(doubled) + len(processed_twice),
        lost=len(lost) + len(journal.broken),
    )
    part.trial("forged posts", len(forgeries), accepted=len(strangers) + len(journal.wrong))
    part.trial("same id, other content", len(conflicts), lost=len(conflicts) - states["quarantined"])
    part.figure("webhook posts", journal.posts)
    part.figure("webhook posts a second", round(journal.per_second(), 1))
    part.figure("webhook answers, p50 / p95 / p99 ms", " / ".join(
        f"{journal.quantile(share) * 1000:.0f}" for share in (0.5, 0.95, 0.99)
    ))
    part.figure("webhook answers", ", ".join(f"{status}: {times}" for status, times in journal.statuses.most_common()))
    part.figure("2xx looked up at once", journal.witnessed)
    part.figure("forged posts by kind", ", ".join(f"{kind} {times}" for kind, times in sorted(journal.refused.items())))
    part.figure("webhook backlog 0 after seconds", round(recovery, 1))

    assert trouble.killed == PLAN.webhook_kills and trouble.terminated == PLAN.webhook_kills
    assert journal.wrong == [] and strangers == set()
    assert sum(journal.refused.values()) == len(forgeries)
    assert journal.believed == {(event.party.code, event.key) for event in events}
    assert lost == [] and journal.broken == [] and journal.witnessed
    assert doubled == [] and processed_twice == []
    assert states == {"processed": len(events), "quarantined": len(conflicts)}
    assert min(journal.delivered[event.party.code, event.key] for event in events) >= DELIVERIES
    assert journal.quantile(0.95) < ANSWER_SECONDS
