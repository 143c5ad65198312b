"""Misuse of streams by clients and by the network: the service stays whole, and other streams notice nothing."""

import json
import random
import socket
import time

import pytest

from support.raw_stream import RawStream, dribble, request, unchunked
from support.sse import Stream
from support.stream_fuzz import fuzz
from support.waiting import wait_for

SCALES = {"small": 150, "full": 3000}
# Line separators of every kind, and texts that could be taken for a field.
LINES = "x\r\nid: forged\r\n\r\nevent: bye\ndata: {}\n\n\u2028\u2029\u0085\x0b\x0c:\0".replace("\0", "")


@pytest.fixture(scope="module")
def placed(bench):
    return bench.place(customer="c-1", number=LINES[:40])


@pytest.fixture(scope="module")
def paths(placed):
    """The path of a stream of each kind."""
    return {
        "feed": "/v1/stream",
        "order": f"/v1/orders/{placed['orderId']}/stream",
        "customer": "/v1/customers/c-1/stream?shop=aurora",
    }


@pytest.fixture(scope="module", autouse=True)
def witness(service, bench, paths):
    """A stream that is open all the time."""
    stream = Stream(service.port, "/v1/stream", bench.tokens["staff"])
    stream.wait(lambda frames: len(frames) >= 2, 10, "the witness began")
    return stream


@pytest.fixture(scope="module", autouse=True)
def descriptors(bench, witness):
    """The most descriptors that the service may hold at the end."""
    return settled(bench)


def settled(bench):
    """Waits until the descriptors of the start are closed; returns the most that may be open later."""
    before = None
    while before != (before := open_descriptors(bench)):
        time.sleep(0.5)
    # A pool may come to hold a few more connections to the database than it does now.
    return before + 8


def open_descriptors(bench):
    return len(bench.service.descriptors())


def test_nonsense_is_answered_by_frames_or_a_problem(bench, check, paths, scale):
    """Nonsense in positions and filters gets frames or a problem, never a 5xx and never a broken answer."""
    count = SCALES[scale]
    faults, statuses = fuzz(bench, paths, count)
    check(f"{count} fuzzed requests: frames or a problem", not faults, faults[:3])
    check("among them streams and problems", {200, 400} <= set(statuses), statuses)
    check.note(f"fuzzed: {statuses}")


def test_other_methods_open_no_stream(bench, check, paths):
    port, token = bench.service.port, bench.tokens["staff"]
    for name, path in paths.items():
        head = RawStream(port, request(path, token, "HEAD", [("Connection", "close")]))
        head.wait(b"\r\n\r\n")
        head.wait_end(10)
        body = head.received.partition(b"\r\n\r\n")[2]
        check(
            f"HEAD on the {name} stream: a head that says what it is, no body, and an end",
            head.status == 200 and b"text/event-stream" in head.head and body == b"",
            head.received[:400],
        )
        for method in ("OPTIONS", "POST", "PUT", "DELETE", "TRACE", "BREW"):
            other = RawStream(port, request(path, token, method, [("Content-Length", "0"), ("Connection", "close")]))
            other.wait(b"\r\n\r\n")
            check(
                f"{method} on the {name} stream: {other.status}, and no stream",
                other.status in (204, 400, 404, 405, 501) and b"event-stream" not in other.head,
                other.received[:300],
            )
            other.close()
        old = RawStream(port, request(path, token, version="1.0"))
        old.wait(b"retry: ")
        body = old.received.partition(b"\r\n\r\n")[2]
        body = unchunked(old.received)[0] if b"chunked" in old.head.lower() else body
        check(
            f"HTTP/1.0 on the {name} stream: the body is coded as its head says",
            old.status == 200 and body.startswith(b"retry: "),
            old.received[:400],
        )
        old.close()


def test_slow_requests_disturb_nobody(bench, check, paths):
    port, token = bench.service.port, bench.tokens["staff"]
    half = [RawStream(port, request(path, token)[:cut]) for path in paths.values() for cut in (0, 1, 20, -1)]
    for name, path in paths.items():
        stream = RawStream(port)
        dribble(stream, request(path, token))
        stream.wait(b"retry: ")
        check(f"one byte at a time: the {name} stream begins", stream.status == 200, stream.received[:200])
        stream.close()
    check("requests that never end disturb nobody", bench.send("GET", "/healthz").status == 200, "healthz")
    for stream in half:
        stream.reset()


