"""An OpenTelemetry collector for a test: takes traces by OTLP/HTTP with JSON, and reads them by their own schema."""

import base64
import contextlib
import http.server
import json
import threading
import time

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

IDS = ("traceId", "spanId", "parentSpanId")


class Collector:
    """Listens on a port of its own, which stays the same while it is away."""

    def __init__(self):
        self.status = 200
        # While this is not set, requests get no answer.
        self.answers = threading.Event()
        self.answers.set()
        # The times, header fields and messages of the requests that came, in order; damaged ones are errors.
        self.requests = []
        self.errors = []
        self._server = None
        self.port = 0
        self.come()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def come(self):
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with contextlib.suppress(OSError):
                    collector.take(self, body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address = daemon_threads = True

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def take(self, handler, body):
        if not self.answers.is_set():
            self.answers.wait(60)
            handler.close_connection = True
            return
        status = self.status
        try:
            message = json_format.ParseDict(with_bytes(json.loads(body)), ExportTraceServiceRequest())
        except (ValueError, json_format.ParseError) as error:
            self.errors.append((error, body))
            status = 400
        else:
            self.requests.append((time.monotonic(), handler.path, dict(handler.headers), status, message))
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        # A collector that goes away must not keep a connection.
        handler.send_header("Connection", "close")
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")
        handler.close_connection = True

    def leave(self):
        self._server.shutdown()
        self._server.server_close()

    def spans(self):
        """The spans that were taken, as dictionaries with their attributes by name."""
        return [
            read(span, resource)
            for _, _, _, status, message in list(self.requests)
            if status == 200
            for resource in message.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def of_request(self, request_id):
        """The span of the request of that id, else None."""
        return next((span for span in self.spans() if span["attributes"].get("waybill.request.id") == request_id), None)

    def children(self, span):
        return [one for one in self.spans() if one["parent"] == span["id"]]


def with_bytes(value):
    """OTLP writes ids in hexadecimal, where Protocol Buffers' JSON has base64."""
    if isinstance(value, list):
        return [with_bytes(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64encode(bytes.fromhex(member)).decode() if name in IDS else with_bytes(member)
        for name, member in value.items()
    }


def read(span, resource):
    return {
        "id": span.span_id.hex(),
        "trace": span.trace_id.hex(),
        "parent": span.parent_span_id.hex(),
        "name": span.name,
        "kind": span.kind,
        "began": span.start_time_unix_nano,
        "ended": span.end_time_unix_nano,
        "status": span.status.code,
        "attributes": attributes(span.attributes),
        "resource": attributes(resource.resource.attributes),
    }


def attributes(pairs):
    return {pair.key: plain(pair.value) for pair in pairs}


def plain(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain(element) for element in value.array_value.values]
    return getattr(value, kind)
