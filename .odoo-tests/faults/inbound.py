"""What the inbound parts share: faults that keep coming, effects counted by the database, time to recover."""

import threading
import time

import psutil

from .plan import chance

#: So long a fault looks for somebody to hit.
VICTIM_SECONDS = 30
#: Counts each time a message becomes processed, in the transaction that makes it so.
EFFECTS = """
CREATE TABLE fault_effect (message_id integer, counted_on timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION fault_effect() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO fault_effect (message_id) VALUES (NEW.id); RETURN NULL; END';
CREATE TRIGGER fault_effect_update AFTER UPDATE ON finance_message FOR EACH ROW
    WHEN (NEW.state = 'processed' AND OLD.state IS DISTINCT FROM 'processed') EXECUTE FUNCTION fault_effect();
CREATE TRIGGER fault_effect_insert AFTER INSERT ON finance_message FOR EACH ROW
    WHEN (NEW.state = 'processed') EXECUTE FUNCTION fault_effect();
"""
WAITING = """
SELECT (SELECT count(*) FROM finance_message WHERE state = 'received')
     + (SELECT count(*) FROM queue_job WHERE state IN ('wait_dependencies', 'pending', 'enqueued', 'started'))
"""


def lost_and_doubled(believed, effects):
    """Events the outside believes we have and that did nothing, and those that did something more than once."""
    lost = sorted(mark for mark in believed if not effects.get(mark))
    return lost, sorted(mark for mark, times in effects.items() if times > 1)


class Trouble:
    """Kills workers and ends database connections while work goes on; a context manager.

    :param progress: a number that grows from 0 to 1; the faults are spread over it
    """

    def __init__(self, stage, nodes, progress, *, kills, terminations, name):
        self._stage, self._nodes, self._progress = stage, nodes, progress
        self._chance = chance(name)
        self._faults = [self._kill] * kills + [self._terminate] * terminations
        self._chance.shuffle(self._faults)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.killed = self.terminated = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._stop.set()
        self._thread.join()

    def _run(self):
        for number, fault in enumerate(self._faults, start=1):
            while self._progress() < number / (len(self._faults) + 1):
                if self._stop.wait(0.05):
                    return
            until = time.monotonic() + VICTIM_SECONDS
            while not fault() and time.monotonic() < until:
                time.sleep(0.1)

    def _kill(self):
        """Whether there was a worker to kill."""
        node = self._chance.choice(self._nodes)
        workers = node.job_workers()
        if not workers:
            return False
        worker = self._chance.choice(workers)
        try:
            worker.kill()
        except psutil.NoSuchProcess:
            return False
        self.killed += 1
        self._stage.journal.add("worker killed", node.name, pid=worker.pid)
        return True

    def _terminate(self):
        """Whether there was a connection to end; those that are busy come first."""
        found = self._stage.rows(
            "postgres",
            "SELECT pg_terminate_backend(pid), pid FROM pg_stat_activity "
            "WHERE datname = %s AND application_name <> 'campaign' ORDER BY state = 'idle', random() LIMIT 1",
            [self._nodes[0].database],
        )
        for _done, pid in found:
            self.terminated += 1
            self._stage.journal.add("backend terminated", self._nodes[0].database, pid=pid)
        return bool(found)


def seconds_to_recover(stage, database, limit, poke):
    """Seconds until nothing waits any more.

    :param poke: wake the job runner at once instead of letting it find dead jobs by itself within its minute
    :raise AssertionError: something still waits after ``limit`` seconds
    """
    began = time.monotonic()
    while waiting := stage.rows(database, WAITING)[0][0]:
        assert time.monotonic() - began < limit, f"{waiting} messages and jobs still wait after {limit} s"
        if poke:
            stage.rows(database, "NOTIFY queue_job, 'look'")
        time.sleep(0.5)
    return time.monotonic() - began
