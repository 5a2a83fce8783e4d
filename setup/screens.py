"""Takes the pictures in docs/pictures from the demo database, and lists what the browser complained about.

screens.py URL LIST FOLDER [NAME ...]: LIST holds lines "NAME PATH [first] [WIDTHxHEIGHT]", where ``first``
opens the first record of the list; with names, only those.
"""

import sys
from pathlib import Path
from shutil import which

from playwright.sync_api import Page, sync_playwright

BROWSERS = ("chromium", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
SETTLE_SECONDS = 3      # for data to come in and charts to be drawn


def wanted(listing: Path, names: list[str]):
    for line in listing.read_text().splitlines():
        words = line.partition("#")[0].split()
        if words and (not names or words[0] in names):
            size = next((word for word in words[2:] if word != "first"), "1400x900")
            width, height = size.split("x")
            yield words[0], words[1], "first" in words[2:], int(width), int(height)


def browser_path() -> str | None:
    return next(filter(None, map(which, BROWSERS)), None)


def log_in(page: Page, url: str, login: str = "admin", password: str = "admin") -> None:
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/odoo**", timeout=120_000)


def settle(page: Page) -> None:
    page.wait_for_selector(".o_action_manager > *", timeout=60_000)
    page.wait_for_selector(".o_loading_indicator", state="detached", timeout=60_000)
    page.wait_for_timeout(SETTLE_SECONDS * 1000)


def take(page: Page, address: str, target: Path, first: bool = False, tab: str | None = None) -> list[str]:
    """One picture, of the first record if asked for, of one page of its form; returns the browser's complaints."""
    complaints: list[str] = []

    def on_console(message):
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text}")

    def on_error(error):
        complaints.append(f"page error: {error}")

    page.on("console", on_console)
    page.on("pageerror", on_error)
    page.goto(address)
    settle(page)
    if tab:
        page.get_by_role("tab", name=tab).click()
        settle(page)
    record = page.locator(".o_data_row .o_data_cell:not(.o_list_record_selector)")
    if first and not record.count():
        complaints.append("no picture: the list is empty")
    else:
        if first:
            record.nth(1).click()
            page.wait_for_selector(".o_form_view", timeout=60_000)
            page.wait_for_timeout(SETTLE_SECONDS * 1000)
        page.screenshot(path=target)
    if not page.url.startswith(address):
        complaints.append(f"Odoo went to {page.url} instead of {address}")
    page.remove_listener("console", on_console)
    page.remove_listener("pageerror", on_error)
    return complaints


def main(url: str, listing: str, folder: str, *names: str) -> None:
    path_of_browser = browser_path()
    if not path_of_browser:
        sys.exit("No Chromium was found: run setup/setup.sh tests.")
    found = False
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path_of_browser, args=FLAGS)
        page = browser.new_page()
        log_in(page, url)
        for name, path, first, width, height in wanted(Path(listing), list(names)):
            page.set_viewport_size({"width": width, "height": height})
            complaints = take(page, url + path, Path(folder) / f"{name}.png", first)
            print(f"{name}: {page.title()}")
            for complaint in complaints:
                found = True
                print(f"    {complaint[:300]}")
        browser.close()
    if found:
        sys.exit("Not every picture came out, or the browser's console was not quiet.")


if __name__ == "__main__":
    main(*sys.argv[1:])
