"""What the host says about itself: section ``[finance_connectors]`` of odoo.conf or the environment.

``FINANCE_<NAME>`` in the environment wins over ``<name>`` in the section. Nothing here is in the
database, so a copied database does not carry it along.
"""

import configparser
import contextlib
import functools
import os
from pathlib import Path

from odoo.tools import config

from .core.errors import ConfigurationError
from .crypto.envelope import KeyRing, new_key

SECTION = "finance_connectors"


@functools.cache
def _section(path):
    """Our section of the configuration file; Odoo 19 itself keeps only its own options."""
    parser = configparser.RawConfigParser()
    parser.read(path)
    return dict(parser[SECTION]) if parser.has_section(SECTION) else {}


def option(name, default=None):
    """The host's value of ``name``, or ``default``."""
    return os.environ.get(f"FINANCE_{name.upper()}") or _section(config["config"]).get(name) or default


def environment():
    """``live`` only where the host says so; anything else is ``sandbox``."""
    return "live" if option("environment") == "live" else "sandbox"


def folder_root():
    """The one folder below which folder connectors may read and write."""
    return Path(option("folder_root") or Path(config["data_dir"]) / "finance_connectors").resolve()


def key_file():
    return Path(option("key_file") or Path(config["data_dir"]) / "finance_connectors.key")


def webhook_max_bytes():
    """Largest webhook post that is read; events are small, files come by other ways."""
    return int(option("webhook_max_bytes", 1 << 20))


def internal_hosts():
    """Internal hosts or networks that connectors may reach: ``name``, ``name:port``, ``10.1.0.0/16``."""
    return tuple(part.strip() for part in option("internal_hosts", "").split(",") if part.strip())


def key_ring():
    """The host's secret keys; the first call on a new host writes a fresh key file (mode 0600)."""
    path = key_file()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # another worker was first
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as stream:
                stream.write(new_key() + "\n")
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(f"{path} can be read by others; set its mode to 0600", code="secret.key_mode")
    return KeyRing([line for line in path.read_text().splitlines() if line.strip()])
