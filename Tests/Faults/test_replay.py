"""Replays that are killed before, while and after they take over, that meet other replays, or that run out of space."""

import json
import os
import signal
import subprocess
import uuid

import pytest

from support.client import Client
from support.lock_holder import Holder
from support.orders import SHOPS, journey, order
from support.waiting import wait_for

NAMES = ("current", "orders", "stats")
COPIES = 12


HEAD = "select seq from log_head for update"
ACTIVE = "select version from projection_active where name = 'current' for update"
TABLE = "lock table order_states in access share mode"


@pytest.fixture(scope="module")
def replays(service, check):
    """A service whose log holds copies of a few orders' events, so that a replay has work to do."""
    service.start()
    replays = Replays(service, check)
    fill(service, replays)
    return replays


class Replays:
    """Clients of the service, and facts that hold whatever happens to a replay."""

    def __init__(self, service, check):
        self.service, self.check = service, check
        self.backend = Client(service.port, service.token("backend", ",".join(SHOPS)))
        self.operator = Client(service.port, service.token("operator", "*"))

    def all_is_well(self, when):
        """Checks that commands go on, that reads agree with them, and that `verify` finds no difference."""
        placed = self.backend.insist("POST", "/v1/orders", order(number=when[:30]))
        self.check(f"{when}: an order can be placed", placed.status == 201, placed)
        path = f"/v1/orders/{placed.json['orderId']}"
        self.check(f"{when}: and be read", self.backend.insist("GET", path).json.get("version") == 1)
        listed = self.backend.insist("GET", f"/v1/orders?min_position={placed.json['position']}&limit=1")
        self.check(f"{when}: and is in the list", listed.json["orders"][0]["orderId"] == placed.json["orderId"], listed)
        status, output = self.service.run("verify")
        # One line for each projection, and one for the log.
        clean = status == 0 and output.count("no difference") == len(NAMES) + 1
        self.check(f"{when}: verify is clean", clean, output)

    def active(self, name="current"):
        return int(self.service.sql(f"select version from projection_active where name = '{name}'", "waybill"))

    def blocked(self, process, statement):
        """Waits until a statement of the replay waits for a lock."""

        def waits():
            if process.poll() is not None:
                raise RuntimeError(f"the replay ended: {process.stdout.read()}")
            return self.service.sql(
                "select 1 from pg_stat_activity where application_name = 'waybill replay' and wait_event_type = 'Lock'"
                f" and query like '{statement}%'",
                "waybill",
            )

        wait_for(waits, 120, f"the replay waits: {statement}", 0.02)


def fill(service, replays):
    """Places orders by the API and copies their events, so that a replay has work to do."""
    for index in range(40):
        for key, path, body in journey(index, "replay"):
            answer = replays.backend.insist("POST", path, body, {"Idempotency-Key": key})
            if answer.status >= 300:
                raise RuntimeError(f"{path}: {answer}")
    columns = (
        "occurred_at, recorded_at, version, schema, number, shop, customer, type, status_before, status, data, "
        "internal, actor, command_id, correlation_id, causation_id"
    )
    service.sql(
        f"""do $$
        declare head bigint := (select seq from log_head for update);
        begin
            insert into events (seq, order_id, {columns})
            select e.seq + head * n, md5(e.order_id::text || n)::uuid,
                {columns.replace("recorded_at", "(select recorded_at from log_head)")}
            from events e, generate_series(1, {COPIES}) n;
            update log_head set seq = head * ({COPIES} + 1);
        end $$""",
        "waybill",
    )
    status, output = service.run("verify", "current")
    replays.check(
        "verify finds orders that have no state", status == 1 and "stored nothing, expected" in output, output[-500:]
    )
    status, output = service.run("replay")
    replays.check("replay rebuilds everything", status == 0 and output.count("is served") == len(NAMES), output)
    replays.all_is_well("rebuilt")


def kill(process):
    process.send_signal(signal.SIGKILL)
    return process.wait(10)


