"""Streams over HTTP/2, in clear text and over TLS: byte for byte those of HTTP/1.1, and independent of each other."""

import json
import time

from support.client import read_log
from support.http2_peer import Peer
from support.orders import order
from support.sse import Stream
from support.waiting import wait_for

# As many streams as one connection may have at once.
MOST = 250


def peer(service, **how):
    return Peer(service.port, service.tls_http2, **how)


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
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-store, no-transform",
            "x-accel-buffering": "no",
        }
        found = {name: value for name, value in exchange.headers.items() if name not in ("date", "x-request-id")}
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
