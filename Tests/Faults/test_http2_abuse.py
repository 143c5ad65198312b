"""Hostile HTTP/2 clients: each loses its stream or its connection, and the service loses nothing."""

import json
import struct
import time

import pytest
from hpack import Encoder

from support import http2_peer, roles
from support.bench import total
from support.client import Client
from support.http2_peer import (
    CALM,
    CANCEL,
    CONTINUATION,
    DATA,
    HEADERS,
    PING,
    PRIORITY,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    Peer,
    frame,
)
from support.orders import order
from support.waiting import wait_for

PROTOCOL, FLOW, SIZE, COMPRESSION = 1, 3, 6, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
# Frames of a flood, far beyond what any client needs.
FLOOD = 30_000


def head(peer, stream, flags=END_STREAM | END_HEADERS, more=(), fields=None):
    """A HEADERS frame past the client's own rules.

    Nothing goes into the compression table, so frames may come in any order.
    """
    fields = peer.fields("/healthz", more=more) if fields is None else fields
    block = Encoder().encode([(name, value, True) for name, value in fields], huffman=False)
    return frame(HEADERS, flags, stream, block)


def survives(service, check, name):
    check(f"{name}: the service answers others", Peer(service.port).get("/healthz").status == 200, "no answer")


def _resets(peer):
    for index in range(FLOOD):
        stream = 2 * index + 1
        yield head(peer, stream) + frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))


def _continuations(peer):
    yield frame(HEADERS, END_STREAM, 1, Encoder().encode([(n, v, True) for n, v in peer.fields("/healthz")]))
    for _ in range(FLOOD):
        yield frame(CONTINUATION, 0, 1, b"\x00\x01a\x01b")


def _empty_data(peer):
    yield head(peer, 1, END_HEADERS)
    for _ in range(FLOOD):
        yield frame(DATA, 0, 1)


