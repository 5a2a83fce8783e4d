"""Run inside ``odoo shell`` on a database of its own: sessions that post while a milestone is taken.

Prints one JSON object. Each cursor is a PostgreSQL connection with a transaction of its own.
"""

import json
import threading

import psycopg2

from odoo import Command, api

REGISTRY = env.registry  # noqa: F821 - the shell's environment


def session():
    return api.Environment(REGISTRY.cursor(), api.SUPERUSER_ID, {})


def post(one, journal, on, amount):
    """An entry of rent, posted but not committed."""
    account = one["account.account"].search
    sides = ((account([("code", "=", "6000")]), amount), (account([("code", "=", "1000")]), -amount))
    move = one["account.move"].create(
        {
            "journal_id": journal,
            "date": on,
            "line_ids": [Command.create({"account_id": found.id, "balance": side}) for found, side in sides],
        }
    )
    move.action_post()
    one.flush_all()
    return max(move.line_ids.ids)


def prepare(one):
    one.company.currency_id = one.ref("base.EUR")
    for code, kind in (("1000", "asset_current"), ("6000", "expense"), ("9999", "equity_unaffected")):
        one["account.account"].create({"code": code, "name": code, "account_type": kind})
    journals = one["account.journal"].create(
        [{"name": code, "code": code, "type": "general"} for code in ("EARLY", "LATE")]
    )
    days = [("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28")]
    periods = one["finance.close.period"].create([{"date_from": first, "date_to": last} for first, last in days])
    one.cr.commit()
    return journals.ids, *periods.ids


def take(one, period, **options):
    one["finance.close.gate"].search([]).active = False
    milestone = one.ref("connector_close.milestone_preliminary")
    return one["finance.close.period"].browse(period)._take(milestone, **options)


def late_lines(one, snapshot):
    found = one["account.move.line"]
    for delta in snapshot.delta_ids.filtered(lambda d: d.state == "open"):
        found |= found.search(delta.action_open_items()["domain"])
    return found


def lower_id_commits_later():
    """Posted first, so with the lower ids, but committed after the milestone was taken."""
    slow, quick = session(), session()
    low = post(slow, journals[0], "2025-01-10", 7)
    high = post(quick, journals[1], "2025-01-11", 40)
    quick.cr.commit()
    taker = session()
    snapshot = take(taker, period)
    first = snapshot.sha256
    taker.cr.commit()
    slow.cr.commit()
    later = session()
    snapshot = snapshot.with_env(later)
    again = take(later, period)
    answer = {
        "lower_id_later": low < high,
        "same_snapshot": again == snapshot,
        "same_hash": again.sha256 == first,
        "verified": again._verify(),
        "late": sorted(late_lines(later, again).mapped("balance")),
        "late_ids_are_the_lower": max(late_lines(later, again).ids) == low,
    }
    later.cr.commit()
    return answer


def committed_between_two_reads():
    """A milestone reads the ledger in several statements; an entry that another session commits in
    between is either in all of them or in none."""
    taker = session()
    taker.cr.execute("SELECT count(*) FROM account_move_line")  # the transaction's view begins here
    other = session()
    post(other, journals[0], "2025-01-12", 100)
    other.cr.commit()
    snapshot = take(taker, period, again=True)
    in_taker = snapshot._verify()
    taker.cr.commit()
    later = session()
    snapshot = snapshot.with_env(later)
    snapshot._look_for_late_entries()
    answer = {
        "verified": (in_taker, snapshot._verify()),
        "late": sorted(late_lines(later, snapshot).mapped("balance")),
        "adds_up": sum(snapshot.line_ids.mapped("closing")),
    }
    later.cr.commit()
    return answer


def at_once(*takes):
    """Two sessions take milestones of one company: the second gets a serialization failure, which Odoo
    answers by repeating the request."""
    one, two = session(), session()
    for each in (one, two):
        each.cr.execute("SELECT 1")
    outcome = []

    def second():
        try:
            take(two, takes[1][0], again=takes[1][1])
            two.cr.commit()
            outcome.append("taken")
        except psycopg2.errors.SerializationFailure:
            two.cr.rollback()
            outcome.append("serialization failure")

    ours = take(one, takes[0][0], again=takes[0][1])
    one.flush_all()
    thread = threading.Thread(target=second)
    thread.start()
    thread.join(1)
    one.cr.commit()
    thread.join(30)
    repeated = session()
    latest = take(repeated, takes[1][0])
    repeated.cr.commit()
    return {"second": outcome, "ours": ours.with_env(repeated)._verify(), "repeated": latest._verify()}


def same_milestone_at_once():
    return at_once((period, True), (period, True))


def two_periods_at_once():
    return at_once((period, True), (february, False))


start = session()
journals, period, february = prepare(start)
checks = (
    lower_id_commits_later, committed_between_two_reads, same_milestone_at_once, two_periods_at_once
)  # fmt: skip
results = {check.__name__: check() for check in checks}
print("RESULT", json.dumps(results))  # noqa: T201
