"""Clients that use HTTP in unusual ways, in good faith and in bad: each is answered, and none costs others anything."""

import gzip
import json
import os
import re
import socket
import time
import uuid
import zlib
from collections import Counter

import pytest
from hpack import Encoder

from support import roles
from support.certificates import Authority
from support.client import Client, strict_json
from support.http2_peer import HEADERS, Exchange, Peer, frame
from support.orders import journey, order
from support.raw_stream import RawStream, request, unchunked
from support.service import Service
from support.sse import Stream
from support.waiting import wait_for
from support.ways import framework_path, normal

ORIGIN, OTHER = "https://storefront.example", "https://elsewhere.example"
MIB = 1 << 20


@pytest.fixture(scope="module", params=["clear text", "TLS"])
def service(request, binary):
    """Every test runs twice: on a service whose port speaks clear text, and on one whose port speaks TLS."""
    service = Service(binary)
    service.options = ["--cors-origin", f"{ORIGIN}, http://localhost:3000"]
    if request.param == "TLS":
        authority = Authority(os.path.join(service.root, "tls"))
        certificate, key = authority.issue("first")
        service.options += ["--tls-certificate", certificate, "--tls-key", key]
        service.tls, service.tls_http2 = authority.context(["http/1.1"]), authority.context(["h2"])
    yield service
    service.close()


@pytest.fixture(autouse=True)
def quiet(service, bench, check):
    """Checks after each test that the service lives, and that its log has no error line."""
    begins = len(log(service))
    yield
    errors = [line for line in log(service)[begins:] if line.get("level") in ("error", "critical")]
    check("the service is ready, and logs no error", service.is_ready() and not errors, errors[:3])


def log(service):
    with open(service.process.log_path, encoding="utf-8", errors="replace") as file:
        return [json.loads(line) for line in file if line.startswith("{")]


def answers(received):
    """The whole answers with a length among the received bytes: status, header fields, body."""
    found = []
    while b"\r\n\r\n" in received:
        head, _, rest = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        length = int(fields.get("content-length", 0))
        found.append((int(lines[0].split()[1]), fields, rest[:length]))
        received = rest[length:]
    return found


def is_problem(answer, status):
    found, fields, body = answer
    if found != status or fields.get("content-type") != "application/problem+json":
        return False
    return strict_json(body)["status"] == status and bool(fields.get("x-request-id"))


def connection(service, data=b""):
    return RawStream(service.port, data, tls=service.tls)


def exchange(service, data, count=1):
    """Sends bytes; returns the first answers and the connection."""
    stream = connection(service, data)
    wait_for(
        lambda: len(answers(stream.read())) >= count or stream.ended,
        10,
        f"{count} answers to {data[:80]}",
    )
    return answers(stream.received), stream


HEALTH = request("/healthz")


