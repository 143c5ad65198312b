"""A standby is promoted that lacks what clients have seen: edges tell their streams what a server tells its own."""

import os

import pytest

from support.edges import Edge
from support.external import replicated_pair
from support.redis_server import Redis
from support.shop import Shop
from support.sse import Stream
from support.waiting import wait_for

PATIENCE = 40


@pytest.fixture(scope="module")
def redis(service):
    redis = Redis(os.path.join(service.root, "redis")).start()
    yield redis
    redis.close()


def told(stream):
    """All that a stream has shown but heartbeats and delays."""
    return [(f.event, f.id, f.data) for f in stream.frames if f.event is not None]


def test_edges_reset_the_streams_that_a_server_resets(service, redis, check):
    with replicated_pair(service) as (primary, standby, address):
        service.terminate(15)
        url = f"redis://127.0.0.1:{redis.port}"
        service.options += ["--redis-url", url]
        service.start()
        # One edge follows the address of the primary, the other the standby that will be promoted.
        edges = {
            "edge on the primary": Edge(service, f"postgresql://postgres@127.0.0.1:{address.port}/waybill", url),
            "edge on the standby": Edge(service, standby.url("waybill"), url),
        }
        try:
            for edge in edges.values():
                edge.start()
            fails_over(service, edges, primary, standby, address, check)
        finally:
            for edge in edges.values():
                edge.close()


def fails_over(service, edges, primary, standby, address, check):
    staff = service.token("staff", "*")
    shop = Shop(service)
    first = shop.place("KEPT-0")
    kept = [first["position"]] + [shop.place(f"KEPT-{n}")["position"] for n in range(1, 6)]
    written = primary.sql("select pg_current_wal_flush_lsn()")
    wait_for(lambda: standby.sql(f"select pg_last_wal_replay_lsn() >= '{written}'") == "t", 30, "the standby follows")
    paths = {"feed": "/v1/stream?after=0", "order": f"/v1/orders/{first['orderId']}/stream?after=0"}
    places = {"server": service, **edges}
    streams = {
        (place, kind): Stream(process.port, path, staff)
        for place, process in places.items()
        for kind, path in paths.items()
    }
    for (place, kind), stream in streams.items():
        stream.wait(lambda frames: any(f.is_log_event for f in frames), PATIENCE, f"{kind} on the {place} began")
    standby.stop()
    lost = [shop.note(first["orderId"], "lost")["position"]] + [shop.place(f"LOST-{n}")["position"] for n in range(5)]
    for (place, kind), stream in streams.items():
        wanted = lost[-1] if kind == "feed" else lost[0]
        stream.wait(
            lambda frames, at=wanted: any(f.id == at for f in frames), PATIENCE, f"{kind} on the {place} shows the lost"
        )
    check("the edge on the stopped standby shows by Redis what will be lost", True)

    primary.kill()
    standby.start()
    address.switch(standby.port)
    standby.sql("select pg_promote()")
    wait_for(service.is_ready, 60, "the server is ready again")
    for name, edge in edges.items():
        wait_for(edge.is_ready, 60, f"the {name} is ready again")
    for (place, kind), stream in streams.items():
        stream.wait(lambda frames: any(f.event == "reset" for f in frames), PATIENCE, f"{kind} on the {place} is told")
    for place, process in places.items():
        for at, is_lost in ((lost[0], True), (lost[-1], True), (kept[-1], False), (kept[2], False)):
            stream = Stream(process.port, "/v1/stream", staff, last_event_id=at)
            stream.wait(lambda frames: any(f.id for f in frames), PATIENCE, f"an id is answered on the {place}")
            resets = [f.data for f in stream.frames if f.event == "reset"]
            fact = "a lost id is reset" if is_lost else "a kept id is not"
            check(f"{fact} on the {place}", bool(resets) == is_lost and all(b"forked" in r for r in resets), resets)
            stream.stop()
    new = shop.place("NEW")["position"]
    noted = shop.note(first["orderId"], "new")["position"]
    for (place, kind), stream in streams.items():
        stream.wait(lambda frames: any(f.id == noted for f in frames), PATIENCE, f"{kind} on the {place} goes on")
    check("the log goes on behind the fork", int(new.split("-")[1]) == len(kept) + 1, new)
    for (place, kind), stream in streams.items():
        shown = told(stream)
        check(f"{kind}: the {place} tells what the server tells", shown == told(streams["server", kind]), shown[-6:])
        stream.stop()
