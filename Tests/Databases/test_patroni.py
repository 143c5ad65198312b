"""Failover by Patroni beneath a running service: commands go on with the new leader, nothing acknowledged is lost."""

import contextlib
import json

import pytest

from support.client import read_log
from support.exactly_once import check_log
from support.orders import SHOPS
from support.paced import PacedLoad
from support.patroni import Patroni, missing_programs
from support.sse import Stream

# Seconds that commands may wait beyond Patroni's own: for its loop, the promotion and the new connections.
MARGIN = 6


@pytest.fixture
def cluster(service):
    missing = missing_programs()
    if missing:
        pytest.skip(f"{' and '.join(missing)} cannot be had here: Debian's packages are patroni and etcd-server")
    cluster = Patroni(service.root).start()
    try:
        yield cluster
    finally:
        if service.process and service.process.poll() is None:
            service.terminate(15)
        cluster.close()


@contextlib.contextmanager
def changing(load, name, check, seconds):
    """A change of the leader, in which a command waits for at most so long."""
    with load.during(name) as situation:
        yield
    waits = [(one.accepted or situation.ended) - one.began for one in load.of(situation)]
    check(f"{name}: commands go on within {seconds} s", max(waits) < seconds, max(waits))
    refused = sum(one.refusals for one in load.of(situation))
    check.note(f"{name}: a command waited {max(waits):.1f} s at most, {refused} answers were 503")


def test_commands_go_on_over_switchover_and_failover(cluster, service, check):
    first, second = cluster.nodes
    cluster.sql(first, "create database waybill")
    service.options = ["--database-url", cluster.url("waybill", "?target_session_attrs=read-write")]
    service.start()
    stream = Stream(service.port, "/v1/stream?after=0", service.token("staff", "*"), reconnects=True)
    load = PacedLoad(service, service.token("backend", ",".join(SHOPS)), 50)
    with changing(load, "switchover", check, MARGIN):
        cluster.switch_over(first)
    cluster.wait_followed(second)
    with changing(load, "kill -9 of the leader", check, cluster.ttl + MARGIN):
        second.kill()
    check("every client ended in time", load.finish())
    check("every answer was as the contract says", not load.wrong, f"{len(load.wrong)}: {load.wrong[:3]}")
    log = [json.loads(line) for line in read_log(service.port, service.token("staff", "*"))]
    check_log(check, load.answers, load.sent, log)
    check("the servers that wrote are told by epochs", len({event["position"][:8] for event in log}) == 3)
    goes_on(stream, log, check)
    check("the service is the same all the time", service.process.poll() is None)


def goes_on(stream, log, check):
    """Nothing that the stream showed was lost, so that it goes on without a gap, a repetition or a reset."""
    positions = [event["position"] for event in log]
    stream.wait(
        lambda frames: any(frame.id == positions[-1] for frame in frames), 30, "the stream shows the last event"
    )
    stream.stop()
    frames = [frame for frame in stream.frames if frame.event]
    check("the stream shows every event once, in order", [frame.id for frame in frames] == positions, len(frames))
    check("on one connection", stream.connections == 1 and not stream.violations, stream.violations)
