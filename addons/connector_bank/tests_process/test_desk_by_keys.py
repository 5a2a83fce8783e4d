"""The matching desk in Chromium without a mouse: lines of ten kinds cleared by keys, and no barriers.

``make bench ARGS=desk_keys`` clears 200 lines in the same way and prints the time.
"""

import pytest

from runner import browser, desk_by_keys

LINES = 42  # two of the rarest kinds
ENLARGED = {"width": 911, "height": 512}  # what is left of a laptop's screen at 150 %


@pytest.fixture(scope="module")
def desk(odoo_database, odoo_server):
    """The address of a server whose desk has ten kinds of open lines."""
    database = odoo_database()
    desk_by_keys.fill(database, LINES)
    return odoo_server(database, options=["--max-cron-threads=0"])


def test_no_barriers(desk):
    """No serious barrier in any state of the desk, on a laptop and enlarged to 150 %; keys stay out of fields."""
    for size in (browser.LAPTOP, ENLARGED):
        with browser.logged_in(desk.url, "mara", "mara", viewport=size) as page:
            page.goto(f"{desk.url}/odoo/finance-desk")
            page.wait_for_selector(".o_desk_proposal")
            hands = desk_by_keys.Hands(page)
            found = {"line": browser.barriers(page, ".o_action")}
            hands.press("c", "Space")
            page.wait_for_selector(".o_desk_selected:has-text('1 selected')")
            found["selected"] = browser.barriers(page, ".o_action")
            for key, part in (("s", "input"), ("n", "textarea"), ("p", "input")):
                hands.press(key)
                page.wait_for_selector(f".o_desk_pane {part}:focus")
                found[key] = browser.barriers(page, ".o_action")
                hands.press("Escape")
                hands.at_list()
            hands.press("/")
            hands.type_into("input[name=text]", "uws?charge")
            assert not page.locator(".o_desk_pane, .modal").count()
            hands.press("Enter")
            page.wait_for_selector(".o_desk_empty")
            found["empty"] = browser.barriers(page, ".o_action")
            hands.at_list()
            hands.press("/", "Control+a")
            hands.type_into("input[name=text]", "charge")
            hands.press("Enter")
            page.wait_for_selector(".o_desk_why .o_desk_steps")
            found["why not"] = browser.barriers(page, ".o_action")
            hands.at_list()
            hands.press("?")
            page.wait_for_selector(".modal .o_desk_keys")
            found["keys"] = browser.barriers(page, ".modal .o_desk_keys")
            hands.press("Escape")
            hands.at_list()
            assert not {state: barriers for state, barriers in found.items() if barriers}


def test_cleared_by_keys(desk):
    """Opened, filled and emptied by keys alone; the focus is never lost, and the ledger is what was decided."""
    done = desk_by_keys.clear(desk.url, LINES)
    desk_by_keys.check(desk.database, [kind for kind, _seconds in done])
