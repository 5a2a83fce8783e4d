"""CFONB, the French inter-bank formats: account statements of 120 characters, operations returned of 240.

Both come as one format: the first record tells which of the two a file is.
"""

import re
from itertools import chain

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.records import records
from odoo.addons.finance_connector_base.core.statement import FORMATS

from .cfonb_operations import Cfonb240
from .cfonb_statement import Cfonb120
from .fixed import events

_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:(?P<statement>01)\d{5}.{4}[\d ]{5}[A-Z ]{3}[\d ].[0-9A-Z]{11} {2}\d{6}.{50}"
    rb"|(?P<operations>31)\d{6}[0-9A-Z ]{2}[\d ]{6}[A-Z ].{4}\d{5}[\d ]{5})",
    re.DOTALL,
)


@FORMATS.add("cfonb", "CFONB statement (France)")
class Cfonb:
    """Statements (records 01, 04, 05, 07) and returned operations (31, 34, 39) of French banks."""

    def recognises(self, head):
        return _HEAD.match(head) is not None

    def parse(self, stream):
        lines = records(stream, _width)
        first = next(lines, None)
        if first is None:
            raise FormatError("the file holds no statement", code="cfonb.empty")
        reader = Cfonb240() if first[1].startswith("3") else Cfonb120()
        yield from events(reader, chain((first,), lines))


def _width(head):
    found = _HEAD.match(head)
    return 120 if found and found["statement"] else 240
