"""Spans by OTLP: what a collector reads of a request, and what becomes of spans while it is away."""

import json
import re
import socket
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from support import roles
from support.client import Client
from support.collector import Collector
from support.identity_provider import IdentityProvider
from support.orders import order
from support.waiting import wait_for

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SERVER, CLIENT, ERROR = 2, 3, 2
FAILURE, RECOVERY = "the collector takes no spans", "recovered: the collector"
STAGES = ("queue", "lock", "lookUp", "decision", "commit")


@pytest.fixture(scope="module")
def collector():
    return Collector()


@pytest.fixture
def provider():
    provider = IdentityProvider()
    yield provider
    provider.close()


@pytest.fixture(scope="module", autouse=True)
def traced(service, collector):
    """The service's settings: soon, so that the tests are short."""
    service.environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_EXPORTER_OTLP_HEADERS": "api-key=top%20secret",
        "OTEL_SERVICE_NAME": "till",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }


@pytest.fixture
def attentive(collector):
    """The collector as it is on a good day, whatever a test has done to it."""
    collector.status = 200
    yield collector
    collector.status = 200


def flags(recorded=True):
    return {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-{'01' if recorded else '00'}"}


def span_of(collector, request_id, seconds=10):
    return wait_for(lambda: collector.of_request(request_id), seconds, f"the span of {request_id}")


def lines(service, words):
    with open(service.process.log_path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.startswith("{") and words in line]


# The service may answer the first request of a token in another way than the next ones.
@pytest.mark.parametrize("request_id", ["placed-1", "placed-2"])
def test_a_command_is_a_span_of_its_callers_trace(bench, attentive, check, request_id):
    answer = bench.send("POST", "/v1/orders", order(number=request_id), {"X-Request-Id": request_id, **flags()})
    span = span_of(attentive, request_id)
    check("it is accepted", answer.status == 201, answer)
    parent = (span["trace"], span["parent"])
    check("the caller's span is its parent", parent == (TRACE, "00f067aa0ba902b7"), span)
    check("it has the name of its route", (span["name"], span["kind"]) == ("POST /v1/orders", SERVER), span)
    check("it began before it ended", 0 < span["began"] < span["ended"] < time.time_ns(), span)
    found, body = span["attributes"], answer.json
    for name, value in (
        ("http.request.method", "POST"),
        ("http.route", "/v1/orders"),
        ("http.response.status_code", 201),
        ("url.path", "/v1/orders"),
        ("waybill.command", "placeOrder"),
        ("waybill.order.id", body["orderId"]),
        ("waybill.position", body["position"]),
        ("waybill.event.positions", [event["position"] for event in body["events"]]),
        ("waybill.event.types", [event["type"] for event in body["events"]]),
    ):
        check(f"it has {name}", found.get(name) == value, found)
    check("no error", span["status"] != ERROR and "error.type" not in found, span)
    resource = {"service.name": "till", "host.name": socket.gethostname()}
    check("the process and its machine are named", span["resource"] == resource, span["resource"])
    stages = sorted(attentive.children(span), key=lambda child: child["began"])
    names = [stage["name"] for stage in stages]
    check("its stages are its children", {"lookUp", "decision", "commit"} <= set(names), names)
    check("in their order", names == [name for name in STAGES if name in names], names)
    within = all(span["began"] <= stage["began"] <= stage["ended"] <= span["ended"] for stage in stages)
    check("within its time", within, (span, stages))
    check("each of the same trace", {stage["trace"] for stage in stages} == {TRACE}, stages)
    check("nothing is damaged", not attentive.errors, attentive.errors[:1])
    _, path, fields, _, _ = attentive.requests[-1]
    check("the path is that of traces", path == "/v1/traces", path)
    check("header fields are sent", fields.get("api-key") == "top secret", fields)


def test_reads_and_refusals_are_spans_and_probes_are_none(bench, attentive, check):
    placed = bench.place(number="T-2")
    path = f"/v1/orders/{placed['orderId']}"
    bench.send("GET", f"{path}?limit=secret", headers={"X-Request-Id": "read-1"})
    bench.send("POST", f"{path}/confirm", {}, {"X-Request-Id": "refused-1", "If-Match": '"99"'})
    bench.send("POST", f"{path}/note", {}, {"X-Request-Id": "invalid-1"})
    bench.send("GET", path, headers={"X-Request-Id": "unrecorded-1", **flags(recorded=False)})
    bench.send("GET", "/readyz", headers={"X-Request-Id": "probe-1"}, role=roles.NOBODY)
    link = bench.send("POST", f"{path}/tracking-links", {}, {"X-Request-Id": "link-1"}).json
    bench.send("GET", f"/track/{link['token']}", headers={"X-Request-Id": "track-1"}, role=roles.NOBODY)
    read, refused = span_of(attentive, "read-1"), span_of(attentive, "refused-1")
    check("a read has its pattern", read["name"] == "GET /v1/orders/{id}", read)
    check("without its query", "secret" not in str(read), read)
    check("a trace of its own", read["parent"] == "" and read["trace"] not in ("", TRACE), read)
    refusal = refused["attributes"]
    check("a refusal names its problem", refusal.get("waybill.problem") == "versionMismatch", refused)
    check("and its route", refused["name"] == "POST /v1/orders/{id}/confirm", refused)
    check("and is no error of the service", refused["status"] != ERROR, refused)
    invalid = span_of(attentive, "invalid-1")
    found = (invalid["name"], invalid["attributes"].get("waybill.problem"))
    check("so does one for its body", found == ("POST /v1/orders/{id}/note", "invalidCommand"), invalid)
    tracked = span_of(attentive, "track-1")
    check("a link's token is nowhere", link["token"] not in str(attentive.spans()), tracked)
    check("a link's path is", tracked["attributes"]["url.path"] == "/track/{token}", tracked)
    for request_id in ("unrecorded-1", "probe-1"):
        check(f"{request_id} has no span", attentive.of_request(request_id) is None)


def count(bench, outcome):
    text = bench.send("GET", "/metrics", role=roles.OPERATOR).body.decode()
    return int(re.search(rf'^waybill_trace_spans_total{{outcome="{outcome}"}} (\d+)$', text, re.M)[1])


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [("away", "Connection refused"), ("busy", "it answered 503"), ("silent", "Deadline exceeded")],
)
def test_spans_that_the_collector_does_not_take_are_lost(bench, attentive, check, trouble, reason):
    service = bench.service
    told, over = (len(lines(service, words)) for words in (FAILURE, RECOVERY))
    failed, dropped = count(bench, "failed"), count(bench, "dropped")
    if trouble == "away":
        attentive.leave()
    elif trouble == "busy":
        attentive.status = 503
    else:
        attentive.answers.clear()
    try:
        for number in range(1, 4):
            request_id = f"{trouble}-{number}"
            answer = bench.send("POST", "/v1/orders", order(number=request_id), {"X-Request-Id": request_id})
            check(f"{request_id} is accepted meanwhile", answer.status == 201, answer)
            wait_for(lambda: count(bench, "failed") > failed, 10, "the spans count as failed")
            failed = count(bench, "failed")
    finally:
        if trouble == "away":
            attentive.come()
        attentive.status = 200
        attentive.answers.set()
    line = lines(service, FAILURE)[-1]
    check("the log tells why", reason in str(line), line)
    bench.send("GET", "/v1/orders", headers={"X-Request-Id": f"{trouble}-over"})
    span_of(attentive, f"{trouble}-over")
    wait_for(lambda: len(lines(service, RECOVERY)) > over, 10, "the log tells the end")
    check("one line for the whole time", len(lines(service, FAILURE)) == told + 1)
    check("nothing was dropped for want of room", count(bench, "dropped") == dropped)
    check("those that were sent are counted", count(bench, "sent") > 0)
    check("what failed is not sent again", attentive.of_request(f"{trouble}-1") is None)
    ids = [span["id"] for span in attentive.spans()]
    check("none came twice", len(ids) == len(set(ids)), len(ids) - len(set(ids)))


