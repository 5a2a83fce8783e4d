import io
import json
import logging
import uuid

from ..core import json_log, masking
from ..core.identifier import root_span_id, trace_id
from .pure import PureCase

IBAN = "DE89370400440532013000"
KEY = "0190f3a2-5c41-7b6e-9d20-0a1b2c3d4e5f"


class TestJsonLog(PureCase):
    """A log line is one JSON object, tells which work it belongs to, and holds nothing that is masked elsewhere."""

    def setUp(self):
        super().setUp()
        masking.install()
        self.stream = io.StringIO()
        handler = logging.StreamHandler(self.stream)
        handler.setFormatter(json_log.JsonFormatter())
        self.log = logging.Logger("finance.test")
        self.log.addHandler(handler)

    def lines(self):
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def test_one_object_a_line(self):
        self.log.warning("first\nsecond \x1b[1;31mred\x1b[0m %s", "äö")
        (line,) = self.lines()
        self.assertEqual(line["message"], "first\nsecond red äö")
        self.assertEqual((line["level"], line["logger"]), ("WARNING", "finance.test"))
        self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertNotIn("correlation_id", line)

    def test_work_under_way(self):
        with json_log.working(connector="bank.a", correlation_id=KEY, message_id=7, step="process"):
            with json_log.working(step="post", flow=None):
                self.log.info("inside")
            self.log.info("between")
        self.log.info("after")
        inside, between, after = self.lines()
        self.assertEqual(inside["step"], "post")
        self.assertEqual(between["step"], "process")
        self.assertEqual((inside["connector"], inside["message_id"], inside["correlation_id"]), ("bank.a", 7, KEY))
        self.assertEqual(inside["trace_id"], uuid.UUID(KEY).hex)
        self.assertNotIn("flow", inside)
        self.assertNotIn("step", after)

    def test_masked(self):
        try:
            raise ValueError(f"account {IBAN} password='open sesame'")
        except ValueError:
            self.log.exception("paying to %s", IBAN)
        (line,) = self.lines()
        self.assertNotIn(IBAN, self.stream.getvalue())
        self.assertNotIn("open sesame", self.stream.getvalue())
        self.assertIn("ValueError", line["exception"])
        self.assertTrue(line["message"].endswith("***3000"))

    def test_arguments_that_do_not_fit(self):
        self.log.info("%s and %s", "one")
        self.assertIn("do not fit", self.lines()[0]["message"])


class TestTraceNumbers(PureCase):
    """A correlation id gives one trace, on every server the same."""

    def test_numbers(self):
        self.assertEqual(trace_id(KEY), uuid.UUID(KEY).int)
        self.assertEqual(trace_id("ours/4711"), trace_id("ours/4711"))
        self.assertNotEqual(trace_id("ours/4711"), trace_id("ours/4712"))
        self.assertLess(trace_id("x" * 500), 1 << 128)
        self.assertLess(root_span_id(KEY), 1 << 64)
