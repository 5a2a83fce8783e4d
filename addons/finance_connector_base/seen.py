"""What this host has seen of a database: the furthest position in its log, kept on the host's own disk.

A state of the database that lies before it was put back from a backup. It looks like the original in
everything else, and may hold as unsent what was sent long ago.
"""

import contextlib
import os
import time
from pathlib import Path

from odoo.tools import config

#: How often the position is written down at most.
WRITE_SECONDS = 10

_written = {}  # serial of a binding: when this process last wrote its position


class Seen:
    """What was seen before this object was made; so ask the database afterwards.

    :param serial: of the binding; a new binding starts afresh
    """

    def __init__(self, serial):
        self._serial = serial
        self._path = Path(config["data_dir"]) / "finance_connectors.seen" / (serial or "none")
        self._position = self._read() if serial else 0

    def _read(self):
        try:
            return int(self._path.read_text())
        except (OSError, ValueError):  # nothing seen yet
            return 0

    def reached(self, position):
        """Whether the database is at least as far as it was; if so, keep how far it is now."""
        if position < self._position:
            return False
        now = time.monotonic()
        if self._serial and now - _written.get(self._serial, -WRITE_SECONDS) >= WRITE_SECONDS:
            _written[self._serial] = now
            with contextlib.suppress(OSError):  # a host without a disk of its own has no such memory
                self._path.parent.mkdir(mode=0o700, exist_ok=True)
                beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
                beside.write_text(str(position))
                beside.replace(self._path)
        return True
