"""Which kind of answer a file is, and its answers, read in a process with limits (``core.bounded``)."""

from odoo.addons.finance_connector_base.core.bounded import bounded_lines
from odoo.addons.finance_connector_base.core.codec import Codec
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK

from ..formats.container import members, opened
from . import camt029, interface_answer, nacha_return, pain002, report
from .answer import BatchAnswer, GroupAnswer, ItemAnswer

READERS = {
    "pain002": pain002, "camt029": camt029, "nacha_return": nacha_return, "interface_answer": interface_answer,
    "report": report,
}  # fmt: skip
ANSWERS = Codec(GroupAnswer, BatchAnswer, ItemAnswer)


def parse(source, format=None):
    """Answers of a path or binary stream, zip files unpacked.

    :param format: code of the only format to accept; by default each file is recognised
    :raise FormatError: ``answer.unknown`` and the refusals of the format
    """
    with opened(source) as stream:
        for _name, member in members(stream):
            yield from READERS[format or recognise(member.peek(CHUNK))].parse(member)


def recognise(head):
    for code, reader in READERS.items():
        if reader.recognises(head):
            return code
    raise FormatError("no known kind of answer", code="answer.unknown")


def parse_bounded(source, format=None, limits=None):
    """Yield the answers of a path, bytes or open file, as ``parse`` does.

    :raise FinanceError: also ``parse.memory``, ``parse.time``, ``parse.crash``
    """
    for line in bounded_lines(f"{__name__}:answer_lines", source, {"format": format}, [], limits):
        yield ANSWERS.record(line)


def answer_lines(stream, format):
    """Run in the child."""
    return map(ANSWERS.quick_line, parse(stream, format))
