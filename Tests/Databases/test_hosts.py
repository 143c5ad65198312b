"""Several database hosts in one URL: the first that will do is used, for each connection anew."""

import contextlib
import os
import socket
import time

import pytest

from support.balancer import Balancer, is_installed
from support.client import Client, read_log
from support.names import NAME, Names
from support.orders import order
from support.postgres_server import Server
from support.service import Service
from support.shop import Shop
from support.sse import Stream
from support.waiting import wait_for

WRITABLE = "?target_session_attrs=read-write"


@pytest.fixture(scope="module")
def servers(service):
    """A primary and its standby."""
    primary, standby = (Server(os.path.join(service.root, name)) for name in ("primary", "standby"))
    primary.make().start()
    standby.follow(primary).start()
    yield primary, standby
    standby.close()
    primary.close()


@pytest.fixture
def pair(servers):
    """The two with an empty database `waybill`."""
    primary, standby = servers
    primary.sql("drop database if exists waybill with (force)")
    primary.sql("create database waybill")
    follows(primary, standby)
    return primary, standby


def follows(primary, standby):
    """Waits until the standby has replayed all that the primary has written."""
    flushed = primary.sql("select pg_current_wal_flush_lsn()")
    wait_for(
        lambda: standby.sql(f"select pg_last_wal_replay_lsn() >= '{flushed}'") == "t", 60, "the standby has followed"
    )


@contextlib.contextmanager
def serving(binary, url, **environment):
    service = Service(binary)
    service.options, service.environment = ["--database-url", url], environment
    try:
        service.start()
        yield service
    finally:
        service.close()


def url(*ports, options=""):
    return f"postgresql://postgres@{','.join(f'127.0.0.1:{port}' for port in ports)}/waybill{options}"


def backends(server, name):
    rows = server.sql(f"select pid from pg_stat_activity where application_name like '{name}%'", "waybill")
    return rows.split()


def test_a_silent_host_costs_its_timeout_alone(pair, binary, check):
    primary, _ = pair
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        began = time.monotonic()
        with serving(binary, url(silent.getsockname()[1], primary.port, options="?connect_timeout=1")) as service:
            check.note(f"ready in {time.monotonic() - began:.1f} s beside a silent host")
            check("an order is placed", Shop(service).place("SECOND")["version"] == 1)
            check("ready in time", time.monotonic() - began < 20, time.monotonic() - began)


def test_no_host_tells_the_reason_of_each(pair, service, check):
    primary, standby = pair
    primary.stop()
    try:
        status, output = service.fails_to_serve("--database-url", url(primary.port, standby.port, options=WRITABLE))
    finally:
        primary.start()
    errors = [line for line in output.splitlines() if line.startswith("Error:")]
    check("exit status 1", status == 1, status)
    check("one sentence", len(errors) == 1, output)
    told = errors[0] if errors else ""
    check("names the one that is gone", f"127.0.0.1:{primary.port}: Connection refused" in told, told)
    check("and the one that is read-only", f"127.0.0.1:{standby.port}: session is read-only" in told, told)


def test_a_name_without_answer_costs_its_own_connection(pair, binary, service, check):
    primary, _ = pair
    names = Names(service.root)
    place = f"postgresql://postgres@{NAME}:{primary.port}/waybill"
    with serving(binary, place, **names.environment) as service:
        shop = Shop(service)
        path = f"/v1/orders/{shop.place('NAMED')['orderId']}"
        client = Client(service.port, service.token("backend", "aurora"))
        # The list's pool has a connection from now on.
        client.request("GET", "/v1/orders")
        stream = Stream(service.port, "/v1/stream?after=0", service.token("staff", "*"))
        stream.wait(lambda frames: any(frame.is_log_event for frame in frames), 30, "the stream shows the order")
        names.hang()
        for pid in backends(primary, "waybill tail"):
            primary.sql(f"select pg_terminate_backend({pid})")
        answers = []
        end = time.monotonic() + 4
        while time.monotonic() < end:
            for method, wanted, body in (
                ("GET", path, None),
                ("GET", "/v1/orders", None),
                ("POST", "/v1/orders", order(number=f"N-{len(answers)}")),
            ):
                began = time.monotonic()
                answer = client.request(method, wanted, body)
                answers.append((method, answer.status, time.monotonic() - began))
        check("reads and commands go on", {status for _, status, _ in answers} == {200, 201}, answers[-3:])
        slowest = max(seconds for _, _, seconds in answers)
        check("none waits for the resolver", slowest < 2, slowest)
        check("the tail has no connection meanwhile", not backends(primary, "waybill tail"))
        names.answer()
        count = 1 + sum(status == 201 for _, status, _ in answers)
        stream.wait(
            lambda frames: sum(frame.is_log_event for frame in frames) == count, 20, "the stream shows every order"
        )
        check("the stream goes on by itself", stream.connections == 1 and not stream.violations, stream.violations)
        check.note(f"{len(answers)} requests while the resolver hung, the slowest {slowest:.2f} s")


def fails_over(service, check, primary, standby):
    """Kills the primary beneath a service and promotes the standby."""
    shop = Shop(service)
    placed = [shop.place(f"BEFORE-{number}")["position"] for number in range(5)]
    follows(primary, standby)
    primary.kill()
    standby.sql("select pg_promote()")
    began = time.monotonic()
    after = shop.place("AFTER")
    check("commands go on within 10 s of the promotion", time.monotonic() - began < 10, time.monotonic() - began)
    check.note(f"commands went on {time.monotonic() - began:.1f} s after the promotion")
    log = read_log(service.port, service.token("staff", "*"))
    told = service.log_tail(1_000_000)
    check("the service's log tells the failure", "connection" in told, told[-300:])
    check("and repeats no SQL", not any(word in told for word in ("select ", "insert into", "update ")), told)
    check("with the whole log", len(log) == len(placed) + 1 and after["orderId"] in str(log[-1]), len(log))


def test_a_standby_is_passed_over_and_taken_once_promoted(pair, binary, check):
    primary, standby = pair
    with serving(binary, url(standby.port, primary.port, options=WRITABLE)) as service:
        check("the second host serves, being the primary", backends(primary, "waybill appender"))
        check("and the standby is left alone", not backends(standby, "waybill"), backends(standby, "waybill"))
        fails_over(service, check, primary, standby)


def test_haproxy_fails_over(servers, binary, service, check):
    if not is_installed():
        pytest.skip("haproxy is not installed")
    # The standby of the test before is a primary by now.
    primary, standby = servers[1], Server(os.path.join(service.root, "third"))
    primary.sql("drop database if exists waybill with (force)")
    primary.sql("create database waybill")
    standby.follow(primary).start()
    balancer = Balancer(service.root, primary, standby)
    try:
        with serving(binary, url(balancer.port)) as served:
            fails_over(served, check, primary, standby)
    finally:
        balancer.close()
        standby.close()