def test_secrets_stay_out_of_the_log(bench, attentive, check):
    service = bench.service
    attentive.status = 401
    told = len(lines(service, "it answered 401"))
    bench.send("GET", "/v1/orders")
    wait_for(lambda: len(lines(service, "it answered 401")) > told, 10, "the log tells")
    with open(service.process.log_path, encoding="utf-8") as file:
        text = file.read()
    check("no header field is there", "top secret" not in text and "top%20secret" not in text)


def test_what_waits_is_sent_at_the_end(bench, attentive, provider, check):
    service = bench.service
    status, _ = service.terminate()
    check("it ended", status == 0, service.log_tail())
    service.environment = {**service.environment, "OTEL_BSP_SCHEDULE_DELAY": "600000"}
    service.options = ["--jwks", provider.url]
    service.start()
    # A key that the service has to fetch for this request.
    provider.keys["second"] = ed25519.Ed25519PrivateKey.generate()
    client = Client(service.port, provider.token("second"))
    answer = client.request("POST", "/v1/orders", order(number="E-1"), {"X-Request-Id": "last-1", **flags()})
    client.close()
    check("it is accepted", answer.status == 201, answer)
    check("its span waits", attentive.of_request("last-1") is None)
    status, seconds = service.terminate()
    check("it ended in time", status == 0 and seconds < 8, (status, seconds))
    span = attentive.of_request("last-1")
    check("its span was sent", span is not None, attentive.spans()[-2:])
    fetches = [child for child in attentive.children(span) if child["kind"] == CLIENT]
    check("the fetch of the key is its child", [child["name"] for child in fetches] == ["GET"], fetches)
    check("and named so to the provider", provider.traces == [f"00-{TRACE}-{fetches[0]['id']}-01"], provider.traces)


