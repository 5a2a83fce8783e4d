"""Takes the film strip of the matching desk, docs/pictures/desk-film, on the demo database: keys, never the mouse.

desk_film.py URL FOLDER: what is accepted is undone again, so the line of the first frame stands there as proposed.
"""

import sys
from pathlib import Path
from shutil import which

from playwright.sync_api import sync_playwright
from screens import BROWSERS, FLAGS, log_in

SIZE = {"width": 1280, "height": 720}
SCALE = 0.6
#: Name of the frame, keys pressed (a text in quotes is typed), and what is there once the frame is to be taken.
FRAMES = [
    ("1-proposal", [], ".o_desk_proposal.o_current"),
    ("2-accepted", ["Enter"], ".o_desk_foot :text('Accepted')"),
    ("3-undone", ["u"], ".o_desk_foot :text('Undone')"),
    ("4-no-match", ["j", "j", "j", "j", "j", "j"], ".o_desk_why .o_desk_steps"),
    ("5-partner", ["p", "'Almkammer'"], ".o_desk_pane li.o_current:has-text('Almkammer')"),
    ("6-by-hand", ["Escape", "s", "'RE-2026'"], ".o_desk_pane li.o_current:has-text('RE-2026')"),
    ("7-remaining", ["Enter"], ".o_desk_hand table .o_desk_amount_cell"),
    ("8-write-off", ["Escape", "w", "'bank'"], ".o_desk_pane li.o_current"),
    ("9-note", ["Escape", "n", "'Asked the customer what this is for'"], ".o_desk_pane textarea:focus"),
    ("10-selected", ["Escape", "k", " ", "k", "k", " "], ".o_desk_selected:has-text('2 selected')"),
    ("11-keys", ["?"], ".modal .o_desk_keys"),
]
SETTLE_MILLISECONDS = 700  # for lists to be drawn


def main(url: str, folder: str) -> None:
    browser_path = next(filter(None, map(which, BROWSERS)), None)
    if not browser_path:
        sys.exit("No Chromium was found: run setup/setup.sh tests.")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        page = play.chromium.launch(executable_path=browser_path, args=FLAGS).new_page(
            viewport=SIZE, device_scale_factor=SCALE)
        log_in(page, url)
        page.goto(f"{url}/odoo/finance-desk")
        page.wait_for_selector(".o_desk_line")
        for name, keys, there in FRAMES:
            for key in keys:
                if key.startswith("'"):
                    page.wait_for_selector(".o_desk_pane :focus")
                    page.keyboard.type(key.strip("'"))
                else:
                    page.keyboard.press(key)
            page.wait_for_selector(there, timeout=60_000)
            page.wait_for_timeout(SETTLE_MILLISECONDS)
            page.screenshot(path=target / f"{name}.png")
            print(f"desk-film/{name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