def test_bytes_behind_the_request_are_not_answered(bench, check, paths):
    """The bytes are further requests, garbage, or a flood."""
    port, token = bench.service.port, bench.tokens["staff"]
    for name, path in paths.items():
        piped = RawStream(port, request(path, token) + request("/healthz") * 3)
        piped.wait(b"retry: ")
        note = str(random.random())
        say(bench, note)
        answered(check, f"{name}: requests behind it are not answered on the stream", piped, note)
        noisy = RawStream(port, request(path, token))
        noisy.wait(b"retry: ")
        noisy.socket.sendall(b"\0\xff garbage \r\n" * 50)
        note = str(random.random())
        say(bench, note)
        answered(check, f"{name}: bytes on an open stream are passed over, or end it", noisy, note)
        flood = RawStream(port, request(path, token))
        flood.wait(b"retry: ")
        check(f"{name}: a client that sends without end is cut off", floods(flood), "still taking")
    check("and the service answers on", bench.send("GET", "/healthz").status == 200, "healthz")


def say(bench, note):
    order = bench.place(customer="c-1")["orderId"]
    bench.send("POST", f"/v1/orders/{order}/note", {"text": note, "visibility": "customer"})


def answered(check, name, stream, note):
    """Checks that the stream shows the note or has ended, and holds nothing but its own answer."""
    wait_for(
        lambda: note.encode() in stream.read() or stream.ended or stream.received.count(b"retry: ") > 1, 10, name
    ) if "order" not in name.partition(":")[0] else stream.read()
    whole = stream.received.count(b"HTTP/1.1 ") == 1
    try:
        unchunked(stream.received)
        malformed = None
    except ValueError as error:
        malformed = error
    check(name, stream.status == 200 and whole and not malformed, f"{malformed} {stream.received[-300:]!r}")
    stream.close()


def floods(stream):
    stream.socket.settimeout(5)
    try:
        for _ in range(64):
            stream.socket.sendall(bytes(1 << 20))
    except TimeoutError:
        # Nobody takes it: backpressure is as good as an end, as long as the service keeps none of it.
        return True
    except OSError:
        return True
    finally:
        stream.close()
    return False


def test_clients_that_leave_keep_no_place(bench, check, paths):
    """Clients leave by an end, a reset, a half-closed connection, or in the middle of the answer."""
    port, token = bench.service.port, bench.tokens["staff"]
    before = bench.open_streams()
    for path in paths.values():
        for way in ("end", "reset", "half closed", "before the answer", "unread"):
            stream = RawStream(port, request(path, token), receive_buffer=4096)
            if way != "before the answer":
                stream.wait(b"retry: ")
            if way == "half closed":
                stream.socket.shutdown(socket.SHUT_WR)
                ended = stream.wait_end(20)
                check("half closed: the stream ends", ended == "closed", ended)
            if way == "end":
                stream.close()
            else:
                stream.reset()
    gone = wait_for(lambda: bench.open_streams() <= before or None, 20, f"{before} streams, now {bench.open_streams()}")
    check("whoever leaves is gone from the count", gone, bench.open_streams())


def test_line_breaks_in_texts_start_no_field(bench, check, placed):
    """Texts with line breaks of every kind reach frames and snapshots."""
    port = bench.service.port
    order = f"/v1/orders/{placed['orderId']}"
    feed = Stream(port, "/v1/stream", bench.tokens["staff"])
    own = Stream(port, f"{order}/stream", bench.tokens["customer"])
    customer = Stream(port, "/v1/customers/c-1/stream", bench.tokens["customer"])
    for stream in (feed, own, customer):
        stream.wait(lambda frames: any(f.id for f in frames), 10, "began")
    headers = {"X-Request-Id": "a id: forged"}
    bench.send("POST", f"{order}/note", {"text": LINES, "visibility": "customer"}, headers=headers)
    bench.send("POST", f"{order}/hold", {"holdId": "h1", "reason": "other", "note": LINES}, headers=headers)
    for name, stream in (("feed", feed), ("order", own), ("customer", customer)):
        frames = stream.wait(lambda all: f if len(f := [x for x in all if x.is_log_event]) >= 2 else None, 10, name)
        said = json.loads(frames[0].data)["data"]["text"]
        check(
            f"line breaks in texts start no field: {name}",
            said == LINES
            and not stream.stop().violations
            and all(b"\r" not in f.raw and f.raw.count(b"\n") == 2 for f in frames),
            (said, stream.violations),
        )
    listed = [b for f in customer.frames if f.event == "snapshot" for b in (f.raw,) if placed["orderId"].encode() in b]
    check("nor in a snapshot", len(listed) == 1 and b"\r" not in listed[0] and listed[0].count(b"\n") == 1, listed)


def test_no_descriptor_is_left_and_the_witness_saw_only_events(bench, check, witness, descriptors):
    check(
        "no descriptor is left behind",
        wait_for(
            lambda: open_descriptors(bench) <= descriptors or None,
            60,
            f"{open_descriptors(bench)} descriptors, {descriptors} before",
        ),
        "",
    )
    check(
        "the witness saw nothing but events",
        not witness.stop().violations and all(f.is_log_event or f.is_cursor for f in witness.frames[1:]),
        witness.violations,
    )
