"""Streams for any client: parameters of polyfills and caches, ids on resuming, beats, escapes, places per caller, and
customers' ids, which move with their own events only."""

import json

import pytest

from support import roles
from support.raw_stream import RawStream
from support.sse import Stream
from support.waiting import wait_for

MOST = 3


@pytest.fixture(scope="module")
def service(service):
    service.options = ["--streams-per-caller", str(MOST), "--heartbeat", "1s"]
    return service


def begun(frames):
    return any(frame.id for frame in frames)


def test_parameters_of_polyfills_and_caches_are_taken(bench, check):
    order = bench.place()
    path = f"/v1/orders/{order['orderId']}/stream"
    for query in ("_=1", "_=1&_=2&_cache=x%20y", "t=5", "ts=5&ts=6", "plain=x&plain=true", "lastEventId=", "beat=true"):
        for other in (path, "/v1/stream", "/v1/customers/c-1/stream?shop=aurora"):
            bench.expect(
                f"{other.split('/')[2]}: {query}",
                200,
                "GET",
                f"{other}{'&' if '?' in other else '?'}{query}",
                role="staff",
            )
    for query in ("T=1", "x=1", "lasteventid=0", "beat=1", "beat="):
        bench.expect(f"{query}", 400, "GET", f"{path}?{query}", code="invalidQuery")
    head = bench.send("HEAD", path)
    check("charset", head.headers["content-type"] == "text/event-stream; charset=utf-8", head.headers)


def test_a_resumed_stream_repeats_its_position_in_its_first_block(bench, check):
    port, staff = bench.service.port, bench.tokens["staff"]
    placed = bench.place()
    at = placed["position"]
    bench.send("POST", f"/v1/orders/{placed['orderId']}/confirm", {})
    for name, query, header, wanted in (
        ("header", "", at, at),
        ("after", f"?after={at}", None, at),
        ("lastEventId", f"?lastEventId={at}", None, at),
        ("header before lastEventId", "?lastEventId=0", at, at),
        ("lastEventId before after", f"?after=0&lastEventId={at}", None, at),
        ("beginning", "?after=0", None, f"{at.partition('-')[0]}-0"),
    ):
        stream = Stream(port, f"/v1/orders/{placed['orderId']}/stream{query}", staff, last_event_id=header)
        stream.wait(lambda frames: any(f.is_log_event for f in frames), 10, name)
        first = stream.stop().frames[0]
        check(f"{name}: the first block has retry and the position", first.retry and first.id == wanted, first.raw)
    fresh = Stream(port, "/v1/stream", staff)
    fresh.wait(begun, 10, "fresh")
    check("fresh: the first block is retry alone", fresh.stop().frames[0].id is None, fresh.frames[0].raw)
    lost = Stream(port, "/v1/stream?after=nonsense", staff)
    lost.wait(begun, 10, "lost")
    frames = lost.stop().frames
    check("no position: no id before reset", frames[0].id is None and frames[1].event == "reset", frames[0].raw)


def response(port, request):
    """The status line, the fields, the way of the connection's end and the body of the response to a request."""
    stream = RawStream(port, request.encode())
    stream.wait(b"\r\n\r\n")
    status, *lines = stream.head.decode().split("\r\n")
    changing = {"date", "x-request-id"}
    fields = ((name.lower(), value) for name, _, value in (line.partition(": ") for line in lines))
    fields = sorted((name, None if name in changing else value) for name, value in fields)
    if "200" in status:
        stream.wait(b"id:")
        end = None
    else:
        end = stream.wait_end()
    body = stream.received.partition(b"\r\n\r\n")[2]
    stream.close()
    return status, fields, end, None if end is None else body


