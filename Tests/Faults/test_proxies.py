"""Streams through nginx and haproxy as docs/proxies.md configures them: HTTP/2 and TLS outside, HTTP/1.1 inside."""

import json
import os
import time

import pytest

from support import roles, signing
from support.certificates import Authority
from support.client import Client, connect, epoch, read_log, seq
from support.http2_peer import Peer
from support.orders import order
from support.proxies import Haproxy, HaproxyTwice, Nginx
from support.sse import Stream
from support.waiting import wait_for

# Seconds without an event, and the timeouts that replace those of the page; both are longer than one heartbeat.
SCALES = {"small": (45, "20s"), "full": (600, "60s")}


@pytest.mark.slow
def test_streams_pass_through_the_documented_proxies(service, bench, placed, check, scale):
    quiet, timeout = SCALES[scale]
    authority = Authority(os.path.join(service.root, "tls"))
    tls, tls_http2 = authority.context(["http/1.1"]), authority.context(["h2"])
    followers = []
    try:
        for kind in (Nginx, Haproxy, HaproxyTwice):
            followers.append(Follower(kind(service, authority, timeout), bench, placed, tls, tls_http2))
        for one in followers:
            one.begin(check)
            at_once(one, check, bench, placed)
            bulk(one, check, bench)
            large_token(one, check, bench)
            one.expire(service.token("staff", "*", ttl="1s"))
        idle(followers, check, bench, placed, quiet)
        for one in followers:
            ended(one, check)
        for one in followers:
            reloaded(one, check, bench, placed)
        restarted(followers, check, service, bench, placed)
    except Exception:
        for one in followers:
            check.note(f"{one.name} said: {one.proxy.said()}")
        raise
    finally:
        for one in followers:
            one.close()


