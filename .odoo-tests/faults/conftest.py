"""Fixtures of the campaign: ``stage`` for all parts, ``part`` for the figures of one."""

import pytest

from runner.layout import HOME

from .journal import Journal
from .plan import FACTOR, FULL, SEED
from .report import Part, write_report
from .stage import Stage

PASSED = pytest.StashKey[bool]()
RAN = pytest.StashKey[bool]()


def pytest_report_header():
    return f"fault campaign: {'full' if FULL else 'quick'}, seed {SEED}, factor {FACTOR:g}"


@pytest.fixture(scope="session")
def journal():
    """What was broken, when and for whom."""
    found = Journal(HOME / "faults" / "journal.jsonl")
    yield found
    found.close()


@pytest.fixture(scope="session")
def stage(journal):
    """The folder, PostgreSQL and programs of this campaign; see ``stage.py``."""
    found = Stage(journal)
    yield found
    found.close()


@pytest.fixture
def part(request, journal):
    """Collects what one part counted; kept as JSON whether it held or not."""
    name = request.node.name.removeprefix("test_").replace("[", "-").strip("]")
    found = Part(name)
    journal.begin(name)
    yield found
    request.config.stash[RAN] = True
    found.write(request.node.stash.get(PASSED, False), journal.counts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report


def pytest_sessionfinish(session):
    if FULL and session.config.stash.get(RAN, False):
        write_report()