def test_streams_answer_alike_on_the_socket_and_in_a_channel(bench, check):
    port, tokens = bench.service.port, bench.tokens
    order = bench.place()["orderId"]
    link = bench.send("POST", f"/v1/orders/{order}/tracking-links", {}).json["token"]
    counted = "waybill_connections_direct_total"
    before = bench.metric(counted)
    cases = (
        ("feed", "/v1/stream", "staff"),
        ("order", f"/v1/orders/{order}/stream", "backend"),
        ("link", f"/track/{link}/stream", None),
        ("reset", "/v1/stream?after=nonsense", "staff"),
        ("no token", "/v1/stream", None),
        ("not found", "/v1/orders/01890000-0000-7000-8000-000000000000/stream", "staff"),
        ("no such link", "/track/x/stream", None),
        ("bad query", "/v1/stream?x=1", "staff"),
        ("forbidden", "/v1/stream", roles.OWN),
    )
    for name, path, role in cases:
        token = f"Authorization: Bearer {tokens[role]}\r\n" if role else ""
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{token}X-Padding:"
        direct = response(port, f"{request} x\r\n\r\n")
        # Two spaces: such a header is left to the decoder.
        channel = response(port, f"{request}  x\r\n\r\n")
        check(f"{name}: the same response", direct == channel, (direct, channel))
    check("half of them on sockets", bench.metric(counted) - before == len(cases), bench.metric(counted) - before)


def test_beats_go_with_every_id_only_block(bench, check):
    port, staff = bench.service.port, bench.tokens["staff"]
    stream = Stream(port, "/v1/stream?beat=true", staff)
    stream.wait(lambda frames: sum(f.event == "beat" for f in frames) >= 3, 10, "beats")
    frames = stream.stop().frames[1:4]
    check("each has an id and empty data", all(f.id and f.data == b"{}" for f in frames), [f.raw for f in frames])
    plain = Stream(port, f"/v1/stream?beat=true&plain=true&after={frames[0].id}", staff)
    plain.wait(lambda frames: len(frames) >= 2, 10, "plain beats")
    frames = plain.stop().frames
    check(
        "plain: in the first block and later, with a type",
        all(f.id and f.event is None and json.loads(f.data) == {"type": "beat"} for f in frames)
        and frames[0].retry is not None,
        [f.raw for f in frames],
    )


def test_line_separators_of_unicode_are_escaped(bench, check):
    port, staff = bench.service.port, bench.tokens["staff"]
    text = "a\u0085b\u2028c\u2029d"
    placed = bench.place(customer="sep")
    stream = Stream(port, f"/v1/orders/{placed['orderId']}/stream", staff)
    stream.wait(begun, 10, "began")
    bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": text, "visibility": "customer"})
    stream.wait(lambda frames: any(f.is_log_event for f in frames), 10, "note")
    frame = stream.stop().log_events()[0]
    again = Stream(port, f"/v1/orders/{placed['orderId']}/stream?after={placed['position']}", staff)
    again.wait(lambda frames: any(f.is_log_event for f in frames), 10, "again")
    check("the note reads the same", json.loads(frame.data)["data"]["text"] == text, frame.raw)
    check("one line for those who split by Unicode", len(frame.data.decode().splitlines()) == 1, frame.raw)
    check("the same bytes when resumed", again.stop().log_events()[0].raw == frame.raw, frame.raw)
    snapshot = Stream(port, f"/v1/orders/{placed['orderId']}/stream", staff)
    snapshot.wait(begun, 10, "snapshot")
    data = snapshot.stop().frames[1].data.decode()
    check(
        "snapshots too", text in json.dumps(json.loads(data), ensure_ascii=False) and len(data.splitlines()) == 1, data
    )


