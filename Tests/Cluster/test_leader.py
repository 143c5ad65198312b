"""Several processes on one database: one leads, another takes over whatever happens to it, and two never write.

The database records which session moves the checkpoints of the read models, so that nobody's word is taken for it.
"""

import contextlib
import os
import signal
import threading
import time

import pytest

from support.client import Client
from support.forwarder import Forwarder
from support.orders import order
from support.placing import Placing
from support.pooler import Pooler, is_installed
from support.postgres_server import Server
from support.processes import group
from support.waiting import wait_for

# Seconds within which another process leads: at once, or after the silence that ends a session.
SOON, AFTER_SILENCE = 4, 9

RECORDER = """
create table moves (id bigint generated always as identity, pid int default pg_backend_pid(),
    at timestamptz default clock_timestamp(), name text, seq bigint);
create function record_move() returns trigger language plpgsql security definer as
    $$ begin insert into moves (name, seq) values (new.name, new.seq); return new; end $$;
create trigger record_move after update of seq on projections for each row execute function record_move();
"""


class Cluster:
    """Processes, each with an address of its own for their database, on a primary with a standby."""

    def __init__(self, members, addresses, primary, standby):
        self.group, self.addresses, self.primary, self.standby = members, addresses, primary, standby

    def sql(self, statement):
        return self.primary.sql(statement, "waybill")

    def backend(self):
        """The server process that holds the leadership."""
        return self.sql(
            "select l.pid from pg_locks l join pg_stat_activity a using (pid) "
            "where locktype = 'advisory' and mode = 'ExclusiveLock' and application_name = 'waybill projector'"
        )

    def leader(self):
        return wait_for(self.group.leader, 20, "one process leads")

    def taken_over(self, former, since, seconds):
        """The seconds until another session than `former` moved a checkpoint."""

        def moved():
            # The server itself may be away.
            with contextlib.suppress(RuntimeError):
                found = self.sql(
                    f"select extract(epoch from min(at)) - {since} from moves where pid <> {former} "
                    f"and at > to_timestamp({since})"
                )
                return found and [float(found)]

        return wait_for(moved, seconds + 20, "another session moves the checkpoints")[0]


@pytest.fixture(scope="module")
def cluster(binary, service):
    primary, standby = (Server(os.path.join(service.root, name)) for name in ("primary", "standby"))
    addresses = []
    try:
        primary.make().start().sql("create database waybill")
        addresses = [Forwarder(primary.port) for _ in range(3)]
        urls = [f"postgresql://postgres@127.0.0.1:{address.port}/waybill" for address in addresses]
        with group(binary, urls) as members:
            primary.sql(RECORDER, "waybill")
            standby.follow(primary).start()
            yield Cluster(members, addresses, primary, standby)
    finally:
        for address in addresses:
            address.close()
        for server in (standby, primary):
            server.close()


def test_one_process_leads(cluster, check):
    cluster.leader()
    others = [member for member in cluster.group.members if not member.leads()]
    check("one of three processes leads", len(others) == 2, others)
    answers = [
        cluster.group.client(member, cluster.group.operator).insist("GET", "/v1/projections").json
        for member in cluster.group.members
    ]
    states = [[p["state"] for p in answer["projections"]] for answer in answers]
    check("each process says that the projections are followed", states == [["active"] * 3] * 3, states)


