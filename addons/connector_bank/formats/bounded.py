"""``formats.parse`` in a process with limits (``core.bounded``): what files from outside are read with."""

import json
from dataclasses import asdict

from odoo.addons.finance_connector_base.core.bounded import bounded_lines
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK
from odoo.addons.finance_connector_base.core.statement import FORMATS

from ..profiles.propose import propose
from . import parse
from .rendering import EVENTS, summaries


def parse_bounded(source, format=None, limits=None, tables=None):
    """Yield the events of a path, bytes or open file, as ``formats.parse`` does.

    :param tables: which profiles read bank tables, as ``csv_bank.Tables`` has it
    :param limits: ``ParseLimits``; those in force by default
    :raise FinanceError: the refusals of ``formats.parse``; ``parse.memory``, ``parse.time``, ``parse.crash``
    """
    return map(EVENTS.record, quick_lines_bounded(source, format, limits, tables))


def quick_lines_bounded(source, format=None, limits=None, tables=None):
    """The events as lines for ``EVENTS.record``, which can be kept and read later."""
    return _lines("quick_event_lines", source, format, limits, tables)


def lines_bounded(source, format=None, limits=None, tables=None):
    """The events as canonical JSON lines, for people and comparisons."""
    return _lines("event_lines", source, format, limits, tables)


def summaries_bounded(source, format=None, limits=None, tables=None):
    """One JSON line a statement."""
    return _lines("summary_lines", source, format, limits, tables)


def proposal_bounded(source, code, name):
    """What is proposed for the table in ``source``: the fields of ``profiles.propose.Proposal`` as JSON values."""
    options = {"code": code, "name": name}
    return json.loads("".join(bounded_lines(f"{__name__}:proposal_lines", source, options, _modules())))


def _lines(task, source, format, limits, tables):
    return bounded_lines(f"{__name__}:{task}", source, {"format": format, "tables": tables}, _modules(), limits)


def _modules():
    return sorted({format_class.__module__ for format_class in FORMATS})


def event_lines(stream, format, tables=None):
    """Run in the child."""
    return (EVENTS.line(event) for event in parse(stream, format, tables))


def quick_event_lines(stream, format, tables=None):
    """Run in the child."""
    return map(EVENTS.quick_line, parse(stream, format, tables))


def summary_lines(stream, format, tables=None):
    """Run in the child."""
    return (json.dumps(summary, ensure_ascii=False) for summary in summaries(parse(stream, format, tables)))


def proposal_lines(stream, code, name):
    """Run in the child."""
    proposal = propose(stream, stream.read(CHUNK), code, name)
    yield json.dumps(asdict(proposal), ensure_ascii=False)
