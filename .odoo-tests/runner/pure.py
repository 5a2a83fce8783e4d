"""Pure tests: addons are mounted as bare packages, so that importing Odoo fails at once.

``odoo.addons.<addon>`` and its ``tests`` become packages without running their ``__init__``; deeper
packages (``core``, ``formats``, ...) are imported as usual. Importing ``odoo.models`` finds nothing.
"""

import importlib
import sys
from types import ModuleType

import pytest

from .layout import ADDONS, kind_of, module_of


def _bare_package(name: str, *places) -> None:
    package = ModuleType(name)
    package.__path__ = [str(place) for place in places]
    sys.modules[name] = package
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)


def mount() -> None:
    """Put the bare packages in place; from then on this process has no Odoo."""
    _bare_package("odoo")
    _bare_package("odoo.addons")
    for folder in ADDONS.iterdir():
        _bare_package(f"odoo.addons.{folder.name}", folder)
        _bare_package(f"odoo.addons.{folder.name}.tests", folder / "tests")


def pytest_configure(config):
    mount()


class PureModule(pytest.Module):
    """A test file imported under its Odoo name."""

    def _getobj(self):
        name = module_of(self.path)
        pytest.register_assert_rewrite(name)
        return importlib.import_module(name)


def pytest_collect_directory(path, parent):
    """Folders of addons are no packages to pytest: it would import their ``__init__``, thus Odoo."""
    if path.is_relative_to(ADDONS):
        return pytest.Dir.from_parent(parent, path=path)
    return None


def pytest_pycollect_makemodule(module_path, parent):
    if kind_of(module_path) == "pure":
        return PureModule.from_parent(parent, path=module_path)
    return None
