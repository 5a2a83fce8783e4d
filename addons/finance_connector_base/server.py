"""What the host says about itself: section ``[finance_connectors]`` of odoo.conf or the environment.

``FINANCE_<NAME>`` in the environment wins over ``<name>`` in the section. Nothing here is in the
database, so a copied database does not carry it along.
"""

import configparser
import dataclasses
import functools
import ipaddress
import os
import socket
from pathlib import Path

from odoo.tools import config

from .core.errors import ConfigurationError
from .core.safe import limits
from .crypto.sources import EnvironmentKeys, FileKeys
from .crypto.vault import VaultKeys, VaultSettings

SECTION = "finance_connectors"
#: Secret keys in the environment; never read from odoo.conf.
KEYS_VARIABLE = "FINANCE_SECRET_KEYS"
VAULT_OPTIONS = [field.name for field in dataclasses.fields(VaultSettings)]


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


def node():
    """What this node is called; the same name must not be given to two nodes of one database."""
    return option("node") or f"{socket.gethostname()}:{config['http_port']}"


def node_jobs():
    """How many queue jobs this node does at once; 0 where it has no workers and so no limit."""
    return int(option("node_jobs", config["workers"] or 0))


def runner_seconds():
    """How long an idle job runner sleeps before it looks for jobs of dead workers."""
    return int(option("runner_seconds", 10))


def database_address():
    """How this host names its database server; the same on all hosts of one database."""
    return option("database_address") or f"{config['db_host'] or 'local'}:{config['db_port'] or 5432}"


def webhook_max_bytes():
    """Largest webhook post that is read; events are small, files come by other ways."""
    return int(option("webhook_max_bytes", 1 << 20))


def metrics_token():
    """What a monitoring system shows to read metrics (``Authorization: Bearer …``); none: only by address."""
    return option("metrics_token")


def metrics_networks():
    """Addresses or networks that may read metrics without token: ``10.1.2.3, 10.1.0.0/16``; none by default."""
    listed = option("metrics_networks", "").split(",")
    return tuple(ipaddress.ip_network(part.strip()) for part in listed if part.strip())


def metrics_seconds():
    """For how long metrics are answered from what was counted last."""
    return float(option("metrics_seconds", 10))


def log_format():
    """``json``: one object a line; anything else leaves the log as Odoo writes it."""
    return option("log_format", "text")


def trace_endpoint():
    """Where spans are sent (OTLP over HTTP), such as ``http://collector:4318/v1/traces``; none: nowhere."""
    return option("trace_endpoint")


def trace_headers():
    """Headers a collector asks for: ``name=value, …``."""
    pairs = (part.partition("=") for part in option("trace_headers", "").split(",") if part.strip())
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def trace_sample():
    """Share of the traces that are sent, 0 to 1; a trace is sent whole or not at all, alike on all servers."""
    return float(option("trace_sample", 1))


def api_max_bytes():
    """Largest body the canonical interface reads; ten thousand journal entries of two rows are about 5 MB."""
    return int(option("api_max_bytes", 32 << 20))


def api_max_items():
    """Objects in one request of the canonical interface."""
    return int(option("api_max_items", 10_000))


def api_sync_items():
    """Objects in one request that are worked on before the answer; larger requests are answered 202."""
    return int(option("api_sync_items", 50))


def api_chunk():
    """Records written by one ``create``; larger ones gain nothing more and need more memory."""
    return int(option("api_chunk", 500))


def api_answer_hours():
    """How long an idempotency key gives its stored answer."""
    return int(option("api_answer_hours", 72))


def api_page():
    """Objects on one page of a list read through the canonical interface."""
    return int(option("api_page", 500))


def limit_reading():
    """Put the host's limits of files from outside in force (``core.safe.limits``)."""
    limits.configure({name: option(name) for name in limits.option_names()})


def internal_hosts():
    """Internal hosts or networks that connectors may reach: ``name``, ``name:port``, ``10.1.0.0/16``."""
    return tuple(part.strip() for part in option("internal_hosts", "").split(",") if part.strip())


def key_source():
    """Where the secret keys come from: ``key_source``, or what is set: Vault, the environment, the key file."""
    vault = {name: option(f"vault_{name}") for name in VAULT_OPTIONS}
    found = "vault" if vault["address"] else "environment" if os.environ.get(KEYS_VARIABLE) else "file"
    kind = option("key_source", found)
    if kind == "vault":
        return _vault(**{name: value for name, value in vault.items() if value})
    if kind not in ("file", "environment"):
        raise ConfigurationError(
            f"key_source must be file, environment or vault, not {kind}", code="secret.source"
        )
    return EnvironmentKeys(KEYS_VARIABLE) if kind == "environment" else _file(key_file())


@functools.cache
def _file(path):
    return FileKeys(path)


@functools.cache
def _vault(**options):
    numbers = {name: float(options[name]) for name in options if name.endswith("seconds")}
    return VaultKeys(VaultSettings(**{"address": "", "path": "", **options, **numbers}))


def audit_source():
    """The file of the keys that seal and sign the audit trail, apart from those of the secrets."""
    return _file(Path(option("audit_key_file") or key_file().with_name(f"{key_file().name}.audit")))


def audit_ring():
    """These keys; a new host gets its first one. Old ones stay as long as what they sealed is to be verified."""
    source = audit_source()
    source.make()
    return source.ring()


def audit_seconds():
    """How often the job runner's process seals what was noted; 0: it leaves that to the cron of each minute."""
    return float(option("audit_seconds", 2))


def audit_anchors():
    """The folder that gets a copy of each checkpoint: storage that is written once. ``None``: nowhere."""
    folder = option("audit_anchor_folder")
    return Path(folder) if folder else None


def key_ring(wanted=None):
    """The host's secret keys.

    :param wanted: id of the key that is needed; where it is unknown the source is looked at once more,
        because another host may have sealed with a newer one
    """
    source = key_source()
    ring = source.ring()
    return ring if wanted is None or wanted in ring.ids else source.ring(fresh=True)


def sealing_ring():
    """The same, for sealing; a new host gets its first key (file of mode 0600)."""
    source = key_source()
    source.make()
    return source.ring()
