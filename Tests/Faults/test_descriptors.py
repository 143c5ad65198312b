"""Descriptors run out: the stream that takes the last one is served by its own connection, and later ones wait.

Open streams notice nothing, and all go on once there are descriptors again.
"""

import resource
import time

from support.bench import total
from support.client import Client
from support.raw_stream import RawStream, request, unchunked
from support.waiting import wait_for

# Connections that find no descriptor.
WAITING = 20
# Seconds over which processor time is measured, and the share of one processor that it may come to: accepting over and
# over what cannot be accepted would take a whole one.
WATCHED, MOST_SHARE = 4, 0.15


def test_streams_go_on_when_descriptors_run_out(service, bench, check):
    crowd = Crowd(bench)
    for kind in ("feed", "order", "customer"):
        crowd.open(kind).wait(b"id: ")
    wait_for(lambda: crowd.on_lanes() == 3, 10, "a stream of each kind is on a lane")
    settle(service)
    usual = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)
    last = takes_the_last(crowd, check)
    waiting = nobody_spins(crowd, check)
    one_leaves(crowd, check, waiting)
    resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, usual)
    recovers(crowd, check, waiting)
    says_goodbye(crowd, check, last)


class Crowd:
    """Streams over bare sockets, and connections that were there before descriptors ran out."""

    def __init__(self, bench):
        self.bench, self.service = bench, bench.service
        self.order = bench.place(customer="c-1")["orderId"]
        self.paths = {
            "feed": "/v1/stream",
            "order": f"/v1/orders/{self.order}/stream",
            "customer": "/v1/customers/c-1/stream?shop=aurora",
        }
        self.backend = Client(self.service.port, bench.tokens["backend"])
        self.operator = Client(self.service.port, bench.tokens["operator"])
        self.stay()
        self.streams, self._fillers, self._notes = [], [], 0

    def stay(self):
        for client in (self.backend, self.operator):
            client.request("GET", "/healthz")

    def open(self, kind):
        stream = RawStream(self.service.port, request(self.paths[kind], self.bench.tokens["staff"]))
        self.streams.append(stream)
        return stream

    def fill(self):
        """Takes a descriptor of the service by a connection that is answered and stays."""
        self._fillers.append(Client(self.service.port))
        self._fillers[-1].request("GET", "/healthz")

    def metric(self, name):
        return total(self.operator.request("GET", "/metrics"), name)

    def on_lanes(self):
        return self.metric("waybill_streams_on_lanes")

    def say(self):
        """Writes an event; returns the text that tells it from others."""
        self._notes += 1
        text = f"note-{self._notes}-"
        answer = self.backend.request("POST", f"/v1/orders/{self.order}/note", {"text": text, "visibility": "customer"})
        if answer.status != 200:
            raise RuntimeError(f"a note was refused: {answer}")
        return text.encode()

    def show(self, streams, count=5):
        """Writes events; returns True where each stream shows all of them, once and in order."""
        texts = [self.say() for _ in range(count)]
        for stream in streams:
            stream.wait(texts[-1])
        bodies = [unchunked(stream.received)[0] for stream in streams]
        return all(
            [body.count(text) for text in texts] == [1] * count and sorted(texts, key=body.index) == texts
            for body in bodies
        )


def settle(service):
    """Waits until the service opens and closes nothing by itself."""
    before = None
    while before != (before := service.descriptors()):
        time.sleep(0.5)


def leave(service, count):
    """Lowers the limit until at least `count` descriptors are free; returns the number that is free.

    The limit is on a descriptor's number, and some numbers below the greatest used one may be free.
    """
    used, limit, free = set(service.descriptors()), 0, 0
    while free < count or limit <= max(used):
        free += limit not in used
        limit += 1
    hard = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (limit, hard))
    return free


def takes_the_last(crowd, check):
    """The connection takes the last descriptor, so there is none to hand the stream off with."""
    for _ in range(leave(crowd.service, 1) - 1):
        crowd.fill()
    stream = crowd.open("feed")
    stream.wait(b"id: ")
    check("the stream with the last descriptor begins", stream.status == 200, stream.received[:300])
    check("and shows every event, as do those on lanes", crowd.show(crowd.streams), stream.received[-300:])
    lanes, all_open = crowd.on_lanes(), crowd.metric("waybill_streams_open")
    check("a lane serves it as it does the others", (lanes, all_open) == (4, 4), (lanes, all_open))
    return stream


def nobody_spins(crowd, check):
    streams = list(crowd.streams)
    waiting = [crowd.open(("feed", "order", "customer")[index % 3]) for index in range(WAITING)]
    wait_for(lambda: waiting_in_queue(crowd.service.port) == WAITING, 10, "all connections wait to be accepted")
    spent, began = crowd.service.processor_time(), time.monotonic()
    while time.monotonic() < began + WATCHED:
        time.sleep(1)
        # Connections that are idle for some seconds are closed while all places are taken.
        crowd.stay()
    share = (crowd.service.processor_time() - spent) / (time.monotonic() - began)
    check.note(f"{share:.1%} of a processor while {WAITING} connections wait for a descriptor")
    check(
        f"no descriptor is left: at most {MOST_SHARE:.0%} of a processor is spent", share <= MOST_SHARE, f"{share:.0%}"
    )
    check("who was there sees every event", crowd.show(streams, 20), "")
    with open(crowd.service.process.log_path, "rb") as file:
        check("the running database is not taken for dead", b"server died" not in file.read(), "")
    ready = crowd.operator.request("GET", "/readyz")
    check("and is told that the service is ready", ready.status == 200, ready)
    answered = [stream.received[:80] for stream in waiting if stream.read() or stream.ended]
    check("who comes then waits, and is not turned away", not answered, answered[:3])
    return waiting


def waiting_in_queue(port):
    """Connections that the kernel holds until they are accepted (its `rx_queue` of a listening socket)."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        sockets = [line.split() for line in file]
    return sum(
        int(fields[4].partition(":")[2], 16)
        for fields in sockets[1:]
        if fields[3] == "0A" and fields[1].endswith(f":{port:04X}")
    )


def one_leaves(crowd, check, waiting):
    crowd.streams.pop(0).close()
    wait_for(lambda: any(b"id: " in stream.read() for stream in waiting), 10, "one of those that wait begins")
    begun = [stream for stream in waiting if b"id: " in stream.read()]
    check("one leaves: one of those that wait has its place, and events", crowd.show(begun), len(begun))
    check("and no more than one", len(begun) == 1, len(begun))


def recovers(crowd, check, waiting):
    for stream in waiting:
        stream.wait(b"id: ", 15)
    check("descriptors are there again: all that waited see every event", crowd.show(crowd.streams), "")
    lanes = wait_for(lambda: crowd.on_lanes() == len(crowd.streams), 10, f"all are on lanes; {crowd.on_lanes()}")
    check("and lanes serve all of them", lanes, "")
    check("a new connection is answered", crowd.bench.send("GET", "/healthz").status == 200, "healthz")


def says_goodbye(crowd, check, last):
    status, took = crowd.service.terminate(10)
    check("SIGTERM: exit status 0 within 10 s", status == 0, f"status {status} after {took:.1f} s")
    ends = [(stream.wait_end(10), unchunked(stream.received)) for stream in crowd.streams]
    good = [
        ended == "closed" and complete and b'event: bye\ndata: {"reason":"shutdown"}' in body
        for ended, (body, complete) in ends
    ]
    check("every stream says bye and is complete", all(good), f"{good.count(False)} of {len(good)} do not")
    check("the one with the last descriptor too", good[crowd.streams.index(last)], ends[crowd.streams.index(last)])
