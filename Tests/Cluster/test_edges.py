"""Streams on edges are exactly those of a server, whatever becomes of Redis."""

import os
import time

import pytest

from support.client import Client
from support.edges import Edge, Watched, metric
from support.external import replicated_pair
from support.forwarder import Forwarder
from support.postgres_server import Server
from support.redis_server import Redis
from support.service import Service, free_port
from support.shop import Shop
from support.sse import Stream
from support.waiting import wait_for

# The time in which an edge shows an event that Redis did not bring, on a machine under load.
PATIENCE = 20


class Scene:
    """A server on the primary, an edge on the standby, and a Redis between them that can be cut off."""

    def __init__(self, service, primary, standby, redis, gate):
        self.service, self.primary, self.standby, self.redis, self.gate = service, primary, standby, redis, gate
        self.redis_url = f"redis://127.0.0.1:{gate.port}"
        self.replica_url = standby.url("waybill")
        self.edge = Edge(service, self.replica_url, self.redis_url)
        self.edge.start()
        self.staff = service.token("staff", "*")
        self.shop = Shop(service)
        self.order = self.shop.place("FIRST")
        self.watched = [
            Watched(service, self.edge, "/v1/stream", self.staff),
            Watched(service, self.edge, f"/v1/orders/{self.order['orderId']}/stream", self.staff),
        ]

    def events(self, name, count=10):
        """Appends events; returns the position of the last one, which is the watched order's."""
        for number in range(count):
            self.shop.place(f"{name}-{number}")
        return self.shop.note(self.order["orderId"], name)["position"]

    def shown(self, check, name, position):
        """Checks that the edge shows all up to a position, and as the server does; returns the seconds."""
        began = time.monotonic()
        for watched in self.watched:
            watched.wait(position, PATIENCE, f"{name}: shown on both")
            watched.check(check, f"{name}: {watched.path.split('/')[2]} is the server's, byte for byte")
        seconds = time.monotonic() - began
        check.note(f"{name}: shown on both {seconds:.2f} s after the last append")
        return seconds

    def flows(self):
        """Waits until events reach the edge by Redis."""
        before = self.edge.metric('waybill_edge_events_total{source="redis"}')

        def grew():
            self.shop.note(self.order["orderId"], "flows")
            return self.edge.metric('waybill_edge_events_total{source="redis"}') > before

        wait_for(grew, PATIENCE, "events come by Redis", every=0.2)

    def close(self):
        for watched in self.watched:
            watched.stop()
        self.edge.close()


@pytest.fixture(scope="module")
def scene(service):
    redis = Redis(os.path.join(service.root, "redis")).start()
    gate = Forwarder(redis.port)
    with replicated_pair(service) as (primary, standby, _):
        service.terminate(15)
        service.options += ["--redis-url", f"redis://127.0.0.1:{gate.port}"]
        service.start()
        scene = Scene(service, primary, standby, redis, gate)
        yield scene
        scene.close()
    gate.close()
    redis.close()


def test_events_come_by_redis(scene, check):
    scene.flows()
    from_database = scene.edge.metric('waybill_edge_events_total{source="database"}')
    seconds = scene.shown(check, "by Redis", scene.events("REDIS", 30))
    check("they are shown soon", seconds < 3, seconds)
    read = scene.edge.metric('waybill_edge_events_total{source="database"}') - from_database
    check("few of them are read from the database", read <= 8, read)
    check("the server counts what it publishes", metric(scene.service, "waybill_relay_events_total") >= 30)
    check("and says that Redis takes it", metric(scene.service, "waybill_relay_connected") == 1)
    check("the edge says that messages arrive", scene.edge.metric("waybill_edge_redis_connected") == 1)


def test_redis_cut_off(scene, check):
    scene.flows()
    dead = free_port()
    scene.gate.switch(dead)
    scene.shown(check, "Redis cut off", scene.events("CUT"))
    check("the edge is ready without Redis", scene.edge.is_ready())
    check("so is the server", scene.service.is_ready())
    scene.gate.switch(scene.redis.port)
    scene.flows()
    scene.shown(check, "Redis is back", scene.events("BACK"))


def test_redis_frozen(scene, check):
    scene.flows()
    scene.redis.freeze()
    scene.shown(check, "Redis frozen", scene.events("FROZEN"))
    scene.redis.thaw()
    scene.flows()
    scene.shown(check, "Redis thawed", scene.events("THAWED"))


