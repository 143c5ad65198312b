"""HTTP/2 by curl and by hand, over TLS and in clear text: commands, bulk, and streams.

The streams are byte for byte those of HTTP/1.1.
"""

import json
import os
import subprocess
import time

import pytest

from support.bench import Bench
from support.certificates import Authority
from support.client import read_log
from support.http2_peer import PREFACE, Peer
from support.orders import order
from support.raw_stream import RawStream, dribble, request
from support.service import Service
from support.sse import Stream
from support.waiting import wait_for

# As many streams as one connection may have at once.
MOST = 250


@pytest.fixture(scope="module")
def secure_service(binary):
    """A service whose one port speaks TLS."""
    service = Service(binary)
    authority = Authority(os.path.join(service.root, "tls"))
    certificate, key = authority.issue("first")
    service.options = ["--tls-certificate", certificate, "--tls-key", key]
    service.tls, service.tls_http2 = authority.context(["http/1.1"]), authority.context(["h2"])
    service.authority = authority
    service.start()
    yield service
    service.close()


@pytest.fixture(scope="module")
def secure_bench(secure_service, check):
    return Bench(secure_service, check)


@pytest.fixture(scope="module")
def secure_order(secure_bench):
    return secure_bench.place()


def peer(service, **how):
    return Peer(service.port, service.tls_http2, **how)


def test_a_port_tells_the_versions_by_their_first_bytes(bench, check):
    """The segments in which the first bytes arrive make no difference."""
    service = bench.service
    port = service.port
    slow = Peer(port, preface=False)
    for byte in slow.state.data_to_send():
        slow.send(bytes((byte,)))
        time.sleep(0.002)
    check("a preface of single bytes begins HTTP/2", slow.get("/healthz").status == 200, slow.ended)
    slow.close()
    one = RawStream(port)
    dribble(one, request("/healthz", headers=[("Connection", "close")]))
    one.wait_end()
    check("a request of single bytes is HTTP/1.1's", one.status == 200, one.received)
    for name, method in (("POST", "POST"), ("PRI", "PRI"), ("P", "P"), ("PRIOR", "PRIOR")):
        stream = RawStream(port)
        dribble(stream, request("/healthz", method=method, headers=[("Connection", "close")]))
        stream.wait_end()
        check(f"a method {name} is HTTP/1.1's", stream.status in (400, 404, 405, 501), stream.received[:200])
    for name, data in (("version", b"PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n"), ("end", b"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n")):
        stream = RawStream(port, data)
        ended = stream.wait_end()
        check(f"a preface with another {name} is refused", ended and stream.status in (400, None), stream.received)
    half = RawStream(port, PREFACE[:10])
    half.socket.shutdown(1)
    check("half a preface and an end: closed", half.wait_end(), "open")
    upgrade = RawStream(
        port,
        request(
            "/healthz",
            headers=[
                ("Connection", "Upgrade, HTTP2-Settings, close"),
                ("Upgrade", "h2c"),
                ("HTTP2-Settings", "AAMAAABkAAQAAP__"),
            ],
        ),
    )
    upgrade.wait(b"ok")
    check("an upgrade to h2c is passed over", upgrade.status == 200, upgrade.received)
    upgrade.close()


def curl(*arguments, data=None):
    done = subprocess.run(["curl", "-sS", "-i", "-m", "30", *arguments], input=data, capture_output=True, timeout=60)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:])
    return lines[0], fields, body, done


def test_curl_speaks_http2_in_clear_text(bench, check):
    curled(check, bench, f"http://localhost:{bench.service.port}", ["--http2-prior-knowledge"])


def test_curl_speaks_http2_over_tls(secure_bench, check):
    service = secure_bench.service
    curled(check, secure_bench, f"https://localhost:{service.port}", ["--http2", "--cacert", service.authority.path])


