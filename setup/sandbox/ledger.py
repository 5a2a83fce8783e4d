"""The journal of effects: what really happened at a party, however often it was called.

A party changes its state only by an effect, so the journal is also the state: read back from a file
it survives a restart.
"""

import json
import os
import threading
from decimal import Decimal
from pathlib import Path


def number(value):
    """Decimals as JSON numbers; up to 15 digits they come back as they went."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not JSON: {type(value).__name__}")


def read(text):
    """JSON with exact decimals."""
    return json.loads(text, parse_float=Decimal)


class Ledger:
    """Append-only list of effects, on disk where a file is given."""

    def __init__(self, path=None):
        self.path = Path(path) if path else None
        self.lock = threading.RLock()
        self._effects = self._load()

    def add(self, party, kind, key, data):
        """Write one effect down, durably, before it is answered."""
        with self.lock:
            effect = {
                "number": len(self._effects) + 1,
                "party": party,
                "kind": kind,
                "key": key,
                "data": data,
            }
            line = json.dumps(effect, default=number, sort_keys=True)
            if self.path:
                with self.path.open("a", encoding="utf-8") as stream:
                    stream.write(line + "\n")
                    stream.flush()
                    os.fsync(stream.fileno())
            self._effects.append(read(line))
            return self._effects[-1]

    def effects(self, party=None, kind=None):
        with self.lock:
            return [
                effect
                for effect in self._effects
                if party in (None, effect["party"]) and kind in (None, effect["kind"])
            ]

    def clear(self):
        with self.lock:
            self._effects = []
            if self.path:
                self.path.write_text("", encoding="utf-8")

    def _load(self):
        if not self.path or not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return [read(line) for line in lines if line.endswith("}")]  # a cut last line never happened
