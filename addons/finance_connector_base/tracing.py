"""What this process works on, told to its log lines (JSON) and to an OpenTelemetry collector (OTLP over HTTP).

Both are off unless the host asks for them (``log_format``, ``trace_endpoint``); then ``work`` does nothing but
answer so. The correlation id of a message is its trace: whatever is done for it, on whichever server and
day, hangs below one root, the moment it was stored.
"""

import functools
import logging
import os
import threading
from contextlib import contextmanager, nullcontext

from . import server
from .core import json_log, masking
from .core.identifier import root_span_id, trace_id

_logger = logging.getLogger(__name__)

#: Of a trace id's 128 bits those that say whether it is sampled; the end of a UUID is random.
SAMPLE_BITS = 48
#: A collector that does not answer is given up for a batch after this time.
SEND_SECONDS = 5
_nothing = nullcontext()


def install():
    """JSON lines from now on, where the host wants them."""
    if server.log_format() == "json":
        json_log.install()


@functools.cache
def _wanted():
    """Whether anybody listens: the log, a collector."""
    return server.log_format() == "json", bool(server.trace_endpoint())


def reset():
    """Read the host's options anew, and send what is left to send."""
    if _tracer.cache_info().currsize:
        _tracer(os.getpid()).close()
    _tracer.cache_clear()
    _wanted.cache_clear()


def facts(env, values):
    """What work on a message is known by: numbers and names of the set-up, nothing of its content.

    :param values: columns of the message
    :return: nothing while nobody listens, so that asking costs nothing
    """
    if not any(_wanted()):
        return {}
    connector = env["finance.connector"].sudo().browse(values["connector_id"])
    flow = env["finance.flow"].sudo().browse(values.get("flow_id") or [])
    return {
        "correlation_id": values["correlation_id"],
        "message_id": values.get("id"),
        "connector": connector.code,
        "flow": flow.name or None,
        "kind": values["kind"],
    }


def work(step, known, root=False, **more):
    """A context: what is logged inside belongs to this work, and it is one span of the message's trace.

    :param step: what is done: receive, submit, claim, send, ask, process, post
    :param known: ``facts`` of the message
    :param root: the step with which the trace begins
    """
    logs, traces = _wanted()
    if not known or not (logs or traces):
        return _nothing
    return _work(step, root, traces, {**known, **more})


@contextmanager
def _work(step, root, traces, known):
    with json_log.working(step=step, **known), _span(step, root, known) if traces else _nothing:
        yield


def _span(step, root, known):
    tracer = _tracer(os.getpid())  # the exporter's thread does not outlive a fork
    return tracer.span(step, root, known) if tracer else _nothing


@functools.cache
def _tracer(_pid):
    """The library's side, or ``None`` where it is not installed; told once."""
    try:
        return Tracer(server.trace_endpoint(), server.trace_headers(), server.trace_sample())
    except ImportError:
        _logger.warning("trace_endpoint is set, but opentelemetry is missing: see requirements-tracing.txt")
        return None


class Tracer:
    """Spans through OpenTelemetry's SDK, sent in batches from a thread of their own; a dead collector costs nothing
    but the spans.
    """

    def __init__(self, endpoint, headers, sample):
        from opentelemetry import trace  # noqa: PLC0415 - optional, and only where it is wanted
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider, sampling  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        for value in headers.values():
            masking.remember(value)
        self._api, self._sample = trace, sample
        self._ids = _Ids()
        self._provider = TracerProvider(
            sampler=sampling.ALWAYS_ON,  # decided here, alike on all servers
            resource=Resource.create({"service.name": "finance_connectors", "service.instance.id": server.node()}),
            id_generator=self._ids,
            shutdown_on_exit=True,
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, headers=headers, timeout=SEND_SECONDS))
        )
        self._tracer = self._provider.get_tracer("finance_connector_base")

    @contextmanager
    def span(self, step, root, known):
        """One span; its trace is the correlation id, its parent the span around it or the trace's root."""
        api, correlation_id = self._api, known["correlation_id"]
        number = trace_id(correlation_id)
        if number % (1 << SAMPLE_BITS) >= self._sample * (1 << SAMPLE_BITS):
            yield
            return
        context = None
        if root:
            self._ids.given = (number, root_span_id(correlation_id))
            context = api.set_span_in_context(api.INVALID_SPAN)
        elif api.get_current_span().get_span_context().trace_id != number:
            above = api.SpanContext(number, root_span_id(correlation_id), True, api.TraceFlags(1))
            context = api.set_span_in_context(api.NonRecordingSpan(above))
        with self._tracer.start_as_current_span(
            step,
            context=context,
            attributes={f"finance.{name}": value for name, value in known.items() if value is not None},
            record_exception=False,  # its text may quote a message
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", getattr(error, "code", None) or type(error).__name__)
                span.set_status(api.StatusCode.ERROR)
                raise

    def close(self):
        self._provider.shutdown()


class _Ids(threading.local):
    """Numbers for spans: those of a trace's root are given, the others are drawn."""

    given = None

    def generate_trace_id(self):
        return self.given[0] if self.given else int.from_bytes(os.urandom(16), "big")

    def generate_span_id(self):
        if self.given:
            (_trace, number), self.given = self.given, None
            return number
        return int.from_bytes(os.urandom(8), "big") or 1

    def is_trace_id_random(self):
        return False
