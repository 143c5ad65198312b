"""Commands wait a moment at most for what is not the disk: a dump, another session's locks."""

import os
import time

import pytest

from support.client import Client
from support.frozen import Frozen, backends
from support.lock_holder import Holder
from support.placing import Placing
from support.postgres_server import Server
from support.service import Service
from support.waiting import wait_for


def test_a_dump_across_midnight_stops_no_command(bench, check):
    service = bench.service
    # The day changes: the partitions of the days ahead are missing, and a start looks for them at once.
    ahead = (
        "select inhrelid::regclass from pg_inherits where inhparent = 'commands'::regclass "
        "and inhrelid::regclass::text > 'commands_' || to_char(now() at time zone 'UTC', 'YYYYMMDD') "
        "and inhrelid::regclass::text <> 'commands_default'"
    )
    # They are made after the start.
    wait_for(lambda: len(service.sql(ahead, "waybill").split()) >= 7, 30, "partitions are made days ahead")
    names = service.sql(ahead, "waybill").split()
    check("partitions are made days ahead", len(names) >= 7, names)
    service.terminate()
    service.start()
    for name in names:
        service.sql(f"drop table {name}", "waybill")
    with Holder(service, "lock table commands in access share mode"):
        service.kill()
        service.start()
        with Placing(service) as placing:
            time.sleep(8)
        check("every command is accepted", {status for status, _ in placing.answers} == {201}, placing.answers[-3:])
        check("none waits for 2 s", placing.longest < 2, placing.longest)
        check.note(f"{len(placing.answers)} commands, the longest wait {placing.longest:.2f} s")


def test_a_locked_head_answers_soon(bench, check):
    service = bench.service
    with Holder(service, "select seq from log_head for update"):
        with Placing(service) as placing:
            time.sleep(7)
        check("every command is told to come back", {status for status, _ in placing.answers} == {503}, placing.answers)
        check("within 3 s", placing.longest < 3, placing.longest)
    with Placing(service) as placing:
        time.sleep(1)
    check("commands are taken again", placing.answers[-1][0] == 201, placing.answers[-3:])


def test_a_frozen_appender_is_replaced(bench, check):
    service = bench.service
    # An appender that is idle, and so does not hold the head.
    time.sleep(2)
    frozen = backends(service, "waybill appender")
    check("there is an appender", frozen, frozen)
    with Frozen(frozen):
        with Placing(service) as placing:
            time.sleep(5)
        check("no command waits for 3 s", placing.longest < 3, placing.longest)
        check("commands are accepted meanwhile", placing.answers[-1][0] == 201, placing.answers[-3:])


HOLD = ("set application_name = 'waybill appender'", "select seq from log_head for update")


def holder_of(sql):
    """The process of a session that does as `HOLD` says."""
    # A batch of the service locks the head by another statement.
    held = f"select pid from pg_stat_activity where state = 'idle in transaction' and query like '{HOLD[1]}%'"
    return int(wait_for(lambda: sql(held), 10, "the head is held"))


@pytest.mark.parametrize("whose", ["another process's", "its own"])
def test_a_frozen_process_that_holds_the_head_is_let_go(bench, check, whose):
    service = bench.service

    def sql(statement):
        return service.sql(statement, "waybill")

    if whose == "its own":
        # The batch waits in the database long enough to be caught with the head locked.
        sql(
            "create function dawdle() returns trigger language plpgsql as 'begin perform pg_sleep(1); return null; end'"
        )
        sql("create trigger dawdle before insert on events execute function dawdle()")
    holder = Holder(service, *HOLD) if whose != "its own" else None
    try:
        with Placing(service) as placing:
            if holder:
                frozen = holder_of(sql)
            else:
                dawdling = "select pid from pg_stat_activity where wait_event = 'PgSleep'"
                frozen = int(wait_for(lambda: sql(dawdling), 10, "a batch dawdles"))
            with Frozen([frozen]):
                count, began = len(placing.answers), time.monotonic()
                wait_for(
                    lambda: any(status == 201 for status, _ in placing.answers[count:]), 15, "commands are taken again"
                )
                check.note(f"{whose}: commands went on {time.monotonic() - began:.1f} s after the freeze")
                check(f"{whose}: the frozen process has ended", not os.path.exists(f"/proc/{frozen}"))
    finally:
        if holder:
            holder.process.kill()
            holder.process.wait(10)
        else:
            sql("drop trigger dawdle on events")
            sql("drop function dawdle")
    # Also a command whose commit was sent: a repetition learns its outcome.
    check(f"{whose}: no command waits for 4 s", placing.longest < 4, placing.longest)
    check(f"{whose}: each is answered", {status for status, _ in placing.answers} <= {201, 503}, placing.answers[-3:])


def test_a_frozen_process_of_another_server_is_named(binary, check):
    service = Service(binary)
    server = Server(os.path.join(service.root, "server")).make().start()
    try:
        server.sql("create database waybill")
        service.options = ["--database-url", f"postgresql://postgres@127.0.0.1:{server.port}/waybill"]
        service.start()
        with Placing(service) as placing, server.session("waybill", "begin", *HOLD):
            frozen = holder_of(lambda statement: server.sql(statement, "waybill"))
            with Frozen([frozen]):
                wait_for(lambda: f"kill -CONT {frozen}" in service.log_tail(20000), 15, "the log names the process")
                client = Client(service.port, service.token("operator", "*"))
                detail = wait_for(lambda: client.request("GET", "/readyz").json.get("detail"), 5, "/readyz is 503")
                check("/readyz gives the reason", "frozen process" in detail, detail)
                metrics = client.insist("GET", "/metrics").body.decode()
                check("so does a metric", 'waybill_unready{reason="frozenProcess"} 1\n' in metrics)
            wait_for(service.is_ready, 10, "ready again by itself")
            began = time.monotonic()
            count = len(placing.answers)
            wait_for(lambda: any(status == 201 for status, _ in placing.answers[count:]), 10, "commands go on")
            check.note(f"commands went on {time.monotonic() - began:.1f} s after the process ran again")
        check("no command waits for 4 s", placing.longest < 4, placing.longest)
    finally:
        service.close()
        server.close()
