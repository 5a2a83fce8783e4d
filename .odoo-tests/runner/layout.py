"""Where things lie in this repository, and which kind of test a file holds."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
HOME = ROOT / ".odoo"
LOGS = HOME / "log"
BIN = HOME / "bin"
PYTHON = HOME / "venv" / "bin" / "python"


def addons() -> list[str]:
    return sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))


def with_dependencies(chosen: set[str]) -> list[str]:
    """The chosen addons and those of this project that they need."""
    ours, found, todo = set(addons()), set(), list(chosen)
    while todo:
        addon = todo.pop()
        if addon in ours - found:
            found.add(addon)
            todo += ast.literal_eval((ADDONS / addon / "__manifest__.py").read_text()).get("depends", [])
    return sorted(found)


def kind_of(path: Path) -> str | None:
    """``pure``, ``odoo`` or ``process`` for a test file inside an addon, else None."""
    try:
        _addon, folder, name = path.relative_to(ADDONS).parts
    except ValueError:
        return None
    if folder == "tests_process":
        return "process"
    if folder == "tests":
        return "pure" if name.startswith("test_pure_") else "odoo"
    return None


def module_of(path: Path) -> str:
    return ".".join(["odoo.addons", *path.relative_to(ADDONS).with_suffix("").parts])
