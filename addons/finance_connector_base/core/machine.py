"""The life of one message as pure functions: standing and event in, new standing and commands out.

The caller reads the standing under a lock, asks one of these functions, and writes what it answers in
the same transaction; a ``Call`` is carried out after that commit, with no transaction open, and its
result comes back as the next event. Times are seconds on one clock, that of the database.

The attempt number is the fence: an event of a call names the number it was made under, and an older
one changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .protocol import FINAL, after_process_error, after_send_error, may_move

#: How many rounds of tries a question is repeated, with a case open, before only people can go on.
ASK_ROUNDS = 3
#: Seconds after which a message looks again whether the one before it is through.
LONGEST_BEHIND = 600


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands; the columns of its row that the protocol decides by."""

    direction: str
    state: str
    attempt: int = 0
    tries: int = 0
    lease_until: float | None = None
    next_try_on: float | None = None  # of an unknown one: None means that people have to decide
    hold: bool = False
    approved: bool = True  # for exactly these bytes, or no approval is asked for
    arrived: str = "no"  # surely not at the other side, "maybe" after a lost answer, "yes" when confirmed
    born: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """Carry out ``step`` (send, ask, follow, process) after the commit."""

    step: str


@dataclass(frozen=True, slots=True)
class Close:
    """The attempt ended."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Wake:
    """Somebody has to look again after so many seconds."""

    after: float = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A person has to decide; without a code it is the case of the error itself."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class Solve:
    """What the message waited for is settled."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The connector must not be used until a person has mended it."""


@dataclass(frozen=True, slots=True)
class Block:
    """The other side asked the whole connector to wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Note:
    """Tell the breaker how the line did."""

    ok: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What an event leads to; ``why`` names the reason where it leads to nothing new."""

    standing: Standing
    do: tuple = ()
    why: str | None = None


def _move(standing, state, **changes):
    if state != standing.state and not may_move(standing.state, state):
        raise ValueError(f"no way from {standing.state} to {state}")
    return replace(standing, state=state, **changes)


def _stays(standing, why, *do):
    return Step(standing, do, why)


def _not_now(standing, now, active):
    """Why nothing may be done with the message at this moment."""
    if standing.hold:
        return "held"
    if not active:
        return "inactive"
    if standing.next_try_on is not None and standing.next_try_on > now:
        return "early"
    return None


def _later(standing, why, now):
    """Nothing now; who came too early, by another clock, has to be woken again."""
    return _stays(standing, why, *([Wake(standing.next_try_on - now)] if why == "early" else []))


# out: claim, send, confirm


def claim(standing, policy, now, *, active=True, behind=None, admit: Callable[[], float | None] = lambda: None):
    """Take a ready message for one try: a new attempt number and a lease, then ``Call("send")``.

    :param behind: when an earlier message about the same object is tried next, where it has to go first
    :param admit: asked last, because being admitted spends a token: seconds to wait, or None
    """
    if standing.state != "ready":
        return _stays(standing, "state")
    why = _not_now(standing, now, active) or (None if standing.approved else "unapproved")
    if why:
        return _later(standing, why, now)
    if policy.give_up and now - standing.born > policy.give_up:
        return Step(_move(standing, "dead", next_try_on=None), (Case("message.too_late"),), "too_late")
    if behind is not None:
        wait = min(max(behind - now, policy.first_wait), LONGEST_BEHIND)
        return Step(replace(standing, next_try_on=now + wait), (Wake(wait),), "behind")
    wait = admit()
    if wait is not None:
        return Step(replace(standing, next_try_on=now + wait), (Wake(wait),), "postponed")
    taken = _move(standing, "sending", attempt=standing.attempt + 1, lease_until=now + policy.lease, next_try_on=None)
    return Step(taken, (Call("send"),))


def _lost_the_fence(standing, attempt):
    return standing.attempt != attempt or standing.state not in ("sending", "unknown")


def _superseded(standing):
    return _stays(standing, "superseded", Close("superseded"))


