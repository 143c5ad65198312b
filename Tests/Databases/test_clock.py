"""The database's clock jumps ahead by a hundred days for some seconds, and the service restarts meanwhile.

The jump is a function `clock_timestamp` of the test's own that is found before PostgreSQL's.
"""

import datetime
import time

import pytest

from support import roles
from support.orders import order
from support.waiting import wait_for

JUMP = """
create schema if not exists fake;
grant usage on schema fake to public;
create or replace function fake.clock_timestamp() returns timestamptz language sql volatile
    as $$ select pg_catalog.clock_timestamp() + interval '100 days' $$;
alter database waybill set search_path = public, fake, pg_catalog;
alter function commands_maintain(int, int) set search_path = public, fake, pg_catalog;
alter function commands_expiry(int) set search_path = public, fake, pg_catalog;
alter function commands_missing_days(int) set search_path = public, fake, pg_catalog;
alter function commands_add_day(date) set search_path = public, fake, pg_catalog;
"""
BACK = """
alter database waybill reset search_path;
alter function commands_maintain(int, int) set search_path = public, pg_temp;
alter function commands_expiry(int) set search_path = public, pg_temp;
alter function commands_missing_days(int) set search_path = public, pg_temp;
alter function commands_add_day(date) set search_path = public, pg_temp;
"""
KEY = {"Idempotency-Key": "before-the-jump"}
BODY = order(number="BEFORE")


def restart(bench, statements):
    bench.service.sql(statements, "waybill")
    assert bench.service.terminate(20)[0] == 0
    bench.service.start()


def seconds_ahead(answer, bench):
    """The seconds by which the time of an answer's last event is ahead of this process's clock."""
    events = bench.send("GET", f"/v1/orders/{answer.json['orderId']}/events").json["events"]
    recorded = datetime.datetime.fromisoformat(events[-1]["recordedAt"])
    return (recorded - datetime.datetime.now(datetime.UTC)).total_seconds()


@pytest.fixture(scope="module")
def during(bench):
    """The answers before and during the jump, and the metric of the clock during it."""
    before = bench.send("POST", "/v1/orders", BODY, KEY)
    restart(bench, JUMP)
    placed = bench.send("POST", "/v1/orders", order(number="DURING"))
    ahead = seconds_ahead(placed, bench)
    # The metric is read every five seconds.
    time.sleep(7)
    metric, log = bench.metric("waybill_database_clock_ahead_seconds"), bench.service.log_tail(20_000)
    restart(bench, BACK)
    return {"before": before, "placed": placed, "ahead": ahead, "metric": metric, "log": log}


def test_a_jump_does_not_move_the_time_of_events(bench, during):
    bench.check("during the jump", during["placed"].status == 201 and abs(during["ahead"]) < 30, during["ahead"])
    ahead = seconds_ahead(bench.send("POST", "/v1/orders", order(number="AFTER")), bench)
    bench.check("after the jump", abs(ahead) < 30, ahead)


def test_a_jump_is_said(during, check):
    check("in the metrics", during["metric"] > 8_000_000, during["metric"])
    check("in the log", "the database's clock is ahead of this process's" in during["log"], during["log"][-500:])


def test_a_jump_drops_no_command_id(bench, during):
    again = bench.send("POST", "/v1/orders", BODY, KEY)
    same = again.json.get("orderId") == during["before"].json["orderId"]
    bench.check("the first answer is repeated", again.replayed and same, again)


def test_a_head_far_ahead_of_the_clock_is_said(bench, during):
    bench.service.sql("update log_head set recorded_at = now() + interval '2 days'", "waybill")
    wait_for(lambda: bench.metric("waybill_log_head_ahead_seconds") > 170_000, 15, "the metric tells it")
    said = "the log's last event is ahead of the database's clock" in bench.service.log_tail(20_000)
    bench.check("in the log", said, bench.service.log_tail())
    answer = bench.send("GET", "/metrics", role=roles.OPERATOR)
    bench.check("the metrics still answer", answer.status == 200, answer)
