"""The addons install on an empty database and update themselves, with and without demo data, in silence."""

import re

import pytest

from runner.layout import LOGS, addons
from runner.real import run_odoo

COMPLAINT = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ (?P<text>.*)$", re.MULTILINE)


def complaints(log: str) -> list[str]:
    return [found["text"] for found in COMPLAINT.finditer(log)]


@pytest.mark.parametrize(
    "demo",
    [pytest.param(False, id="without demo data"), pytest.param(True, id="with demo data", marks=pytest.mark.demo)],
)
def test_install_is_silent(odoo_database, demo):
    odoo_database(demo=demo)
    log = (LOGS / f"install-tmpl{'_demo' if demo else ''}_addons.log").read_text()
    assert all(f"module {addon}:" in log or f"Module {addon} loaded" in log for addon in addons())
    assert complaints(log) == []


def test_update_is_silent(odoo_database):
    database = odoo_database()
    done = run_odoo("-d", database, "-u", ",".join(addons()), "--stop-after-init", "--no-http")
    assert done.returncode == 0
    assert complaints(done.stderr) == []
