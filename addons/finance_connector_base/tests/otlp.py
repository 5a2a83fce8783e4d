"""An OpenTelemetry collector on loopback: takes spans over HTTP as protobuf, as real ones do."""

import gzip
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Got(NamedTuple):
    name: str
    trace: str
    span: str
    parent: str
    facts: dict
    failed: bool


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.headers_seen.append(dict(self.headers))
        self.server.bodies.append(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.end_headers()

    def log_message(self, *_given):
        pass


class Collector(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies, self.headers_seen = [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1/traces"

    @property
    def spans(self):
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found += map(self._plain, scope.spans)
        return found

    def _plain(self, span):
        facts = {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}
        failed = span.status.code == span.status.STATUS_CODE_ERROR
        ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
        return Got(span.name, *ids, facts, failed)


@contextmanager
def collector():
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