def curled(check, bench, url, how):
    kind = url.partition(":")[0]
    authorization = ["-H", f"Authorization: Bearer {bench.tokens['backend']}"]

    def asked(name, status, *arguments, data=None):
        first, fields, body, done = curl(*how, *arguments, data=data)
        check(
            f"curl, {kind}: {name}",
            first.strip() == f"HTTP/2 {status}"
            and "connection" not in fields
            and "transfer-encoding" not in fields
            and done.returncode == 0,
            (first, fields, body[:300], done.stderr),
        )
        return fields, body

    asked("health", 200, f"{url}/healthz")
    asked("HEAD", 200, "-I", f"{url}/healthz")
    asked("no token", 401, f"{url}/v1/orders")
    asked("no such route", 404, f"{url}/v2")
    asked("a method that is not there", 405, "-X", "DELETE", f"{url}/v1/orders", *authorization)
    fields, _ = asked(
        "a command",
        201,
        f"{url}/v1/orders",
        *authorization,
        "-H",
        "Content-Type: application/json",
        "--data-binary",
        "@-",
        data=json.dumps(order()).encode(),
    )
    check(f"curl, {kind}: the command's fields", fields.get("etag") == '"1"' and "location" in fields, fields)
    asked(
        "a body that is too large",
        413,
        f"{url}/v1/orders",
        *authorization,
        "-H",
        "Content-Type: application/json",
        "--data-binary",
        "@-",
        data=b" " * 300_000,
    )
    lines = [json.dumps({"command": "placeOrder", **order(number=f"B-{index}")}) for index in range(2000)]
    _, body = asked(
        "bulk",
        200,
        f"{url}/v1/commands",
        *authorization,
        "-H",
        "Content-Type: application/x-ndjson",
        "-T",
        "-",
        "-X",
        "POST",
        data="\n".join(lines).encode(),
    )
    answers = [json.loads(line) for line in body.splitlines()]
    results = [answer["result"] for answer in answers]
    check(f"curl, {kind}: every line of bulk accepted", results == ["accepted"] * 2000, body[:300])
    _, body = asked("a list", 200, f"{url}/v1/orders?limit=1000&min_position={answers[-1]['position']}", *authorization)
    check(f"curl, {kind}: the whole list", len(json.loads(body)["orders"]) == 1000, body[-100:])


def test_streams_in_clear_text_are_those_of_http1(bench, check, placed):
    same_bytes(check, bench, placed, "clear text")


def test_streams_over_tls_are_those_of_http1(secure_bench, check, secure_order):
    same_bytes(check, secure_bench, secure_order, "TLS")


def same_bytes(check, bench, placed, kind):
    """A stream after a position is byte for byte the same in both versions of HTTP."""
    service = bench.service
    orders, staff = f"/v1/orders/{placed['orderId']}", bench.tokens["staff"]
    for index in range(20):
        bench.send("POST", f"{orders}/note", {"text": f"{kind} ✓ {index}\r\n\n", "visibility": "customer"})
    paths = [
        (f"{orders}/stream?after=0", staff),
        (f"{orders}/stream?after=0", bench.tokens["customer"]),
        ("/v1/customers/c-1/stream?after=0", bench.tokens["customer"]),
        ("/v1/stream?after=0", staff),
        ("/v1/stream?after=0&plain=true", staff),
    ]
    lines = read_log(service.port, staff, tls=service.tls)
    last = json.loads(lines[-1])["position"]
    both = peer(service)
    for path, token in paths:
        old = Stream(service.port, path, token, tls=service.tls)
        stream = both.request(path, token)
        name = (
            f"{kind}: {path.partition('?')[0].replace(placed['orderId'], 'ID')}{'' if token == staff else ', customer'}"
        )
        # The first event is the order's placing, the last one its last note.
        note = f"{kind} ✓ 19".encode()
        old.wait(lambda frames: [f for f in frames if f.data and note in f.data], 20, f"{name} over HTTP/1.1")
        both.wait(lambda: note in both.streams[stream].body, 20, f"{name} over HTTP/2")
        exchange = both.streams[stream]
        shown = [frame.raw for frame in old.stop().frames if frame.data is not None]
        blocks = [block for block in exchange.blocks if b"data: " in block]
        check(
            f"{name}: byte for byte that of HTTP/1.1",
            blocks == shown and len(shown) >= 21,
            f"{len(blocks)} and {len(shown)} blocks, ends {blocks[-1:]} and {shown[-1:]}",
        )
        wanted = {
            "content-type": "text/event-stream",
            "cache-control": "no-store, no-transform",
            "x-accel-buffering": "no",
        }
        found = {name: value for name, value in exchange.headers.items() if name != "date"}
        check(f"{name}: fields", exchange.status == 200 and found == wanted, exchange.headers)
    resumed = both.request("/v1/stream", staff, more=[("last-event-id", json.loads(lines[-5])["position"])])
    both.wait(lambda: len([b for b in both.streams[resumed].blocks if b"data: " in b]) >= 4, 20, "resumed")
    shown = [block for block in both.streams[resumed].blocks if b"data: " in block]
    check(
        f"{kind}: resumed at exactly the next event",
        len(shown) == 4 and [line.split(b"data: ")[1] for line in shown] == lines[-4:] and last.encode() in shown[-1],
        shown,
    )
    both.close()