class Follower:
    """Streams of each version of HTTP through one proxy."""

    def __init__(self, proxy, bench, placed, tls, tls_http2):
        self.proxy, self.name, self.tls, self.tls_http2 = proxy, proxy.name, tls, tls_http2
        self.staff = bench.tokens[roles.STAFF]
        self.paths = ["/v1/stream", f"/v1/orders/{placed['orderId']}/stream", "/v1/customers/c-1/stream?shop=aurora"]
        self.peer, self.streams, self.old = None, [], None
        self.expiring, self.doomed = None, []

    def begin(self, check):
        wait_for(self.is_ready, 20, f"{self.name} is ready: {self.proxy.said()}")
        self.old = Stream(self.proxy.port, "/v1/stream", self.staff, tls=self.tls)
        self.peer = Peer(self.proxy.port, self.tls_http2)
        self.streams = [self.peer.request(path, self.staff) for path in self.paths]
        self.peer.wait(
            lambda: all(b"\nid: " in self.peer.streams[s].body for s in self.streams), 20, f"{self.name}: began"
        )
        self.old.wait(lambda frames: any(frame.id for frame in frames), 20, f"{self.name}: began by HTTP/1.1")
        fields = [self.peer.streams[stream].headers for stream in self.streams]
        check(
            f"{self.name}: streams by HTTP/2",
            all(
                f["content-type"] == "text/event-stream; charset=utf-8"
                and f["cache-control"] == "no-store, no-transform"
                for f in fields
            ),
            fields,
        )

    def expire(self, token):
        """Opens streams that end with their token, a minute after its expiry."""
        self.expiring = Peer(self.proxy.port, self.tls_http2)
        self.doomed = [self.expiring.request("/v1/stream", token) for _ in range(5)]
        self.expiring.wait(
            lambda: all(b"\nid: " in self.expiring.streams[s].body for s in self.doomed),
            20,
            f"{self.name}: streams to expire began",
        )

    def is_ready(self):
        connection = connect(self.proxy.port, self.tls, 5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def shows(self, text, seconds=10):
        """Waits until every stream shows the text; returns the seconds that this took."""
        began = time.monotonic()
        text = text.encode()
        self.peer.wait(
            lambda: all(text in self.peer.streams[stream].body for stream in self.streams),
            seconds,
            f"{self.name}: {text} on every stream",
        )
        self.old.wait(
            lambda frames: any(text in (frame.data or b"") for frame in frames), seconds, f"{self.name}: {text}"
        )
        return time.monotonic() - began

    def close(self):
        for peer in (self.peer, self.expiring):
            if peer:
                peer.close()
        if self.old:
            self.old.stop()
        self.proxy.close()


def note(bench, placed, text):
    answer = bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": text, "visibility": "customer"})
    if answer.status != 200:
        raise RuntimeError(f"a note was refused: {answer}")


def at_once(one, check, bench, placed):
    times = []
    for index in range(20):
        note(bench, placed, f"{one.name} {index}.")
        times.append(one.shows(f"{one.name} {index}."))
    check(f"{one.name}: each event at once", max(times) < 1, times)
    check.note(f"{one.name}: an event was on every stream at most {max(times):.3f} s after its command's answer")


def bulk(one, check, bench):
    """Checks that results of a bulk request come while its lines are sent."""
    backend = bench.tokens[roles.BACKEND]
    peer = Peer(one.proxy.port, one.tls_http2)
    stream = peer.request(
        "/v1/commands", backend, "POST", [("content-type", "application/x-ndjson")], body=b"", end=False
    )
    for index in range(3):
        line = {"command": "placeOrder", **order(number=f"{one.name}-{index}", customer="c-2")}
        peer.state.send_data(stream, json.dumps(line).encode() + b"\n")
        peer.flush()
        peer.wait(
            lambda index=index: peer.streams[stream].body.count(b"accepted") == index + 1, 10, f"{one.name}: a result"
        )
    peer.state.end_stream(stream)
    peer.flush()
    check(f"{one.name}: bulk is answered while it is sent", peer.answer(stream).ended, peer.streams[stream])
    peer.close()


def large_token(one, check, bench):
    """Checks that the longest token passes, by both versions of HTTP."""
    header, claims = (signing.decode(part) for part in one.staff.split(".")[:2])
    key = signing.private_key(f"{bench.service.data_dir}/dev-key.pem")
    room = 16 * 1024 - len(signing.sign(header, {**claims, "x": ""}, key)) - 4
    token = signing.sign(header, {**claims, "x": "x" * (room * 3 // 4)}, key)
    answer = Client(one.proxy.port, token, one.tls).request("GET", "/v1/orders")
    check(f"{one.name}: a token of {len(token)} bytes by HTTP/1.1", answer.status == 200, answer)
    peer = Peer(one.proxy.port, one.tls_http2)
    stream = peer.request("/v1/orders", token)
    peer.wait(lambda: peer.streams[stream].status, 10, f"{one.name}: an answer by HTTP/2")
    status = peer.streams[stream].status
    check(f"{one.name}: a token of {len(token)} bytes by HTTP/2", status == 200, status)
    peer.close()


def ended(one, check):
    """Checks that a stream that the service ends is complete, and that its connection serves nothing else."""
    exchanges = [one.expiring.answer(stream, 90) for stream in one.doomed]
    check(
        f"{one.name}: a stream's end comes through",
        all(e.ended and b'event: bye\ndata: {"reason":"tokenExpired"}' in e.body for e in exchanges),
        exchanges[0],
    )
    # That connection may have been closed meanwhile, since nothing was on it; those behind the proxy are what counts.
    peer = Peer(one.proxy.port, one.tls_http2)
    answers = [peer.get("/v1/orders?limit=1", one.staff).status for _ in range(40)]
    check(f"{one.name}: what follows ended streams is answered", answers == [200] * 40, answers)
    peer.close()


def idle(followers, check, bench, placed, quiet):
    """Checks that streams outlive a silence that is longer than the proxies' timeouts."""
    began = time.monotonic()
    before = {one: [len(one.peer.streams[stream].blocks) for stream in one.streams] for one in followers}
    while time.monotonic() - began < quiet:
        for one in followers:
            one.peer.read(0.2)
            one.expiring.read(0.01)
    note(bench, placed, "after the silence")
    for one in followers:
        one.shows("after the silence")
        beats = [len(one.peer.streams[s].blocks) - count - 1 for s, count in zip(one.streams, before[one], strict=True)]
        check(
            f"{one.name}: {quiet} s without an event, over the same connections",
            not one.peer.ended
            and not one.peer.goodbyes
            and one.old.connections == 1
            and not one.old.violations
            and min(beats) >= quiet // 15 - 1,
            (beats, one.peer.ended, one.old.ended),
        )


def reloaded(one, check, bench, placed):
    """Checks that open streams go on while the proxy reads its configuration again."""
    one.proxy.reload()
    note(bench, placed, f"{one.name} reloaded")
    one.shows(f"{one.name} reloaded")
    check(
        f"{one.name}: streams go on through a reload", not one.peer.ended and one.old.connections == 1, one.peer.ended
    )
    wait_for(one.is_ready, 10, f"{one.name} takes connections after its reload")
    # A worker that is about to leave may take a connection, and closes it when it does.
    check(f"{one.name}: and new ones are taken", wait_for(lambda: answers(one), 10, "an answer"), "")


def answers(one):
    """True when a new connection is answered."""
    try:
        peer = Peer(one.proxy.port, one.tls_http2)
    except OSError:
        return False
    try:
        return peer.get("/healthz").status == 200
    except OSError:
        return False
    finally:
        peer.close()


def away(one, check):
    """Checks that streams are told to come back while the service is away, and that all else is refused."""
    peer = Peer(one.proxy.port, one.tls_http2)
    for path in one.paths:
        found = peer.get(path, one.staff)
        check(
            f"{one.name}: while the service is away, {path.split('?')[0][:12]}… says when to come back",
            found.status == 200
            and found.headers["content-type"].startswith("text/event-stream")
            and found.headers["cache-control"] == "no-store, no-transform"
            # A client that came with no id may be told that there is none.
            and found.body.removeprefix(b"id: \n") == b"retry: 2000\n\n",
            found,
        )
    for name, query, fields in (("header", "", [("last-event-id", "x-1")]), ("query", "?lastEventId=x-1", [])):
        found = peer.get(f"/v1/stream{query}", one.staff, more=fields)
        check(f"{one.name}: and to go on at the id in the {name}", found.body == b"id: x-1\nretry: 2000\n\n", found)
    other = peer.get("/v1/orders", one.staff)
    check(f"{one.name}: and a read is refused", other.status in (502, 503), other)
    peer.close()


def restarted(followers, check, service, bench, placed):
    """Checks that streams end with `bye` when the service is replaced, and resume by their ids without a gap."""
    last = {}
    status, took = service.terminate(10)
    check("the service ends with streams through proxies open", status == 0, f"{status}, {took:.1f} s")
    for one in followers:
        exchanges = [one.peer.answer(stream, 10) for stream in one.streams]
        check(
            f"{one.name}: bye comes through",
            all(e.ended and b'{"reason":"shutdown"}' in e.body for e in exchanges),
            exchanges[0].body[-200:],
        )
        last[one] = exchanges[0].blocks[-1].removeprefix(b"id: ").decode()
        one.old.wait_end(10)
    for one in followers:
        away(one, check)
    service.start()
    for index in range(5):
        note(bench, placed, f"missed {index}.")
    log = read_log(service.port, bench.tokens[roles.STAFF])
    for one in followers:
        wait_for(one.is_ready, 20, f"{one.name} finds the service again")
        peer = Peer(one.proxy.port, one.tls_http2)
        stream = peer.request("/v1/stream", one.staff, more=[("last-event-id", last[one])])
        peer.wait(lambda: b"missed 4." in peer.streams[stream].body, 20, f"{one.name}: resumed")
        shown = [block.split(b"data: ")[1] for block in peer.streams[stream].blocks if b"data: " in block]
        missed = [line for line in log if seq(json.loads(line)["position"]) > seq(last[one])]
        check(
            f"{one.name}: resumed at exactly the next event",
            shown == missed and len(missed) == 5 and epoch(last[one]) == epoch(json.loads(log[0])["position"]),
            (len(shown), len(missed)),
        )
        peer.close()
