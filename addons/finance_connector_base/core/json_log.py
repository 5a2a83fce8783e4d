"""Log lines as JSON objects, one a line, each with the work that it belongs to.

What is being worked on is kept in a context variable: threads and greenlets do not see each other's.
"""

import json
import logging
import re
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from .identifier import trace_id
from .masking import log_text

#: Facts about the work under way, as they stand in a log line.
_work = ContextVar("finance_work", default=None)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@contextmanager
def working(**facts):
    """Lines logged inside carry ``facts``; what is not known (``None``) stays as it is outside."""
    token = _work.set({**(_work.get() or {}), **{name: value for name, value in facts.items() if value is not None}})
    try:
        yield
    finally:
        _work.reset(token)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``time`` (UTC, RFC 3339), ``level``, ``logger``, ``db``, ``pid``, ``message``, and of the
    work under way ``connector``, ``flow``, ``message_id``, ``correlation_id``, ``trace_id`` and ``step``.

    Records are masked before they get here (``masking.install``); what the formatter itself makes of an
    exception is masked by it.
    """

    def format(self, record):
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "pid": record.process,
            "db": getattr(threading.current_thread(), "dbname", None),
            "message": _COLOURS.sub("", record.getMessage()),
        }
        facts = _work.get()
        if facts:
            line |= facts
            if "correlation_id" in facts:
                line["trace_id"] = f"{trace_id(facts['correlation_id']):032x}"
        trace = record.exc_text or (record.exc_info and self.formatException(record.exc_info))
        if trace:
            line["exception"] = log_text(trace)
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, ensure_ascii=False, default=str)


def install():
    """Have every handler of the root logger write JSON."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(JsonFormatter())
