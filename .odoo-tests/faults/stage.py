"""Where the campaign plays: a folder on a small disk of its own, a PostgreSQL, databases, nodes, banks."""

import configparser
import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil

from runner import databases
from runner.layout import HOME, LOGS, ROOT

from .banks import Bank
from .clerk import Clerk
from .cluster import Cluster
from .node import Node
from .plan import SEED

PREFIX = "finance-faults-"
DISK_BYTES = 2 << 30
CHANNELS = "root:8,root.finance:6,root.finance.pay:2"


class Stage:
    """Made once for a campaign; everything it starts ends with it."""

    def __init__(self, journal):
        sweep_leftovers()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self.outside = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-out-"))  # journals of the banks
        self.folder.chmod(0o755)
        self.has_own_disk = mount(self.folder)
        self._things, self._numbers = [], iter(range(1, 1_000_000))
        self.journal = journal
        self.cluster = Cluster(self.folder / "pg").create()
        self.data = self.folder / "data"
        self.configuration = self._configuration()
        self._template = None

    def _configuration(self, **more):
        """As setup wrote it, for this cluster and with files on this disk."""
        parser = configparser.RawConfigParser()
        parser.read(HOME / "odoo.conf")
        naive = ROOT / ".odoo-tests" / "faults" / "naive"
        parser["options"].update({
            "db_host": str(self.cluster.run), "db_port": "5432", "db_user": "odoo", "data_dir": str(self.data),
            "addons_path": f"{parser['options']['addons_path']},{naive}",
            "limit_time_real": "120", "limit_time_cpu": "90", **more,
        })
        parser["options"].pop("db_password", None)
        parser["queue_job"]["channels"] = CHANNELS
        path = self.folder / "odoo.conf"
        with path.open("w") as stream:
            parser.write(stream)
        return path

    # databases

    def template(self):
        """All addons installed, copied from the project's own template."""
        if self._template is None:
            name = databases.new_database()
            try:
                self.cluster.load(name)
                files = HOME / "data" / "filestore" / name
                if files.exists():
                    shutil.copytree(files, self.data / "filestore" / name)
            finally:
                databases.drop_database(name)
            self._template = name
        return self._template

    def database(self, name="campaign"):
        """A fresh database with all addons."""
        name, template = f"{name}_{next(self._numbers)}", self.template()
        self.rows("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        files = self.data / "filestore"
        if (files / template).exists():
            subprocess.run(["cp", "-al", str(files / template), str(files / name)], check=True)
        return name

    def rows(self, database, query, given=None):
        return self.cluster.rows(database, query, given)

    # what plays

    def _keep(self, thing):
        self._things.append(thing)
        return thing

    def node(self, database, **options):
        """A started Odoo server; see ``Node``."""
        return self._keep(Node(self, database, **options)).start()

    def bank(self, name):
        bank = self._keep(Bank(f"{name}-{next(self._numbers)}", self.outside, SEED))
        self.remember(bank.process.pid)
        return bank

    def clerk(self, database):
        clerk = self._keep(Clerk(database, self.configuration, self.folder))
        self.remember(clerk.process.pid)
        return clerk

    def run_odoo(self, *arguments, stdin="", timeout=300):
        """Odoo once, on this stage; fails loudly."""
        done = subprocess.run(
            databases.odoo_command(*arguments), env=databases.odoo_environment(ODOO_RC=str(self.configuration)),
            input=stdin, capture_output=True, text=True, timeout=timeout, cwd=ROOT, check=False,
        )
        if done.returncode or "Traceback" in done.stderr:
            raise RuntimeError(done.stderr[-3000:])
        return done

    # the disk

    def fill_disk(self):
        """Take all room there is, database and files alike; ``free_disk`` gives it back.

        :raise RuntimeError: the stage has no disk of its own
        """
        if not self.has_own_disk:
            raise RuntimeError("filling a disk needs the right to mount one")
        with (self.folder / "ballast").open("wb") as stream, contextlib.suppress(OSError):
            room = os.statvfs(self.folder)
            os.posix_fallocate(stream.fileno(), 0, room.f_bavail * room.f_frsize)

    def free_disk(self):
        (self.folder / "ballast").unlink(missing_ok=True)

    # clocks

    def faketime(self):
        """The library that shifts a process's clock; fetched from the system's package archive where it is missing.

        :raise RuntimeError: it cannot be had
        """
        places = [Path("/usr/lib"), HOME / "faketime"]
        found = [path for place in places for path in place.glob("**/faketime/libfaketime.so.1")]
        if not found:
            target = HOME / "faketime"
            target.mkdir(exist_ok=True)
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                subprocess.run(["apt-get", "download", "libfaketime"], cwd=target, check=True, capture_output=True)
                for package in target.glob("*.deb"):
                    subprocess.run(["dpkg-deb", "-x", str(package), str(target)], check=True, capture_output=True)
            found = list(target.glob("**/faketime/libfaketime.so.1"))
        if not found:
            raise RuntimeError("libfaketime is neither installed nor in the package archive")
        return found[0]

    # the end

    def remember(self, pid):
        """Should the campaign itself be killed, the next one ends what it left running."""
        with (self.outside / "pids").open("a") as stream:
            stream.write(f"{pid}\n")

    def close(self):
        for thing in reversed(self._things):
            with contextlib.suppress(psutil.NoSuchProcess, RuntimeError, OSError):
                thing.kill() if isinstance(thing, Node) else thing.stop()
        self.free_disk()
        self.cluster.stop()
        with contextlib.suppress(OSError):
            shutil.copy(self.cluster.folder / "log", LOGS / "faults-postgres.log")
        remove(self.folder)
        shutil.rmtree(self.outside, ignore_errors=True)


def mount(folder):
    """A disk in memory with a limit of its own; whether that was allowed."""
    if os.getuid():
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=755", "finance-faults", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def remove(folder):
    if os.path.ismount(folder):
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)
    shutil.rmtree(folder, ignore_errors=True)


def sweep_leftovers():
    """What campaigns left behind that were killed before they could clean up."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not owner.isdigit() or psutil.pid_exists(int(owner)):
            continue
        for pid in (folder / "pids").read_text().split() if (folder / "pids").exists() else ():
            end_ours(int(pid))
        if (folder / "pg" / "data" / "postmaster.pid").exists():
            Cluster(folder / "pg").stop()
        remove(folder)


def end_ours(pid):
    """End a process and its children where it still is one of a campaign."""
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        process = psutil.Process(pid)
        if PREFIX in process.environ().get("ODOO_RC", "") + " ".join(process.cmdline()):
            for each in (*process.children(recursive=True), process):
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
