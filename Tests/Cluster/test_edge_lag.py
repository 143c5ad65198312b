"""An edge on a replica that lags by seconds: no good id is reset, nothing is skipped, and what exists is not denied."""

import os
import time

import pytest

from support.client import Client
from support.edges import Edge, Watched
from support.external import replicated_pair
from support.redis_server import Redis
from support.shop import Shop
from support.sse import Stream
from support.waiting import wait_for

LAG = 4
PATIENCE = 30


class Scene:
    def __init__(self, service, standby, url):
        self.service, self.standby, self.url = service, standby, url
        self.shop = Shop(service)
        self.staff = service.token("staff", "*")
        self.backend = service.token("backend", "aurora")
        self.first = self.shop.place("FIRST")
        self.edge = Edge(service, standby.url("waybill"), url)
        self.edge.start()


@pytest.fixture(scope="module")
def scene(service):
    redis = Redis(os.path.join(service.root, "redis")).start()
    with replicated_pair(service) as (_, standby, _):
        service.terminate(15)
        url = f"redis://127.0.0.1:{redis.port}"
        service.options += ["--redis-url", url]
        service.start()
        Shop(service).place("BEFORE")
        standby.configure(f"recovery_min_apply_delay = '{LAG}s'")
        standby.stop()
        standby.start()
        scene = Scene(service, standby, url)
        yield scene
        scene.edge.close()
    redis.close()


def test_edge_gets_ahead_of_its_replica(scene, check):
    # While it catches up with its replica, events keep coming.
    def is_live():
        scene.shop.note(scene.first["orderId"], "live")
        return scene.edge.metric("waybill_edge_lag_events") == 0

    began = time.monotonic()
    wait_for(is_live, PATIENCE, "the edge has caught up with Redis", every=0.2)
    check.note(f"caught up {time.monotonic() - began:.1f} s after it was ready, behind a replica of {LAG} s")
    stream = Stream(scene.edge.port, "/v1/stream", scene.staff)
    stream.wait(lambda frames: any(f.id for f in frames), PATIENCE, "a feed began")
    began = time.monotonic()
    position = scene.shop.place("LIVE")["position"]
    stream.wait(lambda frames: any(f.id == position for f in frames), PATIENCE, "an event came")
    seconds = time.monotonic() - began
    check("an event is shown before the replica has it", seconds < LAG / 2, seconds)
    stream.stop()
    wait_for(lambda: scene.edge.metric("waybill_edge_replica_lag_events") > 0, LAG, "the lag of the replica is told")
    check("the edge is ready", scene.edge.is_ready())


def test_new_ids_are_good_and_catch_up_waits(scene, check):
    placed = scene.shop.place("NEW")
    feed = Stream(scene.edge.port, "/v1/stream", scene.staff, last_event_id=placed["position"])
    watched = Watched(scene.service, scene.edge, f"/v1/orders/{placed['orderId']}/stream", scene.staff)
    everything = Watched(scene.service, scene.edge, "/v1/stream", scene.staff)
    position = scene.shop.note(placed["orderId"], "noted")["position"]
    for one in (watched, everything):
        one.wait(position, PATIENCE, f"{one.path} is complete")
        one.check(check, f"{'order' if 'orders' in one.path else 'feed'} is the server's")
        one.stop()
    feed.wait(lambda frames: any(f.id == position for f in frames), PATIENCE, "the feed went on")
    check("no reset", all(f.event not in ("reset", "bye") for f in feed.frames), feed.frames[:3])
    feed.stop()


def test_what_exists_is_not_denied(scene, check):
    placed = scene.shop.place("EXISTS")
    client = Client(scene.edge.port, scene.backend)
    answer = client.request("GET", f"/v1/orders/{placed['orderId']}")
    check("an order that the replica lacks is not 404", answer.status in (200, 503), answer)
    answer = client.request("GET", f"/v1/orders/{scene.first['orderId']}?min_position={placed['position']}")
    check("nor is a position", answer.status in (200, 503), answer)
    stream = Stream(scene.edge.port, f"/v1/orders/{placed['orderId']}/stream", scene.staff)
    stream.wait(lambda frames: any(f.event in ("snapshot", "bye") for f in frames), PATIENCE, "it is answered")
    check("nor is its stream", stream.status == 200, stream.status)
    stream.stop()
    answer = client.insist("GET", f"/v1/orders/{placed['orderId']}")
    check("it is there once the replica has it", answer.status == 200, answer)
    missing = placed["orderId"][:-4] + "0000"
    answer = client.insist("GET", f"/v1/orders/{missing}")
    check("an order that does not exist is 404", answer.status == 404, answer)


def test_edge_restarted_on_a_lagging_replica(scene, check):
    before = [scene.shop.place(f"BEFORE-{n}")["position"] for n in range(5)]
    scene.edge.kill()
    after = [scene.shop.place(f"AFTER-{n}")["position"] for n in range(5)]
    scene.edge.start()
    stream = Stream(scene.edge.port, "/v1/stream", scene.staff, last_event_id=before[-1], reconnects=True)
    newest = Stream(scene.edge.port, "/v1/stream", scene.staff, last_event_id=after[-1], reconnects=True)
    last = scene.shop.place("LAST")["position"]
    for one in (stream, newest):
        one.wait(lambda frames: any(f.id == last for f in frames), PATIENCE, "it goes on")
        check("without reset", all(f.event != "reset" for f in one.frames), [f.raw for f in one.frames][:5])
        one.stop()
    ids = [f.id for f in stream.log_events()]
    check("exactly what followed", ids == [*after, last], ids)
    check("nothing but the next event", [f.id for f in newest.log_events()] == [last])


def test_without_redis_an_edge_waits_for_its_replica(scene, check):
    scene.standby.configure("recovery_min_apply_delay = '500ms'")
    scene.standby.stop()
    scene.standby.start()
    edge = Edge(scene.service, scene.standby.url("waybill"))
    try:
        edge.start()
        placed = scene.shop.place("HERE")["position"]
        stream = Stream(edge.port, "/v1/stream", scene.staff, last_event_id=placed)
        stream.wait(lambda frames: bool(frames), PATIENCE, "the stream is answered")
        last = scene.shop.place("NEXT")["position"]
        stream.wait(lambda frames: any(f.id == last for f in frames), PATIENCE, "it goes on")
        check("it is not sent away for half a second of lag", [f.id for f in stream.log_events()] == [last])
        stream.stop()
        stands_still(scene, check, edge)
    finally:
        edge.close()


def stands_still(scene, check, edge):
    """With Redis an edge knows what its replica lacks; without it, the replica is asked why it stands still."""
    scene.standby.sql("select pg_wal_replay_pause()")
    scene.shop.place("MISSING")
    for one, name in ((scene.edge, "with Redis"), (edge, "without Redis")):
        wait_for(lambda one=one: behind(one) == 1, PATIENCE, f"the edge {name} is not ready")
        check(f"an edge {name} tells the lag", one.metric("waybill_edge_replica_lag_seconds") > 4)
        check(f"an edge {name} answers 503", not one.is_ready())
    check("the log tells how to go on", "pg_wal_replay_resume()" in edge.log_tail(100_000))
    scene.standby.sql("select pg_wal_replay_resume()")
    for one in (scene.edge, edge):
        wait_for(one.is_ready, PATIENCE, "the edge is ready again")


def behind(edge):
    return edge.metric('waybill_unready{reason="replicaBehind"}')
