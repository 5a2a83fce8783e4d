"""One simulated installation: a database, job queue, workers that crash, stall and lose their connection.

Everything happens on one simulated clock in an order that the seed decides. A worker is a generator:
wherever it yields it may be killed, or be stopped for longer than its lease and come back as a zombie.
"""

import heapq
import itertools
import random
from dataclasses import dataclass, field

from ..core import machine
from ..core.machine import Standing
from ..core.protocol import FINAL, Policy
from .bank import DEADLINE, Bank, Habits

END = 10 * 86400.0
SWEEP = 300.0


class ConnectionLost(Exception):
    """The database connection broke; whether the transaction was committed is not known to the worker."""


@dataclass
class Row:
    """A message in the simulated database, with its cases and the history of its states."""

    key: str
    standing: Standing
    cases: set = field(default_factory=set)
    history: list = field(default_factory=list)


@dataclass(frozen=True)
class Trouble:
    """How often what goes wrong, for each step of a worker."""

    crash: float = 0.02
    stall: float = 0.02
    connection: float = 0.02
    lost_job: float = 0.1  # a wake-up disappears


class World:
    """Play one seed to the end; then ``faults()`` says what must never be."""

    def __init__(self, seed, sender, *, messages=4, workers=3, habits=None, policy=None, trouble=None):
        self.chance = random.Random(seed)  # noqa: S311 - a seed to repeat, no secret
        self.habits = habits or self._habits()
        self.policy = policy or self._policy()
        self.trouble = trouble or Trouble()
        self.now, self.crashes, self.zombies = 0.0, 0, 0
        self._sender, self._free = sender, workers
        self._events, self._number = [], itertools.count()
        self._jobs = []
        self.bank = Bank(self.habits, self.chance, self.at)
        self.rows = {}
        for number in range(messages):
            self.at(self.chance.uniform(0, 60), lambda _at, key=f"K{number}": self._submit(key))
        self.at(SWEEP, self._sweep)

    def _habits(self):
        late = self.chance.choice((0, 5, 60))
        return Habits(
            idempotency=self.chance.random() < 0.5,
            query=self.chance.random() < 0.8,
            booking=self.chance.choice((0, 0, 30)),
            late=late,
            lost=self.chance.choice((0.05, 0.3)),
        )

    def _policy(self):
        """Numbers as an administrator sets them for this bank: the quiet time covers its habits."""
        quiet = int(self.habits.late + self.habits.booking) + DEADLINE
        return Policy(
            max_tries=5,
            first_wait=10,
            quiet=quiet,
            deadline=DEADLINE,
            lease=2 * DEADLINE,
            can_ask=self.chance.random() < 0.9,
            resend="key" if self.habits.idempotency else "absent",
            money=True,
            follows=self.chance.random() < 0.3,
        )

    # time

    def at(self, when, action):
        heapq.heappush(self._events, (max(when, self.now), next(self._number), action))

    def play(self):
        while self._events and self.now < END:
            self.now, _number, action = heapq.heappop(self._events)
            action(self.now)
        return self

    # jobs and workers

    def wake(self, key, after=0.0):
        if self.chance.random() >= self.trouble.lost_job:
            self.at(self.now + after, lambda _at: self._run(key))

    def _run(self, key):
        if not self._free:
            self._jobs.append(key)
            return
        self._free -= 1
        self._go_on(self._sender(self, key), key, None)

    def _go_on(self, worker, key, value):
        """Let a worker do its next step, unless it is killed right here."""
        if self.chance.random() < self.trouble.crash:
            worker.close()
            self.crashes += 1
            self.at(self.now + 60, lambda _at: self._run(key))  # the queue finds its job without owner
            return self._done()
        try:
            pause = worker.send(value)
        except (StopIteration, ConnectionLost):
            return self._done()
        if self.chance.random() < self.trouble.stall:
            pause += self.chance.uniform(5, 300)
            self.zombies += 1
            if self.chance.random() < 0.5:  # its job is given to another worker meanwhile
                self.at(self.now + 30, lambda _at: self._run(key))
        self.at(self.now + pause, lambda _at: self._go_on(worker, key, None))
        return None

    def _done(self):
        self._free += 1
        if self._jobs:
            self._run(self._jobs.pop(0))

    def transaction(self, action):
        """Run ``action`` at one instant; the connection may break before it, or after it unnoticed."""
        yield self.chance.uniform(0, 0.2)
        broken = self.chance.random()
        if broken < self.trouble.connection / 2:
            raise ConnectionLost
        found = action()
        if broken < self.trouble.connection:
            raise ConnectionLost
        return found

    # people and sweeper

    def _submit(self, key):
        self.rows[key] = Row(key, Standing("out", "ready", born=self.now))
        self.wake(key)
        if self.chance.random() < 0.1:
            self.at(self.now + self.chance.uniform(0, 100), lambda _at: self._meddle(key))

    def _meddle(self, key):
        """An operator holds, releases, cancels or retries at a bad moment."""
        row = self.rows[key]
        deed = self.chance.choice(("hold", "cancel", "retry"))
        if deed == "hold":
            self.apply(row, machine.hold(row.standing))
            self.at(self.now + 500, lambda _at: self.apply(row, machine.release(row.standing, "a", "b", self.policy)))
        else:
            self.apply(row, getattr(machine, deed)(row.standing))

    def _sweep(self, _at):
        for key, row in self.rows.items():
            if machine.due(row.standing, self.now):
                self.at(self.now, lambda _at, key=key: self._run(key))
            elif row.standing.state == "unknown" and row.standing.next_try_on is None and row.cases:
                self._decide(row)
        open_ones = not self.rows or any(row.standing.state not in FINAL for row in self.rows.values())
        if open_ones and self.now < END / 2:
            self.at(self.now + SWEEP, self._sweep)

    def _decide(self, row):
        """Two persons look the payment up at the bank; sometimes they leave it for later."""
        if self.chance.random() < 0.5:
            verdict = "arrived" if self.bank.effects.get(row.key) else "absent"
            self.apply(row, machine.settle(row.standing, verdict, ("maker", "checker"), self.policy))

    # the database

    def apply(self, row, step):
        """Write a step and do its commands; what is to be called is returned."""
        if step.standing.state != row.standing.state:
            row.history.append((self.now, step.standing.state))
        row.standing, call = step.standing, None
        for command in step.do:
            match command:
                case machine.Call():
                    call = command
                case machine.Wake(after=seconds):
                    self.wake(row.key, seconds)
                case machine.Case():
                    row.cases.add(command.code or "error")
                case machine.Solve():
                    row.cases.clear()
        return call

    # the verdict

    def doubles(self):
        return sum(len(times) - 1 for times in self.bank.effects.values())

    def faults(self):
        """What must never be, in words."""
        found = [f"{key} executed {len(times)} times" for key, times in self.bank.effects.items() if len(times) > 1]
        for key, row in self.rows.items():
            state, effects = row.standing.state, len(self.bank.effects.get(key, ()))
            owned = bool(row.cases)
            if state in ("ready", "sending", "sent") or (state in ("unknown", "refused", "dead") and not owned):
                found.append(f"{key} is left as {state} without an owner")
            if state == "processed" and not effects:
                found.append(f"{key} counts as done and was never executed")
            if state in ("refused", "dead", "cancelled") and effects:
                found.append(f"{key} counts as {state} and was executed")
        return found
