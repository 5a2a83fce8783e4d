"""What this host has seen of a database: its latest home and the furthest position in its log there.

Kept on the host's own disk. A state of the database that lies before was put back from a backup, or is a
former primary that was replaced. It looks like the original in everything else, and may hold as unsent what
was sent long ago.
"""

import contextlib
import os
import time
from pathlib import Path

from odoo.tools import config

#: How often the position is written down at most.
WRITE_SECONDS = 10

_written = {}  # lineage: when this process last wrote


class Seen:
    """What was seen before this object was made; so ask the database afterwards.

    :param lineage: what a database shares with its copies and former states
    """

    def __init__(self, lineage):
        self._lineage = lineage
        self._path = Path(config["data_dir"]) / "finance_connectors.seen" / (lineage or "none")
        self.home, self.position = self._read() if lineage else (0, 0)

    def _read(self):
        try:
            home, position = self._path.read_text().split()
            return int(home), int(position)
        except (OSError, ValueError):  # nothing seen yet
            return 0, 0

    def reached(self, home, position):
        """Whether the database is at least as far as it was; if so, keep how far it is now.

        :param home: number of the home; a new one begins with a position of its own
        """
        if (home, position) < (self.home, self.position):
            return False
        now = time.monotonic()
        new = home > self.home or now - _written.get(self._lineage, -WRITE_SECONDS) >= WRITE_SECONDS
        if self._lineage and new:
            _written[self._lineage] = now
            with contextlib.suppress(OSError):  # a host without a disk of its own has no such memory
                self._path.parent.mkdir(mode=0o700, exist_ok=True)
                beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
                beside.write_text(f"{home} {position}")
                beside.replace(self._path)
        return True
