"""Runs inside Odoo in place of its start script: lists tests, or runs those asked for and reports each.

    inside_odoo.py list ADDON,... FILE      write the tests that Odoo's loader finds, as JSON
    inside_odoo.py run PLAN -d DB ...       run the plan's tests with Odoo's own runner

Several lanes run at once, each on its own copy of the database. They share the classes of the plan by
claiming them: the first to create a class's claim file runs it. Events go to a pipe, one JSON a line.
"""

import inspect
import json
import logging
import os
import sys
import time
import traceback
import unittest
from itertools import groupby
from pathlib import Path


def class_of(test) -> str:
    return f"{type(test).__module__}.{type(test).__qualname__}"


def key_of(test) -> str:
    return f"{class_of(test)}.{test._testMethodName}"


# --- list -----------------------------------------------------------------------------------------


def list_tests(addons: list[str], target: str) -> None:
    from odoo.modules import initialize_sys_path
    from odoo.tests import loader
    from odoo.tools import config

    config.parse_config(["--log-level=warn"], setup_logging=True)
    initialize_sys_path()
    modules, broken = [], {}
    for addon in addons:
        try:
            modules += loader.get_test_modules(addon)
        except Exception:  # noqa: BLE001 - whatever stops the import of one addon's tests, the others are listed
            broken[addon] = traceback.format_exc()
    tests = [test for module in modules for test in loader.get_module_test_cases(module)]
    taken = {key_of(test) for test in tests}
    rows = [row(type(test), test._testMethodName) for test in tests]
    rows += [
        row(cls, method, silent)
        for module in modules
        for cls, method, silent in passed_over(module, taken)
    ]
    Path(target).write_text(json.dumps({"tests": rows, "broken": broken}))


def row(cls, method: str, silent: str | None = None) -> dict:
    from odoo.tests.common import HttpCase

    tags = getattr(cls, "test_tags", ())
    return {
        "key": f"{cls.__module__}.{cls.__qualname__}.{method}",
        "file": inspect.getsourcefile(cls),
        "class": cls.__qualname__,
        "method": method,
        "kind": "browser" if issubclass(cls, HttpCase) else "odoo",
        "wanted": silent is not None or "standard" in tags,
        "silent": silent,
    }


def passed_over(module, taken: set[str]):
    """Methods that look like tests but that Odoo's loader leaves out without a word."""
    from odoo.tests.common import BaseCase

    for cls in vars(module).values():
        if not inspect.isclass(cls) or cls.__module__ != module.__name__:
            continue
        if not issubclass(cls, unittest.TestCase):
            continue
        for method, _function in inspect.getmembers(cls, inspect.isfunction):
            if not method.startswith("test"):
                continue
            owner = next(base for base in cls.__mro__ if method in vars(base))
            if not issubclass(cls, BaseCase):
                yield cls, method, "plain unittest.TestCase: Odoo runs only its own kinds of class"
            elif f"{owner.__module__}.{owner.__qualname__}.{method}" not in taken:
                yield cls, method, "inherited: Odoo runs only methods written in the class itself"


# --- run ------------------------------------------------------------------------------------------


class Lane:
    """What this process runs, and where it says so."""

    def __init__(self, plan: dict):
        self.wanted = set(plan["keys"])
        self.claims = Path(plan["claims"])
        self.backwards = plan["backwards"]
        self.pipe = os.fdopen(plan["pipe"], "w", buffering=1)

    def say(self, **event) -> None:
        self.pipe.write(json.dumps(event) + "\n")

    def claim(self, name: str) -> bool:
        try:
            os.close(os.open(self.claims / name, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True


class ErrorWatch(logging.Handler):
    """Errors logged during a test count against it, as in Odoo's own continuous integration."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.lines = []

    def emit(self, record):
        if "odoo.tests" not in record.name and not getattr(record, "from_result", False):
            self.lines.append(f"{record.name}: {record.getMessage()}")

    def taken(self) -> list[str]:
        lines, self.lines = self.lines, []
        return lines


def patch_odoo(lane: Lane) -> None:
    """Let Odoo's loader keep to the plan and its result object tell what happens."""
    from odoo.tests import loader, result, suite

    watch = ErrorWatch()
    logging.getLogger().addHandler(watch)

    class Result(result.OdooTestResult):
        problems = None
        skipped_because = None

        def startTest(self, test):
            super().startTest(test)
            self.problems, self.skipped_because = [], None
            watch.taken()
            lane.say(event="started", key=key_of(test))

        def stopTest(self, test):
            super().stopTest(test)
            logged = [f"logged as an error: {line}" for line in watch.taken()]
            lane.say(
                event="finished",
                key=key_of(test),
                seconds=time.time() - self.time_start,
                problems=self.problems + logged,
                skipped=self.skipped_because,
            )
            self.problems = None

        def logError(self, flavour, test, error):
            kept = len(watch.lines)
            super().logError(flavour, test, error)
            del watch.lines[kept:]      # the report itself, not a further error
            text = "".join(traceback.format_exception(*error))
            if self.problems is None:   # in setUpClass or tearDownClass: "test" only holds a name
                lane.say(event="class", name=test.id(), problem=text)
            else:
                self.problems.append(text)

        def addSkip(self, test, reason):
            super().addSkip(test, reason)
            if self.problems is None:
                lane.say(event="class", name=test.id(), skipped=reason)
            else:
                self.skipped_because = reason

    class SharedSuite(suite.OdooSuite):
        """Runs class by class, and of those only the ones that no other lane has claimed."""

        def run(self, outcome, debug=False):
            classes = [list(tests) for _name, tests in groupby(self, key=class_of)]
            for tests in reversed(classes) if lane.backwards else classes:
                if lane.claim(class_of(tests[0])):
                    suite.OdooSuite(tests).run(outcome)
                    outcome._previousTestClass = None
            return outcome

    make_suite = loader.make_suite

    def make_planned_suite(*args):
        tests = [test for test in make_suite(*args) if key_of(test) in lane.wanted]
        # Browser tests first: the lane that goes backwards then leaves them to the other one.
        return SharedSuite(sorted(tests, key=lambda test: not suite.OdooSuite([test]).has_http_case()))

    loader.make_suite = make_planned_suite
    loader.OdooTestResult = Result


def main() -> None:
    import odoo.cli

    command = sys.argv[1]
    if command == "list":
        list_tests(sys.argv[2].split(","), sys.argv[3])
        return
    lane = Lane(json.loads(Path(sys.argv[2]).read_text()))
    del sys.argv[1:3]
    patch_odoo(lane)
    odoo.cli.main()


if __name__ == "__main__":
    main()
