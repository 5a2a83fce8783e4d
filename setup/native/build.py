"""Compiles the modules of modules.txt whose source changed, into ``finance_native`` of this environment.

build.py TOOLS: folder with Cython and setuptools; what is compiled already is left alone. Nothing is written
beside the sources. ``finance_connector_base.core.native`` says how the results are found and when they count.
build.py --missing only says by its exit code whether something has to be compiled.
"""

import os
import shutil
import sys
import sysconfig
import tempfile
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

HERE = Path(__file__).parent
ADDONS = HERE.parents[1] / "addons"
KEEP_SECONDS = 30 * 24 * 3600  # other checkouts may share this environment
FLAGS = ["-O2", "-g0", "-fno-strict-aliasing"]


def main(tools: str) -> None:
    native = _native()
    folder = Path(sysconfig.get_path("platlib")) / native.FOLDER
    wanted = {name: folder / native.file_name(name, _source(name)) for name in _names()}
    missing = {name: target for name, target in wanted.items() if not target.exists()}
    if tools == "--missing":
        sys.exit(1 if missing else 0)
    folder.mkdir(exist_ok=True)
    if missing:
        sys.path.insert(0, tools)
        with tempfile.TemporaryDirectory() as stage:
            _compile(native, missing, Path(stage))
    for old in set(folder.iterdir()) - set(wanted.values()):
        if time.time() - old.stat().st_mtime > KEEP_SECONDS:
            old.unlink()
    print(f"{len(missing)} compiled, {len(wanted) - len(missing)} were there")


def _names():
    lines = (HERE / "modules.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _source(name):
    return ADDONS.joinpath(*name.split(".")[2:]).with_suffix(".py")


def _native():
    spec = spec_from_file_location("native", ADDONS / "finance_connector_base" / "core" / "native.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compile(native, modules, stage):
    os.environ["SETUPTOOLS_USE_DISTUTILS"] = "local"
    import Cython
    import lxml
    from Cython.Build import cythonize
    from setuptools import Extension, setup

    if f"Cython {Cython.__version__}" != native.COMPILER:
        sys.exit(f"Cython {Cython.__version__} is here; core/native.py names {native.COMPILER}")
    headers = lxml.get_include()
    extensions = []
    for name in modules:
        place = stage.joinpath(*name.split("."))
        place.parent.mkdir(parents=True, exist_ok=True)
        source = _source(name)
        for part in (source, *native.beside(source)):
            shutil.copy(part, place.parent)
        if place.with_suffix(".pyx").exists():
            place.with_suffix(".py").unlink()
        chosen = place.with_suffix(".pyx" if place.with_suffix(".pyx").exists() else ".py")
        extensions.append(
            Extension(name, [str(chosen.relative_to(stage))], include_dirs=headers, extra_compile_args=FLAGS)
        )
    for package in {parent for name in modules for parent in stage.joinpath(*name.split(".")).parents}:
        if package != stage and package.is_relative_to(stage):
            (package / "__init__.py").touch()
    os.chdir(stage)
    built = stage / "built"
    setup(
        name="finance_native",
        script_args=["--quiet", "build_ext", "--build-lib", str(built), "--parallel", str(os.cpu_count() or 1)],
        ext_modules=cythonize(
            extensions, compiler_directives=native.DIRECTIVES, include_path=[str(stage), *headers], quiet=True
        ),
    )
    for name, target in modules.items():
        made = next(built.joinpath(*name.split(".")[:-1]).glob(name.rpartition(".")[2] + ".*.so"))
        shutil.copy(made, target.with_suffix(".new"))
        target.with_suffix(".new").rename(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
