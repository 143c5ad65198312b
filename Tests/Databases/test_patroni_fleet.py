"""Patroni beneath several services that tell nobody of what no standby has: switchover, failover, a lost standby."""

import contextlib
import json

import pytest

from support.client import Client, read_log
from support.exactly_once import check_log
from support.orders import SHOPS
from support.paced import PacedLoad
from support.patroni import Patroni, missing_programs
from support.sse import Stream
from support.standbys import serving
from support.waiting import wait_for

# Seconds that commands may wait beyond Patroni's own: for its loop, the promotion, the standby that has to follow the
# new leader before anything is durable, and the new connections.
MARGIN = 15
# Seconds for a node that was killed to come back as a standby: it is rewound first, and nothing is durable before.
REWIND = 45


@pytest.fixture
def cluster(service):
    missing = missing_programs()
    if missing:
        pytest.skip(f"{' and '.join(missing)} cannot be had here: Debian's packages are patroni and etcd-server")
    cluster = Patroni(service.root).start()
    try:
        cluster.sql(cluster.nodes[0], "create database waybill")
        yield cluster
    finally:
        cluster.close()


@contextlib.contextmanager
def changing(loads, name, check, seconds):
    """A change of the cluster, in which a command waits for at most so long."""
    with contextlib.ExitStack() as stack:
        situations = [(load, stack.enter_context(load.during(name))) for load in loads]
        yield
    sent = [(one, situation) for load, situation in situations for one in load.of(situation)]
    waits = [(one.accepted or situation.ended) - one.began for one, situation in sent]
    check(f"{name}: commands go on within {seconds} s", max(waits) < seconds, max(waits))
    refused = sum(one.refusals for one, _ in sent)
    check.note(f"{name}: a command waited {max(waits):.1f} s at most, {refused} answers were 503")


@pytest.mark.slow
def test_a_fleet_over_patroni_loses_nothing(cluster, binary, service, check):
    first, second = cluster.nodes
    with serving(binary, service, cluster.url("waybill", "?target_session_attrs=read-write"), 3) as services:
        staff, backend = service.token("staff", "*"), service.token("backend", ",".join(SHOPS))
        streams = [Stream(one.port, "/v1/stream?after=0", staff, reconnects=True) for one in services]
        loads = [PacedLoad(one, backend, 15) for one in services]
        with changing(loads, "switchover", check, MARGIN):
            cluster.switch_over(first)
            cluster.wait_followed(second)
        with changing(loads, "kill -9 of the leader", check, cluster.ttl + REWIND):
            second.kill()
            wait_for(lambda: first.members().get(first.name) == "leader", 60, "the other node leads")
            second.start()
            cluster.wait_followed(first)
        with changing(loads, "kill -9 of the standby", check, 3 * cluster.ttl + REWIND):
            second.kill()
            # Without the strict mode Patroni lets commits go on without any standby.
            wait_for(
                lambda: not cluster.sql(first, "show synchronous_standby_names"),
                60,
                "no standby is waited for any more",
            )
            refused(services, check, backend)
            second.start()
            cluster.wait_followed(first)
        check("every client ended in time", all([load.finish() for load in loads]))
        wrong = [text for load in loads for text in load.wrong]
        check("every answer was as the contract says", not wrong, f"{len(wrong)}: {wrong[:3]}")
        log = [json.loads(line) for line in read_log(service.port, staff)]
        answers = {key: answer for load in loads for key, answer in load.answers.items()}
        check_log(check, answers, {key: one for load in loads for key, one in load.sent.items()}, log)
        positions = [event["position"] for event in log]
        for stream in streams:
            stream.wait(
                lambda frames: any(f.id == positions[-1] for f in frames), 30, "the stream shows the last event"
            )
            frames = [frame for frame in stream.stop().frames if frame.event]
            check("the stream shows every event once, in order", [f.id for f in frames] == positions, len(frames))
            check("on one connection", stream.connections == 1 and not stream.violations, stream.violations)


def refused(services, check, token):
    for one in services:
        wait_for(
            lambda one=one: "standby" in Client(one.port).request("GET", "/readyz").json.get("detail", ""),
            20,
            "the service is not ready for want of a standby",
        )
        answer = Client(one.port, token).request("GET", "/v1/events?limit=1")
        check("the log is read all the same", answer.status == 200, answer)