def test_a_customers_positions_move_with_its_own_events_only(bench, check):
    port, own = bench.service.port, bench.tokens[roles.OWN]
    mine = bench.place(customer="c-1")
    order, customer = f"/v1/orders/{mine['orderId']}", "/v1/customers/c-1/stream"
    reads = (order, f"{order}/events", f"{order}/events?limit=1", "/v1/orders", "/v1/orders?limit=1")

    def positions():
        found = [bench.send("GET", path, role=roles.OWN).json for path in reads]
        return [(page["position"], page.get("next")) for page in found]

    def settled():
        # The order list follows the log a moment later.
        return positions()[3][0] == positions()[0][0]

    wait_for(settled, 10, "the order list has the order")
    before = positions()
    streams = [Stream(port, f"{order}/stream", own), Stream(port, customer, own)]
    for stream in streams:
        stream.wait(begun, 10, "began")
    firsts = [stream.last_id for stream in streams]
    for _ in range(5):
        last = bench.place(customer="c-2")
    bench.send("GET", f"/v1/orders?min_position={last['position']}")
    for stream, first in zip(streams, firsts, strict=True):
        seen = len(stream.frames)
        stream.wait(lambda frames, seen=seen: len(frames) >= seen + 2, 10, "heartbeats")
        check("heartbeats keep the id while others' events come", stream.last_id == first, stream.last_id)
        check("both streams begin at the newest own event", first == before[0][0], first)
    check("reads keep their positions as well", positions() == before, (before, positions()))
    again = Stream(port, customer, own, last_event_id=firsts[1])
    bench.send("POST", f"{order}/confirm", {})
    for stream in (*streams, again):
        stream.wait(lambda frames: any(f.is_log_event for f in frames), 10, "own event")
        check("an own event moves them", stream.stop().last_id not in firsts, stream.last_id)
    check("an own event moves reads", positions()[0] != before[0], positions())


def test_one_caller_cannot_take_all_places(bench, check):
    port, own = bench.service.port, bench.tokens[roles.OWN]
    wait_for(lambda: bench.open_streams() == 0, 10, "no stream is left")
    held = [Stream(port, "/v1/customers/c-1/stream", own) for _ in range(MOST)]
    for stream in held:
        stream.wait(begun, 10, "held")
    reads = bench.metric("waybill_streams_refused_total")
    delays = []
    for _ in range(6):
        more = Stream(port, "/v1/customers/c-1/stream", own, last_event_id=held[0].last_id)
        check("the answer ends at once", more.wait_end(10) == "complete", more.ended)
        frames = more.stop().frames
        check("bye with overload", json.loads(frames[-1].data) == {"reason": "overload"}, frames[-1].raw)
        check("the position before it", frames[0].id == held[0].last_id, frames[0].raw)
        delays.append(frames[-1].retry)
    check(
        "retry grows",
        all(later > first * 3 for first, later in ((delays[0], delays[4]), (delays[1], delays[5]))),
        delays,
    )
    check("counted", bench.metric("waybill_streams_refused_total") == reads + 6, reads)
    others = [Stream(port, "/v1/customers/c-2/stream", bench.tokens[roles.OTHER])]
    others += [Stream(port, "/v1/stream", bench.tokens["staff"]) for _ in range(MOST + 2)]
    for stream in others:
        stream.wait(begun, 10, "others")
    held.pop().stop()
    wait_for(lambda: bench.open_streams() == MOST - 1 + len(others), 10, "a place is free")
    back = Stream(port, "/v1/customers/c-1/stream", own)
    back.wait(begun, 10, "back")
    for stream in (*held, *others, back):
        stream.stop()


def test_returns_after_a_restart_need_no_reads(service, bench, check):
    """The recent events are in memory from the start, so that thousands of returns ask the database for nothing."""
    port, staff = bench.service.port, bench.tokens["staff"]
    placed = [bench.place(customer="c-9") for _ in range(5)]
    for order in placed:
        bench.send("POST", f"/v1/orders/{order['orderId']}/confirm", {})
    service.terminate()
    service.start()
    paths = [f"/v1/orders/{order['orderId']}/stream" for order in placed]
    paths += ["/v1/customers/c-9/stream?shop=aurora", "/v1/stream", "/v1/stream?conflate=50"]

    def filled():
        return bench.metric("waybill_stream_ring_bytes") > 0

    wait_for(filled, 10, "the recent events are read")
    for path in paths:
        stream = Stream(port, path, staff, last_event_id=placed[0]["position"])
        stream.wait(lambda frames: any(f.is_log_event for f in frames), 10, path)
        stream.stop()
    samples = bench.send("GET", "/metrics", role=roles.OPERATOR).body.decode()
    log = next(line for line in samples.splitlines() if line.startswith('waybill_stream_reads_total{source="log"}'))
    check("no stream read the log", log.endswith(" 0"), log)
