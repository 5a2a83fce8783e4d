"""The layouts that come with the addon: one JSON file each in ``shipped/``, with where it is documented."""

import functools
import json
from pathlib import Path

from .layout import Layout

FOLDER = Path(__file__).parent / "shipped"


@functools.cache
def shipped():
    """All of them, by code."""
    return tuple(
        Layout.read(json.loads(path.read_text(encoding="utf-8")), code=path.stem)
        for path in sorted(FOLDER.glob("*.json"))
    )
