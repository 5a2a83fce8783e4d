"""Statement formats: recognise a file, read it, show what was read.

A new format is one module here with a class registered in ``FORMATS``, imported below, and its
samples in ``tests/samples/<code>/``.
"""

import codecs
from dataclasses import replace

from odoo.addons.finance_connector_base.core.errors import FinanceError, FormatError
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK
from odoo.addons.finance_connector_base.core.statement import FORMATS, Header
from odoo.addons.finance_connector_base.core.statement_totals import checked

from . import (  # noqa: F401  registers their formats
    adyen,
    bai2,
    bank_account_data,
    berlin_group,
    braintree,
    camt,
    cfonb,
    checkout,
    coda,
    gocardless,
    mt940,
    n43,
    ofx,
    paypal,
    ponto,
    shopify,
    stripe,
    trustly,
    trustly_funding,
    wise,
)
from .container import members, opened
from .csv_bank import CsvBank, looks_like_table
from .rendering import lines, rendered, summaries

__all__ = ["FORMATS", "lines", "parse", "recognise", "rendered", "summaries"]


_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def recognise(head, tables=None):
    """Code of the format that ``head``, the first bytes of a file, belongs to."""
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise FormatError("the file is empty", code="file.empty")
    for shape in (head, head.decode("utf-16", "replace").encode()) if head.startswith(_UTF_16) else (head,):
        for format_class in FORMATS:
            if format_class().recognises(shape):
                return format_class.code
    if CsvBank(tables).recognises(head) or looks_like_table(head):
        return CsvBank.code  # which says what it misses
    raise FormatError("no known format", code="format.unknown")


def parse(source, format=None, tables=None):
    """Events of a path or binary stream, zip files unpacked, the common checks applied.

    :param format: code of the only format to accept; by default each file is recognised
    :param tables: which profiles read bank tables, as ``csv_bank.Tables`` has it
    """
    with opened(source) as stream:
        for name, member in members(stream):
            events = _read(member, format, tables)
            yield from (events if name is None else _named(name, events))


def _read(stream, wanted, tables):
    code = wanted or recognise(stream.peek(CHUNK), tables)
    reader = CsvBank(tables) if code == CsvBank.code else FORMATS.get(code)()

    def named(header):
        header = header if header.format else replace(header, format=code)
        if wanted and header.format != wanted:
            raise FormatError(f"this is {header.format}, not {wanted}", code="format.mismatch")
        return header

    return checked(reader.parse(stream), named)


def _named(name, events):
    """Put the name of the file inside a container before each place."""
    try:
        for event in events:
            yield replace(event, place=f"{name}: {event.place}" if event.place else name)
    except FinanceError as error:
        error.place = f"{name}: {error.place}" if error.place else name
        raise
