"""Streams over HTTP/1.1 and TLS: handshakes that go wrong, ends with and without the closing alert, slow readers,
clients of other makes, large bodies, and a crowd that the service is killed under."""

import contextlib
import hashlib
import json
import socket
import ssl
import subprocess

import pytest

from support.client import Client, read_log
from support.crowds import goes_on_after_kills
from support.orders import order
from support.raw_stream import RawStream, dribble, request, unchunked
from support.sse import Stream
from support.waiting import wait_for

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
# Streams when the service is killed, and kills.
SCALES = {"small": (300, 1), "full": (5000, 3)}


def hello(context):
    """The first bytes of a client's handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def only(authority, version):
    return authority.context(["http/1.1"], minimum_version=version, maximum_version=version)


def streamed(bench, path="/v1/stream", **how):
    """A stream that has begun, over TLS."""
    stream = RawStream(bench.service.port, request(path, bench.tokens["staff"]), tls=bench.service.tls, **how)
    stream.wait(b"retry: ")
    return stream


def test_bad_handshakes_end_and_harm_nobody(secure_bench, check):
    service = secure_bench.service
    first = hello(service.tls)
    witness = streamed(secure_bench)
    cut = RawStream(service.port, first[: len(first) // 2])
    cut.half_close()
    check("a handshake that is cut ends at once", cut.wait_end(5), "open")
    torn = [RawStream(service.port, first[:size]) for size in range(1, len(first), 40)]
    for stream in torn:
        stream.reset()
    slow = RawStream(service.port)
    dribble(slow, first)
    check("a hello of single bytes is answered", wait_for(lambda: slow.read()[:1] == b"\x16", 5, "the answer"))
    slow.close()
    forged = RawStream(service.port, first[:-1] + bytes((first[-1] ^ 1,)) + b"\x17\x03\x03\x00\x20" + bytes(32))
    check("a forged handshake ends", forged.wait_end(5), "open")
    # The keys of TLS 1.3 encrypt it by then: a record of two bytes, their kind and a tag.
    check("and with an alert", forged.received[-24:].startswith(b"\x17\x03\x03\x00\x13"), forged.received[-60:])
    placed = secure_bench.place()
    witness.wait(placed["orderId"].encode())
    witness.close()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_a_stream_shows_the_same_over_each_version(secure_bench, check, version):
    service, staff = secure_bench.service, secure_bench.tokens["staff"]
    placed = secure_bench.place()
    path = f"/v1/orders/{placed['orderId']}/stream?after=0"
    stream = Stream(service.port, path, staff, tls=only(service.authority, version))
    for text in ("one", "two", "three"):
        secure_bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": text, "visibility": "customer"})
    stream.wait(lambda frames: sum(frame.is_log_event for frame in frames) == 4, 10, "four events")
    found = [frame.id for frame in stream.log_events()]
    log = [json.loads(line) for line in read_log(service.port, staff, tls=service.tls)]
    wanted = [event["position"] for event in log if event["orderId"] == placed["orderId"]]
    check(f"{version.name}: each event once and in order", found == wanted, (found, wanted))
    check(f"{version.name}: nothing else", not stream.stop().violations, stream.violations)


def test_renegotiation_is_refused(secure_bench, check):
    service = secure_bench.service
    client = subprocess.Popen(
        ["openssl", "s_client", "-connect", f"localhost:{service.port}", "-tls1_2", "-CAfile", service.authority.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        client.stdin.write(request("/v1/stream", secure_bench.tokens["staff"]))
        client.stdin.flush()
        wait_for(lambda: secure_bench.open_streams() >= 1, 10, "the stream is open")
        client.stdin.write(b"R\n")
        client.stdin.flush()
        said = client.communicate(timeout=20)[0]
    finally:
        client.kill()
        client.wait(10)
    check("the stream was there", b"text/event-stream" in said, said[-2000:])
    check("renegotiation is refused", b"no renegotiation" in said, said[-600:])
    wait_for(lambda: secure_bench.open_streams() == 0, 10, "the stream is over")


def test_the_clients_end_is_the_streams(secure_bench, check):
    bench = secure_bench
    for name, leave in (
        ("a closing alert", lambda stream: stream.socket.unwrap()),
        ("an end without one", lambda stream: stream.half_close()),
        ("a reset", lambda stream: stream.reset()),
        ("bytes that are no record", lambda stream: socket.socket.send(stream.socket, b"GET / HTTP/1.1\r\n\r\n")),
        ("more than a client may send", lambda stream: stream.socket.sendall(bytes(100_000))),
    ):
        stream = streamed(bench)
        wait_for(lambda: bench.metric("waybill_streams_on_lanes") == 1, 10, f"{name}: a lane has the stream")
        ended = bench.metric("waybill_streams_ended_total")
        # The service may end the connection meanwhile.
        with contextlib.suppress(OSError):
            leave(stream)
        wait_for(lambda: bench.open_streams() == 0, 10, f"{name}: the stream is over")
        count = bench.metric("waybill_streams_ended_total") - ended
        check(f"{name} ends the stream, which is counted once", count == 1, count)
        stream.close()


def test_a_slow_reader_misses_nothing(secure_bench, check):
    bench = secure_bench
    placed = bench.place()
    streams = [streamed(bench, receive_buffer=4096) for _ in range(20)]
    text = "x" * 480
    notes = [
        {"command": "addNote", "orderId": placed["orderId"], "text": f"{index} {text}", "visibility": "customer"}
        for index in range(950)
    ]
    body = "\n".join(json.dumps(note) for note in notes).encode()
    answer = bench.send("POST", "/v1/commands", body, {"Content-Type": "application/x-ndjson"})
    check("the notes are taken", answer.body.count(b'"accepted"') == len(notes), answer)
    wait_for(lambda: bench.metric("waybill_streams_stalled") >= 1, 10, "clients do not keep up")
    last = f'"{len(notes) - 1} {text}'.encode()
    for stream in streams:
        wait_for(lambda: last in stream.read() or None, 30, "the last event")
    wanted = [str(index) for index in range(len(notes))]
    for stream in streams:
        body = unchunked(stream.received)[0].decode()
        found = [part.split(" ", 1)[0] for part in body.split('"text":"')[1:]]
        check("a slow reader is shown each event once and in order", found == wanted, found[:10])
        stream.close()
    wait_for(lambda: bench.open_streams() == 0, 10, "the streams are over")


def test_other_clients_follow_a_stream(secure_bench, check):
    service, bench = secure_bench.service, secure_bench
    staff, url = bench.tokens["staff"], f"https://localhost:{service.port}/v1/stream"
    authorization = f"Authorization: Bearer {staff}"
    curl = ["curl", "-sS", "-N", "--http1.1", "--cacert", service.authority.path, "-H", authorization, url]
    plain = [
        "openssl",
        "s_client",
        "-quiet",
        "-connect",
        f"localhost:{service.port}",
        "-CAfile",
        service.authority.path,
    ]
    clients = {
        "curl": subprocess.Popen(curl, stdout=subprocess.PIPE, stderr=subprocess.PIPE),
        "curl, TLS 1.2": subprocess.Popen([*curl, "--tls-max", "1.2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE),
        "openssl": subprocess.Popen(plain, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE),
    }
    try:
        clients["openssl"].stdin.write(request("/v1/stream", staff))
        clients["openssl"].stdin.flush()
        wait_for(lambda: bench.metric("waybill_streams_on_lanes") == len(clients), 20, "all have begun")
        placed = bench.place()
        wait_for(lambda: bench.metric("waybill_stream_frames_total") >= len(clients), 10, "all are sent the event")
        # SIGTERM ends them with `bye`, the last chunk and the closing alert.
        status, _ = service.terminate(15)
        check("SIGTERM: exit status 0", status == 0, status)
        for name, client in clients.items():
            said, complaint = client.communicate(timeout=10)
            check(f"{name} sees the event and bye", placed["orderId"].encode() in said and b"event: bye" in said, said)
            check(f"{name} sees a complete end", client.returncode == 0, (client.returncode, complaint[-300:]))
    finally:
        for client in clients.values():
            client.kill()
            client.wait(10)
        service.start()


def test_large_bodies_pass_both_ways(secure_bench, check):
    service, bench = secure_bench.service, secure_bench
    lines = [json.dumps({"command": "placeOrder", **order(number=f"L-{index}")}) for index in range(4000)]
    body = "\n".join(lines).encode()
    check.note(f"a body of {len(body):,} bytes")
    answer = bench.send("POST", "/v1/commands", body, {"Content-Type": "application/x-ndjson"})
    accepted = answer.body.count(b'"accepted"')
    check("a large body arrives whole", answer.status == 200 and accepted == len(lines), (answer.status, accepted))
    path, digests = "/v1/events?after=0&limit=1000", set()
    for version in VERSIONS:
        client = Client(service.port, bench.tokens["staff"], only(service.authority, version))
        answer = client.insist("GET", path, headers={"Accept": "application/x-ndjson"})
        check("a large answer", answer.status == 200 and len(answer.body) > 400_000, len(answer.body))
        digests.add(hashlib.sha256(answer.body).hexdigest())
        client.close()
    slow = RawStream(service.port, tls=service.tls, receive_buffer=4096)
    slow.socket.sendall(
        request(path, bench.tokens["staff"], headers=[("Accept", "application/x-ndjson"), ("Connection", "close")])
    )
    slow.wait_end(30)
    check("the service ends the connection in order", slow.ended == "closed", slow.ended)
    received = slow.received.partition(b"\r\n\r\n")[2]
    if b"transfer-encoding: chunked" in slow.head.lower():
        received = unchunked(slow.received)[0]
    digests.add(hashlib.sha256(received).hexdigest())
    check("all get the same bytes", len(digests) == 1, digests)


def test_a_crowd_over_tls_goes_on_after_a_kill(secure_bench, check, scale):
    goes_on_after_kills(secure_bench, check, *SCALES[scale])