def test_a_replay_killed_before_it_took_over_goes_on(service, replays):
    version = replays.active()
    with Holder(service, HEAD):
        process = service.command("replay", "current")
        replays.blocked(process, "select seq from log_head where one for update")
        status, output = service.run("replay", "current")
        replays.check("a second replay says so and ends with 1", status == 1 and "under way already" in output, output)
        answer = replays.operator.request("POST", "/v1/projections/current/replay")
        replays.check(
            "over HTTP it is 409", (answer.status, answer.json.get("code")) == (409, "replayUnderWay"), answer
        )
        listed = replays.operator.insist("GET", "/v1/projections").json["projections"]
        states = [p["replay"]["state"] for p in listed if "replay" in p]
        replays.check("the replay under way is listed", states == ["running"], listed)
        kill(process)
    replays.check("killed before: nothing took over", replays.active() == version)
    replays.all_is_well("killed before")
    status, output = service.run("replay", "current")
    replays.check("killed before: the next goes on there", status == 0 and "going on after event" in output, output)
    replays.check("killed before: and takes over", replays.active() == version + 1)


def test_a_replay_killed_while_taking_over_goes_on(service, replays):
    version = replays.active()
    with Holder(service, ACTIVE):
        process = service.command("replay", "current")
        replays.blocked(process, "update projection_active")
        kill(process)
    replays.check("killed within: nothing took over", replays.active() == version)
    replays.all_is_well("killed within")
    status, output = service.run("replay", "current")
    replays.check("killed within: the next goes on there", status == 0 and "going on after event" in output, output)
    replays.all_is_well("after the next")


def test_a_replay_killed_after_it_took_over_is_done(service, replays):
    version = replays.active()
    with Holder(service, TABLE):
        process = service.command("replay", "current")
        wait_for(lambda: replays.active() == version + 1, 120, "the replay took over", 0.02)
        kill(process)
        replays.all_is_well("killed after")
    status, output = service.run("replay", "current")
    replays.check("killed after: the next begins anew", status == 0 and "going on" not in output, output)
    left = service.sql("select count(*) from projections where name = 'current'", "waybill")
    replays.check("killed after: what was replaced is dropped", left == "1", left)
    replays.all_is_well("cleaned up")


def test_a_stopped_replay_lets_the_log_head_go(service, replays):
    """SIGSTOP comes while the replay holds the head: PostgreSQL ends its transaction after two seconds."""
    version = replays.active()
    holder = Holder(service, ACTIVE)
    process = service.command("replay", "current")
    replays.blocked(process, "update projection_active")
    process.send_signal(signal.SIGSTOP)
    with holder:
        pass
    answer = replays.backend.insist("POST", "/v1/orders", order(number="while stopped"), seconds=30)
    replays.check("a stopped replay lets the head go", answer.status == 201, answer)
    replays.check("a stopped replay has not taken over", replays.active() == version)
    process.send_signal(signal.SIGCONT)
    output, _ = process.communicate(timeout=60)
    replays.check("it says so when it wakes", process.returncode == 1, output)
    replays.all_is_well("stopped")
    status, output = service.run("replay", "--discard", "current")
    replays.check("what it has built can be dropped", status == 0, output)


