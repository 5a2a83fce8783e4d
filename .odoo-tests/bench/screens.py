"""Screens in Chromium on a real server with a database of its own: how long each takes to stand."""

import statistics
import sys
import time
from contextlib import contextmanager

from runner import browser, databases
from runner.real import Server

#: From here each screen is opened; it is one of Odoo's own.
BEFORE = "base.action_res_users"


@contextmanager
def served(fill):
    """The address of a server with two workers, on a fresh database that ``fill(database)`` has filled."""
    database = databases.new_database()
    server = Server(database, workers=2, options=["--log-level=warn", "--max-cron-threads=0"], label="bench")
    try:
        began = time.monotonic()
        fill(database)
        print(f"data made in {time.monotonic() - began:.0f} s", file=sys.stderr)
        yield server.start().url
    finally:
        if server.process:
            server.stop()
        databases.drop_database(database)


def show(page, action, options="{}"):
    page.evaluate(f"odoo.__WOWL_DEBUG__.root.env.services.action.doAction('{action}', {options})")


def seconds_to_stand(page, screens, rounds):
    """``{name: median seconds}`` from the click to the screen at rest, one screen after the other.

    :param screens: ``{name: (action, selector of what is there when it is at rest)}``
    """
    found = {name: [] for name in screens}
    for turn in range(rounds + 1):
        for name, (action, rest) in screens.items():
            show(page, BEFORE)
            page.wait_for_selector(".o_breadcrumb:has-text('Users')")
            page.wait_for_selector(".o_list_view .o_data_row")
            began = time.monotonic()
            show(page, action, "{clearBreadcrumbs: true}")
            page.wait_for_selector(rest)
            if turn:  # the first look loads what every later one has
                found[name].append(time.monotonic() - began)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def measured(fill, screens, rounds, further=None):
    """``{name: median seconds}`` of the screens on a fresh database, and what ``further(page)`` adds to them."""
    with served(fill) as url, browser.logged_in(url) as page:
        seconds = seconds_to_stand(page, screens, rounds)
        return seconds | (further(page) if further else {})


def row(name, ours, other, goal=None):
    """One row of the table: how many times quicker than ``other``."""
    return {"name": name, "ours": round(ours, 3), "other": round(other, 3), "unit": "s",
            "ratio": round(other / ours, 2), "goal": goal}
