"""The ways to reach Redis: over TLS, with a login, as a cluster whose slots move."""

import os
import time

import pytest

from support.certificates import Authority
from support.edges import Edge, Watched, metric
from support.external import database_server
from support.redis_server import Redis, RedisCluster
from support.service import Service
from support.shop import Shop
from support.waiting import wait_for

PATIENCE = 30


class Scene:
    """A server and an edge on one database; each test gives both a Redis."""

    def __init__(self, service, database):
        self.service, self.database = service, database
        self.options = list(service.options)

    def run(self, url, check, name, during=lambda: None):
        """Serves with a Redis, waits until events come by it, calls `during`, waits again."""
        service = self.service
        service.options = [*self.options, "--redis-url", url]
        service.start()
        edge = Edge(service, self.database.url("waybill"), url)
        try:
            edge.start()
            shop = Shop(service)
            order = shop.place(name)
            watched = Watched(service, edge, "/v1/stream", service.token("staff", "*"))
            flows(edge, shop, order)
            during()
            flows(edge, shop, order)
            watched.wait(shop.note(order["orderId"], "last")["position"], PATIENCE, f"{name}: shown")
            watched.check(check, f"{name}: the edge shows what the server shows")
            watched.stop()
        finally:
            edge.close()
            service.terminate(15)


def flows(edge, shop, order):
    name = 'waybill_edge_events_total{source="redis"}'
    before = edge.metric(name)

    def grew():
        shop.note(order["orderId"], "flows")
        return edge.metric(name) > before

    wait_for(grew, PATIENCE, "events come by Redis", every=0.2)


@pytest.fixture(scope="module")
def scene(service):
    with database_server(service, "fsync = off") as database:
        yield Scene(service, database)


@pytest.fixture(scope="module")
def authority(service):
    return Authority(os.path.join(service.root, "certificates"))


def test_redis_that_is_absent_at_first_and_edges_without(scene, check):
    redis = Redis(os.path.join(scene.service.root, "absent"))
    url = f"redis://127.0.0.1:{redis.port}"
    service = scene.service
    service.options = [*scene.options, "--redis-url", url]
    service.start()
    edges = {name: Edge(service, scene.database.url("waybill"), way) for name, way in (("absent", url), ("none", None))}
    try:
        for edge in edges.values():
            edge.start()
        shop = Shop(service)
        order = shop.place("ABSENT")
        staff = service.token("staff", "*")
        watched = {name: Watched(service, edge, "/v1/stream", staff) for name, edge in edges.items()}
        began = time.monotonic()
        for _ in range(20):
            position = shop.note(order["orderId"], "by the database")["position"]
        for name, one in watched.items():
            one.wait(position, PATIENCE, f"Redis {name}: shown")
            one.check(check, f"Redis {name}: the edge shows what the server shows")
        check.note(f"20 events without Redis: {time.monotonic() - began:.2f} s")
        # The log is read each second in any case: without notifications eight events would take four seconds.
        began = time.monotonic()
        for _ in range(8):
            position = shop.note(order["orderId"], "quick")["position"]
            watched["none"].wait(position, PATIENCE, "shown")
        seconds = time.monotonic() - began
        check("the primary's NOTIFY wakes an edge", seconds < 2.5, f"8 events in {seconds:.2f} s")
        redis.start()
        flows(edges["absent"], shop, order)
        position = shop.note(order["orderId"], "last")["position"]
        for name, one in watched.items():
            one.wait(position, PATIENCE, f"Redis {name}: shown")
            one.check(check, f"Redis {name}: and so at the end")
            one.stop()
    finally:
        for edge in edges.values():
            edge.close()
        service.terminate(15)
        redis.close()


def test_another_server_publishes_when_the_leader_is_killed(scene, check):
    redis = Redis(os.path.join(scene.service.root, "two")).start()
    url = f"redis://127.0.0.1:{redis.port}"
    service, other = scene.service, Service(scene.service.binary)
    other.data_dir = service.data_dir
    service.options = other.options = [*scene.options, "--redis-url", url]
    edge = Edge(service, scene.database.url("waybill"), url)
    try:
        service.start()
        wait_for(lambda: metric(service, "waybill_leader") == 1, PATIENCE, "the first server leads")
        other.start()
        edge.start()
        shop = Shop(other)
        order = shop.place("TWO")
        watched = Watched(other, edge, "/v1/stream", service.token("staff", "*"))
        flows(edge, shop, order)
        check("one of both publishes", metric(other, "waybill_relay_batches_total") == 0)
        service.kill()
        for number in range(20):
            position = shop.note(order["orderId"], f"no leader {number}")["position"]
        watched.wait(position, PATIENCE, "shown while nobody publishes")
        watched.check(check, "the leader killed: the edge shows what the server shows")
        flows(edge, shop, order)
        check("the other one publishes", metric(other, "waybill_relay_batches_total") > 0)
        watched.wait(shop.note(order["orderId"], "last")["position"], PATIENCE, "shown")
        watched.check(check, "another leads: the edge shows what the server shows")
        watched.stop()
    finally:
        for process in (edge, other):
            process.data_dir = os.path.join(process.root, "data")
            process.close()
        redis.close()