def test_list_of_a_follower_reflects_a_position_at_once(cluster, check):
    follower = cluster.group.others(cluster.leader())[0]
    client, waits = cluster.group.client(follower), []
    for number in range(15):
        placed = client.insist("POST", "/v1/orders", order(number=f"N-{number}")).json
        began = time.monotonic()
        listed = client.insist("GET", f"/v1/orders?limit=1&min_position={placed['position']}").json
        waits.append(time.monotonic() - began)
        check("the list has the order", listed["orders"][0]["orderId"] == placed["orderId"], listed)
    median = sorted(waits)[len(waits) // 2]
    check.note(f"min_position on a process that does not lead: {median * 1000:.0f} ms (half)")
    # Without a word to the leader most would wait for its pause of a quarter of a second.
    check("half of them wait less than the leader's pause", median < 0.2, waits)


@contextlib.contextmanager
def killed(cluster, leader):
    leader.kill()
    yield
    leader.start()


@contextlib.contextmanager
def terminated(cluster, leader):
    leader.process.send_signal(signal.SIGTERM)
    yield
    leader.process.wait(15)
    leader.start()


@contextlib.contextmanager
def stopped(cluster, leader):
    """For 20 seconds, as the machine of a process that is moved or swaps."""
    began = time.monotonic()
    leader.stop()
    yield
    time.sleep(max(0, 20 - (time.monotonic() - began)))
    leader.go_on()


@contextlib.contextmanager
def cut(cluster, leader):
    address = cluster.addresses[cluster.group.members.index(leader)]
    address.swallow()
    yield
    address.flow()


@contextlib.contextmanager
def session_ended(cluster, leader):
    cluster.sql(f"select pg_terminate_backend({cluster.backend()})")
    yield


@contextlib.contextmanager
def server_restarted(cluster, leader):
    cluster.primary.stop()
    cluster.primary.start()
    yield


FAULTS = [
    (killed, SOON),
    (terminated, SOON),
    (session_ended, SOON),
    (server_restarted, SOON + 4),
    (cut, AFTER_SILENCE),
    (stopped, AFTER_SILENCE),
]


@pytest.mark.parametrize(("fault", "seconds"), FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_another_process_takes_over(cluster, check, fault, seconds):
    name = fault.__name__
    leader = cluster.leader()
    follower = cluster.group.others(leader)[0]
    with Placing(follower):
        former, since = cluster.backend(), time.time()
        with fault(cluster, leader):
            took = cluster.taken_over(former, since, seconds)
            check.note(f"{name}: another session moves the checkpoints after {took:.1f} s")
            check(f"{name}: another session takes over within {seconds} s", took <= seconds, f"{took:.1f} s")
        wait_for(leader.is_ready, 30, f"the former leader is ready after {name}")
        wait_for(lambda: len(cluster.group.leaders()) == 1, 10, "one process leads again")
        late = cluster.sql(
            f"select count(*) from moves where pid = {former} and at > to_timestamp({since}) + interval '{seconds} s'"
        )
        check(f"{name}: the former session writes nothing more", late == "0", late)


def test_others_wait_a_second_for_a_process_that_hangs_with_the_head(cluster, check):
    hung = cluster.group.others(cluster.leader())[0]
    others = cluster.group.others(hung)
    placing, commands, rounds = Placing(hung), [Placing(other) for other in others], Readiness(others)
    waits = (
        "select count(*) from pg_stat_activity where application_name = 'waybill appender' and wait_event_type = 'Lock'"
    )
    with contextlib.ExitStack() as stack:
        with cluster.primary.session("waybill", "begin", "select seq from log_head for update"):
            stack.enter_context(placing)
            wait_for(lambda: cluster.sql(waits) == "1", 10, "its batch waits for the head", every=0.01)
            hung.stop()
        stack.callback(hung.go_on)
        # The head is the hung process's now.
        for one in (rounds, *commands):
            stack.enter_context(one)
        wait_for(lambda: all(len(one.answers) > 20 for one in commands), 20, "commands go on")
    longest = max(one.longest for one in commands)
    statuses = {status for one in commands for status, _ in one.answers}
    # Its probe may have waited behind its batch, and then keeps the head for a second, too.
    check.note(f"a process hangs with the head: commands of others wait {longest:.2f} s; answers {statuses}")
    check.note(f"not ready meanwhile: {len(rounds.unready)} of {rounds.count} looks at the others")
    check("commands of others are answered", statuses <= {201, 503}, statuses)
    check("they wait for the end of its session, and no longer", 0.5 < longest < 2.5, longest)
    wait_for(hung.is_ready, 30, "the hung process is ready when it goes on")
    check("what it had received is accepted", placing.answers[0][0] in (201, 503), placing.answers[:2])


class Readiness:
    """Asks processes whether they are ready, one after another, until its scope ends."""

    def __init__(self, members):
        self.count, self.unready = 0, []
        self._members, self._ends = members, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._ends.wait(0.05):
            for member in self._members:
                answer = Client(member.port).request("GET", "/readyz")
                self.count += 1
                if answer.status != 200:
                    self.unready.append(str(answer))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join(30)


def test_primary_fails_over(cluster, check):
    wait_for(lambda: cluster.primary.sql("select count(*) from pg_stat_replication") == "1", 20, "the standby follows")
    follower = cluster.group.others(cluster.leader())[0]
    with Placing(follower):
        former, since = cluster.backend(), time.time()
        cluster.primary.kill()
        cluster.primary = cluster.standby
        cluster.primary.sql("select pg_promote()")
        for address in cluster.addresses:
            address.switch(cluster.primary.port)
        took = cluster.taken_over(former, since, SOON + 4)
        check.note(f"failed over: a session moves the checkpoints of the new primary after {took:.1f} s")
        check("failed over: a session takes over within seconds", took <= SOON + 4, f"{took:.1f} s")
    wait_for(lambda: len(cluster.group.leaders()) == 1, 10, "one process leads again")


def test_two_never_wrote(cluster, check):
    wait_for(
        lambda: (
            cluster.sql(
                "select count(*) from projections p join projection_active a using (name, version) "
                "where name <> 'current' and seq < (select max(seq) from events)"
            )
            == "0"
        ),
        20,
        "the read models have caught up",
    )
    # A session that writes again after another one has written would be a second leader.
    terms = cluster.sql(
        "select pid, count(*) from (select pid, row_number() over (order by id) - row_number() over "
        "(partition by pid order by id) as run from moves) as moves group by pid, run"
    ).splitlines()
    pids = [line.split("|")[0] for line in terms]
    check.note(f"{len(pids)} terms of sessions that moved checkpoints")
    check("each session wrote in one run, and none came between", len(pids) == len(set(pids)), terms)
    twice = cluster.sql("select count(*) from (select name, seq from moves group by name, seq having count(*) > 1) t")
    check("no checkpoint was moved to one place twice", twice == "0", twice)
    one = cluster.group.members[0]
    status, output = one.run("verify", "--database-url", cluster.primary.url("waybill"))
    check("verify finds no difference", status == 0, output[-500:])


def test_a_failing_projection_is_told_by_every_process(cluster, check):
    cluster.leader()
    # As a version of Waybill would that these processes do not know.
    cluster.sql("update projections set layout = layout + 90 where name = 'stats'")
    clients = [cluster.group.client(member, cluster.group.operator) for member in cluster.group.members]
    cluster.group.client(cluster.group.members[0]).insist("POST", "/v1/orders", order(number="N-stuck"))

    def states(name):
        answers = [client.insist("GET", "/v1/projections").json["projections"] for client in clients]
        return {p["state"] for answer in answers for p in answer if p["name"] == name and p["state"] != "building"}

    wait_for(lambda: states("stats") == {"failed"}, 20, "each process says that the projection fails")
    check("the other projection goes on", states("orders") == {"active"}, states("orders"))
    cluster.sql("update projections set layout = layout - 90 where name = 'stats'")
    wait_for(lambda: states("stats") == {"active"}, 20, "each process says that the projection goes on")
    changes = [member.metric("waybill_leader_changes_total") for member in cluster.group.members]
    check("processes that cannot fold do not hand the leadership round in haste", sum(changes) < 40, changes)


def test_leader_behind_a_pooler_is_replaced(binary, service, check):
    if not is_installed():
        pytest.skip("pgbouncer is not installed")
    server = Server(os.path.join(service.root, "pooled"))
    pooler = None
    try:
        server.make().start().sql("create database waybill")
        pooler = Pooler(os.path.join(service.root, "pooler"), server, "session")
        url = f"postgresql://postgres@127.0.0.1:{pooler.port}/waybill"
        with group(binary, [url, url]) as members:
            leader = wait_for(members.leader, 20, "one process leads")
            (other,) = members.others(leader)
            began = time.monotonic()
            leader.stop()
            wait_for(other.leads, 30, "the other process leads")
            took = time.monotonic() - began
            check.note(f"behind PgBouncer, stopped: the other process leads after {took:.1f} s")
            check("behind PgBouncer: a stopped leader is replaced", took <= AFTER_SILENCE, f"{took:.1f} s")
            leader.go_on()
            wait_for(lambda: len(members.leaders()) == 1, 5, "one process leads")
            began = time.monotonic()
            other.kill()
            wait_for(leader.leads, 30, "the first process leads again")
            check.note(f"behind PgBouncer, killed: {time.monotonic() - began:.1f} s")
    finally:
        if pooler:
            pooler.close()
        server.close()