def confirmed(standing, attempt, policy):
    """The other side has it, by its answer to the call or to a question."""
    if _lost_the_fence(standing, attempt):
        return _superseded(standing)
    state = "sent" if policy.follows else "processed"
    there = _move(standing, state, lease_until=None, next_try_on=None, arrived="yes", tries=0)
    wake = (Wake(),) if policy.follows else ()
    return Step(there, (Close("ok"), Solve(), Note(True), *wake))


def failed(standing, attempt, policy, now, category, retry_after=None):
    """The call ended in an error; only what certainly never took effect may be sent again."""
    if _lost_the_fence(standing, attempt):
        return _superseded(standing)
    tries = standing.tries + 1
    outcome = after_send_error(category, tries, policy, retry_after)
    if standing.state == "unknown":  # the lease ran out meanwhile: it is asked about anyway
        return Step(standing, (Close("failed"), *([Pause()] if outcome.pause else [])))
    if standing.arrived == "maybe" and outcome.state in ("refused", "dead"):
        # This try certainly failed, an earlier one with the same key may not have.
        people = _move(standing, "unknown", tries=tries, lease_until=None, next_try_on=None)
        return Step(people, (Close("failed"), Case("outcome.unknown")))
    unknown = outcome.state == "unknown"
    later = _move(
        standing,
        outcome.state,
        tries=tries if outcome.counts else standing.tries,
        lease_until=None,
        next_try_on=None if outcome.wait is None else now + outcome.wait,
        arrived="maybe" if unknown else standing.arrived,
    )
    return Step(later, (Close("unknown" if unknown else "failed"), *_consequences(outcome, category)))


def _consequences(outcome, category):
    if outcome.case:
        yield Case()
    if outcome.pause:
        yield Pause()
    if category == "rate_limited":
        yield Block(outcome.wait)
    elif category in ("transient", "outcome_unknown"):
        yield Note(False)
    elif category != "turn":
        yield Note(True)  # it answered, whatever it said
    if outcome.wait is not None:
        yield Wake(outcome.wait)


# out: unknown outcomes


def expire(standing, policy, now):
    """A lease that ran out: the worker died between claim and confirm, so the outcome is unknown."""
    if standing.state != "sending":
        return _stays(standing, "state")
    if standing.lease_until is not None and standing.lease_until > now:
        return _stays(standing, "under_way", Wake(standing.lease_until - now + 1))
    unknown = _move(standing, "unknown", lease_until=None, next_try_on=now + policy.quiet, arrived="maybe")
    return Step(unknown, (Close("unknown"), Wake(policy.quiet)))


def ask(standing, policy, now, *, active=True, admit: Callable[[], float | None] = lambda: None):
    """After the quiet time ask by key; the new attempt number shuts out whoever sent it."""
    if standing.state != "unknown":
        return _stays(standing, "state")
    if standing.next_try_on is None:
        return _stays(standing, "people")
    why = _not_now(standing, now, active)
    if why:
        return _later(standing, why, now)
    if not policy.can_ask:
        return _without_asking(standing, policy)
    wait = admit()
    if wait is not None:
        return Step(replace(standing, next_try_on=now + wait), (Wake(wait),), "postponed")
    asking = replace(standing, attempt=standing.attempt + 1, next_try_on=now + policy.lease)
    return Step(asking, (Call("ask"),))


def _without_asking(standing, policy, *do):
    if policy.resend == "key":
        return Step(_move(standing, "ready", next_try_on=None), (*do, Wake()), "again")
    return Step(replace(standing, next_try_on=None), (*do, Case("outcome.unknown")), "people")


def cannot_ask(standing, attempt, policy):
    """The other side turned out to have no way to be asked."""
    if _lost_the_fence(standing, attempt):
        return _superseded(standing)
    return _without_asking(standing, policy, Close("unknown"))