def test_redis_killed_and_started_again(scene, check):
    scene.flows()
    scene.redis.kill()
    scene.shown(check, "Redis killed", scene.events("KILLED"))
    scene.redis.start()
    scene.flows()
    scene.shown(check, "Redis started again", scene.events("STARTED"))


def test_redis_flushed(scene, check):
    scene.flows()
    scene.redis.command("flushall")
    scene.redis.command("script", "flush")
    scene.redis.command("client", "kill", "type", "pubsub")
    scene.shown(check, "Redis flushed, its subscribers killed", scene.events("FLUSHED"))
    scene.flows()


def test_redis_paused(scene, check):
    scene.flows()
    scene.redis.command("client", "pause", "3000", "all")
    scene.shown(check, "Redis paused", scene.events("PAUSED"))
    scene.flows()
    scene.shown(check, "Redis goes on", scene.events("ON"))


def test_strange_messages_are_left_aside(scene, check):
    scene.flows()
    epoch = scene.order["position"].split("-")[0]
    channel = next(
        line for line in scene.redis.command("pubsub", "channels", "waybill:*:events").splitlines() if "{" in line
    )
    check("the channel is named by the log's first epoch", epoch in channel, channel)
    before = scene.edge.metric("waybill_edge_unreadable_messages_total")
    scene.redis.command("publish", channel, "WB, but forged, and long enough to have a seal at its end")
    wait_for(
        lambda: scene.edge.metric("waybill_edge_unreadable_messages_total") > before,
        10,
        "the forged message is counted",
    )
    scene.shown(check, "after a forged message", scene.events("FORGED", 2))


