"""Chromium, driven by playwright: a page of a laptop's size in which somebody has logged in."""

from contextlib import contextmanager

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
STEP_SECONDS = 120
LAPTOP = {"width": 1366, "height": 768}


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
