import json
import logging
import time
import uuid

from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import tracing
from ..core import json_log
from ..core.errors import BusinessError
from .common import SandboxCase, server_option
from .otlp import collector

EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"


@tagged("post_install", "-at_install")
class TestTracing(SandboxCase):
    """What is done for a message reaches a collector as one trace, its correlation id; off by default."""

    def setUp(self):
        super().setUp()
        self.addCleanup(tracing.reset)
        tracing.reset()

    def traced(self, **options):
        """A collector that gets what is traced from now on; ``reset`` sends it."""
        found = self.enterContext(collector())
        self.enterContext(server_option(trace_endpoint=found.url, **options))
        tracing.reset()
        return found

    def test_off(self):
        self.assertEqual(tracing.facts(self.env, {}), {})
        self.assertIs(tracing.work("send", {}), tracing._nothing)
        began = time.process_time()
        for _round in range(10_000):
            with tracing.work("send", tracing.facts(self.env, {}), attempt=1):
                pass
        self.assertLess(time.process_time() - began, 0.2, "20 µs for each step, if off")

    def test_in(self):
        found = self.traced()
        message, _new = self.store(b"secret remittance text")
        with self.processing(lambda _message: {"text": "done"}):
            message.process_job()
        tracing.reset()
        spans = {span.name: span for span in found.spans}
        self.assertEqual(set(spans), {"receive", "process", "post"})
        self.assertEqual({span.trace for span in spans.values()}, {uuid.UUID(message.correlation_id).hex})
        self.assertEqual(spans["receive"].parent, "")
        self.assertEqual(spans["process"].parent, spans["receive"].span)
        self.assertEqual(spans["post"].parent, spans["process"].span)
        self.assertEqual(spans["process"].facts["finance.message_id"], message.id)
        self.assertEqual(spans["process"].facts["finance.connector"], self.upload.code)
        self.assertNotIn(b"remittance", b"".join(found.bodies))

    def test_out(self):
        found = self.traced(trace_headers="authorization=Bearer 0123456789abcdef")
        message = self.submit()
        self.advance(message)
        tracing.reset()
        spans = {span.name: span for span in found.spans}
        self.assertLessEqual({"submit", "claim", "send"}, set(spans))
        self.assertEqual(spans["send"].parent, spans["submit"].span)
        self.assertEqual(spans["send"].facts["finance.attempt"], 1)
        self.assertEqual({span.trace for span in spans.values()}, {uuid.UUID(message.correlation_id).hex})
        self.assertIn("Bearer 0123456789abcdef", str(found.headers_seen))

    def test_failure_says_its_code_only(self):
        found = self.traced()
        message, _new = self.store(b"x")
        with self.processing(BusinessError("Mrs Miller owes 10", code="bank.refused")):
            message.process_job()
        tracing.reset()
        post = next(span for span in found.spans if span.name == "post")
        self.assertTrue(post.failed)
        self.assertEqual(post.facts["error.type"], "bank.refused")
        self.assertNotIn(b"Miller", b"".join(found.bodies))

    def test_sampled_whole_or_not_at_all(self):
        found = self.traced(trace_sample="0.5")
        messages = []
        for number in range(40):
            message, _new = self.store(b"%d" % number)
            with self.processing(lambda _message: {}):
                message.process_job()
            messages.append(uuid.UUID(message.correlation_id).hex)
        tracing.reset()
        seen = {}
        for span in found.spans:
            seen.setdefault(span.trace, set()).add(span.name)
        self.assertLessEqual(set(seen), set(messages))
        self.assertTrue(0 < len(seen) < 40)
        self.assertEqual(set(map(frozenset, seen.values())), {frozenset({"receive", "process", "post"})})

    def test_a_dead_collector_costs_nothing_but_spans(self):
        self.enterContext(server_option(trace_endpoint="http://127.0.0.1:9/v1/traces"))
        tracing.reset()
        message, _new = self.store(b"x")
        with self.processing(lambda _message: {"text": "done"}), mute_logger(EXPORTER):
            self.assertEqual(message.process_job(), "done")
            tracing.reset()

    def test_log_lines(self):
        with server_option(log_format="json"):
            tracing.reset()
            message, _new = self.store(b"x")
            seen = []

            def process(_message):
                record = logging.makeLogRecord({"msg": "posted", "levelname": "INFO", "name": "x"})
                seen.append(json.loads(json_log.JsonFormatter().format(record)))
                return {}

            with self.processing(process):
                message.process_job()
        (line,) = seen
        self.assertEqual(line["correlation_id"], message.correlation_id)
        self.assertEqual((line["message_id"], line["connector"]), (message.id, self.upload.code))
        self.assertEqual((line["step"], line["db"]), ("post", self.env.cr.dbname))