def test_tls_and_a_login(scene, authority, check):
    # The rights that docs/cluster.md names.
    rights = "on >p@ss:w/rd +publish +subscribe +spublish +ssubscribe +ping +hello &waybill:*"
    redis = Redis(os.path.join(scene.service.root, "tls"), "--user", "shop", *rights.split(), tls=authority).start()
    try:
        url = f"rediss://shop:p%40ss%3Aw%2Frd@localhost:{redis.port}?ca={authority.path}"
        scene.run(url, check, "TLS")
    finally:
        redis.close()


def test_wrong_logins_and_certificates_harm_no_service(scene, authority, check):
    redis = Redis(os.path.join(scene.service.root, "strict"), "--requirepass", "secret", tls=authority).start()
    other = Authority(os.path.join(scene.service.root, "other"))
    try:
        for name, url, words in (
            ("a wrong password", f"rediss://:wrong@localhost:{redis.port}?ca={authority.path}", "WRONGPASS"),
            ("no password", f"rediss://localhost:{redis.port}?ca={authority.path}", "NOAUTH"),
            ("a foreign authority", f"rediss://:secret@localhost:{redis.port}?ca={other.path}", "CERTIFICATE"),
            ("clear text", f"redis://:secret@localhost:{redis.port}", "Redis takes no messages"),
        ):
            service = scene.service
            service.options = [*scene.options, "--redis-url", url]
            service.start()
            Shop(service).place("SERVED")
            line = wait_for(
                lambda: next((x for x in service.log_tail(9000).splitlines() if "Redis takes no" in x), None), 20, name
            )
            check(f"{name}: the log says so", words in line, line)
            check(
                f"{name}: not the password", "secret" not in line and "wrong" not in line.replace("WRONGPASS", ""), line
            )
            service.terminate(15)
    finally:
        redis.close()


def test_cluster_whose_slots_move(scene, check):
    cluster = RedisCluster(os.path.join(scene.service.root, "redis-cluster")).start()
    try:
        channel = []

        def moves():
            names = [n for node in cluster.nodes for n in node.command("pubsub", "shardchannels").split()]
            channel.extend(n for n in names if n.endswith(":events"))
            check("it is subscribed to on one node, as a shard's channel", len(channel) == 1, names)
            slot = cluster.slot(channel[0])
            old = cluster.owner(slot)
            new = cluster.move(slot)
            wait_for(
                lambda: channel[0] in new.command("pubsub", "shardchannels"), PATIENCE, "the subscription has moved"
            )
            check("to another node", new is not old)

        url = "redis://" + ",".join(f"127.0.0.1:{node.port}" for node in cluster.nodes)
        scene.run(url, check, "cluster", moves)

        def dies():
            node = cluster.owner(cluster.slot(channel[0]))
            node.kill()
            node.start()
            wait_for(lambda: "cluster_state:ok" in node.command("cluster", "info"), PATIENCE, "it is whole again")

        scene.run(url, check, "a node that was killed", dies)
    finally:
        cluster.close()


def test_a_server_that_does_not_lead_tries_its_redis(scene, service, check):
    """A wrong password would else be found when the server takes the lead over."""
    redis = Redis(os.path.join(service.root, "tried"), "--requirepass", "secret").start()
    others = []
    try:
        service.options = [*scene.options, "--redis-url", f"redis://:secret@127.0.0.1:{redis.port}"]
        service.start()
        wait_for(lambda: metric(service, "waybill_relay_connected") == 1, PATIENCE, "the leader publishes")
        check("the leader reaches Redis", metric(service, "waybill_relay_reachable") == 1)
        for password in ("secret", "wrong"):
            other = Service(service.binary)
            others.append(other)
            other.data_dir = service.data_dir
            other.options = [*scene.options, "--redis-url", f"redis://:{password}@127.0.0.1:{redis.port}"]
            other.start()
        right, wrong = others
        said = "this server does not reach Redis"
        wait_for(lambda: said in wrong.log_tail(1_000_000), PATIENCE, "the wrong password is told")
        check("the reason is told", "WRONGPASS" in wrong.log_tail(1_000_000))
        check("but not the password", "wrong@" not in wrong.log_tail(1_000_000))
        wait_for(lambda: metric(right, "waybill_relay_reachable") == 1, PATIENCE, "the right one is tried as well")
        check("a metric has it", metric(wrong, "waybill_relay_reachable") == 0)
        check("none of them leads", [metric(other, "waybill_leader") for other in others] == [0, 0])
        check("the right one says nothing", said not in right.log_tail(1_000_000))
    finally:
        for other in others:
            other.terminate(15)
            other.data_dir = os.path.join(other.root, "data")
            other.close()
        service.terminate(15)
        redis.close()
