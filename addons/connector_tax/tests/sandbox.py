"""The loopback sandbox of the repository, for tests of this addon."""

import sys
from pathlib import Path

SETUP = Path(__file__).resolve().parents[3] / "setup"
if not (SETUP / "sandbox").is_dir():
    raise ImportError("the tests need the repository's setup/sandbox beside addons/")
if str(SETUP) not in sys.path:
    sys.path.append(str(SETUP))

from sandbox import Sandbox  # noqa: E402 - found through the lines above

ACCOUNT, LICENSE = "2000000001", "SANDBOX-LICENSE"

__all__ = ["ACCOUNT", "LICENSE", "Sandbox"]
