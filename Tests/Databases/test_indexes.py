"""Indexes of a large database are made beside the commands, and a crash meanwhile leaves nothing behind."""

import pytest

from support import many_orders
from support.bench import Bench
from support.external import database_server
from support.locale_indexes import BY_LOCALE, INDEXES, INVALID, KEYS, LOCALIZED, STEPS
from support.lock_holder import Holder
from support.placing import Placing
from support.waiting import wait_for

# Enough for indexes above a mebibyte; the whole size is that of the documentation.
ORDERS = {"small": 30_000, "full": 200_000}
# The longest wait of a command: the change waits half a second for each table, and then takes a moment.
LONGEST = 2


@pytest.fixture(scope="module")
def server(service):
    with database_server(service, "fsync = off") as server:
        yield server


@pytest.fixture(scope="module")
def large(service, server, check, scale):
    """The definitions of indexes and keys of a large database whose indexes are ordered by the locale."""
    service.start()
    many_orders.dispatched(Bench(service, check))
    assert service.terminate(20)[0] == 0
    server.sql(LOCALIZED, "waybill")
    many_orders.fill(server, "waybill", ORDERS[scale])
    check("the database's ids are compared by its locale", int(server.sql(BY_LOCALE, "waybill")) > 50)
    return server.sql(INDEXES, "waybill"), server.sql(KEYS, "waybill")


def test_indexes_are_made_beside_the_commands(service, server, large, check):
    check.note(server.sql("select count(*), pg_size_pretty(sum(bytes)) from locale_indexes()", "waybill"))

    def in_log(words):
        return lambda: words in service.log_tail(1 << 20)

    # An older snapshot keeps the build waiting, and a crash ends it.
    with Holder(server, "set transaction isolation level repeatable read", "select count(*) from log_head"):
        service.start()
        wait_for(lambda: server.sql(INVALID, "waybill"), 30, "an index is being made")
        with Placing(service) as placing:
            wait_for(lambda: len(placing.answers) > 20, 30, "commands are taken meanwhile")
        check("an index waits for a dump, and commands do not", placing.longest < LONGEST, placing.longest)
        service.kill()
        server.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'waybill migrate'",
            "waybill",
        )
        check("a crash leaves an index that is no good", server.sql(INVALID, "waybill"))
    # The next process goes on. A dump's locks hold up the change at its end.
    with Holder(server, "lock table commands, order_list in access share mode"):
        service.start()
        with Placing(service) as placing:
            wait_for(in_log("another session, such as a dump, uses a table"), 60, "the change waits for the dump")
            waiting = len(placing.answers)
            wait_for(lambda: len(placing.answers) > waiting + 20, 30, "commands go on")
        check(
            "every command is accepted while it waits", {s for s, _ in placing.answers} == {201}, placing.answers[-3:]
        )
        check(f"none waits for {LONGEST} s", placing.longest < LONGEST, placing.longest)
        check.note(f"beside the build and a dump's locks: longest wait {placing.longest:.2f} s")
        check("the ids are as they were", int(server.sql(BY_LOCALE, "waybill")) > 50)
    with Placing(service) as placing:
        # Asked of the catalogs alone, and not so often that the change would wait for the asking.
        wait_for(lambda: server.sql(BY_LOCALE, "waybill") == "0", 60, "the ids are compared as bytes", 0.5)
        wait_for(lambda: server.sql(STEPS, "waybill") == "0", 30, "nothing is left to be done", 0.5)
        done = len(placing.answers)
        wait_for(lambda: len(placing.answers) > done + 20, 30, "commands go on")
    check("every command is accepted", {s for s, _ in placing.answers} == {201}, placing.answers[-3:])
    check(f"none waits for {LONGEST} s at the change", placing.longest < LONGEST, placing.longest)
    check.note(f"at the change: longest wait {placing.longest:.2f} s of {len(placing.answers)} commands")
    check("all ids are compared as bytes", server.sql(BY_LOCALE, "waybill") == "0")
    check("no index is left that is no good", server.sql(INVALID, "waybill") == "")
    check("the indexes are those of before", server.sql(INDEXES, "waybill") == large[0])
    check("the keys are those of before", server.sql(KEYS, "waybill") == large[1])


def test_a_database_without_need_is_left_alone(service, server, large, check):
    assert service.terminate(20)[0] == 0
    files = (
        "select oid, relfilenode from pg_class where relkind = 'i' and relnamespace = 'public'::regnamespace order by 1"
    )
    before = server.sql(files, "waybill")
    service.start()
    with Placing(service) as placing:
        wait_for(lambda: len(placing.answers) > 20, 30, "commands are taken")
    check("no index is made again", server.sql(files, "waybill") == before)
