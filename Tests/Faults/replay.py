"""Replays that are killed before, in and after they take over, met by others, stopped, and out of space."""
import json
import os
import signal
import subprocess
import uuid

from client import Client
from orders import SHOPS, journey, order
from waiting import wait_for

NAMES = ("current", "orders", "stats")
COPIES = 12


class Holder:
    """A session that holds what its statements lock, until it is let go."""

    def __init__(self, service, *statements):
        command, options = service.psql("waybill")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
        self.process.stdin.write("begin;\n" + "".join(f"{line};\n" for line in statements) + "\\echo held\n")
        self.process.stdin.flush()
        while (line := self.process.stdout.readline()) != "held\n":
            if not line:
                raise RuntimeError(f"the holder ended: {statements}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate("rollback;\n", timeout=30)


HEAD = "select seq from log_head for update"
ACTIVE = "select version from projection_active where name = 'current' for update"
TABLE = "lock table order_states in access share mode"


def run(service, group, scale):
    service.start()
    checks = Checks(service, group)
    fill(service, checks)
    killed_before(service, checks)
    killed_within(service, checks)
    killed_after(service, checks)
    stopped(service, checks)
    full_disk(service, checks)
    without_service(service, checks)
    unknown_type(service, checks)


class Checks:
    def __init__(self, service, group):
        self.service, self.group = service, group
        self.check = group.check
        self.backend = Client(service.port, service.token("backend", ",".join(SHOPS)))
        self.operator = Client(service.port, service.token("operator", "*"))

    def all_is_well(self, when):
        """What is served is right: commands go on, reads agree with them, and `verify` finds nothing."""
        placed = self.backend.insist("POST", "/v1/orders", order(number=when[:30]))
        self.check(f"{when}: an order can be placed", placed.status == 201, placed)
        path = f"/v1/orders/{placed.json['orderId']}"
        self.check(f"{when}: and be read", self.backend.insist("GET", path).json.get("version") == 1)
        listed = self.backend.insist("GET", f"/v1/orders?min_position={placed.json['position']}&limit=1")
        self.check(f"{when}: and is in the list", listed.json["orders"][0]["orderId"] == placed.json["orderId"], listed)
        status, output = self.service.run("verify")
        self.check(f"{when}: verify is clean", status == 0 and output.count("no difference") == 3, output)

    def active(self, name="current"):
        return int(self.service.sql(f"select version from projection_active where name = '{name}'", "waybill"))

    def blocked(self, process, statement):
        """Waits until a statement of the replay waits for a lock."""
        def waits():
            if process.poll() is not None:
                raise RuntimeError(f"the replay ended: {process.stdout.read()}")
            return self.service.sql(
                "select 1 from pg_stat_activity where application_name = 'waybill replay' and wait_event_type = 'Lock'"
                f" and query like '{statement}%'", "waybill")
        wait_for(waits, 120, f"the replay waits: {statement}", 0.02)


def fill(service, checks):
    """Some orders by the API, and copies of their events, so that a replay has something to do."""
    for index in range(40):
        for key, path, body in journey(index, "replay"):
            answer = checks.backend.insist("POST", path, body, {"Idempotency-Key": key})
            if answer.status >= 300:
                raise RuntimeError(f"{path}: {answer}")
    columns = ("occurred_at, recorded_at, version, schema, number, shop, customer, type, status_before, status, data, "
               "internal, actor, command_id, correlation_id, causation_id")
    service.sql(
        f"""do $$
        declare head bigint := (select seq from log_head for update);
        begin
            insert into events (seq, order_id, {columns})
            select e.seq + head * n, md5(e.order_id::text || n)::uuid,
                {columns.replace('recorded_at', '(select recorded_at from log_head)')}
            from events e, generate_series(1, {COPIES}) n;
            update log_head set seq = head * ({COPIES} + 1);
        end $$""", "waybill")
    status, output = service.run("verify", "current")
    checks.check("verify finds orders that have no state", status == 1 and "stored nothing, expected" in output,
                 output[-500:])
    status, output = service.run("replay")
    checks.check("replay rebuilds everything", status == 0 and output.count("is served") == 3, output)
    checks.all_is_well("rebuilt")


def kill(process):
    process.send_signal(signal.SIGKILL)
    return process.wait(10)


def killed_before(service, checks):
    version = checks.active()
    with Holder(service, HEAD):
        process = service.command("replay", "current")
        checks.blocked(process, "select seq from log_head for update")
        status, output = service.run("replay", "current")
        checks.check("a second replay says so and ends with 1", status == 1 and "under way already" in output, output)
        answer = checks.operator.insist("POST", "/v1/projections/current/replay")
        checks.check("over HTTP it is 409", (answer.status, answer.json.get("code")) == (409, "replayUnderWay"), answer)
        listed = checks.operator.insist("GET", "/v1/projections").json["projections"]
        states = [p["replay"]["state"] for p in listed if "replay" in p]
        checks.check("the replay under way is listed", states == ["running"], listed)
        kill(process)
    checks.check("killed before: nothing took over", checks.active() == version)
    checks.all_is_well("killed before")
    status, output = service.run("replay", "current")
    checks.check("killed before: the next goes on there", status == 0 and "going on after event" in output, output)
    checks.check("killed before: and takes over", checks.active() == version + 1)


def killed_within(service, checks):
    version = checks.active()
    with Holder(service, ACTIVE):
        process = service.command("replay", "current")
        checks.blocked(process, "update projection_active")
        kill(process)
    checks.check("killed within: nothing took over", checks.active() == version)
    checks.all_is_well("killed within")
    status, output = service.run("replay", "current")
    checks.check("killed within: the next goes on there", status == 0 and "going on after event" in output, output)
    checks.all_is_well("after the next")


def killed_after(service, checks):
    version = checks.active()
    with Holder(service, TABLE):
        process = service.command("replay", "current")
        wait_for(lambda: checks.active() == version + 1, 120, "the replay took over", 0.02)
        kill(process)
        checks.all_is_well("killed after")
    status, output = service.run("replay", "current")
    checks.check("killed after: the next begins anew", status == 0 and "going on" not in output, output)
    left = service.sql("select count(*) from projections where name = 'current'", "waybill")
    checks.check("killed after: what was replaced is dropped", left == "1", left)
    checks.all_is_well("cleaned up")


def stopped(service, checks):
    """SIGSTOP while the head is held: PostgreSQL ends the transaction after two seconds, and the others go on."""
    version = checks.active()
    holder = Holder(service, ACTIVE)
    process = service.command("replay", "current")
    checks.blocked(process, "update projection_active")
    process.send_signal(signal.SIGSTOP)
    with holder:
        pass
    answer = checks.backend.insist("POST", "/v1/orders", order(number="while stopped"), seconds=30)
    checks.check("a stopped replay lets the head go", answer.status == 201, answer)
    checks.check("a stopped replay has not taken over", checks.active() == version)
    process.send_signal(signal.SIGCONT)
    output, _ = process.communicate(timeout=60)
    checks.check("it says so when it wakes", process.returncode == 1, output)
    checks.all_is_well("stopped")
    status, output = service.run("replay", "--discard", "current")
    checks.check("what it has built can be dropped", status == 0, output)


def full_disk(service, checks):
    version = checks.active()
    place = os.path.join(service.root, f"small-{uuid.uuid4().hex[:8]}")
    os.mkdir(place)
    mounted = os.getuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", place], capture_output=True).returncode == 0
    if not mounted:
        checks.group.note("full disk: skipped, since nothing can be mounted here")
        return
    try:
        owner = os.stat(service.cluster())
        os.chown(place, owner.st_uid, owner.st_gid)
        service.sql(f"create tablespace small location '{place}'")
        service.sql("grant create on tablespace small to public")
        service.sql("alter database waybill set default_tablespace = small")
        status, output = service.run("replay", "current")
        checks.check("full disk: the replay says so", status == 1 and "[53100]" in output, output)
        service.sql("alter database waybill reset default_tablespace")
        checks.check("full disk: nothing took over", checks.active() == version)
        checks.all_is_well("full disk")
        status, output = service.run("replay", "--discard", "current")
        checks.check("full disk: what was built can be dropped", status == 0, output)
        service.sql("drop tablespace small")
        status, output = service.run("replay", "current")
        checks.check("full disk: with room it takes over", status == 0 and checks.active() > version, output)
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def without_service(service, checks):
    service.terminate()
    status, output = service.run("replay", "orders")
    checks.check("replay without a service", status == 0 and "is served" in output, output)
    status, output = service.run("verify", "orders", "--sample", "5%")
    checks.check("verify without a service", status == 0 and "no difference" in output, output)
    status, output = service.run("replay", "nothing")
    checks.check("an unknown projection is a usage error", status == 64 and "there is no projection" in output, output)
    service.start()
    checks.all_is_well("started again")
    position = checks.backend.insist("GET", "/v1/orders?limit=1").json["position"]
    answer = checks.operator.insist("POST", "/v1/projections/orders/replay")
    checks.check("a replay can be started over HTTP", answer.status == 202, answer)
    wait_for(lambda: not any("replay" in p for p in checks.operator.insist("GET", "/v1/projections").json["projections"]),
             60, "it has ended")
    listed = checks.backend.insist("GET", f"/v1/orders?limit=1&min_position={position}")
    checks.check("and the list goes on", listed.status == 200 and listed.json["orders"], listed)
    answer = checks.operator.insist("DELETE", "/v1/projections/orders/replay")
    checks.check("there is nothing left to cancel", answer.status == 204, answer)


def unknown_type(service, checks):
    """As if a newer version had written to the log. The last test: this version cannot read that order any more."""
    placed = checks.backend.insist("POST", "/v1/orders", order(number="future")).json
    service.sql(
        f"""begin;
        select seq from log_head for update;
        insert into events (seq, occurred_at, recorded_at, order_id, version, schema, number, shop, customer, type,
            status_before, status, data, internal, actor, command_id)
        select (select seq + 1 from log_head), occurred_at, (select recorded_at from log_head), order_id, 2, 1, number, shop,
            customer, 'OrderTeleported', status, status, '{{}}', '{{}}', actor, 'x'
        from events where order_id = '{placed["orderId"]}';
        update log_head set seq = seq + 1;
        commit;""", "waybill")
    version = checks.active()
    for name in ("current", "orders"):
        status, output = service.run("replay", name)
        checks.check(f"unknown event type: replay of {name} says so",
                     status == 1 and "knows no event type “OrderTeleported”" in output, output)
    checks.check("unknown event type: nothing took over", checks.active() == version)
    status, output = service.run("verify", "current")
    lines = [line for line in output.splitlines() if "OrderTeleported" in line]
    checks.check("unknown event type: verify names it and nothing else", status == 1 and len(lines) == 1
                 and "1 differences" in output, output)
    wait_for(lambda: [p["state"] for p in checks.operator.insist("GET", "/v1/projections").json["projections"]
                      if p["name"] == "orders" and p["state"] != "building"] == ["failed"], 30, "the projector says so")
    with open(service.process.log_path, encoding="utf-8", errors="replace") as file:
        log = file.read()
    checks.check("unknown event type: the projector's log names it", "OrderTeleported" in log)
    answer = checks.backend.insist("GET", f"/v1/orders/{placed['orderId']}")
    checks.check("unknown event type: the order is served as it was", answer.json.get("version") == 1, answer)
    events = checks.backend.insist("GET", f"/v1/orders/{placed['orderId']}/events").json["events"]
    checks.check("unknown event type: its history has the event", [e["type"] for e in events][-1] == "OrderTeleported",
                 json.dumps(events)[-300:])
    other = checks.backend.insist("POST", "/v1/orders", order(number="after the future"))
    checks.check("unknown event type: other orders go on", other.status == 201, other)
