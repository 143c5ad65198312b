"""`/readyz` tells the truth: 503 with the reason while commands or reads fail, and 200 by itself once they work."""

import contextlib
import os
import threading
import time

from support.client import Client
from support.frozen import Frozen, backends
from support.lock_holder import Holder
from support.orders import order
from support.postgres_server import Server
from support.preload import HeldSync
from support.service import Service
from support.shop import Shop
from support.waiting import Overdue, wait_for


def probe(service):
    """Status and detail of one probe."""
    client = Client(service.port)
    try:
        answer = client.request("GET", "/readyz", timeout=5)
        return answer.status, answer.json.get("detail", "")
    finally:
        client.close()


def turns(service, check, situation, status, words="", seconds=3.5):
    """Checks that the probe gives this status in time."""
    began = time.monotonic()

    def seen():
        found = probe(service)
        return found if found[0] == status and words in found[1] else None

    try:
        wait_for(seen, seconds, f"{status} of /readyz")
        check(f"{situation}: /readyz turns to {status} within {seconds} s", True)
        check.note(f"{situation}: {status} after {time.monotonic() - began:.1f} s, {probe(service)[1]}")
    except Overdue:
        check(f"{situation}: /readyz turns to {status} within {seconds} s", False, probe(service))


def test_a_read_only_database_is_not_ready(bench, check):
    service = bench.service
    service.sql("alter system set default_transaction_read_only = on")
    try:
        service.sql("select pg_reload_conf()")
        turns(service, check, "read-only", 503, "read-only")
    finally:
        service.sql("alter system reset default_transaction_read_only")
        service.sql("select pg_reload_conf()")
    turns(service, check, "writable again", 200, seconds=6)


def test_a_locked_head_is_not_ready(bench, check):
    service = bench.service
    turns(service, check, "at first", 200, seconds=10)
    with Holder(service, "select seq from log_head for update"):
        turns(service, check, "head locked", 503, "locked")
    turns(service, check, "head free", 200, seconds=6)


def test_frozen_processes_are_not_ready(bench, check):
    service = bench.service
    turns(service, check, "at first", 200, seconds=10)
    with Frozen(backends(service, "waybill")):
        turns(service, check, "all frozen", 503)
        turns(service, check, "all frozen but replaced", 200, seconds=15)
        check("and commands are taken", Shop(service).place("AFTER")["version"] == 1)
    turns(service, check, "running again", 200, seconds=6)


@contextlib.contextmanager
def reading(service, path, count):
    """Several clients that read one page again and again; gives the list of their answers."""
    ends, answers, token = threading.Event(), [], service.token("staff", "*")

    def read():
        client = Client(service.port, token)
        while not ends.is_set():
            began = time.monotonic()
            answers.append((client.request("GET", path, timeout=60).status, time.monotonic() - began))

    threads = [threading.Thread(target=read, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        ends.set()
        for thread in threads:
            thread.join(30)


def seen_for(service, seconds):
    """All different answers of the probe for so long."""
    end, seen = time.monotonic() + seconds, set()
    while time.monotonic() < end:
        seen.add(probe(service))
        time.sleep(0.05)
    return seen


def test_slow_lists_of_some_leave_the_service_ready(bench, check):
    service = bench.service
    turns(service, check, "at first", 200, seconds=10)
    with reading(service, "/v1/orders", 9), Holder(service, "lock table order_list_keys"):
        seen = seen_for(service, 6)
    check("ready while nine lists wait", {status for status, _ in seen} == {200}, seen)


def test_lists_that_are_not_answered_are_not_ready(bench, check):
    service = bench.service
    turns(service, check, "before the lock", 200, seconds=10)
    with reading(service, "/v1/orders", 3) as answers:
        with Holder(service, "lock table order_list_keys"):
            turns(service, check, "lists without an answer", 503, "reads", seconds=13)
            check.note(f"the lists' answers: {answers[-3:]}")
        turns(service, check, "lists are answered", 200, seconds=6)


def test_a_replaced_tail_leaves_the_service_ready(bench, check):
    service = bench.service
    turns(service, check, "before the tail is lost", 200, seconds=10)
    seen = set()
    for _ in range(5):
        service.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'waybill tail'")
        seen |= seen_for(service, 0.4)
    check("ready all the time", {status for status, _ in seen} == {200}, seen)


def test_a_full_disk_is_told_without_temporary_tables(bench, check):
    """A trigger takes the place of the full disk, and the writer may make no temporary tables."""
    service = bench.service
    turns(service, check, "before the disk is full", 200, seconds=10)

    def sql(statement):
        return service.sql(statement, "waybill")

    def place():
        headers = {"Idempotency-Key": "full"}
        return client.request("POST", "/v1/orders", order(number="FULL"), headers, timeout=20)

    sql("revoke temporary on database waybill from public")
    sql(
        "create function fill() returns trigger language plpgsql as "
        "$$ begin raise 'no room' using errcode = 'disk_full'; end $$"
    )
    sql("create trigger fill before insert on events for each row execute function fill()")
    client = Client(service.port, service.token("backend", "aurora"))
    try:
        refused = place()
        check("the command is told to come back", refused.status == 503, refused)
        turns(service, check, "full", 503, "no room")
        seen = seen_for(service, 6)
        check("not ready all the time", {status for status, _ in seen} == {503}, seen)
    finally:
        sql("drop trigger fill on events")
        sql("drop function fill")
        sql("grant temporary on database waybill to public")
    turns(service, check, "room again", 200, seconds=6)
    accepted = place()
    check("the command is taken then", accepted.status == 201, accepted)


def test_a_disk_that_hangs_is_named(binary, check):
    """No commands come: the probe alone meets the disk, and then its own session that waits for it."""
    service = Service(binary)
    sync = HeldSync(service.root)
    server = Server(os.path.join(service.root, "server"), environment=sync.environment).make().start()
    try:
        server.sql("create database waybill")
        service.options = ["--database-url", server.url("waybill")]
        service.start()
        # The partitions of commands are made after the start; a hanging commit of theirs would lock the table.
        partitions = "select count(*) >= 9 from pg_inherits where inhparent = 'commands'::regclass"
        wait_for(lambda: server.sql(partitions, "waybill") == "t", 20, "the partitions are made")
        with sync.held():
            turns(service, check, "hanging", 503, "complete commits")
            seen = seen_for(service, 8)
            check("this is the reason all the time", all("complete commits" in detail for _, detail in seen), seen)
        turns(service, check, "no longer hanging", 200, seconds=10)
    finally:
        service.close()
        server.close()