def test_a_replay_on_a_full_disk_changes_nothing(service, replays):
    version = replays.active()
    place = os.path.join(service.root, f"small-{uuid.uuid4().hex[:8]}")
    os.mkdir(place)
    mounted = (
        os.getuid() == 0
        and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", place], capture_output=True).returncode
        == 0
    )
    if not mounted:
        replays.check.note("full disk: skipped, since nothing can be mounted here")
        return
    try:
        owner = os.stat(service.cluster())
        os.chown(place, owner.st_uid, owner.st_gid)
        service.sql(f"create tablespace small location '{place}'")
        service.sql("grant create on tablespace small to public")
        service.sql("alter database waybill set default_tablespace = small")
        status, output = service.run("replay", "current")
        replays.check("full disk: the replay says so", status == 1 and "disk is full" in output, output)
        service.sql("alter database waybill reset default_tablespace")
        replays.check("full disk: nothing took over", replays.active() == version)
        replays.all_is_well("full disk")
        status, output = service.run("replay", "--discard", "current")
        replays.check("full disk: what was built can be dropped", status == 0, output)
        service.sql("drop tablespace small")
        status, output = service.run("replay", "current")
        replays.check("full disk: with room it takes over", status == 0 and replays.active() > version, output)
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_replay_runs_with_and_without_a_service(service, replays):
    service.terminate()
    status, output = service.run("replay", "orders")
    replays.check("replay without a service", status == 0 and "is served" in output, output)
    status, output = service.run("verify", "orders", "--sample", "5%")
    replays.check("verify without a service", status == 0 and "no difference" in output, output)
    status, output = service.run("replay", "nothing")
    replays.check("an unknown projection is a usage error", status == 64 and "there is no projection" in output, output)
    service.start()
    replays.all_is_well("started again")
    position = replays.backend.insist("GET", "/v1/orders?limit=1").json["position"]
    answer = replays.operator.insist("POST", "/v1/projections/orders/replay")
    replays.check("a replay can be started over HTTP", answer.status == 202, answer)
    wait_for(
        lambda: not any("replay" in p for p in replays.operator.insist("GET", "/v1/projections").json["projections"]),
        60,
        "it has ended",
    )
    listed = replays.backend.insist("GET", f"/v1/orders?limit=1&min_position={position}")
    replays.check("and the list goes on", listed.status == 200 and listed.json["orders"], listed)
    answer = replays.operator.insist("DELETE", "/v1/projections/orders/replay")
    replays.check("there is nothing left to cancel", answer.status == 204, answer)


def test_an_unknown_event_type_is_named(service, replays):
    """A newer version might write such an event. This is the last test, since no replay can succeed after it."""
    placed = replays.backend.insist("POST", "/v1/orders", order(number="future")).json
    service.sql(
        f"""begin;
        select seq from log_head for update;
        insert into events (seq, occurred_at, recorded_at, order_id, version, schema, number, shop, customer, type,
            status_before, status, data, internal, actor, command_id)
        select (select seq + 1 from log_head), occurred_at, (select recorded_at from log_head), order_id, 2, 1, number,
            shop, customer, 'OrderTeleported', status, status, '{{}}', '{{}}', actor, 'x'
        from events where order_id = '{placed["orderId"]}';
        update log_head set seq = seq + 1;
        commit;""",
        "waybill",
    )
    version = replays.active()
    for name in ("current", "orders"):
        status, output = service.run("replay", name)
        replays.check(
            f"unknown event type: replay of {name} says so",
            status == 1 and "knows no event type “OrderTeleported”" in output,
            output,
        )
    replays.check("unknown event type: nothing took over", replays.active() == version)
    status, output = service.run("verify", "current")
    lines = [line for line in output.splitlines() if "OrderTeleported" in line]
    replays.check(
        "unknown event type: verify names it and nothing else",
        status == 1 and len(lines) == 1 and "1 difference" in output,
        output,
    )
    wait_for(
        lambda: (
            [
                p["state"]
                for p in replays.operator.insist("GET", "/v1/projections").json["projections"]
                if p["name"] == "orders" and p["state"] != "building"
            ]
            == ["failed"]
        ),
        30,
        "the projector says so",
    )
    with open(service.process.log_path, encoding="utf-8", errors="replace") as file:
        log = file.read()
    replays.check("unknown event type: the projector's log names it", "OrderTeleported" in log)
    answer = replays.backend.insist("GET", f"/v1/orders/{placed['orderId']}")
    replays.check("unknown event type: the order is served as it was", answer.json.get("version") == 1, answer)
    events = replays.backend.insist("GET", f"/v1/orders/{placed['orderId']}/events").json["events"]
    replays.check(
        "unknown event type: its history has the event",
        [e["type"] for e in events][-1] == "OrderTeleported",
        json.dumps(events)[-300:],
    )
    other = replays.backend.insist("POST", "/v1/orders", order(number="after the future"))
    replays.check("unknown event type: other orders go on", other.status == 201, other)
