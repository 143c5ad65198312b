"""A failover that leaves the old primary running: open connections to it are left once the new one is known."""

import json

from support.client import epoch, read_log
from support.external import replicated_pair
from support.shop import Shop
from support.waiting import wait_for

COUNT = "select count(*) from events"


def test_connections_to_the_old_primary_are_left(service, check):
    with replicated_pair(service) as (old, new, address):
        fails_over(service, check, old, new, address)


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
