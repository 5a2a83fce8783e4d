"""Chromium, driven by playwright: a page of a laptop's size in which somebody has logged in."""

from contextlib import contextmanager
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
STEP_SECONDS = 120
LAPTOP = {"width": 1366, "height": 768}
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")


@contextmanager
def logged_in(url, login="admin", password="admin", **options):
    """The page; ``options`` are those of the browser's context, such as its size."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = chromium.new_page(**{"viewport": LAPTOP, **options})
        page.set_default_timeout(STEP_SECONDS * 1000)
        page.goto(f"{url}/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_selector(".o_main_navbar")
        yield page
        chromium.close()


def barriers(page, within):
    """What keeps people with a screen reader or weak eyes out, as axe-core sees it: serious and critical ones."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("async (within) => (await axe.run(within)).violations", within)
    return [
        f"{one['impact']} {one['id']}: {node['html'][:200]}"
        for one in found if one["impact"] in ("serious", "critical") for node in one["nodes"]
    ]
