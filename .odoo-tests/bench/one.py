"""Runs one benchmark in a process of its own and prints its results as JSON: one.py FILE."""

import importlib.util
import json
import re
import sys
from pathlib import Path

from runner import databases, pure


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_in_odoo(path: Path) -> list[dict]:
    """Call ``run(env)`` as administrator on a fresh database with all addons; nothing is kept."""
    database = databases.new_database()
    try:
        from odoo import SUPERUSER_ID, api
        from odoo.modules.registry import Registry
        from odoo.tools import config

        config.parse_config(["-d", database, "--log-level=warn"], setup_logging=True)
        with Registry(database).cursor() as cr:
            admin = api.Environment(cr, SUPERUSER_ID, {}).ref("base.user_admin")
            return load(path).run(api.Environment(cr, admin.id, {}))
    finally:
        databases.drop_database(database)


def main(path: Path) -> None:
    results, sys.stdout = sys.stdout, sys.stderr        # what a benchmark prints is no result
    if re.search(r"^def run\(env\b", path.read_text(), re.MULTILINE):
        rows = run_in_odoo(path)
    else:
        pure.mount()
        rows = load(path).run()
    for row in rows:
        print(json.dumps(row), file=results)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
