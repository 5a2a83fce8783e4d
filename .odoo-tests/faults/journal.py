"""What was broken, when and for whom: one JSON a line, so that a failure can be laid beside what caused it."""

import json
import threading
import time
from collections import Counter


class Journal:
    """``add`` from any thread; ``counts`` since the last ``begin``."""

    def __init__(self, path):
        self.path = path
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = path.open("a")
        self._lock = threading.Lock()
        self.begin("start")

    def begin(self, part):
        self.part, self.counts, self.began = part, Counter(), time.monotonic()

    def add(self, what, whom="", **detail):
        """One injected fault; ``whom`` is a node, process, bank or database."""
        row = {"part": self.part, "second": round(time.monotonic() - self.began, 3), "what": what, "whom": str(whom)}
        with self._lock:
            self.counts[what] += 1
            self._stream.write(json.dumps({**row, **detail}) + "\n")
            self._stream.flush()

    def note(self, what, **detail):
        """Something to know beside the faults, not counted as one."""
        row = {"part": self.part, "second": round(time.monotonic() - self.began, 3), "note": what}
        with self._lock:
            self._stream.write(json.dumps({**row, **detail}) + "\n")
            self._stream.flush()

    def close(self):
        self._stream.close()
