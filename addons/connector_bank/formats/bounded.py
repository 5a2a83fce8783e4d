"""``formats.parse`` in a process with limits (``core.bounded``): what files from outside are read with."""

import json

from odoo.addons.finance_connector_base.core.bounded import bounded_lines
from odoo.addons.finance_connector_base.core.statement import FORMATS

from . import parse
from .rendering import EVENTS, summaries


def parse_bounded(source, format=None, limits=None, tables=None):
    """Yield the events of a path, bytes or open file, as ``formats.parse`` does.

    :param tables: which profiles read bank tables, as ``csv_bank.Tables`` has it
    :param limits: ``ParseLimits``; those in force by default
    :raise FinanceError: the refusals of ``formats.parse``; ``parse.memory``, ``parse.time``, ``parse.crash``
    """
    for line in _lines("event_lines", source, format, limits, tables):
        yield EVENTS.record(line)


def lines_bounded(source, format=None, limits=None, tables=None):
    """The events as canonical JSON lines, without reading them here."""
    return _lines("event_lines", source, format, limits, tables)


def summaries_bounded(source, format=None, limits=None, tables=None):
    """One JSON line a statement."""
    return _lines("summary_lines", source, format, limits, tables)


def _lines(task, source, format, limits, tables):
    modules = sorted({format_class.__module__ for format_class in FORMATS})
    return bounded_lines(f"{__name__}:{task}", source, {"format": format, "tables": tables}, modules, limits)


def event_lines(stream, format, tables=None):
    """Run in the child."""
    return (EVENTS.line(event) for event in parse(stream, format, tables))


def summary_lines(stream, format, tables=None):
    """Run in the child."""
    return (json.dumps(summary, ensure_ascii=False) for summary in summaries(parse(stream, format, tables)))
