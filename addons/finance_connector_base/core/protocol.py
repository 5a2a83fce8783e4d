"""The message protocol as plain values: states, policy, what each error leads to, how long to wait.

No Odoo, no clock, no network. ``core.machine`` moves single messages by these tables; the ORM layer and
the simulator drive it alike.

Out: ready → sending → sent → processed, and unknown (sent, no answer), refused, dead, cancelled.
In: received → processed, and refused (a person decides), quarantined, dead.
"""

from dataclasses import dataclass

OUT_STATES = ("ready", "sending", "unknown", "sent", "processed", "refused", "dead", "cancelled")
IN_STATES = ("received", "processed", "refused", "quarantined", "dead", "cancelled")
FINAL = ("processed", "cancelled")

#: state → states it may turn into. ``processed`` and ``cancelled`` are final. From ``unknown`` to
#: ``dead`` or ``ready`` leads only what is certain: the other side says no, or the call never left.
MOVES = {
    "ready": {"sending", "unknown", "sent", "processed", "refused", "cancelled", "dead"},
    "sending": {"sent", "processed", "unknown", "ready", "refused", "dead", "quarantined"},
    "unknown": {"sent", "processed", "ready", "refused", "dead", "cancelled"},
    "sent": {"processed", "refused", "dead"},
    "received": {"processed", "refused", "quarantined", "dead", "cancelled"},
    "refused": {"received", "ready", "unknown", "sent", "processed", "cancelled"},
    "quarantined": {"received", "cancelled"},
    "dead": {"received", "ready", "unknown", "sent", "processed", "cancelled"},
    "processed": set(),
    "cancelled": set(),
}

#: What may follow when the outcome is unknown: again only if the other side says it never came; again
#: with the same key, because it remembers keys; or never without two persons.
RESEND = ("absent", "key", "never")


@dataclass(frozen=True, slots=True)
class Policy:
    """How often, how long, how strict; every number is a setting of the flow, in seconds."""

    max_tries: int = 8
    first_wait: int = 30
    factor: float = 2.0
    longest_wait: int = 3600
    quiet: int = 120  # after an unknown outcome, before asking: the bank's longest processing time
    deadline: int = 30  # total time of one call
    lease: int = 60  # longer than the deadline: a call begins only in the first part of it
    give_up: int = 0  # age after which a message is no longer sent; 0: never too old
    can_ask: bool = True
    resend: str = "absent"
    money: bool = False  # decisions about an unknown outcome need two persons
    follows: bool = False  # delivery has consequences in the ledger

    def wait(self, tries):
        """Seconds to wait after the ``tries``-th counted failure (1 is the first)."""
        return int(min(self.first_wait * self.factor ** min(max(tries - 1, 0), 64), self.longest_wait))

    def call_within(self):
        """Seconds after the claim in which the call may still begin, so that it ends before the lease.

        A worker that was stopped or swapped out for longer must not send: another may have taken over.
        """
        return max(self.lease - self.deadline, 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a message after an error."""

    state: str
    wait: int | None = None  # seconds until the next try or question
    counts: bool = True  # whether the try counts against ``max_tries``
    case: bool = False  # a person has to look
    pause: bool = False  # the connector must not be used until a person has mended it


def after_send_error(category, tries, policy, retry_after=None):
    """Outcome of a failed send; ``tries`` is the number of counted tries including this one.

    A category this table does not know, and a defect, may have reached the other side: ``unknown``.
    """
    if category in ("rate_limited", "turn"):
        return Outcome("ready", wait=retry_after or policy.wait(1), counts=False)
    if category == "auth":
        return Outcome("ready", wait=policy.wait(1), counts=False, case=True, pause=True)
    if category == "transient":
        if tries >= policy.max_tries:
            return Outcome("dead", case=True)
        return Outcome("ready", wait=retry_after or policy.wait(tries))
    if category in ("configuration", "mapping_missing", "data", "duplicate", "state_conflict"):
        return Outcome("refused", case=True)
    if category == "security":
        return Outcome("refused", case=True, pause=True)
    return Outcome("unknown", wait=policy.quiet, case=category == "defect")


def after_process_error(category, tries, policy, retry_after=None, state="received"):
    """Outcome of a failed processing of an incoming message, or of what follows a sent one (``state``)."""
    if category in ("rate_limited", "turn"):
        return Outcome(state, wait=retry_after or policy.wait(1), counts=False)
    if category == "transient":
        if tries >= policy.max_tries:
            return Outcome("dead", case=True)
        return Outcome(state, wait=retry_after or policy.wait(tries))
    if category == "security" and state == "received":
        return Outcome("quarantined", case=True)
    if category in ("remote_defect", "defect"):
        return Outcome("dead", case=True)
    return Outcome("refused", case=True, pause=category == "auth")


def may_move(old, new):
    """Whether a message may go from ``old`` to ``new``."""
    return new in MOVES[old]
