"""pytest plugin: each test that Odoo's own runner executes is one pytest item."""

import pytest

from .databases import drop_leftovers
from .lanes import Lanes, list_tests
from .layout import ADDONS, ROOT, kind_of


class OdooTestFailed(Exception):
    """Carries what Odoo said about a failing test."""


class OdooFile(pytest.File):
    """A test file that Odoo imports: ``tests/test_*.py`` of an addon."""

    def collect(self):
        found = found_tests(self.config)
        addon = self.path.relative_to(ADDONS).parts[0]
        if addon in found["broken"]:
            raise self.CollectError(f"Odoo cannot import the tests of {addon}:\n{found['broken'][addon]}")
        rows = [row for row in found["tests"] if row["file"] == str(self.path) and row["wanted"]]
        if not rows:
            raise self.CollectError(
                f"Odoo finds no test in {self.path.relative_to(ROOT)}: is it imported in tests/__init__.py?"
            )
        for name in dict.fromkeys(row["class"] for row in rows):
            yield OdooClass.from_parent(self, name=name, rows=[row for row in rows if row["class"] == name])


class OdooClass(pytest.Collector):
    def __init__(self, *, rows, **kwargs):
        super().__init__(**kwargs)
        self.rows = rows

    def collect(self):
        for row in self.rows:
            yield OdooItem.from_parent(self, name=row["method"], row=row)


class OdooItem(pytest.Item):
    def __init__(self, *, row, **kwargs):
        super().__init__(**kwargs)
        self.key, self.kind, self.silent = row["key"], row["kind"], row["silent"]
        self.add_marker(pytest.mark.timeout(0))     # waits for its turn; lanes.py watches the process

    def runtest(self):
        if self.silent:
            raise OdooTestFailed(f"Odoo passes over this test in silence: {self.silent}.")
        result = self.config.stash[LANES].result(self.key)
        self.seconds = result["seconds"]
        if result["problems"]:
            raise OdooTestFailed("\n".join(result["problems"]))
        if result["skipped"] is not None:
            pytest.skip(result["skipped"])

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, OdooTestFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, f"{self.parent.name}.{self.name}"


class LaneItem(pytest.Item):
    """What Odoo reports outside of any single test: a process that died, a failing tear-down."""

    kind = "odoo process"

    def runtest(self):
        problems = self.config.stash[LANES].finish()
        if problems:
            raise OdooTestFailed("\n".join(problems))

    repr_failure = OdooItem.repr_failure

    def reportinfo(self):
        return ROOT, None, self.name


LANES = pytest.StashKey[Lanes]()
FOUND = pytest.StashKey[dict]()


def found_tests(config) -> dict:
    if FOUND not in config.stash:
        config.stash[FOUND] = list_tests()
    return config.stash[FOUND]


def pytest_pycollect_makemodule(module_path, parent):
    if kind_of(module_path) == "odoo":
        return OdooFile.from_parent(parent, path=module_path)
    return None


#: Attributes that Odoo sets on its test cases: a test of that name breaks the loading of a whole addon.
TAKEN = {"test_sequence", "test_tags", "test_class", "test_module"}


def pytest_collection_modifyitems(session, items):
    """Pure tests first: they fail in seconds. Real servers last: they want the machine for themselves."""
    taken = [item.nodeid for item in items if getattr(item, "originalname", item.name) in TAKEN]
    if taken:
        raise pytest.UsageError(f"Odoo's loader takes this name for itself: {', '.join(taken)}")
    order = {"pure": 0, "odoo": 1, "browser": 1}
    items.sort(key=lambda item: order.get(getattr(item, "kind", kind_of(item.path)), 2))


def pytest_collection_finish(session):
    chosen = [item for item in session.items if isinstance(item, OdooItem)]
    keys = [item.key for item in chosen if not item.silent]
    if session.config.option.collectonly or not keys:
        return
    lane_item = LaneItem.from_parent(session, name="end well", nodeid="Odoo's test processes")
    session.items.insert(session.items.index(chosen[-1]) + 1, lane_item)
    session.testscollected += 1
    drop_leftovers()
    session.config.stash[LANES] = Lanes(keys)
    session.config.stash[LANES].start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Show the time a test took inside Odoo, not the time we waited for it."""
    report = yield
    if call.when == "call" and isinstance(item, OdooItem):
        report.duration = getattr(item, "seconds", 0)
    return report


def pytest_unconfigure(config):
    if LANES in config.stash:
        config.stash[LANES].stop()
