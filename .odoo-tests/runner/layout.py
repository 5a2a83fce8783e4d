"""Where things lie in this repository, and which kind of test a file holds."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
HOME = ROOT / ".odoo"
LOGS = HOME / "log"
BIN = HOME / "bin"
PYTHON = HOME / "venv" / "bin" / "python"


def addons() -> list[str]:
    return sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))


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