def test_an_upgrade_is_ignored(service, bench, check):
    upgrade = request(
        "/healthz",
        headers=[("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABk")],
    )
    found, stream = exchange(service, upgrade + HEALTH + upgrade, 3)
    check("requests with and after Upgrade: h2c are answered", [status for status, _, _ in found] == [200] * 3, found)
    before, sent = service.memory(), 0
    stream.socket.settimeout(5)
    try:
        for _ in range(64):
            stream.socket.sendall(bytes(MIB))
            sent += 1
    except OSError:
        pass
    grown = service.memory() - before
    check("bytes after it that are no request take no memory", grown < 40, f"{sent} MiB sent, {grown:.0f} MiB more")
    check("and are answered 400, or the connection ends", stream.wait_end(10), stream.received[-200:])
    body = json.dumps(order()).encode()
    post = request(
        "/v1/orders",
        bench.tokens["backend"],
        "POST",
        [
            ("Connection", "Upgrade, HTTP2-Settings"),
            ("Upgrade", "h2c"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
        ],
    )
    found, stream = exchange(service, post + body + HEALTH, 2)
    check("a command with Upgrade is taken", [status for status, _, _ in found] == [201, 200], found)
    stream.close()


def test_methods_of_no_route_are_answered(service, bench, check):
    found, stream = exchange(service, HEALTH + request("example.org:443", method="CONNECT") + b"\x16\x03\x01more", 2)
    check("CONNECT is refused in its turn", len(found) == 2 and is_problem(found[1], 405), found)
    check("and ends the connection", stream.wait_end(10), stream.received)
    found, stream = exchange(service, request("*", method="OPTIONS") + HEALTH, 2)
    check("OPTIONS * is answered", [status for status, _, _ in found] == [204, 200] and "allow" in found[0][1], found)
    stream.close()
    for path in ("/healthz", "/v1/orders", "/v1/commands", "/v1/stream", "/openapi.json"):
        answer = bench.send("OPTIONS", path, role=roles.NOBODY)
        check(
            f"OPTIONS {path} tells its methods", answer.status == 204 and "OPTIONS" in answer.headers["allow"], answer
        )
    bench.expect("OPTIONS on a path to nothing", 404, "OPTIONS", "/v1/nothing")
    token = bench.tokens["staff"]
    paths = ("/healthz", "/v1/events", "/v1/orders", "/v1/commands", "/v1/nothing", "/metrics", "/v1/stream?x=1")
    heads = b"".join(request(path, token, "HEAD") for path in paths)
    stream = connection(service, heads + HEALTH)
    stream.wait(b'{"status"')
    check("HEAD has no body on any path", stream.received.count(b"{") == 1, stream.received)
    check("and an answer on each", stream.received.count(b"HTTP/1.1 ") == len(paths) + 1, stream.received)
    stream.close()


def test_bytes_that_are_no_request_get_a_problem(service, check):
    for name, data in (
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n"),
        ("an unknown method", b"G\x00T / HTTP/1.1\r\n\r\n"),
        ("an unknown version", b"GET / HTTP/3.0\r\nHost: x\r\n\r\n"),
        ("a header line without a name", b"GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n"),
        ("no host", b"GET /healthz HTTP/1.1\r\n\r\n"),
        ("two hosts", b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
        ("two hosts in HTTP/1.0", b"GET /healthz HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n"),
        ("two lengths", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        ("length and chunks", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("a header of 100 KiB", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"),
        ("2,000 header fields", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 2000 + b"\r\n"),
        ("the beginning of a request, and an end", None),
    ):
        if data is None:
            stream = connection(service, HEALTH[:-2])
            stream.half_close()
            stream.wait_end(10)
            found = answers(stream.received)
            check(f"{name}: a problem", found and is_problem(found[0], 400), found or stream.ended)
            continue
        found, stream = exchange(service, data)
        check(f"{name}: a problem", found and is_problem(found[0], 400), found or stream.ended)
        check(f"{name}: the connection ends", stream.wait_end(10), stream.received[-200:])
    found, stream = exchange(service, HEALTH * 3 + b"nonsense\r\n\r\n" + HEALTH, 4)
    check(
        "nonsense behind pipelined requests is answered last",
        [status for status, _, _ in found] == [200, 200, 200, 400],
        found,
    )
    stream.close()


def post(bench, more=(), token="backend", path="/v1/orders"):
    fields = [("Content-Type", "application/json"), *more]
    return request(path, bench.tokens[token] if token else None, "POST", fields)


JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")


def test_broken_bodies_are_the_clients_mistake(service, bench, check):
    text = json.dumps(order()).encode()
    chunk = b"%x\r\n%s\r\n" % (len(text), text)
    trailers = b"".join(b"x-%d: y\r\n" % number for number in range(1000))
    for name, body in (
        ("a broken chunk", chunk + b"zz\r\nxx\r\n0\r\n\r\n"),
        ("1,000 trailers", chunk + b"0\r\n" + trailers + b"\r\n"),
        ("trailers of 200 KiB", chunk + b"0\r\nx: " + b"y" * 200_000 + b"\r\n\r\n"),
    ):
        found, stream = exchange(service, post(bench, [CHUNKED]) + body)
        check(f"{name}: 400", found and is_problem(found[0], 400), found or stream.ended)
        check(f"{name}: the connection ends", stream.wait_end(10), stream.received[-200:])
    for path, kind in (("/v1/orders", "application/json"), ("/v1/commands", "application/x-ndjson")):
        fields = [("Content-Type", kind), ("Content-Length", "5000")]
        cut = request(path, bench.tokens["backend"], "POST", fields) + text[:100]
        connection(service, cut).reset()
        stream = connection(service, cut)
        stream.half_close()
        stream.wait_end(10)
        if path == "/v1/orders":
            found = answers(stream.received)
            check("a command that is cut off: a problem", found and is_problem(found[0], 400), found or stream.ended)
        else:
            body, is_whole = unchunked(stream.received)
            check("bulk that is cut off: no result and no last chunk", (body, is_whole) == (b"", False), stream)
    lines = b"".join(json.dumps({"command": "placeOrder", **order()}).encode() + b"\n" for _ in range(3))
    kind, path = ("Content-Type", "application/x-ndjson"), "/v1/commands?results=rejected"
    packed, first = gzip.compress(lines), b"%x\r\n%s\r\n" % (len(lines), lines)
    for name, fields, body in (
        ("a broken chunk", [CHUNKED], first + b"zz\r\n"),
        ("a cut gzip", [("Content-Encoding", "gzip"), ("Content-Length", str(len(packed) - 9))], packed[:-9]),
        (
            "bytes behind a gzip",
            [("Content-Encoding", "gzip"), ("Content-Length", str(len(packed) + 9))],
            packed + b"x" * 9,
        ),
        ("a cut body", [("Content-Length", "100000")], lines),
    ):
        stream = connection(service, request(path, bench.tokens["backend"], "POST", [kind, *fields]) + body)
        stream.half_close()
        ended = stream.wait_end(10)
        check(
            f"bulk with {name}: no line says that it is finished", ended and b'"lines"' not in stream.received, stream
        )
    fields = [kind, ("Content-Length", str(len(lines)))]
    stream = connection(service, request(path, bench.tokens["backend"], "POST", fields) + lines)
    stream.wait(b'{"lines":3,"accepted":3,"duplicate":0,"rejected":0}')
    stream.reset()
    stream = connection(service, post(bench, [CHUNKED, ("Expect", "100-continue")]))
    stream.wait(b"100 Continue")
    stream.reset()


CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

NOTE = json.dumps({"text": "x", "visibility": "staff"}).encode()


def pipelined(path, token):
    """Commands of one connection, behind and before requests that the framework answers."""
    note = raw_note(path, token)
    return note + HEALTH + note * 3 + request(path, token) + note + HEALTH * 2 + note


def raw_note(path, token, body=NOTE, more=(), length=None, version="1.1"):
    headers = [JSON, *more]
    if CHUNKED not in headers and length != "none":
        headers.append(("Content-Length", str(len(body) if length is None else length)))
    return request(path, token, "POST", headers, version) + body


# The bytes of requests for a command, and the number of their answers.
FORMS = {
    "at once": (raw_note, 1),
    "chunked": (lambda path, token: raw_note(path, token, b"4\r\n" + NOTE[:4] + chunk(NOTE[4:]), [CHUNKED]), 1),
    "with trailers": (
        lambda path, token: raw_note(path, token, chunk(NOTE)[:-2] + b"x: y\r\n\r\n", [CHUNKED]),
        1,
    ),
    "with a broken chunk": (
        lambda path, token: raw_note(path, token, chunk(NOTE)[:-5] + b"zz\r\n\r\n", [CHUNKED]),
        1,
    ),
    "too long": (lambda path, token: raw_note(path, token, b"", length=300_000), 1),
    "too long, chunked": (lambda path, token: raw_note(path, token, chunk(NOTE + b" " * 300_000)[:-5], [CHUNKED]), 1),
    "of another type": (lambda path, token: raw_note(path, token, more=[("Content-Type", "text/plain")]), 1),
    "without a body": (lambda path, token: raw_note(path, token, b"", length="none"), 1),
    "with an array": (lambda path, token: raw_note(path, token, b"[]"), 1),
    "that is no JSON": (lambda path, token: raw_note(path, token, b'{"text'), 1),
    "by HTTP/1.0": (lambda path, token: raw_note(path, token, version="1.0"), 1),
    "by HTTP/1.0, kept alive": (
        lambda path, token: raw_note(path, token, more=[("Connection", "keep-alive")], version="1.0") * 2,
        2,
    ),
    "that ends the connection": (lambda path, token: raw_note(path, token, more=[CLOSE]), 1),
    "that asks for 100 Continue": (lambda path, token: raw_note(path, token, more=[("Expect", "100-continue")]), 1),
    "compressed": (
        lambda path, token: raw_note(path, token, gzip.compress(NOTE, mtime=0), [("Content-Encoding", "gzip")]),
        1,
    ),
    "of another origin": (lambda path, token: raw_note(path, token, more=[("Origin", ORIGIN)]), 1),
    "with its own X-Request-Id": (lambda path, token: raw_note(path, token, more=[("X-Request-Id", "mine")]), 1),
    "with two keys": (lambda path, token: raw_note(path, token, more=[("Idempotency-Key", "k")] * 2), 1),
    "with a wrong If-Match": (lambda path, token: raw_note(path, token, more=[("If-Match", '"9999"')]), 1),
    "without a token": (lambda path, token: raw_note(path, None), 1),
    "with a token of nobody": (lambda path, token: raw_note(path, token + "x"), 1),
    "with a query": (lambda path, token: raw_note(path + "?a=b", token), 1),
    "among others": (pipelined, 10),
    "fifty times": (lambda path, token: raw_note(path, token) * 50, 50),
    "before nonsense": (lambda path, token: raw_note(path, token) * 2 + b"nonsense\r\n\r\n", 3),
}


def chunk(body):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def test_commands_are_answered_the_same_on_both_ways(service, bench, check):
    """Each command by the event loop and by the framework: on two orders with the same history."""
    token = bench.tokens["backend"]
    client, found = Client(service.port, token, service.tls), {}
    for way in ("plain", "framework"):
        found[way] = []
        for key, path, body in journey(0, f"ways-{service.tls is None}-{way}"):
            where = path if way == "plain" else framework_path(path)
            crossed = framework_path(path) if way == "plain" else path
            for target, headers in ((where, {"Idempotency-Key": key}), (crossed, {"Idempotency-Key": key})):
                answer = client.request("POST", target, body, {**headers, "X-Request-Id": "mine"})
                found[way].append(normal(answer.status, answer.headers, answer.body, {"x-request-id"}))
        statuses = [status for status, _, _ in found[way]]
        check(f"{way}: a journey is accepted, and replayed the other way", set(statuses) <= {200, 201}, found[way])
        replays = [head.get("idempotent-replayed") for _, head, _ in found[way]]
        check(f"{way}: every second answer is a replay", replays == [None, "true"] * (len(replays) // 2), replays)
    check("journeys have the same answers on both ways", found["plain"] == found["framework"], found)
    client.close()
    # Two orders with as many events as each other.
    orders = [f"/v1/orders/{bench.place()['orderId']}/note" for _ in range(2)]
    paths = {"plain": orders[0], "framework": framework_path(orders[1])}
    for name, (form, count) in FORMS.items():
        for pieces in (1, 3):
            seen = {way: raw_answers(service, form(path, token), count, pieces) for way, path in paths.items()}
            plain, framework = seen["plain"], seen["framework"]
            label = f"a note {name}, in {pieces} segments"
            check(f"{label}: answered", len(plain) == count, plain)
            check(f"{label}: the same on both ways", plain == framework, f"{plain} and {framework}")


def raw_answers(service, data, count, pieces):
    """The answers to bytes that are sent in so many segments, without what differs each time."""
    stream = connection(service)
    stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    size = -(-len(data) // pieces)
    for begin in range(0, len(data), size):
        stream.socket.sendall(data[begin : begin + size])
    wait_for(lambda: len(answers(stream.read())) >= count or stream.ended, 10, f"{count} answers to {data[:80]}")
    stream.close()
    return [
        normal(status, head, body, {"x-request-id"} if head.get("x-request-id") == "mine" else ())
        for status, head, body in answers(stream.received.removeprefix(CONTINUE))
    ]


def test_a_command_is_answered_to_a_client_that_sends_no_more(service, bench, check):
    path = f"/v1/orders/{bench.place()['orderId']}/note"
    for where in (path, framework_path(path)):
        for name, data, statuses in (
            ("whole", raw_note(where, bench.tokens["backend"]) * 3, [200] * 3),
            ("cut off", raw_note(where, bench.tokens["backend"], length=5000), [400]),
        ):
            stream = connection(service, data)
            stream.half_close()
            stream.wait_end(10)
            found = answers(stream.received)
            check(f"{where[36:]}, {name}: answered, then closed", [one[0] for one in found] == statuses, found)


def test_expect_continue_is_answered(service, bench, check):
    text = json.dumps(order()).encode()
    fields = [("Content-Length", str(len(text))), ("Expect", "100-continue")]
    stream = connection(service, post(bench, fields))
    stream.wait(CONTINUE)
    stream.socket.sendall(text)
    stream.wait(b"HTTP/1.1 201 ")
    check("a command that would be taken is continued, then taken", stream.received.count(b"HTTP/1.1 ") == 2)
    stream.socket.sendall(HEALTH)
    stream.wait(b"HTTP/1.1 200 ")
    stream.close()
    found, stream = exchange(service, post(bench, fields, token=None))
    check("without a token 401 comes at once, and no 100", is_problem(found[0], 401), found)
    check("and the connection ends", stream.wait_end(10), stream.received[-100:])
    for status, wrong in (
        (413, [JSON, ("Content-Length", str(256 * 1024 + 1))]),
        (415, [("Content-Type", "text/plain"), ("Content-Length", "2")]),
        (415, [("Content-Type", "text/plain"), CHUNKED]),
    ):
        wrong = [*wrong, ("Expect", "100-continue")]
        stream = connection(service, request("/v1/orders", bench.tokens["backend"], "POST", wrong))
        stream.wait(b"HTTP/1.1 ")
        check(f"{status} comes at once, and no 100", stream.status == status, stream.received)
        stream.close()
    lines = json.dumps({"command": "placeOrder", **order()}).encode() + b"\n"
    fields = [("Content-Type", "application/x-ndjson"), ("Content-Length", str(len(lines))), ("Expect", "100-continue")]
    stream = connection(service, request("/v1/commands", bench.tokens["backend"], "POST", fields))
    stream.wait(b"HTTP/1.1 200 ")
    check("bulk lines are continued before their answer begins", stream.received.startswith(CONTINUE), stream.received)
    stream.socket.sendall(lines + HEALTH)
    stream.wait(b'"ok"')
    check("and taken", b'"result":"accepted"' in stream.received and stream.received.count(CONTINUE) == 1, stream)
    stream.close()
    found, stream = exchange(service, post(bench, [("Content-Length", str(len(text))), fields[-1]]) + text)
    check("who does not wait gets no 100", [status for status, _, _ in found] == [201], found)
    stream.close()


def test_millions_of_blank_lines_cost_their_request_little(service, bench, check):
    count = 20_000_000
    packed = gzip.compress(bytes(count).replace(b"\0", b"\n") + b"x\n")
    fields = [("Content-Type", "application/x-ndjson"), ("Content-Length", str(len(packed)))]
    fields.append(("Content-Encoding", "gzip"))
    stream = connection(service, request("/v1/commands", bench.tokens["backend"], "POST", fields) + packed)
    stream.wait(b'"rejected"')
    check("the line after them is counted right", b'{"line":%d,' % (count + 1) in stream.received, stream.received)
    stream.close()


def test_a_refused_body_is_dropped_at_once(service, bench, check):
    crowd = [connection(service, HEALTH) for _ in range(300)]
    for stream in crowd:
        stream.wait(b'"ok"')
    # The connections' own memory is no matter of bodies.
    before = service.memory()
    for stream in crowd:
        stream.received = b""
        stream.socket.sendall(post(bench, [CHUNKED], token=None) + b"8000\r\n" + bytes(20_000))
    for stream in crowd:
        stream.wait(b"HTTP/1.1 4")
    statuses = {stream.status for stream in crowd}
    check("bodies without a token are refused before they end", statuses <= {401, 429}, statuses)
    grown = service.memory() - before
    # TLS keeps the record that it reads, 16 KiB, and buffers of its own.
    most = 32 if service.tls else 20
    check("and take little memory", grown < most, f"{grown:.0f} MiB for 300")
    check.note(f"{grown:.0f} MiB for 300 refused bodies that do not end")
    for stream in crowd:
        stream.wait_end(10)
    length = [("Content-Length", "200000")]
    for _ in range(3):
        found, stream = exchange(service, post(bench, length, token=None))
        check("a short body after its refusal is awaited", found[0][0] in (401, 429), found)
        stream.socket.sendall(bytes(200_000) + HEALTH)
        stream.wait(b'"ok"')
        check("and the connection goes on", "close" not in found[0][1].get("connection", ""), found)
        stream.close()
    large = Client(service.port, bench.tokens["backend"], service.tls)
    answer = large.request("POST", "/v1/orders", bytes(8 * MIB))
    check("a large body gets to read its refusal", answer.status == 413, answer)


def test_slow_uploads_cost_no_other_caller_a_command(service, bench, check):
    head = request(
        f"/v1/orders/{uuid.uuid4()}/note", bench.tokens["staff"], "POST", [JSON, ("Content-Length", "250001")]
    )
    uploads = [connection(service, head + b" " * 250_000) for _ in range(32)]
    wait_for(lambda: any(upload.read() and upload.status for upload in uploads), 10, "an upload is refused")
    refused = [answers(upload.received)[0] for upload in uploads if upload.received]
    check("beyond its share a caller gets 503", all(is_problem(answer, 503) for answer in refused), refused)
    check("the uploads within the share go on", len(refused) < 10, len(refused))
    bench.expect("another caller of the shop", 201, "POST", "/v1/orders", json.dumps(order()).encode() + b" " * 200_000)
    foreign = bench.service.token("staff", "borealis")
    path = f"/v1/orders/{uuid.uuid4()}/note"
    note = json.dumps({"text": "x", "visibility": "staff"}).encode() + b" " * 200_000
    bench.expect("a caller of another shop", 404, "POST", path, note, token=foreign)
    for upload in uploads:
        upload.reset()


def test_bodies_may_be_compressed(service, bench, check):
    def send(name, status, body, coding, path="/v1/orders", kind="application/json", code=None):
        headers = {"Content-Encoding": coding, "Content-Type": kind}
        return bench.expect(name, status, "POST", path, body, code, headers=headers)

    def text():
        return json.dumps(order()).encode()

    send("gzip", 201, gzip.compress(text()), "gzip")
    send("gzip by its old name", 201, gzip.compress(text()), "x-gzip")
    send("zlib", 201, zlib.compress(text()), "deflate")
    whole = text()
    send("gzip of two members", 201, gzip.compress(whole[:50]) + gzip.compress(whole[50:]), "gzip")
    limit = 256 * 1024
    send("256 KiB of text", 201, gzip.compress(whole.replace(b"}", b"}", 1) + b" " * (limit - len(whole))), "gzip")
    send("a byte more", 413, gzip.compress(text() + b" " * limit), "gzip")
    send("a bomb", 413, gzip.compress(bytes(256 * MIB), 9), "gzip")
    send("cut off", 400, gzip.compress(text())[:-9], "gzip")
    send("a wrong checksum", 400, gzip.compress(text())[:-6] + b"xxxxxx", "gzip")
    send("not compressed", 400, text(), "gzip")
    send("bytes behind the end", 400, zlib.compress(text()) + b"x", "deflate")
    for coding in ("br", "zstd", "gzip, gzip", "compress"):
        answer = send(f"coding {coding}", 415, text(), coding, code="unsupportedMediaType")
        check(
            f"coding {coding}: told what is accepted", answer.headers.get("accept-encoding") == "gzip, deflate", answer
        )
    bench.expect(
        "a coding without a token",
        401,
        "POST",
        "/v1/orders",
        b"",
        headers={"Content-Encoding": "br"},
        role=roles.NOBODY,
    )
    lines = "".join(json.dumps({"command": "placeOrder", **order()}) + "\n" for _ in range(500)).encode()
    kind = "application/x-ndjson"
    answer = send("bulk", 200, gzip.compress(lines), "gzip", "/v1/commands", kind)
    check("compressed bulk lines are accepted", answer.body.count(b'"accepted"') == 500, answer)
    send("bulk of another coding", 415, lines, "br", "/v1/commands", kind)


def test_a_byte_order_mark_is_skipped(bench):
    mark = b"\xef\xbb\xbf"
    bench.expect("a byte order mark before JSON", 201, "POST", "/v1/orders", mark + json.dumps(order()).encode())
    path = f"/v1/orders/{bench.place()['orderId']}/confirm"
    bench.expect("nothing but a byte order mark", 200, "POST", path, mark)
    bench.expect("two of them", 400, "POST", path, mark + mark + b"{}")


def test_every_answer_has_a_request_id(service, bench, check):
    for name, given, kept in (("a good one", "aB.c_9-x", True), ("none", None, False), ("another text", "a b", False)):
        headers = {"X-Request-Id": given} if given else {}
        for path, status in (("/healthz", 200), ("/v1/nothing", 404), ("/v1/stream?x=1", 400), ("/v1/orders", 401)):
            token = None if status == 401 else bench.tokens["staff"]
            answer = Client(service.port, token, service.tls).request("GET", path, headers=headers)
            found = answer.headers.get("x-request-id", "")
            right = found == given if kept else re.fullmatch("[A-Za-z0-9._-]{1,128}", found) and found != given
            check(f"X-Request-Id, {name}, on {path}", answer.status == status and right, answer.headers)
    stream = connection(service, request("/v1/stream", bench.tokens["staff"], headers=[("X-Request-Id", "s-1")]))
    stream.wait(b"\r\n\r\n")
    check("on a stream too", b"X-Request-Id: s-1" in stream.head, stream.head)
    stream.close()


CORS = "access-control-"
CLOSE = ("Connection", "close")


def cors(fields):
    return {name[len(CORS) :]: value for name, value in fields.items() if name.startswith(CORS)}


def test_listed_origins_may_use_the_api(service, bench, check):
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
    client = Client(service.port, tls=service.tls)
    for path in ("/v1/orders", "/v1/commands", "/v1/stream", "/healthz"):
        answer = client.request("OPTIONS", path, headers=preflight)
        found = cors(answer.headers)
        wanted = {
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "last-event-id",
            "cache-control",
        }
        wanted |= {"x-request-id", "traceparent", "content-encoding"}
        check(
            f"preflight of {path}",
            answer.status == 204
            and found["allow-origin"] == ORIGIN
            and set(found["allow-headers"].lower().split(", ")) == wanted
            and {"GET", "POST", "DELETE"} <= set(found["allow-methods"].split(", "))
            and "allow-credentials" not in found
            and answer.headers["vary"] == "Origin",
            answer.headers,
        )
        # Browsers refuse an answer that names the origin twice, which a mapping of its fields would hide.
        whole = connection(service, request(path, method="OPTIONS", headers=[*preflight.items(), CLOSE]))
        whole.wait_end()
        counts = Counter(line.partition(b":")[0].lower() for line in whole.head.split(b"\r\n")[1:] if line)
        check(f"preflight of {path}: each field once", set(counts.values()) == {1}, whole.head)
    exposed = {"etag", "location", "retry-after", "waybill-command-id", "idempotent-replayed", "x-request-id"}
    for path, status, role in (
        ("/healthz", 200, roles.NOBODY),
        ("/v1/orders", 401, roles.NOBODY),
        ("/v1/orders?limit=0", 400, roles.STAFF),
        ("/v1/nothing", 404, roles.STAFF),
        ("/v1/stream?x=1", 400, roles.STAFF),
        ("/v1/stream", 200, roles.STAFF),
        ("/v1/events", 200, roles.STAFF),
    ):
        answer = bench.send("GET", path, headers={"Origin": ORIGIN}, role=role)
        found = cors(answer.headers)
        check(
            f"{path} is for the origin: {status}",
            answer.status == status
            and found.get("allow-origin") == ORIGIN
            and set(found["expose-headers"].lower().split(", ")) == exposed
            and "Origin" in answer.headers["vary"],
            answer.headers,
        )
        other = bench.send("GET", path, headers={"Origin": OTHER}, role=role)
        check(
            f"{path} is not for another", not cors(other.headers) and "Origin" in other.headers["vary"], other.headers
        )
    for headers in ({**preflight, "Origin": OTHER}, {**preflight, "Origin": "null"}):
        check(
            "a preflight of another origin", not cors(client.request("OPTIONS", "/v1/orders", headers=headers).headers)
        )
    session = client.request("OPTIONS", "/session", headers=preflight)
    check("/session is for no other origin", not cors(session.headers), session.headers)


DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
PREFLIGHT = [("Origin", ORIGIN), ("Access-Control-Request-Method", "POST")]
BULK = ("Content-Type", "application/x-ndjson")
# Name: method, path, role, header fields, body, status; the same over each version of HTTP.
ANSWERS = {
    "health": ("GET", "/healthz", roles.NOBODY, [], None, 200),
    "HEAD": ("HEAD", "/healthz", roles.NOBODY, [], None, 200),
    "HEAD of nothing": ("HEAD", "/v1/nothing", roles.STAFF, [], None, 404),
    "HEAD without a token": ("HEAD", "/v1/orders", roles.NOBODY, [], None, 401),
    "the server's methods": ("OPTIONS", "*", roles.NOBODY, [], None, 204),
    "a route's methods": ("OPTIONS", "/v1/orders", roles.NOBODY, [], None, 204),
    "the server by GET": ("GET", "*", roles.NOBODY, [], None, 400),
    "a preflight": ("OPTIONS", "/v1/orders", roles.NOBODY, PREFLIGHT, None, 204),
    "no route": ("GET", "/v1/nothing", roles.STAFF, [], None, 404),
    "no such method": ("DELETE", "/v1/orders", roles.STAFF, [], None, 405),
    "a method of no route": ("PATCH", "/v1/orders", roles.STAFF, [], None, 405),
    "no token": ("GET", "/v1/orders", roles.NOBODY, [], None, 401),
    "a stream's wrong parameter": ("GET", "/v1/stream?x=1", roles.STAFF, [], None, 400),
    "a stream without a token": ("GET", "/v1/stream", roles.NOBODY, [], None, 401),
    "broken JSON": ("POST", "/v1/orders", roles.BACKEND, [JSON], b"{", 400),
    "a body too many": ("GET", "/healthz", roles.NOBODY, [JSON], b"{}", 200),
    "a refused body": ("POST", "/v1/orders", roles.NOBODY, [JSON], b" " * 100_000, 401),
    "a body that is too large": ("POST", "/v1/orders", roles.BACKEND, [JSON], b" " * 300_000, 413),
    "an unknown coding": ("POST", "/v1/orders", roles.BACKEND, [JSON, ("Content-Encoding", "br")], b"{}", 415),
    "no gzip": ("POST", "/v1/orders", roles.BACKEND, [JSON, ("Content-Encoding", "gzip")], b"{}", 400),
    "a bomb": (
        "POST",
        "/v1/orders",
        roles.BACKEND,
        [JSON, ("Content-Encoding", "gzip")],
        gzip.compress(bytes(16 * MIB), 9),
        413,
    ),
    "bulk of another type": ("POST", "/v1/commands", roles.BACKEND, [JSON], b"{}\n", 415),
    "bulk": ("POST", "/v1/commands", roles.BACKEND, [BULK], b"{}\n", 200),
}


def asked_by_http1(service, method, path, token, fields, body):
    """Status, header fields and body of an answer, and the statuses of interim ones."""
    length = [("Content-Length", str(len(body)))] if body is not None else []
    data = request(path, token, method, [*fields, *length, CLOSE]) + (body or b"")
    stream = RawStream(service.port, tls=service.tls)
    try:
        stream.socket.sendall(data)
    except OSError as error:
        # A server that refuses a body may close before it has read the whole.
        stream.send_error = error
    stream.wait_end(15)
    head, _, rest = stream.received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    found = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return int(lines[0].split()[1]), found, rest


def asked_by_http2(service, method, path, token, fields, body):
    peer = Peer(service.port, service.tls_http2)
    more = [(name.lower(), value) for name, value in fields]
    stream = peer.request(path, token, method, more, end=body is None)
    if body is not None:
        send(peer, stream, body)
    answer = peer.answer(stream)
    peer.close()
    return answer.status, answer.headers, answer.body


def send(peer, stream, body):
    """Sends a body as fast as the service opens its windows, or until it has answered."""
    exchange = peer.streams[stream]
    while body and not exchange.is_over and not peer.ended:
        room = min(peer.state.local_flow_control_window(stream), peer.state.max_outbound_frame_size, len(body))
        if room:
            peer.state.send_data(stream, body[:room])
            body = body[room:]
            peer.flush()
        peer.read(0 if room else 0.05)
    if not exchange.is_over:
        peer.state.end_stream(stream)
        peer.flush()


ASKED = {"HTTP/1.1": asked_by_http1, "HTTP/2": asked_by_http2}


@pytest.mark.parametrize("version", ASKED)
def test_answers_are_the_same_over_each_version(service, bench, check, version):
    for name, (method, path, role, fields, body, status) in ANSWERS.items():
        fields = [*fields, ("X-Request-Id", "table-1")]
        found, headers, content = ASKED[version](service, method, path, bench.tokens[role], fields, body)
        shown = f"{found} {headers} {content[:200]}"
        check(f"{version}, {name}: {status}", found == status, shown)
        check(
            f"{version}, {name}: the fields of every answer",
            headers.get("x-request-id") == "table-1"
            and DATE.fullmatch(headers.get("date", ""))
            and "Origin" in headers.get("vary", "")
            and ("connection" in headers) == (version == "HTTP/1.1"),
            shown,
        )
        is_problem = headers.get("content-type") == "application/problem+json"
        if method == "HEAD" or status == 204:
            check(f"{version}, {name}: no body", not content and (status == 204 or "content-length" in headers), shown)
        else:
            check(
                f"{version}, {name}: a problem where it is one",
                is_problem == (status >= 400) and (not is_problem or strict_json(content)["status"] == status),
                shown,
            )
            check(
                f"{version}, {name}: the length is right",
                int(headers.get("content-length", len(content))) == len(content),
                shown,
            )


def connected(service):
    """The answer to CONNECT, which has neither a scheme nor a path (RFC 9113, section 8.5)."""
    peer = Peer(service.port, service.tls_http2)
    # The client's state must know of the stream, to read what comes back; it does not know the method's form.
    stream = peer.state.get_next_available_stream_id()
    peer.streams[stream] = Exchange()
    peer.state.send_headers(stream, peer.fields("/healthz"), end_stream=False)
    peer.state.clear_outbound_data_buffer()
    block = Encoder().encode([(":method", "CONNECT", True), (":authority", "example.org:443", True)], huffman=False)
    peer.smuggle(frame(HEADERS, 4, stream, block))
    answer = peer.answer(stream)
    peer.close()
    return answer


def test_http2_has_the_manners_of_http1(service, bench, check):
    peer = Peer(service.port, service.tls_http2)
    text = json.dumps(order()).encode()
    fields = [("content-type", "application/json"), ("content-length", str(len(text))), ("expect", "100-continue")]
    stream = peer.request("/v1/orders", bench.tokens["backend"], "POST", fields, end=False)
    peer.wait(lambda: peer.streams[stream].interim == [100], 10, "100 Continue")
    send(peer, stream, text)
    check("a command that would be taken is continued, then taken", peer.answer(stream).status == 201)
    stream = peer.request("/v1/orders", None, "POST", fields, end=False)
    answer = peer.answer(stream)
    check("without a token 401 comes at once, and no 100", (answer.status, answer.interim) == (401, []), answer)
    for token in (None, bench.tokens["backend"]):
        stream = peer.request("/v1/orders", token, "POST", [("content-type", "application/json")], b"{", end=False)
        peer.state.reset_stream(stream, error_code=8)
        peer.flush()
    stream = peer.request("/v1/orders", bench.tokens["backend"], "POST", fields[:1], text, end=False)
    peer.state.send_headers(stream, [("x-trailer", "x")], end_stream=True)
    peer.flush()
    check("trailers are passed over", peer.answer(stream).status == 201, peer.streams[stream])
    tunnel = connected(service)
    check("CONNECT is refused", tunnel.status == 405 or tunnel.reset is not None, tunnel)
    check("the connection goes on", peer.get("/healthz").status == 200 and not peer.goodbyes, peer.goodbyes)
    before, refused = service.memory(), []
    for _ in range(200):
        # A refused body gives its part of the connection's window back.
        peer.wait(lambda: peer.state.outbound_flow_control_window > 16_000, 10, "the connection's window opens")
        stream = peer.request("/v1/orders", None, "POST", [("content-type", "application/json")], bytes(16_000), False)
        refused.append(peer.streams[stream])
    peer.wait(lambda: all(one.is_over for one in refused), 15, "all are refused")
    grown = service.memory() - before
    check("200 bodies without a token are refused before they end", grown < 20, f"{grown:.0f} MiB")
    peer.close()


JAVA = ("User-Agent", "Java-http-client/17.0.15")


def test_java_17_is_answered_where_it_expects_continue(service, bench, check):
    """Java's HttpClient before version 20 waits for ever for a final status that comes without `100 Continue`.

    It sends its body only then, reads the status, and goes on with the same connection.
    """
    fields = [("Content-Length", "2"), ("Expect", "100-Continue"), JAVA, JSON]
    stream = connection(service, request("/v1/orders", "x.y.z", "POST", fields))
    for _ in range(2):
        stream.wait(b"100 Continue\r\n\r\nHTTP/1.1 401 ")
        stream.received = b""
        stream.socket.sendall(b"{}" + request("/v1/orders", "x.y.z", "POST", fields))
    stream.close()
    peer = Peer(service.port, service.tls_http2)
    more = [(name.lower(), value) for name, value in fields]
    answer = peer.answer(peer.request("/v1/orders", "x.y.z", "POST", more, b"{}"))
    check("over HTTP/2 too", answer.status == 401, answer)
    peer.close()


SLOTS = 192


def busy_address(service, check):
    """Opens as many connections of one address as the service has descriptors, and uses each; returns them."""
    crowd = []
    for _ in range(260):
        one = socket.socket()
        one.settimeout(5)
        one.bind(("127.0.0.2", 0))
        try:
            one.connect(("127.0.0.1", service.port))
            one.sendall(HEALTH)
            one.recv(1 << 12)
        except OSError:
            # Closed for a later one.
            continue
        crowd.append(one)
    client, began = Client(service.port), time.monotonic()
    answer = client.request("GET", "/healthz", timeout=10)
    check("another address is answered", answer.status == 200, answer)
    took = time.monotonic() - began
    check("at once", took < 4, f"{took:.1f} s")
    client.close()
    used = len(service.descriptors())
    check("one address takes no more than half of the places", used < SLOTS - 40, used)
    open_ones = 0
    for one in crowd:
        one.setblocking(False)
        try:
            one.recv(1 << 12)
        except BlockingIOError:
            open_ones += 1
        except OSError:
            pass
    check("and keeps those", open_ones > 40, open_ones)
    return crowd


def has_ended(one):
    one.read()
    return bool(one.ended)


def test_headers_that_are_not_complete_give_way(service, bench, check):
    """Many clients send the first 30 kB of a header and no more: the oldest give way, and the newest goes on."""

    def gave_way():
        text = bench.send("GET", "/metrics", role=roles.OPERATOR).body.decode()
        name = 'waybill_connections_closed_total{reason="headerBytes"}'
        return float(next(x for x in text.splitlines() if x.startswith(name)).rpartition(" ")[2])

    if service.tls:
        pytest.skip("the bound is the same, and handshakes take long")
    before, memory = gave_way(), service.memory()
    half = request("/healthz", headers=[("X", "x" * 30_000)])[:-4]
    crowd = [connection(service, half) for _ in range(1_300)]
    wait_for(lambda: gave_way() - before >= 100, 20, "some give way")
    grown = service.memory() - memory
    check("what is not complete takes little memory", grown < 128, f"{grown:.0f} MiB")
    # Several threads accept, so that a connection may be counted later than some that came after it.
    wait_for(lambda: sum(has_ended(one) for one in crowd[:100]) >= 50, 10, "most of the oldest give way")
    check("those that gave way are old", not any(has_ended(one) for one in crowd[-100:]), "a new one ended")
    check("the newest did not", crowd[-1].ended is None, crowd[-1].ended)
    crowd[-1].socket.sendall(b"\r\n\r\n")
    crowd[-1].wait(b'"ok"')
    check("a new client is answered", Client(service.port).request("GET", "/healthz").status == 200)
    for one in crowd:
        one.close()


def test_idle_connections_leave_room_for_others(service, binary, check):
    """A service that may have 256 descriptors, one busy address, and 300 silent clients."""
    if service.tls:
        pytest.skip("the descriptors are the same")
    service = Service(binary)
    narrow = os.path.join(service.root, "narrow")
    with open(narrow, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec prlimit --nofile=256:256 "{service.binary}" "$@"\n')
    os.chmod(narrow, 0o755)
    service.binary = narrow
    try:
        service.start()
        stream = Stream(service.port, "/v1/stream", service.token("staff", "*"))
        stream.wait(lambda frames: any(frame.is_cursor for frame in frames), 20, "a stream begins")
        crowd = busy_address(service, check)
        for number in range(300):
            idle = socket.socket()
            idle.setblocking(False)
            # From many addresses of the machine's own, of which none has too many.
            idle.bind((f"127.0.0.{3 + number % 30}", 0))
            idle.connect_ex(("127.0.0.1", service.port))
            crowd.append(idle)
        wait_for(lambda: len(service.descriptors()) > SLOTS - 20, 10, "all places are taken")
        client, began = Client(service.port), time.monotonic()
        answer = client.request("GET", "/healthz", timeout=30)
        check("a new client is answered", answer.status == 200, answer)
        check.note(f"a new client waits {time.monotonic() - began:.1f} s where all places are taken")
        most = max(service.descriptors())
        check("connections leave descriptors to others", most < 256 - 20, most)
        backend = Client(service.port, service.token("backend", "aurora"))
        placed = backend.request("POST", "/v1/orders", order()).json
        stream.wait(lambda frames: any(frame.id == placed["position"] for frame in frames), 10, "the stream goes on")
        check(
            "the log has no error", not [line for line in log(service) if line["level"] == "error"], log(service)[-5:]
        )
        client.close()
        backend.close()
        stream.stop()
        for idle in crowd:
            idle.close()
        status, took = service.terminate(10)
        check("SIGTERM: exit status 0 within 10 s", status == 0, f"status {status} after {took:.1f} s")
    finally:
        service.close()
