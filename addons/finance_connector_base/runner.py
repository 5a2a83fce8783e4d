"""queue_job's runner for several nodes: all are active, and each gives work to its own workers only.

Plain queue_job elects one runner, and that one calls its own node alone: the workers of the other nodes
stay idle. Here every node's runner is active; which of them gets a job is decided by one conditional
UPDATE. Channel capacities stay those of the whole system, because every runner hears of every job.
Nothing but PostgreSQL is between the nodes.

In force where this addon is loaded server-wide; a plain runner and ours never work at the same time.
"""

import logging
import threading
import time
from contextlib import closing

import psycopg2

from odoo.addons.queue_job import jobrunner
from odoo.addons.queue_job.jobrunner import runner as plain

from . import server
from .audit import database
from .audit.seal import seal_keys
from .core.errors import FinanceError

_logger = logging.getLogger(__name__)

#: Seconds between two signs of life of a node.
BEAT_SECONDS = 5
#: Seconds by which a node that is at work already lets the others go first, for each of its jobs.
COURTESY_SECONDS = 0.01

BEAT = """
    INSERT INTO finance_node (name, jobs_at_once, started_on, last_seen)
    VALUES (%(name)s, %(jobs)s, clock_timestamp() AT TIME ZONE 'UTC', clock_timestamp() AT TIME ZONE 'UTC')
    ON CONFLICT (name) DO UPDATE
       SET last_seen = excluded.last_seen, jobs_at_once = excluded.jobs_at_once,
           started_on = CASE WHEN %(first)s THEN excluded.started_on ELSE finance_node.started_on END
"""
OTHERS = """
    SELECT EXISTS (SELECT FROM finance_node WHERE name <> %(name)s
                      AND last_seen > clock_timestamp() AT TIME ZONE 'UTC' - interval '1 minute')
"""


class Clock:
    """Seconds by the database's clock: due times are written by it, and a node's own may be minutes off."""

    def __init__(self):
        self._ahead = 0.0

    def set(self, seconds):
        self._ahead = seconds - time.time()

    def now(self):
        return time.time() + self._ahead


CLOCK = Clock()


class NodeDatabase(plain.Database):
    """One database as this node's runner sees it."""

    def _acquire_master_lock(self):
        """Shared among runners of this kind; a plain runner takes the same lock for itself alone."""
        with closing(self.conn.cursor()) as cr:
            cr.execute("SELECT pg_try_advisory_lock_shared(%s)", (plain.PG_ADVISORY_LOCK_ID,))
            if not cr.fetchone()[0]:
                raise plain.MasterElectionLost(f"a runner of another kind serves {self.db_name}")

    def take(self, uuid):
        """Whether the job is ours now: no other node was faster, and nobody cancelled it meanwhile."""
        with closing(self.conn.cursor()) as cr:
            cr.execute(
                "UPDATE queue_job SET state = 'enqueued',"
                " date_enqueued = date_trunc('seconds', now() AT TIME ZONE 'utc')"
                " WHERE uuid = %s AND state = 'pending'",
                (uuid,),
            )
            return bool(cr.rowcount)

    def beat(self, first):
        """Set the clock, and say that this node lives, where the finance connectors are installed.

        :return: whether another one does
        """
        with closing(self.conn.cursor()) as cr:
            cr.execute("SELECT extract(epoch FROM clock_timestamp())::float")
            CLOCK.set(cr.fetchone()[0])
            cr.execute("SELECT to_regclass('finance_node') IS NOT NULL")
            if not cr.fetchone()[0]:
                return False
            cr.execute(BEAT, {"name": server.node(), "jobs": server.node_jobs() or None, "first": first})
            cr.execute(OTHERS, {"name": server.node()})
            return cr.fetchone()[0]


class Sealing(threading.Thread):
    """Seals the audit trails of a runner's databases every few seconds, beside its work."""

    #: Seconds after which a trouble is told again.
    REMIND_SECONDS = 60

    def __init__(self, runner):
        super().__init__(name="finance_audit_sealing", daemon=True)
        self._runner, self._connections, self._told_at = runner, {}, -self.REMIND_SECONDS

    def run(self):
        while not self._runner._stop_event.wait(server.audit_seconds()):
            for name in list(self._runner.db_by_name):
                try:
                    self._seal(name)
                except (psycopg2.Error, FinanceError, OSError) as error:
                    self._drop(name)
                    self._tell(name, error)
        for name in list(self._connections):
            self._drop(name)

    def _seal(self, name):
        connection = self._connections.get(name)
        if connection is None:
            connection = self._connections[name] = psycopg2.connect(**plain._connection_info_for(name))
        with connection.cursor() as cr:
            cr.execute("SELECT to_regclass('finance_audit_queue') IS NOT NULL")
            waits = cr.fetchone()[0]
            if waits:
                cr.execute("SELECT EXISTS (SELECT FROM finance_audit_queue)")
                waits = cr.fetchone()[0]
        connection.commit()
        if waits:
            database.seal_all(connection, seal_keys(server.audit_ring()))

    def _drop(self, name):
        connection = self._connections.pop(name, None)
        if connection is not None:
            connection.close()

    def _tell(self, name, error):
        if time.monotonic() - self._told_at >= self.REMIND_SECONDS:
            self._told_at = time.monotonic()
            _logger.warning("the audit trail of %s is not sealed now: %s", name, error)


class NodeRunner(plain.QueueJobRunner):
    """Gives out no more jobs than this node's workers can do at once; the rest is left to other nodes."""

    def __init__(self, *given, **options):
        super().__init__(*given, **options)
        self._sealing = None
        self._ours = set()
        self._limit = server.node_jobs()
        self._beaten_at = None
        self._others = set()  # databases on which other nodes are at work, too
        next_eta = self.channel_manager.get_wakeup_time
        # A node that is full waits for one of its jobs to end, not for the time of another one to come.
        self.channel_manager.get_wakeup_time = lambda: 0 if self._full() else next_eta()

    def _full(self):
        """Whether as many of our jobs are under way as this node does at once."""
        running = self.channel_manager.get_channel_by_name("root")._running
        self._ours &= {job.uuid for job in running}
        return bool(self._limit) and len(self._ours) >= self._limit

    def initialize_databases(self):
        self._beaten_at = None
        if self._sealing is None and server.audit_seconds() > 0:
            self._sealing = Sealing(self)
            self._sealing.start()
        return super().initialize_databases()

    def run_jobs(self):
        self._beat()
        jobs = self.channel_manager.get_jobs_to_run(CLOCK.now())
        while not self._stop and not self._full():
            job = next(jobs, None)
            if job is None:
                return
            if self._ours and job.db_name in self._others:
                self._stop_event.wait(COURTESY_SECONDS * min(len(self._ours), 5))
            if not self.db_by_name[job.db_name].take(job.uuid):
                continue
            self._ours.add(job.uuid)
            _logger.info("asking Odoo to run job %s on db %s", job.uuid, job.db_name)
            plain._async_http_get(
                self.scheme, self.host, self.port, self.user, self.password, job.db_name, job.uuid
            )

    def _beat(self):
        now = time.monotonic()
        if self._beaten_at is None or now - self._beaten_at >= BEAT_SECONDS:
            first = self._beaten_at is None
            self._others = {name for name, database in self.db_by_name.items() if database.beat(first)}
            self._beaten_at = now


def install():
    """Have this server's runner work beside those of other nodes; before it starts, so server-wide only."""
    plain.Database = NodeDatabase
    plain.SELECT_TIMEOUT = server.runner_seconds()
    plain._odoo_now = CLOCK.now
    jobrunner.QueueJobRunner = NodeRunner
