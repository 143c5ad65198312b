"""Commands wait a moment at most for what is not the disk: a dump, another session's locks."""

import time

from support.frozen import Frozen, backends
from support.lock_holder import Holder
from support.placing import Placing


def test_a_dump_across_midnight_stops_no_command(bench, check):
    service = bench.service
    # The day changes: the partitions of the days ahead are missing, and a start looks for them at once.
    names = service.sql(
        "select inhrelid::regclass from pg_inherits where inhparent = 'commands'::regclass "
        "and inhrelid::regclass::text > 'commands_' || to_char(now() at time zone 'UTC', 'YYYYMMDD') "
        "and inhrelid::regclass::text <> 'commands_default'",
        "waybill",
    ).split()
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
