"""``odoo finance events``: what other systems can be told, for people who write subscribers."""

import sys

from ..core.operation import OPERATIONS, Operation
from ..events.catalogue import EVENTS, VERSION
from ..events.catalogue_text import markdown


@OPERATIONS.add("events", "The kinds of business events and their fields")
class Events(Operation):
    def arguments(self, parser):
        parser.add_argument("--markdown", action="store_true", help="tables as in docs/events.md")

    def run(self, options, env):
        if options.markdown:
            sys.stdout.write(markdown() + "\n")
            return None, 0
        kinds = {
            kind.type: {"text": kind.label, "model": kind.model, "data": kind.data, "wide": kind.private}
            for kind in EVENTS.values()
            if kind.model in env
        }
        return {"schema_version": VERSION, "types": kinds}, 0
