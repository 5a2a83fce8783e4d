"""The faults, one function each: what is done to whom stands in the journal."""

import contextlib
import signal
import threading
import time

import psutil
import psycopg2

from runner.real import wait_until

from .proxy import MODES

BUSY = "SELECT worker_pid FROM queue_job WHERE state = 'started' AND worker_pid IS NOT NULL"


def _busy_worker(world):
    """A worker in the middle of a job, where there is one."""
    with contextlib.suppress(psycopg2.OperationalError):
        alive = {worker.pid: worker for node in world.nodes for worker in node.job_workers()}
        found = [alive[pid] for (pid,) in world.rows(BUSY) if pid in alive]
        if found:
            return world.luck.choice(found)
    return None


def _some_worker(world, luck):
    """Three times of four one that is in a job, as that is where it hurts."""
    busy = _busy_worker(world) if luck.random() < 0.75 else None
    if busy:
        return busy, True
    workers = [worker for node in world.nodes for worker in node.job_workers()]
    return (luck.choice(workers) if workers else None), False


def kill_worker(world):
    """SIGKILL: no cleaning up, no last words. ``False``: nobody was there."""
    worker, in_job = _some_worker(world, world.luck)
    with contextlib.suppress(psutil.NoSuchProcess):
        if worker:
            worker.kill()
            world.journal.add("worker kill", worker.pid)
            if in_job:
                world.journal.add("… of them in a job")
            return True
    return False


def freeze_worker(world, seconds=14):
    """A worker that is stopped for longer than its lease and then goes on: a zombie."""
    worker = _busy_worker(world)
    if not worker:
        return False
    with contextlib.suppress(psutil.NoSuchProcess):
        worker.send_signal(signal.SIGSTOP)
        world.journal.add("worker frozen beyond its lease", worker.pid, seconds=seconds)

    def thaw():
        time.sleep(seconds)
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.send_signal(signal.SIGCONT)

    threading.Thread(target=thaw, daemon=True).start()
    return True


def terminate_backend(world):
    """PostgreSQL ends one session of Odoo; the process lives on and does not know."""
    with contextlib.suppress(psycopg2.OperationalError):
        found = world.rows(
            "SELECT pid, pg_terminate_backend(pid), state FROM (SELECT pid, state FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name <> 'campaign'"
            " ORDER BY (state = 'active' OR state LIKE 'idle in%%') DESC, random() LIMIT 1) AS chosen"
        )
        for pid, done, state in found:
            if done:
                world.journal.add("backend termination", pid, state=state)
                return True
    return False


def switch_node(world):
    """One node dies whole; the other one must go on, then the dead one comes back."""
    dying = world.nodes[world.luck.randrange(len(world.nodes))]
    done = "SELECT count(*) FROM finance_message WHERE state = 'processed'"
    with world.away(dying):
        world.journal.add("node killed", dying.name)
        before, began = world.rows(done)[0][0], time.monotonic()
        # Nothing may be waiting just then, so no progress is no failure here: recovery is bounded at the end.
        while time.monotonic() - began < 20 and world.rows(done)[0][0] <= before:
            time.sleep(0.2)
        world.takeovers.append(round(time.monotonic() - began, 1))
        world.journal.note("the other node goes on", seconds=world.takeovers[-1])


def lose_runner(world):
    """The job runner of one node dies."""
    runners = [(node, runner) for node in world.nodes if (runner := node.runner())]
    with contextlib.suppress(psutil.NoSuchProcess):
        if runners:
            node, runner = world.luck.choice(runners)
            runner.kill()
            world.journal.add("job runner kill", f"{node.name} {runner.pid}")
            return True
    return False


def stop_database(world, away=2):
    """``pg_ctl stop -m immediate``, some seconds of nothing, start."""
    world.stage.cluster.stop("immediate")
    world.journal.add("database stopped at once", seconds=away)
    time.sleep(away)
    world.stage.cluster.start()


def break_line(world, name, mode, seconds):
    """One bank's line in one mode for a while."""
    line = world.banks[name].line
    line.set(mode)
    world.journal.add(f"line: {mode}", name, seconds=seconds)
    time.sleep(seconds)
    line.set("pass")


def break_lines(world, number, seconds):
    """One window on each bank's line at the same time, each bank in another mode."""
    bad = MODES[1:]
    threads = [
        threading.Thread(target=break_line, args=(
            world, name, bad[(number + place) % len(bad)], round(world.luck.uniform(*seconds), 1)
        ))
        for place, name in enumerate(world.banks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def fill_disk(world, seconds=8):
    """No room for database, files and sessions; the database may stop altogether."""
    world.stage.fill_disk()
    world.journal.add("disk full", seconds=seconds)
    time.sleep(seconds)
    world.stage.free_disk()
    time.sleep(1)
    world.stage.cluster.start()


def shift_clock(world, seconds):
    """One node comes back with a clock that is wrong by minutes."""
    node = world.nodes[world.luck.randrange(len(world.nodes))]
    with world.away(node):
        node.set_clock(seconds)
    world.journal.add("clock shifted", node.name, seconds=seconds)


def wait_for_traffic(world, seconds=30):
    """Until something is under way: faults in an idle house prove nothing."""
    with contextlib.suppress(AssertionError):
        wait_until(lambda: (world.waiting() or (0,))[0] > 0, seconds, "traffic")