def test_a_field_that_cannot_be_sent_is_told_without_its_text(bench, check):
    service = bench.service
    service.terminate()
    service.environment = {
        **service.environment,
        "OTEL_EXPORTER_OTLP_HEADERS": "api-key=top%0Asecret",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    service.options = []
    service.start()
    client = Client(service.port, None)
    client.request("GET", "/v1/orders")
    client.close()
    wait_for(lambda: lines(service, "Invalid header field values"), 10, "the log tells of the field")
    with open(service.process.log_path, encoding="utf-8") as file:
        check("but not its text", "secret" not in file.read())


def test_a_silent_collector_holds_the_end_up_for_seconds_at_most(bench, attentive, check):
    service = bench.service
    service.terminate()
    # An empty variable is an absent one.
    service.environment = {**service.environment, "OTEL_EXPORTER_OTLP_HEADERS": ""}
    service.start()
    attentive.answers.clear()
    try:
        client = Client(service.port, None)
        client.request("GET", "/v1/orders")
        client.close()
        status, seconds = service.terminate()
    finally:
        attentive.answers.set()
    check("it ended in time", status == 0 and seconds < 8, (status, seconds))


@pytest.mark.parametrize(
    "switch",
    [
        {"OTEL_SDK_DISABLED": "true"},
        {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_TRACES_SAMPLER": "always_off"},
        {"OTEL_TRACES_SAMPLER": "parentbased_always_off"},
    ],
    ids=lambda switch: "=".join(*switch.items()),
)
def test_traces_are_switched_off_beside_a_collector(bench, attentive, check, switch):
    service = bench.service
    service.terminate()
    usual = service.environment
    service.environment = {**usual, "OTEL_EXPORTER_OTLP_HEADERS": "", **switch}
    try:
        service.start()
        client = Client(service.port, None)
        name = "off-" + "-".join((*switch, *switch.values()))
        client.request("GET", "/v1/orders", headers={"X-Request-Id": name, **flags()})
        client.close()
        # The end sends all spans that wait.
        status, _ = service.terminate()
    finally:
        service.environment = usual
    check("it ended", status == 0, service.log_tail())
    check("the collector has no span of the request", attentive.of_request(name) is None, attentive.spans()[-1:])
    service.start()