def absent(standing, attempt, policy):
    """The other side surely never got it: with the same key and bytes it may be sent again."""
    if _lost_the_fence(standing, attempt):
        return _superseded(standing)
    if policy.resend == "never":
        people = replace(standing, next_try_on=None)
        return Step(people, (Close("ok"), Note(True), Case("outcome.absent")), "people")
    again = _move(standing, "ready", next_try_on=None, arrived="no")
    return Step(again, (Close("ok"), Note(True), Wake()), "again")


def ask_failed(standing, attempt, policy, now, category, retry_after=None):
    """Still unknown: asked again with growing waits, with a person told, and not for ever."""
    if _lost_the_fence(standing, attempt):
        return _superseded(standing)
    counts = category not in ("rate_limited", "turn", "auth")
    tries = standing.tries + counts
    over = category not in ("transient", "rate_limited", "turn", "auth") or tries >= ASK_ROUNDS * policy.max_tries
    wait = retry_after or policy.wait(max(tries, 1))
    later = replace(standing, tries=tries, next_try_on=None if over else now + wait)
    do = [Close("failed")]
    if over or tries >= policy.max_tries:
        do.append(Case("outcome.unknown"))
    if category == "auth":
        do += [Case(), Pause()]
    elif category == "rate_limited":
        do.append(Block(wait))
    elif category == "transient":
        do.append(Note(False))
    if not over:
        do.append(Wake(wait))
    return Step(later, tuple(do))


def settle(standing, verdict, persons, policy):
    """People decide about an unknown outcome: ``arrived``, ``absent`` or ``given_up``.

    :param persons: who decided; where money moves two different ones, else one
    """
    if standing.state != "unknown":
        return _stays(standing, "state")
    if len({*persons}) < (2 if policy.money else 1):
        return _stays(standing, "two_persons")
    attempt = standing.attempt + 1  # whoever is still asking is shut out
    if verdict == "arrived":
        state = "sent" if policy.follows else "processed"
        there = _move(standing, state, attempt=attempt, next_try_on=None, arrived="yes", tries=0)
        return Step(there, (Solve(), Wake()))
    state = {"absent": "ready", "given_up": "cancelled"}[verdict]
    wake = (Wake(),) if state == "ready" else ()
    gone = _move(standing, state, attempt=attempt, next_try_on=None, arrived="no", tries=0)
    return Step(gone, (Solve(), *wake))


def proven(standing, policy):
    """The other side itself speaks of the message elsewhere (a report, a statement): it did arrive.

    Also where it waits for another try: the answer "absent" or an error was wrong then.
    """
    tried = standing.direction == "out" and (standing.attempt or standing.arrived != "no")
    if not tried or standing.state not in ("unknown", "ready", "refused", "dead"):
        return _stays(standing, "state")
    state = "sent" if policy.follows else "processed"
    there = _move(standing, state, attempt=standing.attempt + 1, next_try_on=None, arrived="yes", tries=0)
    return Step(there, (Solve(), Wake()))


def doubt(standing, policy, now):
    """This state of the database was copied or put back: what it holds as unsent may have been sent since.

    It is asked about before anything is sent. A call of the former home can no longer confirm.
    """
    if standing.direction != "out" or standing.state in FINAL or standing.arrived == "yes":
        return _stays(standing, "state")
    if standing.state not in ("ready", "sending"):
        return Step(replace(standing, arrived="maybe"))
    at = max(standing.next_try_on or 0, now + policy.quiet)
    unknown = _move(
        standing, "unknown", attempt=standing.attempt + 1, lease_until=None, next_try_on=at, arrived="maybe"
    )
    return Step(unknown, (Wake(at - now),))


# out: what follows in the ledger


def follow(standing, now):
    """What follows in the ledger is a job of its own, safe to run again."""
    if standing.state != "sent":
        return _stays(standing, "state")
    why = _not_now(standing, now, active=True)
    return _later(standing, why, now) if why else Step(standing, (Call("follow"),))


def followed(standing):
    return Step(_move(standing, "processed", next_try_on=None), (Solve(),))


# in


def begin(standing, now):
    """Whether an incoming message is processed now."""
    if standing.state != "received":
        return _stays(standing, "state")
    why = _not_now(standing, now, active=True)
    if why:
        return _later(standing, why, now)
    return Step(replace(standing, attempt=standing.attempt + 1), (Call("process"),))


