"""Compiled forms of our own modules, loaded in place of the Python ones while both are of the same source.

``setup/native/build.py`` compiles some modules with Cython and puts the results, named by module and hash of
what they were made of, into the folder ``finance_native`` of the Python environment. A module whose source was
changed since has another hash: the Python one is loaded then, and so it is where nothing was compiled or
``FINANCE_NATIVE=0`` is in the environment. Both give the same events and errors (``test_pure_native``).
"""

import hashlib
import os
import sys
import sysconfig
from importlib.machinery import ExtensionFileLoader, PathFinder
from importlib.metadata import version
from importlib.util import spec_from_file_location
from pathlib import Path

FOLDER = "finance_native"
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
SWITCH = "FINANCE_NATIVE"
#: As in ``setup/native/requirements.txt``: another one may make other code of the same source.
COMPILER = "Cython 3.3.1"
#: Arithmetic, errors and names as in Python.
DIRECTIVES = {"language_level": 3, "binding": True, "annotation_typing": True, "embedsignature": False}
#: Compiled against libxml2's structures as this library brings them.
_LIBRARY = "lxml"


def wanted():
    return os.environ.get(SWITCH) != "0"


def beside(source):
    """What the Python file ``source`` is compiled with: types, its other form, and what that includes."""
    found = [source.with_suffix(ending) for ending in (".pxd", ".pyx") if source.with_suffix(ending).exists()]
    return [*found, *sorted(source.parent.glob("*.pxi"))] if source.with_suffix(".pyx") in found else found


def file_name(module, source):
    """Name of the compiled form of ``module``, whose Python file is at ``source``."""
    source = Path(source)
    digest = hashlib.sha256(repr((COMPILER, DIRECTIVES)).encode())
    for path in (source, *beside(source)):
        digest.update(b"%d " % path.stat().st_size + path.read_bytes())
    if source.with_suffix(".pyx").exists():
        digest.update(version(_LIBRARY).encode())
    return f"{module}-{digest.hexdigest()[:32]}{SUFFIX}"


class CompiledFinder:
    """Finds modules in ``folder``, whole names → the file that belongs to the source as it is now."""

    def __init__(self, folder):
        self._folder = folder
        self._names = frozenset(name for name in os.listdir(folder) if name.endswith(SUFFIX))
        self.modules = frozenset(name.partition("-")[0] for name in self._names)

    def find_spec(self, name, path=None, target=None):
        if name not in self.modules or not wanted():
            return None
        found = PathFinder.find_spec(name, path, target)
        if found is None or not found.has_location:
            return None
        compiled = file_name(name, found.origin)
        if compiled not in self._names:
            return None
        place = os.path.join(self._folder, compiled)
        return spec_from_file_location(name, place, loader=ExtensionFileLoader(name, place))


def install():
    """Let imports from now on find what is compiled; once is enough."""
    if any(isinstance(finder, CompiledFinder) for finder in sys.meta_path):
        return
    for place in sys.path:
        folder = os.path.join(place, FOLDER)
        if place and os.path.isdir(folder):
            sys.meta_path.insert(0, CompiledFinder(folder))
            return


def compiled(name):
    """Whether the module ``name`` runs compiled in this process."""
    module = sys.modules.get(name)
    return isinstance(getattr(getattr(module, "__spec__", None), "loader", None), ExtensionFileLoader)


def counted():
    """``(compiled, all)``: of the modules that were compiled at setup and run in this process."""
    finder = next((one for one in sys.meta_path if isinstance(one, CompiledFinder)), None)
    running = [name for name in finder.modules if name in sys.modules] if finder else []
    return sum(map(compiled, running)), len(running)
