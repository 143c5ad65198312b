"""`waybill verify log`: what a damaged database makes of the log is said, line by line, in little memory."""

import os

import pytest

from support import many_orders
from support.many_orders import dispatched

DISARM = "alter table events disable trigger events_append_only"
DAMAGES = {
    "a hole": ("delete from events where seq = 2", "log: position 2: stored nothing, expected an event"),
    "a head before the last event": ("update log_head set seq = seq - 1", "log: head: stored "),
    "a status that was never announced": (
        "update events set status = 'cancelled' where seq = 1",
        "event 1 status: stored cancelled, expected ",
    ),
    "a command id without its events": (
        "update commands set command_id = 'other' where first_seq = 1",
        "command other of aurora event 1: stored 0 of the command, expected 1",
    ),
    "a command id that was accepted twice": (
        "insert into commands select * from commands where first_seq = 3",
        "stored accepted 2 times, expected once",
    ),
}


@pytest.fixture(scope="module")
def order_of_four_events(bench):
    return dispatched(bench)


def test_the_log_of_a_service_is_right(bench, order_of_four_events):
    status, output = bench.service.run("verify", "log")
    bench.check("no difference", status == 0 and output.strip().endswith("no difference"), output)
    status, output = bench.service.run("verify", "log", "--sample", "5%")
    bench.check("a sample of the log is refused", status == 64 and "leave --sample out" in output, output)


def test_memory_does_not_grow_with_the_log(bench, order_of_four_events):
    peaks = []
    for count in (2_000, 20_000):
        many_orders.fill(bench.service, "waybill", count, first=1 + sum(peak[0] for peak in peaks))
        process = bench.service.command("verify", "log")
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        bench.check(f"{count} more orders have no difference", process.returncode == 0, output)
        peaks.append((count, usage.ru_maxrss / 1024))
    bench.check("ten times the orders take no more memory", peaks[1][1] < peaks[0][1] + 40, peaks)


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_a_line(bench, order_of_four_events, damage):
    statement, line = DAMAGES[damage]
    bench.service.sql(DISARM, "waybill")
    bench.service.sql(statement, "waybill")
    status, output = bench.service.run("verify", "log")
    found = [printed for printed in output.splitlines() if line in printed]
    bench.check(f"{damage}: status 1 and a line", status == 1 and len(found) == 1, output)
