"""Many streams of events on few HTTP/2 connections: each is exact over a kill, and frames for one touch no other."""

import struct

from support.client import read_log
from support.http2_peer import DATA, GOAWAY, Peer, frame
from support.sse import parse_block
from support.waiting import wait_for

CONNECTIONS, STREAMS = 10, 100


def note(bench, placed, text):
    answer = bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": text, "visibility": "customer"})
    if answer.status != 200:
        raise RuntimeError(f"the note {text} was not taken: {answer}")


def frames(exchange):
    return [parse_block(block) for block in exchange.blocks]


def has(exchange, text):
    return text.encode() in exchange.body


def open_all(service, token, after):
    """A connection of many streams of the feed, the first of them after the first position and so on."""
    peer = Peer(service.port, service.tls_http2)
    streams = [peer.request("/v1/stream", token, more=[("last-event-id", one)]) for one in after]
    return peer, streams


def test_each_of_a_thousand_streams_is_exact_over_a_kill(secure_bench, check, secure_order):
    service, staff = secure_bench.service, secure_bench.tokens["staff"]
    begin = Peer(service.port, service.tls_http2)
    first = begin.request("/v1/stream", staff)
    begin.wait(lambda: any(one.id for one in frames(begin.streams[first])), 20, "the feed's position")
    start = next(one.id for one in frames(begin.streams[first]) if one.id)
    begin.close()
    before = len(read_log(service.port, staff, tls=service.tls))
    crowd = [open_all(service, staff, [start] * STREAMS) for _ in range(CONNECTIONS)]
    for peer, streams in crowd:
        peer.wait(lambda p=peer, s=streams: all(p.streams[one].status == 200 for one in s), 60, "streams begin")
    for index in range(10):
        note(secure_bench, secure_order, f"before {index}")
    # Every other connection has taken a part.
    for peer, _ in crowd[::2]:
        peer.read(0.05)
    service.kill()
    for peer, _ in crowd:
        peer.wait_end(10)
    seen = [[frames(peer.streams[one]) for one in streams] for peer, streams in crowd]
    service.start()
    after = [[next((f.id for f in reversed(one) if f.id), start) for one in streams] for streams in seen]
    again = [open_all(service, staff, positions) for positions in after]
    for index in range(10):
        note(secure_bench, secure_order, f"after {index}")
    for peer, streams in again:
        peer.wait(lambda p=peer, s=streams: all(has(p.streams[one], "after 9") for one in s), 60, "the last event")
    expected = read_log(service.port, staff, tls=service.tls)[before:]
    wrong = 0
    for earlier, (peer, streams) in zip(seen, again, strict=True):
        for former, stream in zip(earlier, streams, strict=True):
            shown = [f.data for f in former + frames(peer.streams[stream]) if f.is_log_event]
            wrong += shown != expected
        peer.close()
    check(
        f"{CONNECTIONS * STREAMS} streams have each event once and in order",
        wrong == 0 and len(expected) == 20,
        f"{wrong} streams differ from {len(expected)} events",
    )
    check.note(f"streams had {min(len(s) for one in seen for s in one)} blocks or more when the service was killed")


def test_frames_for_one_stream_touch_no_other(secure_bench, check, secure_order):
    service, bench, staff = secure_bench.service, secure_bench, secure_bench.tokens["staff"]
    left = wait_for(lambda: bench.metric("waybill_streams_open") == 0, 30, "former streams end")
    check("no stream is open", left, bench.metric("waybill_streams_open"))
    peer = Peer(service.port, service.tls_http2)
    one, two, three = (peer.request("/v1/stream", staff) for _ in range(3))
    peer.wait(lambda: all(b"id: " in peer.streams[s].body for s in (one, two, three)), 20, "streams begin")
    peer.state.prioritize(one, weight=7, depends_on=three)
    peer.flush()
    for stream in (0, one):
        peer.send(frame(0xEE, 0xFF, stream, b"unknown"))
    peer.state.reset_stream(two, error_code=8)
    peer.flush()
    gone = wait_for(lambda: bench.metric("waybill_streams_open") == 2, 10, "the stream that is reset ends")
    check("a reset ends its stream", gone, bench.metric("waybill_streams_open"))
    note(bench, secure_order, "priorities")
    peer.wait(lambda: all(has(peer.streams[s], "priorities") for s in (one, three)), 10, "the event")
    check("priorities, unknown frames and a reset leave the others", not peer.ended and not peer.goodbyes, peer.ended)
    # Windows that the client closes and opens for all its streams.
    peer.state.update_settings({4: 0})
    peer.flush()
    peer.wait(lambda: peer.state.local_settings.initial_window_size == 0, 10, "the settings are taken")
    for index in range(3):
        note(bench, secure_order, f"held {index}")
    peer.read(0.3)
    held = [has(peer.streams[s], "held") for s in (one, three)]
    check("streams keep within windows of nothing", held == [False, False], held)
    peer.state.update_settings({4: 65_535})
    peer.flush()
    peer.wait(lambda: all(has(peer.streams[s], "held 2") for s in (one, three)), 10, "held events")
    shown = [[f.data for f in frames(peer.streams[s]) if f.is_log_event] for s in (one, three)]
    check("and show each event once", shown[0] == shown[1] and len(shown[0]) == 4, [len(s) for s in shown])
    # A request is over with its header, so nothing may follow.
    peer.smuggle(frame(DATA, 0, three, b"more"))
    peer.wait(lambda: peer.streams[three].is_over, 10, "the stream that sends on is reset")
    note(bench, secure_order, "the last")
    peer.wait(lambda: has(peer.streams[one], "the last"), 10, "the event")
    check("bytes behind a request end their stream alone", not peer.ended, peer.ended)
    # A client that makes no more requests.
    peer.smuggle(frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0)))
    note(bench, secure_order, "behind GOAWAY")
    peer.wait(lambda: has(peer.streams[one], "behind GOAWAY"), 10, "the event")
    peer.close()
    gone = wait_for(lambda: bench.metric("waybill_streams_open") == 0, 10, "streams end with their connection")
    check("a connection's end ends its streams", gone, bench.metric("waybill_streams_open"))