FLOODS = {
    "streams begun and reset": _resets,
    "CONTINUATION without end": _continuations,
    "empty DATA": _empty_data,
    "PING": lambda peer: (frame(PING, 0, 0, bytes(8)) for _ in range(FLOOD)),
    "SETTINGS": lambda peer: (frame(SETTINGS, 0, 0) for _ in range(FLOOD)),
    "PRIORITY": lambda peer: (frame(PRIORITY, 0, 1, struct.pack(">IB", 0, 16)) for _ in range(FLOOD)),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_its_connection_alone(service, bench, check, name):
    peer, sent = Peer(service.port), 0
    frames = FLOODS[name]
    for bytes_ in frames(peer):
        peer.smuggle(bytes_)
        sent += 1
        if sent % 50 == 0:
            peer.read()
        if peer.ended:
            break
    ended = peer.wait_end(10)
    codes = [code for code, _ in peer.goodbyes]
    check(
        f"a flood of {name} ends the connection",
        ended and (codes in ([CALM], [PROTOCOL], []) or CALM in codes),
        (ended, peer.goodbyes),
    )
    check(f"a flood of {name} is cut short", sent < FLOOD, sent)
    check.note(f"{name}: {sent} frames, then {ended}, goodbyes {peer.goodbyes}")
    survives(service, check, name)
    peer.close()


WINDOW = struct.pack(">I", (1 << 31) - 1)
# Frames that end a connection (RFC 9113, sections 4 to 6), and the codes with which they may.
BROKEN = {
    "a frame longer than was allowed": (lambda peer: frame(DATA, 0, 1, bytes(16_385)), {SIZE, PROTOCOL}),
    "a stream of an even number": (lambda peer: head(peer, 2), {PROTOCOL}),
    "DATA on a stream that never was": (lambda peer: frame(DATA, 0, 1, b"x"), {PROTOCOL}),
    "a window beyond its limit": (lambda peer: frame(WINDOW_UPDATE, 0, 0, WINDOW), {FLOW}),
    "SETTINGS of no whole length": (lambda peer: frame(SETTINGS, 0, 0, b"xxxxx"), {SIZE, PROTOCOL}),
    "PING of another length": (lambda peer: frame(PING, 0, 0, b"xxxx"), {SIZE, PROTOCOL}),
    "a header block that cannot be decompressed": (lambda peer: frame(HEADERS, 5, 1, b"\xff" * 20), {COMPRESSION}),
    "bytes that are nothing": (lambda peer: b"GET / HTTP/1.1\r\nHost: test\r\n\r\n" * 100, {SIZE, PROTOCOL}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_frame_ends_its_connection_alone(service, bench, check, name):
    bytes_, codes = BROKEN[name]
    peer = Peer(service.port)
    peer.read(0.1)
    peer.smuggle(bytes_(peer))
    ended = peer.wait_end(10)
    check(f"{name} ends the connection", ended and {code for code, _ in peer.goodbyes} <= codes, peer.goodbyes)
    peer.close()
    survives(service, check, "broken frames")


def test_a_malformed_request_ends_its_stream_alone(service, bench, check):
    """A malformed request is a stream error (RFC 9113, section 8.1.1)."""
    peer = Peer(service.port)
    plain = peer.fields("/healthz")
    cases = {
        "a field of HTTP/1.1's connections": [*plain, ("connection", "close")],
        "a transfer coding": [*plain, ("transfer-encoding", "chunked")],
        "a name in capitals": [*plain, ("Accept", "x")],
        "no path": [field for field in plain if field[0] != ":path"],
        "no method": [field for field in plain if field[0] != ":method"],
        "two paths": [*plain, (":path", "/readyz")],
        "an unknown pseudo-field": [(":what", "x"), *plain],
        "TE of another kind": [*plain, ("te", "gzip")],
        "line breaks in a value": [*plain, ("x-request-id", "a\r\nb: c")],
    }
    for index, (name, fields) in enumerate(cases.items()):
        stream = 2 * index + 1
        peer.streams[stream] = http2_peer.Exchange()
        # The client's state must know of the stream, to read what comes back.
        peer.state.get_next_available_stream_id = lambda stream=stream: stream
        peer.state.send_headers(stream, plain, end_stream=True)
        peer.state.clear_outbound_data_buffer()
        peer.smuggle(head(peer, stream, fields=fields))
        exchange = peer.answer(stream, 10)
        refused = exchange.reset == PROTOCOL or exchange.status == 400
        check(
            f"a request with {name} is refused alone", refused and not peer.ended, (exchange, peer.ended, peer.goodbyes)
        )
        if peer.ended:
            break
    peer.close()
    survives(service, check, "malformed requests")


def test_more_streams_than_offered_end_the_connection(service, bench, check):
    peer = Peer(service.port)
    peer.read(0.2)
    for index in range(300):
        peer.smuggle(head(peer, 2 * index + 1, END_HEADERS))
    ended = peer.wait_end(10)
    check("more streams than were offered end the connection", ended and peer.goodbyes, (ended, peer.goodbyes))
    survives(service, check, "too many streams")


def test_more_header_fields_than_offered_take_no_memory(service, bench, check):
    before = service.memory()
    peer = Peer(service.port)
    peer.read(0.2)
    block = Encoder().encode([(n, v, True) for n, v in peer.fields("/healthz")])
    # One field into the table, then a thousand references to it of a byte each.
    bomb = block + b"\x40\x01a" + b"\x7f\xa1\x1e" + b"v" * 4000 + b"\xbe" * 10_000
    peer.smuggle(frame(HEADERS, END_STREAM | END_HEADERS, 1, bomb))
    check("a bomb of header fields ends the connection", peer.wait_end(10), "open")
    peer = Peer(service.port)
    peer.read(0.2)
    large = Encoder().encode(
        [(n, v, True) for n, v in peer.fields("/healthz", more=[("x-a", "v" * 40_000)])], huffman=False
    )
    peer.smuggle(
        frame(HEADERS, END_STREAM, 1, large[:16_000])
        + frame(CONTINUATION, 0, 1, large[16_000:32_000])
        + frame(CONTINUATION, END_HEADERS, 1, large[32_000:])
    )
    peer.wait(lambda: peer.ended or peer.streams.get(1) or peer.goodbyes, 10, "an answer to 40 kB of fields")
    check("more header fields than were offered are refused", peer.ended or peer.goodbyes, peer.streams)
    check("and take no memory", service.memory() - before < 32, f"{before} to {service.memory()} MiB")
    survives(service, check, "greed")


def fill(bench):
    """Fills the log with some megabytes, more than any buffer between service and client holds."""
    client = Client(bench.service.port, bench.tokens["backend"])
    lines = "\n".join(json.dumps({"command": "placeOrder", **order(number=f"F-{i}")}) for i in range(6000))
    answer = client.request(
        "POST", "/v1/commands", lines.encode(), {"Content-Type": "application/x-ndjson"}, timeout=120
    )
    if answer.body.count(b"accepted") != 6000:
        raise RuntimeError(f"the log was not filled: {answer}")


@pytest.mark.slow
def test_clients_that_take_nothing_are_cut_off(service, bench, check, scale):
    """The clients open no window, do not read, or do not end a request."""
    fill(bench)
    staff, before, began = bench.tokens["staff"], service.memory(), time.monotonic()
    # Room for a stream's beginning, and for nothing at all.
    shut, sealed = Peer(service.port, settings={4: 1000}), Peer(service.port, settings={4: 0})
    held, never = ([peer.request("/v1/stream?after=0", staff) for _ in range(100)] for peer in (shut, sealed))
    shut.windows = sealed.windows = ()
    deaf = Peer(service.port, settings={4: 1 << 30}, receive_buffer=4096)
    deaf.state.increment_flow_control_window(1 << 30)
    deaf.flush()
    for _ in range(20):
        deaf.request("/v1/stream?after=0", staff)
    wait_for(lambda: bench.metric("waybill_streams_open") >= 120, 20, "120 streams")
    untaken = Peer(service.port, settings={4: 0})
    page = untaken.request("/v1/orders?limit=1000", staff)
    idle, unfinished = Peer(service.port), Peer(service.port)
    half = unfinished.request(
        "/v1/orders", bench.tokens["backend"], "POST", [("content-type", "application/json")], body=b"{", end=False
    )
    most = 0

    def shut_off():
        nonlocal most
        most = max(most, service.memory() - before)
        shut.read(0.1)
        sealed.read(0.1)
        return all(shut.streams[stream].is_over for stream in held) and all(sealed.streams[s].is_over for s in never)

    wait_for(shut_off, 60, "the streams without a window end", every=0.2)
    took = time.monotonic() - began
    for name, peer, streams, most_bytes in (("some", shut, held, 1000), ("no", sealed, never, 0)):
        exchanges = [peer.streams[stream] for stream in streams]
        check(
            f"streams with {name} room are cut after 30 s",
            25 < took < 40 and all(e.reset == CANCEL and len(e.body) <= most_bytes for e in exchanges),
            (took, exchanges[0]),
        )
        check(f"streams with {name} room: their connection stays", not peer.ended and not peer.goodbyes, peer.ended)
    gone = wait_for(
        lambda: bench.metric("waybill_streams_open") == 0, 30, "streams of the client that does not read end"
    )
    took = time.monotonic() - began
    check("streams of a client that does not read are cut", gone and took < 50, took)
    answer = bench.send("GET", "/metrics", role=roles.OPERATOR)
    check("120 streams are counted as ended", total(answer, "waybill_streams_ended_total") >= 120, answer.body[-300:])
    check("and took little memory", most < 96, f"{most:.0f} MiB")
    check.note(f"220 stalled streams took {most:.0f} MiB for {took:.0f} s")
    deaf.close()
    if scale == "full":
        untaken.answer(page, 90)
        took = time.monotonic() - began
        check(
            "an answer that is not taken is cut after a minute",
            untaken.streams[page].reset == CANCEL and took < 80,
            took,
        )
        unfinished.answer(half, 60)
        check(
            "a request that is not finished is cut", unfinished.streams[half].reset == CANCEL, unfinished.streams[half]
        )
        idle.wait_end(60)
        took = time.monotonic() - began
        check(
            "a connection without streams is told goodbye",
            idle.goodbyes and idle.goodbyes[0][0] == 0 and took < 90,
            (idle.goodbyes, took),
        )
    for peer in (shut, sealed, untaken, idle, unfinished):
        peer.close()


def test_the_service_takes_commands_after_all_abuse(bench, placed):
    answer = bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": "x", "visibility": "customer"})
    bench.check("and the service takes commands on", answer.status == 200, answer)
