"""A simulated bank: with or without memory for keys, can be asked or not, slow, forgetful of answers."""

from dataclasses import dataclass

DEADLINE = 10  # seconds after which a caller gives a call up


@dataclass(frozen=True)
class Habits:
    """How a bank and the line to it behave; chances are between 0 and 1."""

    idempotency: bool = True
    query: bool = True
    booking: float = 0  # seconds until an executed payment can be asked for
    late: float = 0  # longest time a request may travel, though its caller has given up
    refused: float = 0.05  # connection refused: nothing leaves
    lost: float = 0.1  # an answer never comes back
    doubled: float = 0.05  # a request arrives twice (only where keys are remembered)
    limited: float = 0.03  # 429
    rejected: float = 0.03  # understood and not wanted


class Bank:
    """Executes payments and remembers each execution; ``effects`` is its journal."""

    def __init__(self, habits, chance, schedule):
        self.habits, self._chance, self._schedule = habits, chance, schedule
        self.effects = {}  # key → times of execution
        self._unwanted = {}  # key → whether the bank rejects it; it does not change its mind

    def _happens(self, probability):
        return self._chance.random() < probability

    def send(self, key, now):
        """Take a request in; returns (seconds until the caller knows, what it learns)."""
        habits = self.habits
        if self._happens(habits.refused):
            return 0.1, "transient"
        if self._happens(habits.limited):
            return 0.1, "rate_limited"
        if self._unwanted.setdefault(key, self._happens(habits.rejected)):
            return 0.2, "data"
        travel = self._chance.uniform(0, habits.late) if self._happens(0.2) else self._chance.uniform(0, 1)
        self._schedule(now + travel, lambda at: self._execute(key, at))
        if habits.idempotency and self._happens(habits.doubled):
            self._schedule(now + self._chance.uniform(0, habits.late), lambda at: self._execute(key, at))
        if travel + 0.1 > DEADLINE or self._happens(habits.lost):
            return self._chance.uniform(travel, max(travel, DEADLINE)), "outcome_unknown"
        return travel + 0.1, "ok"

    def _execute(self, key, at):
        done = self.effects.setdefault(key, [])
        if not (done and self.habits.idempotency):
            done.append(at)

    def ask(self, key, now):
        """Returns (seconds, ``found``, ``absent``, ``impossible`` or an error)."""
        if not self.habits.query:
            return 0.1, "impossible"
        if self._happens(self.habits.refused + self.habits.lost):
            return 1, "transient"
        known = any(at + self.habits.booking <= now for at in self.effects.get(key, ()))
        return 0.2, "found" if known else "absent"
