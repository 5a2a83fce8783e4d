"""A line to an HTTPS system as tests set it up."""

from ..transports.https import Https


def line(address, secrets=None, **changes):
    settings = {
        "address": address,
        "environment": "sandbox",
        "timeout_seconds": 10,
        "max_bytes": 100_000,
        "push_path": "/payments",
        "ask_path": "/payments/{key}",
        "pull_path": "/payments",
        "auth_scheme": "none",
        "username": "",
        **changes,
    }
    return Https(settings, secrets or {})
