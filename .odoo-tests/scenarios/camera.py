"""Pictures of what a person sees, as each step happens."""

import sys
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from runner.layout import ROOT

sys.path.insert(0, str(ROOT / "setup"))
import screens  # noqa: E402 - found through the line above

SIZE = {"width": 1366, "height": 768}


@contextmanager
def browser():
    """One browser for all who are looked at."""
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=screens.browser_path(), args=screens.FLAGS)
        yield found
        found.close()


class Camera:
    """A window of a laptop's size in which one person has logged in."""

    def __init__(self, window, url, login, password, folder):
        self._url, self._folder = url, folder
        self._page = window.new_context(viewport=SIZE).new_page()
        screens.log_in(self._page, url, login, password)
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, name, path, *, tab=None):
        """A picture of ``path``, of the page ``tab`` of its form where one is named.

        :raise RuntimeError: the browser complained
        """
        target = self._folder / f"{name}.png"
        complaints = screens.take(self._page, f"{self._url}/odoo/{path}", target, tab=tab)
        if complaints:
            raise RuntimeError(f"{name}: {complaints}")

    def take_action(self, name, action):
        """A picture of a client action with its parameters, which no address has."""
        self._page.evaluate("action => odoo.__WOWL_DEBUG__.root.env.services.action.doAction(action)", action)
        screens.settle(self._page)
        self._page.screenshot(path=self._folder / f"{name}.png")


class NoCamera:
    def take(self, name, path, *, tab=None):
        """No picture."""

    def take_action(self, name, action):
        """No picture."""
