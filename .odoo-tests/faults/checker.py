"""What must hold after recovery, read from the banks' journals, our ledger and the history of attempts."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Verdict:
    """What was found, as words for each thing that must not be."""

    doubles: list = field(default_factory=list)
    lost: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    states: Counter = field(default_factory=Counter)
    unknown: int = 0  # with a case and an owner

    def is_good(self):
        return not (self.doubles or self.lost or self.wrong)

    def words(self):
        return "; ".join(f"{len(found)} {name}: {found[:5]}" for name, found in (
            ("doubles", self.doubles), ("lost", self.lost), ("wrong", self.wrong)) if found)


MESSAGES = """
SELECT m.id, m.dedup_key, c.code, m.state, m.next_try_on, m.attempt, m.hold IS TRUE,
       EXISTS (SELECT FROM finance_exception e JOIN res_users u ON u.id = e.owner_id AND u.active
                WHERE e.message_id = m.id AND e.state = 'open')
  FROM finance_message m JOIN finance_connector c ON c.id = m.connector_id WHERE m.direction = 'out'
"""
ATTEMPTS = "SELECT message_id, number, step, outcome FROM finance_attempt ORDER BY message_id, id"


def check_outbound(rows, orders, journals):
    """Compare our ledger with the banks' journals, key by key.

    :param rows: runs a query on our database
    :param orders: key → what was handed over and committed
    :param journals: bank → payments it executed
    """
    verdict, paid = Verdict(), {}
    for bank, payments in journals.items():
        for payment in payments:
            paid.setdefault(payment["end_to_end_id"], []).append((bank, payment))
    messages = {row[1]: row for row in rows(MESSAGES)}
    if len(messages) != len({row[0] for row in messages.values()}):
        verdict.wrong.append("two messages share a key")
    _journals(verdict, orders, paid)
    for key, order in orders.items():
        if key not in messages:
            verdict.lost.append(f"{key}: no message")
        else:
            _message(verdict, order, messages[key], paid.get(key))
    _attempts(verdict, rows(ATTEMPTS), {row[0]: row for row in messages.values()})
    _queue(verdict, rows)
    return verdict


def _journals(verdict, orders, paid):
    for key, effects in paid.items():
        order = orders.get(key)
        if order is None or not order.may_leave or order.rejected:
            verdict.wrong.append(f"{key}: must not have been executed")
            continue
        if len(effects) > 1:
            verdict.doubles.append(f"{key}: executed {len(effects)} times")
        bank, payment = effects[0]
        found = (bank, Decimal(str(payment["amount"])), payment["creditor_account"])
        if found != (order.bank, Decimal(order.amount), order.account):
            verdict.wrong.append(f"{key}: {found} instead of {order}")


def _message(verdict, order, row, effects):
    _id, key, _bank, state, next_try_on, _attempt, hold, owned = row
    verdict.states[state] += order.may_leave
    if not order.may_leave:
        if state != "ready":
            verdict.wrong.append(f"{key}: {state} without permit or approval")
        return
    if state == "processed":
        if not effects:
            verdict.lost.append(f"{key}: counts as done and was never executed")
    elif state in ("refused", "dead"):
        if effects:
            verdict.wrong.append(f"{key}: counts as {state} and was executed")
        if not owned:
            verdict.lost.append(f"{key}: {state} without an owner")
        if state == "dead" or not order.rejected:
            verdict.wrong.append(f"{key}: {state}, and the bank would have taken it")
    elif state == "unknown" and next_try_on is None and owned:
        verdict.unknown += 1
    else:
        verdict.lost.append(f"{key}: left as {state}{' on hold' if hold else ''}, next try {next_try_on}")


def _attempts(verdict, attempts, messages):
    """The fence: each number once and growing, none above the message's own, none still running."""
    last, confirmed = {}, Counter()
    for message_id, number, step, outcome in attempts:
        if message_id not in messages:
            continue
        if number <= last.get(message_id, 0):
            verdict.wrong.append(f"message {message_id}: attempt {number} after {last[message_id]}")
        last[message_id] = number
        if outcome == "running":
            verdict.wrong.append(f"message {message_id}: attempt {number} never ended")
        confirmed[message_id] += outcome == "ok" and step == "send"
    for message_id, row in messages.items():
        if last.get(message_id, 0) > row[5]:
            verdict.wrong.append(f"message {message_id}: attempt {last[message_id]} above its own {row[5]}")
        if confirmed[message_id] > 1:
            verdict.doubles.append(f"message {message_id}: confirmed by {confirmed[message_id]} sends")
        if row[3] == "processed" and not last.get(message_id):
            verdict.wrong.append(f"message {message_id}: done without any attempt")


def _queue(verdict, rows):
    waiting = rows(
        "SELECT state, count(*) FROM queue_job WHERE state IN ('pending', 'enqueued', 'started')"
        " AND (eta IS NULL OR eta <= now() AT TIME ZONE 'UTC') GROUP BY 1"
    )
    verdict.wrong += [f"{count} jobs {state}" for state, count in waiting]
