"""The loopback sandbox for tests; it lives beside the addons in ``setup/``."""

import sys
import unittest
from pathlib import Path

#: The tax engine's account number and licence key.
ACCOUNT, LICENSE = "2000000001", "SANDBOX-LICENSE"
SETUP = Path(__file__).resolve().parents[3] / "setup"


def sandbox(**options):
    """A started sandbox; skips where the repository's ``setup/`` folder is not beside the addons."""
    if not (SETUP / "sandbox").is_dir():
        raise unittest.SkipTest("setup/sandbox is not beside the addons")
    if str(SETUP) not in sys.path:
        sys.path.insert(0, str(SETUP))
    from sandbox import Sandbox

    return Sandbox(**options)