def test_streams_resume_from_server_to_edge_and_back(scene, check):
    ids = [event.id for event in scene.watched[0].on_server.log_events()]
    for place, name in ((scene.edge, "edge"), (scene.service, "server")):
        # The server told of it before the edge may have heard.
        start = scene.events(f"RESUME-{name}", 5)
        stream = Stream(place.port, "/v1/stream", scene.staff, last_event_id=start)
        position = scene.events(f"AFTER-{name}", 2)
        stream.wait(lambda frames, at=position: any(f.id == at for f in frames), PATIENCE, f"the {name} goes on")
        check(f"no reset on the {name}", all(f.event != "reset" for f in stream.frames), stream.frames[:3])
        count = len(stream.log_events())
        check(f"the {name} shows what follows, and no more", count == 3, count)
        stream.stop()
    for place, name in ((scene.edge, "edge"), (scene.service, "server")):
        stream = Stream(place.port, "/v1/stream", scene.staff, last_event_id=ids[len(ids) // 2])
        stream.wait(
            lambda frames: sum(f.is_log_event for f in frames) >= len(ids) - len(ids) // 2 - 1, PATIENCE, "all follow"
        )
        check(f"an old id is good on the {name}", all(f.event != "reset" for f in stream.frames))
        stream.stop()


def test_edge_restarted(scene, check):
    scene.edge.kill()
    position = scene.events("AWAY")
    scene.edge.start()
    scene.watched[0].on_edge.stop()
    scene.watched[1].on_edge.stop()
    for watched in scene.watched:
        watched.on_edge = Stream(scene.edge.port, watched.on_edge.path, scene.staff)
    scene.shown(check, "the edge restarted", position)
    scene.flows()
    scene.shown(check, "and it hears Redis", scene.events("HEARD"))


def test_ids_ahead_of_the_log_are_refused_by_the_leaders_word(scene, check):
    scene.flows()
    epoch, _, number = scene.events("HEAD", 1).rpartition("-")
    stream = Stream(scene.edge.port, "/v1/stream", scene.staff, last_event_id=f"{epoch}-{int(number) + 1000}")
    stream.wait(lambda frames: any(f.event == "reset" for f in frames), PATIENCE, "reset")
    reset = next(f for f in stream.frames if f.event == "reset")
    check("it says why", b'"ahead"' in reset.data, reset)
    stream.stop()
    asked = scene.edge.metric("waybill_edge_questions_total")
    check("the leader was asked", asked >= 1, asked)

    # Without Redis the standby does not know: the client keeps its id and comes back.
    scene.gate.switch(free_port())
    stream = Stream(scene.edge.port, "/v1/stream", scene.staff, last_event_id=f"{epoch}-{int(number) + 1000}")
    stream.wait(lambda frames: any(f.event == "bye" for f in frames), PATIENCE, "bye")
    bye = next(f for f in stream.frames if f.event == "bye")
    check("it is told to come back", b'"overload"' in bye.data and bye.retry, bye)
    check("and not reset", all(f.event != "reset" for f in stream.frames))
    stream.stop()
    scene.gate.switch(scene.redis.port)
    scene.flows()


def test_edge_takes_no_commands(scene, check):
    client = Client(scene.edge.port, scene.service.token("backend", "aurora"))
    order = scene.order["orderId"]
    for method, path in (
        ("POST", "/v1/orders"),
        ("POST", f"/v1/orders/{order}/note"),
        ("POST", "/v1/commands"),
        ("POST", "/v1/scans"),
        ("POST", f"/v1/orders/{order}/tracking-links"),
        ("DELETE", f"/v1/orders/{order}/tracking-links/{order}"),
        ("POST", "/session"),
        ("DELETE", "/session"),
        ("POST", "/v1/projections/orders/replay"),
    ):
        answer = client.request(method, path, {})
        check(
            f"421 {method} {path.replace(order, 'ID')}", answer.status == 421 and answer.json["code"] == "edge", answer
        )


def test_edge_answers_reads(scene, check):
    position = scene.events("READ", 1)
    order = scene.order["orderId"]
    backend, operator = scene.service.token("backend", "aurora"), scene.service.token("operator", "*")
    for path, token in (
        (f"/v1/orders/{order}?min_position={position}", backend),
        (f"/v1/orders/{order}/events", backend),
        (f"/v1/orders?min_position={position}&limit=5", backend),
        ("/v1/orders?number=FIRST", backend),
        ("/v1/events?after=0&limit=5", backend),
        (f"/v1/stats?min_position={position}", backend),
        ("/v1/projections", operator),
        ("/v1/status", operator),
        ("/openapi.json", None),
        ("/", None),
        ("/staff", None),
        ("/healthz", None),
        ("/readyz", None),
    ):
        answers = [Client(place.port, token).insist("GET", path) for place in (scene.service, scene.edge)]
        check(f"200 {path.replace(order, 'ID')}", answers[1].status == answers[0].status == 200, answers[1])
    head = Client(scene.edge.port, backend).insist("GET", f"/v1/orders/{order}?min_position={position}")
    told = Client(scene.service.port, backend).insist("GET", f"/v1/orders/{order}")
    check("an order reads as on the server", head.json["version"] == told.json["version"], head)


def test_links_work_on_edges_and_end_there(scene, check):
    backend = Client(scene.service.port, scene.service.token("backend", "aurora"))
    order = scene.order["orderId"]
    link = backend.insist("POST", f"/v1/orders/{order}/tracking-links", {}).json
    page = wait_for(
        lambda: (answer := Client(scene.edge.port).request("GET", f"/track/{link['token']}")).status == 200 and answer,
        PATIENCE,
        "the page of a link is served on the edge",
    )
    check("it is a page", b"<html" in page.body, page)
    stream = Stream(scene.edge.port, f"/track/{link['token']}/stream")
    stream.wait(lambda frames: any(f.event == "snapshot" for f in frames), PATIENCE, "a snapshot")
    answer = backend.insist("DELETE", f"/v1/orders/{order}/tracking-links/{link['linkId']}")
    check("the link is revoked on the server", answer.status == 204, answer)
    stream.wait(lambda frames: any(f.event == "bye" for f in frames), PATIENCE, "bye")
    bye = next(f for f in stream.frames if f.event == "bye")
    check("its stream on the edge ends", b"tokenExpired" in bye.data, bye)
    stream.stop()


def test_sessions_work_on_edges_and_end_there(scene, check):
    server = Client(scene.service.port, scene.staff)
    cookie = server.insist("POST", "/session").headers["set-cookie"].partition(";")[0]
    fields = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    told = wait_for(
        lambda: (answer := Client(scene.edge.port).request("GET", "/session", None, fields)).status == 200 and answer,
        PATIENCE,
        "the session counts on the edge",
    )
    check("it is the session of staff", told.json["role"] == "staff", told)
    stream = Stream(scene.edge.port, "/v1/stream", fields=fields)
    stream.wait(lambda frames: any(f.is_cursor for f in frames), PATIENCE, "its stream on the edge")
    gone = Client(scene.service.port).insist("DELETE", "/session", headers=fields)
    check("it ends on the server", gone.status == 204, gone)
    stream.wait(lambda frames: any(f.event == "bye" for f in frames), PATIENCE, "bye on the edge")
    bye = next(f for f in stream.frames if f.event == "bye")
    check("its stream on the edge ends", b"tokenExpired" in bye.data, bye)
    stream.stop()


def test_copy_of_the_log_in_the_same_redis(scene, check):
    # A copy has the log's key and first epoch, so that its messages are sealed rightly and in the same channel.
    scene.flows()
    copy = Server(os.path.join(scene.service.root, "copy")).follow(scene.primary).start()
    other = Service(scene.service.binary)
    other.data_dir = scene.service.data_dir
    other.options = ["--database-url", copy.url("waybill"), "--redis-url", scene.redis_url]
    before = scene.edge.metric('waybill_edge_catch_ups_total{reason="other_history"}')
    try:
        copy.sql("select pg_promote()")
        wait_for(lambda: copy.sql("select pg_is_in_recovery()") == "f", PATIENCE, "the copy takes writes")
        other.start()
        wait_for(lambda: metric(other, "waybill_relay_connected") == 1, PATIENCE, "the copy's server publishes")
        for number in range(10):
            Shop(other).place(f"COPY-{number}")
            position = scene.events(f"ORIGINAL-{number}", 1)
        scene.shown(check, "beside a copy", position)
        wait_for(
            lambda: scene.edge.metric('waybill_edge_catch_ups_total{reason="other_history"}') > before,
            PATIENCE,
            "the copy's messages reach the edge",
        )
        shown = b"".join(f.raw for f in scene.watched[0].on_edge.frames)
        check("nothing of the copy is shown", b"COPY" not in shown and b"ORIGINAL-9" in shown)
        check("the edge is ready", scene.edge.is_ready())
    finally:
        other.terminate(15)
        other.data_dir = os.path.join(other.root, "data")
        other.close()
        copy.close()


def test_clients_of_an_edge_that_is_cut_off_go_elsewhere(scene, check):
    database, redis = Forwarder(scene.standby.port), Forwarder(scene.redis.port)
    public = Forwarder(scene.service.port)
    edge = Edge(
        scene.service,
        f"postgresql://postgres@127.0.0.1:{database.port}/waybill",
        f"redis://127.0.0.1:{redis.port}",
        *("--public-url", f"http://127.0.0.1:{public.port}"),
    )
    try:
        edge.start()
        stream = Stream(edge.port, "/v1/stream", scene.staff)
        stream.wait(lambda frames: any(f.id for f in frames), PATIENCE, "a stream on the edge")
        for gate in (database, redis):
            gate.switch(free_port())
        began = time.monotonic()
        position = scene.events("MISSED", 2)
        stream.wait(lambda frames: any(f.event == "bye" for f in frames), PATIENCE, "its stream ends")
        check.note(f"{time.monotonic() - began:.1f} s after the cut")
        bye = next(f for f in stream.frames if f.event == "bye")
        check("by bye with overload", b"overload" in bye.data, bye)
        last = [f.id for f in stream.frames if f.id][-1]
        stream.stop()
        resumed = Stream(scene.service.port, "/v1/stream", scene.staff, last_event_id=last)
        resumed.wait(lambda frames: any(f.id == position for f in frames), PATIENCE, "it goes on at the server")
        check("with all that it missed", len(resumed.log_events()) == 3, resumed.frames)
        resumed.stop()
    finally:
        edge.close()
        for gate in (database, redis, public):
            gate.close()


def test_replica_away_and_redis_there(scene, check):
    scene.flows()
    scene.standby.stop()
    position = scene.events("ALONE")
    scene.shown(check, "the replica stopped", position)
    wait_for(lambda: not scene.edge.is_ready(), PATIENCE, "the edge says that it is not ready")
    scene.standby.start()
    wait_for(scene.edge.is_ready, PATIENCE, "ready again")
    scene.shown(check, "the replica is back", scene.events("TWO"))
