"""Streams in a sandbox that lacks a system call, and a lane whose thread cannot go on."""

import json
import os

from support.bench import Bench
from support.client import Client
from support.orders import order
from support.preload import library
from support.sse import Stream
from support.waiting import wait_for


def test_a_lane_that_fails_is_seen_and_its_clients_are_told(service, check):
    failed = os.path.join(service.root, "lanes-fail")
    service.environment = {
        "LD_PRELOAD": library(service.root),
        "TEST_NO_PWAIT2": "1",
        "TEST_FAILED_LANES": failed,
    }
    service.start()
    bench = Bench(service, check)
    staff = bench.tokens["staff"]
    stream = Stream(service.port, "/v1/stream", staff)
    stream.wait(lambda frames: any(f.is_cursor for f in frames), 10, "began")
    placed = bench.place()
    stream.wait(lambda frames: any(f.is_log_event for f in frames), 10, "an event without epoll_pwait2")
    check("ready without epoll_pwait2", service.is_ready())
    with open(failed, "x", encoding="ascii"):
        pass
    # The next event wakes the lanes.
    bench.send("POST", f"/v1/orders/{placed['orderId']}/confirm", {})
    check("the stream is over", stream.wait_end(10) is not None, stream.ended)
    wait_for(lambda: not service.is_ready(), 10, "the service is not ready")
    answer = Client(service.port).request("GET", "/readyz")
    check("readyz says why", answer.status == 503 and "streams" in answer.json["detail"], answer)
    again = Stream(service.port, "/v1/stream", staff, last_event_id=stream.last_id)
    check("a new stream ends at once", again.wait_end(10) == "complete", again.ended)
    frames = again.stop().frames
    check("bye with overload", json.loads(frames[-1].data) == {"reason": "overload"}, frames[-1].raw)
    check("after its position", frames[0].id == stream.last_id, frames[0].raw)
    bench.expect("commands are taken all the same", 201, "POST", "/v1/orders", order())
