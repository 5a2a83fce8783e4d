"""pytest plugin: a whole run fails when fewer tests passed than ``expected.json`` says.

Odoo's loader, a missing browser or a forgotten import skip tests without failing; the numbers tell.
``--update-expected`` writes the numbers of a whole, successful run.
"""

import json
from collections import Counter

import pytest

from .layout import ADDONS, ROOT, kind_of
from .odoo_tests import LaneItem

EXPECTED = ROOT / ".odoo-tests" / "expected.json"


def pytest_addoption(parser):
    parser.addoption("--update-expected", action="store_true", help="keep the numbers of this run as expected")


def group_of(item) -> tuple[str, str]:
    kind = getattr(item, "kind", None) or kind_of(item.path) or item.path.parent.name
    inside = item.path.is_relative_to(ADDONS)
    return (item.path.relative_to(ADDONS).parts[0] if inside else "suite"), kind


def is_whole(config) -> bool:
    """Nothing was chosen on the command line."""
    chosen = config.option.keyword or config.option.markexpr
    return config.args_source is config.ArgsSource.TESTPATHS and not chosen


class CountItem(pytest.Item):
    """The last item: by then all others have reported."""

    kind = "counts"

    def runtest(self):
        passed = Counter(self.config.stash[PASSED].values())
        expected = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
        short = [
            f"{addon}: {passed[addon, kind]} {kind} tests passed, {number} expected"
            for addon, kinds in expected.items()
            for kind, number in kinds.items()
            if passed[addon, kind] < number
        ]
        if short:
            raise AssertionError("\n".join([*short, "Fewer on purpose? .odoo-tests/run --update-expected"]))

    def repr_failure(self, excinfo, style=None):
        return str(excinfo.value) if excinfo.errisinstance(AssertionError) else super().repr_failure(excinfo, style)

    def reportinfo(self):
        return EXPECTED, None, self.name


PASSED = pytest.StashKey[dict]()          # node id: group


def pytest_configure(config):
    config.stash[PASSED] = {}


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    if is_whole(session.config) and not session.config.option.collectonly:
        session.items.append(CountItem.from_parent(session, name="as many as expected", nodeid="number of tests"))
        session.testscollected += 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":       # also made for each subtest; the last one is the test's own
        outcomes = item.config.stash[PASSED]
        outcomes.pop(item.nodeid, None)
        if report.passed:
            outcomes[item.nodeid] = group_of(item)
    return report


def pytest_sessionfinish(session, exitstatus):
    if not session.config.option.update_expected or not is_whole(session.config) or session.testsfailed:
        return
    numbers: dict[str, dict[str, int]] = {}
    for (addon, kind), number in sorted(Counter(session.config.stash[PASSED].values()).items()):
        if kind in (CountItem.kind, LaneItem.kind):
            continue
        numbers.setdefault(addon, {})[kind] = number
    EXPECTED.write_text(json.dumps(numbers, indent=4) + "\n")
