"""A failover that leaves the old primary running: open connections to it are left once the new one is known."""

import json
import os

from support.client import Client, epoch, read_log
from support.commands import Commands
from support.edges import Edge
from support.external import closing, replicated_pair
from support.orders import order
from support.postgres_server import Server
from support.shop import Shop
from support.waiting import wait_for

COUNT = "select count(*) from events"


def test_connections_to_the_old_primary_are_left(service, check):
    with replicated_pair(service) as (old, new, address):
        fails_over(service, check, old, new, address)
        leads_back(service, check, old, new, address)


def fails_over(service, check, old, new, address):
    staff, shop = service.token("staff", "*"), Shop(service)
    kept = [shop.place(f"KEPT-{n}")["position"] for n in range(3)]
    wait_for(lambda: new.sql(COUNT, "waybill") == "3", 30, "the standby has followed")
    new.sql("select pg_promote()")
    wait_for(lambda: new.sql("select pg_is_in_recovery()") == "f", 30, "the standby is promoted")
    address.redirect(new.port)
    # The service does not know yet, and neither does the old primary.
    lost = shop.place("LOST")["position"]
    check("until then the old primary is written to", old.sql(COUNT, "waybill") == "4", lost)
    tail = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'waybill tail'"
    old.sql(tail)
    wait_for(lambda: new.sql("select count(*) from log_epochs", "waybill") == "2", 30, "the tail has connected anew")

    log = [json.loads(line)["position"] for line in read_log(service.port, staff)]
    check("a page comes from the new primary", log == kept, log)
    placed = [shop.place(f"NEW-{n}")["position"] for n in range(3)]
    check("commands get its epoch", {epoch(p) for p in placed}.isdisjoint({epoch(kept[0])}), placed)
    counts = old.sql(COUNT, "waybill"), new.sql(COUNT, "waybill")
    check("the old primary is written to no more", counts == ("4", "6"), counts)
    log = [json.loads(line)["position"] for line in read_log(service.port, staff)]
    check("all pages are those of the new primary", log == kept + placed, log)
    listed = shop.client.insist("GET", f"/v1/orders?min_position={placed[-1]}").json
    numbers = [order["number"] for order in listed["orders"]]
    check("so is the list", sorted(numbers) == sorted([f"{k}-{n}" for k in ("KEPT", "NEW") for n in range(3)]), numbers)


def leads_back(service, check, old, new, address):
    """The address leads to the old primary again, which then is even started anew."""
    counts = [server.sql(COUNT, "waybill") for server in (old, new)]
    led = leaderships(service)
    leaves(service, new, address, old)
    refused(service, check, "the old primary")
    metrics = Client(service.port, service.token("operator", "*")).insist("GET", "/metrics").body.decode()
    check("a metric gives the reason", 'waybill_unready{reason="formerServer"} 1\n' in metrics)
    check("another counts", "\nwaybill_former_server_connections_total 0\n" not in metrics)
    old.stop()
    old.start()
    refused(service, check, "the old primary, started anew")
    check("it opens no epoch there", old.sql("select count(*) from log_epochs", "waybill") == "1")
    check("nobody leads there", leaderships(service) == led, f"{led}, then {leaderships(service)}")
    now = [server.sql(COUNT, "waybill") for server in (old, new)]
    check("nothing is written to either", now == counts, (counts, now))
    address.switch(new.port)
    wait_for(service.is_ready, 30, "ready again by itself")
    placed = Shop(service).place("BACK")["position"]
    check("commands go to the present server", placed[:8] == epoch_of(new), placed)


def test_a_restart_does_not_join_the_old_primary(service, check, tmp_path):
    """After a failover without fencing, both primaries are hosts of the URL, and the old one is the first."""
    old, new = (Server(os.path.join(service.root, name)) for name in ("first", "second"))
    with closing(service, old, new):
        old.make().start().sql("create database waybill")
        new.follow(old).start()
        hosts = f"postgresql://postgres@127.0.0.1:{old.port},127.0.0.1:{new.port}/waybill?connect_timeout=3"
        service.options = ["--database-url", f"{hosts}&target_session_attrs=read-write"]
        service.start()
        kept = Shop(service).place("KEPT")["position"]
        wait_for(lambda: new.sql(COUNT, "waybill") == "1", 30, "the standby has followed")
        old.kill()
        new.sql("select pg_promote()")
        wait_for(service.is_ready, 30, "ready on the new primary")
        service.terminate(15)
        old.start()

        service.start()
        placed = Shop(service).place("NEW")["position"]
        counts = old.sql(COUNT, "waybill"), new.sql(COUNT, "waybill")
        check("a restarted server writes to the new primary", counts == ("1", "2"), counts)
        check("and opens no epoch on the old one", old.sql("select count(*) from log_epochs", "waybill") == "1")
        told = service.log_tail(1_000_000)
        check("its log tells once", told.count("two primaries of one cluster") == 1, told)
        edge = Edge(service, hosts)
        edge.start()
        log = [json.loads(line)["position"] for line in read_log(edge.port, service.token("staff", "*"))]
        check("an edge that starts reads the new primary", log == [kept, placed], log)
        edge.close()
        status, output = doctor(service, tmp_path)
        check("the doctor fails", status == 1 and "two primaries of one cluster" in output, output)
        advice = f"stop 127.0.0.1:{old.port}, which another has replaced"
        check("and names the old primary", advice in output, output)
        service.terminate(15)
        new.kill()
        refuses_two_alike(service, check, old)


def refuses_two_alike(service, check, old):
    """A copy of the old primary on its own timeline: nothing tells which of the two is meant."""
    copy = Server(os.path.join(service.root, "copy"))
    with closing(service, copy):
        copy.copy(old).start()
        both = f"postgresql://postgres@127.0.0.1:{old.port},127.0.0.1:{copy.port}/waybill"
        status, output = service.fails_to_serve("--database-url", both)
        check("two that cannot be told apart: no start", status == 1, output)
        check("with what to do", "stop the one that is not meant, or take it out of the database URL" in output, output)


def doctor(service, folder):
    done = Commands(service.binary, folder).run("doctor", *service.options, "--data-dir", service.data_dir)
    return done.returncode, done.stdout


def leaderships(service):
    """The number of times that the service has begun to lead."""
    with open(service.process.log_path, encoding="utf-8") as log:
        return log.read().count("this process leads now")


def leaves(service, server, address, other):
    """Lets the address lead to another server, and ends the service's sessions on this one."""
    address.redirect(other.port)
    server.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'waybill%'")


def refused(service, check, name):
    client = Client(service.port)
    wait_for(
        lambda: "former server" in client.request("GET", "/readyz").json.get("detail", ""), 10, f"{name} is told apart"
    )
    shop = Client(service.port, service.token("backend", "aurora"))
    answer = shop.request("POST", "/v1/orders", order(number="REFUSED"), timeout=30)
    check(f"{name}: a command is told to come back", answer.status == 503 and "retry-after" in answer.headers, answer)


def epoch_of(server):
    return server.sql("select epoch from log_epochs order by ordinal desc limit 1", "waybill")