def test_one_connection_carries_250_live_streams(secure_bench, check, secure_order):
    """The number is the most that the service offers, and all streams are live."""
    service, bench, placed = secure_bench.service, secure_bench, secure_order
    path, staff = f"/v1/orders/{placed['orderId']}/stream", bench.tokens["staff"]
    crowd = peer(service)
    crowd.wait(lambda: crowd.state.remote_settings.max_concurrent_streams == MOST, 10, "the service's settings")
    streams = [crowd.request(path, staff) for _ in range(MOST)]
    crowd.wait(lambda: all(b"event: snapshot" in crowd.streams[s].body for s in streams), 60, f"{MOST} streams began")
    check(
        f"{MOST} streams on one connection",
        bench.metric("waybill_streams_open") >= MOST,
        bench.metric("waybill_streams_open"),
    )
    note = "for all of them"
    bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": note, "visibility": "customer"})
    began = time.monotonic()
    crowd.wait(lambda: all(note.encode() in crowd.streams[s].body for s in streams), 20, "the event on all")
    check.note(f"an event reached {MOST} streams of one connection in {time.monotonic() - began:.3f} s")
    check("an event reaches all of them", not crowd.ended and not crowd.goodbyes, (crowd.ended, crowd.goodbyes))
    for stream in streams[: MOST // 2]:
        crowd.state.reset_stream(stream, error_code=8)
    crowd.flush()
    left = wait_for(lambda: bench.metric("waybill_streams_open") <= MOST // 2 or None, 20, "half of them leave")
    check("those that are taken back leave; the others stay", left and not crowd.ended, crowd.ended)
    check("and make room", crowd.get("/healthz").status == 200, crowd.ended)
    crowd.close()


def test_a_closed_window_stops_its_stream_alone(secure_bench, check, secure_order):
    """A stream whose client opens no window stops itself alone; a connection's window stops that connection alone."""
    service, bench, placed = secure_bench.service, secure_bench, secure_order
    order, staff = f"/v1/orders/{placed['orderId']}", bench.tokens["staff"]
    mixed, shut = peer(service), peer(service)
    stalled, lively = mixed.request("/v1/stream", staff), mixed.request("/v1/stream", staff)
    mixed.windows = {lively}
    held = shut.request("/v1/stream", staff)
    shut.opens_connection_window = False
    for one, streams in ((mixed, (stalled, lively)), (shut, (held,))):
        one.wait(lambda one=one, streams=streams: all(b"id: " in one.streams[s].body for s in streams), 20, "began")
    texts = []
    for index in range(150):
        texts.append(f"{index} " + "x" * 490)
        bench.send("POST", f"{order}/note", {"text": texts[-1], "visibility": "customer"})
    last = texts[-1].encode()
    mixed.wait(lambda: last in mixed.streams[lively].body, 20, "the lively stream shows the last event")
    full = mixed.streams[stalled].body
    check("a stream without a window stops within it", len(full) <= 65_535 and last not in full, len(full))
    other = peer(service)
    check("other connections are served meanwhile", other.get("/healthz").status == 200, other.ended)
    shut.read(0.2)
    got = len(shut.streams[held].body)
    check("a connection without a window stops within it", got <= 65_535 and last not in shut.streams[held].body, got)
    mixed.state.increment_flow_control_window(1 << 20, stalled)
    mixed.windows.add(stalled)
    mixed.flush()
    mixed.wait(lambda: last in mixed.streams[stalled].body, 20, "the stalled stream goes on")
    shown = [mixed.streams[s].blocks for s in (stalled, lively)]
    events = [[b for b in blocks if b"data: " in b] for blocks in shown]
    check(
        "and then shows all that the other did",
        events[0] == events[1] and len(events[0]) == 150,
        [len(e) for e in events],
    )
    shut.state.increment_flow_control_window(1 << 20)
    shut.state.increment_flow_control_window(1 << 20, held)
    shut.opens_connection_window = True
    shut.flush()
    shut.wait(lambda: last in shut.streams[held].body, 20, "the connection goes on")
    for one in (mixed, shut, other):
        one.close()


def test_requests_may_end_early_late_or_never(secure_bench, check):
    service, bench = secure_bench.service, secure_bench
    backend = bench.tokens["backend"]
    json_body = [("content-type", "application/json")]
    one = peer(service)
    early = one.request("/v1/orders", None, "POST", json_body, body=b"{", end=False)
    answer = one.answer(early)
    check("an answer before the request's end", answer.status == 401, answer)
    one.wait(lambda: answer.ended, 10, "its end")
    pieces = json.dumps(order()).encode()
    whole = one.request("/v1/orders", backend, "POST", json_body, body=pieces[:10], end=False)
    for at in range(10, len(pieces), 40):
        one.state.send_data(whole, pieces[at : at + 40])
        one.flush()
    one.state.end_stream(whole)
    one.flush()
    check("a body in many frames", one.answer(whole).status == 201, one.streams[whole])
    bulk = one.request("/v1/commands", backend, "POST", [("content-type", "application/x-ndjson")], body=b"", end=False)
    for index in range(3):
        one.state.send_data(bulk, json.dumps({"command": "placeOrder", **order(number=f"L-{index}")}).encode() + b"\n")
        one.flush()
        one.wait(
            lambda index=index: one.streams[bulk].body.count(b"accepted") == index + 1, 20, "a result while it is sent"
        )
    one.state.end_stream(bulk)
    one.flush()
    check("bulk: results come while lines are sent", one.answer(bulk).ended, one.streams[bulk])
    one.close()


def test_sigterm_ends_all_streams_of_a_connection(secure_bench, check, secure_order):
    """Streams end with `bye` and the connection with GOAWAY; a client that answers nothing does not delay the end."""
    service, bench, placed = secure_bench.service, secure_bench, secure_order
    staff = bench.tokens["staff"]
    polite, mute = peer(service), peer(service)
    streams = [polite.request(f"/v1/orders/{placed['orderId']}/stream", staff) for _ in range(20)]
    streams += [polite.request("/v1/stream", staff) for _ in range(20)]
    polite.wait(lambda: all(b"id: " in polite.streams[s].body for s in streams), 20, "streams began")
    mute.request("/v1/stream", staff)
    mute.read(0.5)
    service.process.terminate()
    began = time.monotonic()
    polite.wait_end(10)
    byes = [polite.streams[s] for s in streams]
    check(
        "SIGTERM: every stream says bye and is complete",
        all(b'event: bye\ndata: {"reason":"shutdown"}' in e.body and e.ended for e in byes),
        byes[:2],
    )
    check(
        "SIGTERM: an id-only block comes before",
        all(b"\n" not in e.blocks[-1] and e.blocks[-1].startswith(b"id: ") for e in byes),
        byes[0].blocks[-3:],
    )
    check(
        "SIGTERM: the last goodbye names the last stream, and none is an error",
        1 <= len(polite.goodbyes) <= 2 and polite.goodbyes[-1] == (0, streams[-1]) and polite.goodbyes[0][0] == 0,
        polite.goodbyes,
    )
    status = service.process.wait(10)
    took = time.monotonic() - began
    check("SIGTERM: exit status 0 within 10 s", status == 0 and took < 10, f"{status} after {took:.1f} s")
    check.note(f"SIGTERM with HTTP/2 streams took {took:.1f} s")
    polite.close()
    mute.close()
