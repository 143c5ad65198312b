"""Logical replication: a subscriber has the log, and a publication of all tables stops no statement of the service."""

import os

import pytest

from support.client import read_log
from support.external import database_server
from support.postgres_server import Server
from support.shop import Shop
from support.waiting import wait_for

LOG = "select md5(string_agg(e::text, e'\\n' order by seq)) from events e"
OLD_IDS = """
    insert into commands (order_id, first_seq, last_seq, recorded_at, version, shop, command_id, status, fingerprint)
    select order_id, first_seq, last_seq, recorded_at - make_interval(days => day), version, shop,
        'old-' || day, status, fingerprint
    from (select * from commands limit 1) c cross join generate_series(1, 9) day
"""
WITHOUT_IDENTITY = """
    select relname from pg_class c
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relreplident <> 'f'
        and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
"""


@pytest.fixture(scope="module")
def publisher(service):
    with database_server(service, "wal_level = logical") as server:
        service.start()
        yield server


@pytest.fixture
def subscriber(service):
    server = Server(os.path.join(service.root, "subscriber")).make().start()
    server.sql("create database copy")
    yield server
    server.close()


def test_subscriber_has_the_log(service, publisher, subscriber, check):
    shop = Shop(service)
    placed = [shop.place(f"BEFORE-{n}") for n in range(5)]
    publisher.sql("create publication waybill_events for table events", "waybill")
    publisher.sql("create role reports login replication", "waybill")
    publisher.sql("grant select on events to reports", "waybill")
    table = publisher.tool(
        *("pg_dump", "-d", "waybill", "--section=pre-data", "-t", "events", "--no-owner", "--no-privileges")
    )
    subscriber.script(table, "copy")
    subscriber.sql("alter table events add primary key (seq)", "copy")
    place = f"host=127.0.0.1 port={publisher.port} user=reports dbname=waybill"
    subscriber.sql(f"create subscription waybill_events connection '{place}' publication waybill_events", "copy")
    for name, count in (("the copy of what was there", 5), ("what came later", 10)):
        wait_for(lambda n=count: subscriber.sql("select count(*) from events", "copy") == str(n), 30, name)
        check(f"{name}: the same rows", subscriber.sql(LOG, "copy") == publisher.sql(LOG, "waybill"))
        if count == 5:
            for order in placed:
                shop.note(order["orderId"], "later")
    subscriber.sql("drop subscription waybill_events", "copy")


def test_publication_of_all_tables_stops_nothing(service, publisher, check):
    publisher.sql("create publication everything for all tables", "waybill")
    shop = Shop(service)
    order = shop.place("PUBLISHED")["orderId"]
    noted = shop.note(order, "published")
    log = read_log(service.port, service.token("staff", "*"))
    check("commands are accepted", noted["position"] in log[-1].decode(), noted)
    url = publisher.url("waybill")
    for command in (["replay"], ["verify"], ["verify", "log"]):
        status, output = service.run(*command, "--database-url", url)
        check(f"`{' '.join(command)}` works", status == 0, output)
    # Ids of past days, of which the service then drops the oldest, one by one: their days never had a partition.
    publisher.sql(OLD_IDS, "waybill")
    publisher.sql("set role waybill_writer; select commands_maintain(1)", "waybill")
    left = publisher.sql("select count(*) from commands_default", "waybill")
    check("command ids that are too old are deleted", 0 < int(left) < 9, left)
    again = shop.note(order, "after all that")
    check("and commands go on", again["version"] == noted["version"] + 1, again)


def test_tables_whose_rows_change_have_an_identity(service, publisher, check):
    found = publisher.sql(WITHOUT_IDENTITY, "waybill").split()
    days = [name for name in found if name.startswith("commands_2")]
    check("only the days' command ids have no key: they are dropped as a whole", found == days and days, found)
    may = publisher.sql(
        f"select relname from ({WITHOUT_IDENTITY}) t where has_table_privilege('waybill_writer', relname, 'update')"
        " or has_table_privilege('waybill_writer', relname, 'delete')",
        "waybill",
    )
    check("and the service may not change a row there", may == "", may)