def processed(standing, waits):
    """Done; or, with cases that block, waiting for a person who then has the rest done."""
    if waits:
        return Step(_move(standing, "refused", next_try_on=None))
    return Step(_move(standing, "processed", next_try_on=None))


def part_processed(standing, stopped=False):
    """A part of it is done, and keeps its own place: the rest is another turn's, or waits until a person resumes."""
    if stopped:
        return Step(replace(standing, hold=True))
    return Step(replace(standing, tries=0, next_try_on=None), (Wake(),))


def process_failed(standing, policy, now, category, retry_after=None):
    """Processing, or what follows a delivery, ended in an error; its writes are undone."""
    tries = standing.tries + 1
    outcome = after_process_error(category, tries, policy, retry_after, standing.state)
    later = _move(
        standing,
        outcome.state,
        tries=tries if outcome.counts else standing.tries,
        next_try_on=None if outcome.wait is None else now + outcome.wait,
    )
    do = [Case()] if outcome.case else []
    if outcome.pause:
        do.append(Pause())
    if outcome.wait is not None:
        do.append(Wake(outcome.wait))
    return Step(later, tuple(do))


# people


def hold(standing):
    return _stays(standing, "final") if standing.state in FINAL else Step(replace(standing, hold=True))


def release(standing, requested_by, approved_by, policy):
    """Let a held message go on; where money moves not without a second person."""
    if not standing.hold:
        return _stays(standing, "not_held")
    if policy.money and (not approved_by or approved_by == requested_by):
        return _stays(standing, "two_persons")
    return Step(replace(standing, hold=False), (Wake(),))


def retry(standing):
    """Again after mending the cause. What was delivered only has its consequences done again."""
    if standing.state in FINAL:
        return _stays(standing, "final")
    if standing.state == "unknown":
        return _stays(standing, "unknown")
    if standing.state in ("refused", "dead", "quarantined"):
        there = {"yes": "sent", "maybe": "unknown", "no": "ready"}[standing.arrived]
        back = "received" if standing.direction == "in" else there
        at = 0.0 if back == "unknown" else None  # may be there from a former home: asked about first
        return Step(_move(standing, back, tries=0, next_try_on=at), (Wake(),))
    if standing.state == "sending":
        return _stays(standing, "under_way", Wake())
    return Step(replace(standing, next_try_on=None), (Wake(),))


def cancel(standing):
    """Give up for good; not what is on its way, whose outcome is open, or what has arrived."""
    if standing.state in ("sending", "unknown") or standing.arrived != "no":
        return _stays(standing, "on_its_way")
    if not may_move(standing.state, "cancelled"):
        return _stays(standing, "state")
    return Step(_move(standing, "cancelled", next_try_on=None), (Solve(),))


def replay(standing, requested_by, approved_by, policy):
    """Process an incoming message anew under supervision; a delivered one is never sent anew.

    :return: the step for a message that waits; ``why`` is ``copy`` where it is done already and a new
        message with the same bytes has to stand for the replay
    """
    if standing.direction != "in":
        return _stays(standing, "out")
    if policy.money and (not approved_by or approved_by == requested_by):
        return _stays(standing, "two_persons")
    if standing.state == "processed":
        return _stays(standing, "copy")
    if standing.state in ("refused", "dead", "quarantined"):
        return Step(_move(standing, "received", tries=0, next_try_on=None), (Wake(),))
    return _stays(standing, "state")


# sweeper


def due(standing, now):
    """Whether somebody has to look at the message although no job may be left for it."""
    if standing.hold or standing.state in FINAL:
        return False
    if standing.state == "sending":
        return standing.lease_until is None or standing.lease_until <= now
    if standing.state == "unknown":
        return standing.next_try_on is not None and standing.next_try_on <= now
    if standing.state in ("ready", "sent", "received"):
        return standing.next_try_on is None or standing.next_try_on <= now
    return False
