"""Databases as an upgrade may find them: many small indexes, somebody's own, and the rest of broken maintenance."""

import pytest

from support.client import Client
from support.external import database_server
from support.locale_indexes import BY_LOCALE, INDEXES, INVALID, KEYS, LOCALIZED, STEPS
from support.orders import order
from support.shop import Shop

pytestmark = pytest.mark.postgres

# Ninety days of commands. Each index is too small to need a twin by itself, and all are too large without one.
DAYS = """
set timezone = 'UTC';
do $$
declare
    base constant text := (select string_agg(md5(n::text), '') from generate_series(1, 1000) n);
    day date;
begin
    for day in select current_date - n from generate_series(1, 90) n loop
        execute format('create table commands_%s partition of commands for values from (%L) to (%L)',
            to_char(day, 'YYYYMMDD'), day, day + 1);
        execute format('alter table commands_%s owner to waybill_owner', to_char(day, 'YYYYMMDD'));
        insert into commands
        select gen_random_uuid(), 1, 1, day + interval '1 hour', 1, 'aurora', substr(base, 1 + n * 61, 1800), 'placed',
            decode(repeat('00', 32), 'hex')
        from generate_series(1, 170) n;
    end loop;
end $$
"""
SIZES = """
select max(pg_relation_size(oid)), sum(pg_relation_size(oid)) from pg_class where relname ~ '^commands_[0-9]{8}_.*idx$'
"""
ATTACHED = """
select count(*) from pg_inherits where inhparent = 'commands_by_id'::regclass
    and inhrelid in (select indexrelid from pg_index where indisvalid)
"""
# Somebody's indexes upon columns with ids. Those keep the columns as they are, and are said.
OBSTACLES = {
    "ids_included": "create index ids_included on commands (command_id) include (order_id)",
    "secrets_once": "create unique index secrets_once on secrets (name) nulls not distinct",
    "numbers_alike": "create index numbers_alike on tracking_numbers using gin (number_key gin_trgm_ops)",
}
FILES = """
select c.relname, pg_get_indexdef(c.oid), c.relfilenode, s.spcname, x.indisvalid
from pg_class c join pg_index x on x.indexrelid = c.oid left join pg_tablespace s on s.oid = c.reltablespace
where c.relname in ('ids_included', 'secrets_once', 'numbers_alike', 'events_elsewhere', 'reports_size_bytes')
order by 1
"""
# As maintenance leaves it that is killed before the day's partition is made.
LEFT_OVER = """
set timezone = 'UTC';
do $$
declare
    part name;
    today constant date := current_date;
begin
    for part in select relname from pg_class where relname ~ '^commands_[0-9]{8}$' loop
        execute format('drop table %I', part);
    end loop;
    execute format(
        'alter table commands_default add constraint commands_%s_not_in_default '
        'check (recorded_at < %L or recorded_at >= %L)',
        to_char(today, 'YYYYMMDD'), today, today + 1);
end $$
"""
CONSTRAINTS = "select count(*) from pg_constraint where conname ~ '_not_in_default$'"


@pytest.fixture(scope="module")
def server(service):
    with database_server(service, "fsync = off", "allow_in_place_tablespaces = on") as server:
        yield server


def migrate(service, server, database):
    return service.run("migrate", "--database-url", server.url(database))


def localized(service, server, database):
    """Makes a database whose ids are compared by the locale."""
    server.sql(f"create database {database}")
    assert migrate(service, server, database)[0] == 0
    server.sql(LOCALIZED, database)


def test_many_small_indexes_get_twins(service, server, check):
    localized(service, server, "middling")
    server.sql(DAYS, "middling")
    # As after a restore by several hands.
    server.sql("alter table commands_default owner to postgres", "middling")
    largest, total = map(int, server.sql(SIZES, "middling").split("|"))
    check("each index is small", largest < 1 << 20, largest)
    check("and all together are not", total > 33 << 20, total)
    before = server.sql(INDEXES, "middling"), server.sql(KEYS, "middling")
    with server.session("middling", "begin", "lock table commands in access share mode"):
        status, output = migrate(service, server, "middling")
    check("`migrate` ends well where indexes alone are left", status == 0, (status, output))
    check("and warns of them", '"level":"warning"' in output and "making indexes failed" in output, output)
    check("the ids are as they were", int(server.sql(BY_LOCALE, "middling")) > 50)
    owner = "select tableowner from pg_tables where tablename = 'commands_default'"
    check("a table that is in use keeps its owner", server.sql(owner, "middling") == "postgres")
    status, output = migrate(service, server, "middling")
    check("the next one makes them", status == 0 and "the indexes are made" in output, output)
    check("the table has its owner", server.sql(owner, "middling") == "waybill_owner")
    check("all ids are compared as bytes", server.sql(BY_LOCALE, "middling") == "0")
    after = server.sql(INDEXES, "middling"), server.sql(KEYS, "middling")
    check("the indexes and keys are those of before", after == before, after)
    check("each day has its part", int(server.sql(ATTACHED, "middling")) >= 90, server.sql(ATTACHED, "middling"))
    left = server.sql(STEPS, "middling"), server.sql(INVALID, "middling")
    check("nothing is left", left == ("0", ""), left)


def test_indexes_of_others_are_left_alone(service, server, check):
    localized(service, server, "shared")
    server.sql("create tablespace elsewhere location ''")
    obstacles = dict(OBSTACLES)
    if server.sql("select 1 from pg_available_extensions where name = 'pg_trgm'") == "1":
        server.sql("create extension pg_trgm", "shared")
    else:
        del obstacles["numbers_alike"]
    for statement in obstacles.values():
        server.sql(statement, "shared")
    server.sql("create index events_elsewhere on events (recorded_at) tablespace elsewhere", "shared")
    server.sql("alter index secrets_pkey set tablespace elsewhere", "shared")
    server.sql("create table reports (size int); insert into reports values (1), (1)", "shared")
    with pytest.raises(RuntimeError, match="duplicate"):
        server.sql("create unique index concurrently reports_size_bytes on reports (size)", "shared")
    before = server.sql(FILES, "shared")
    status, output = migrate(service, server, "shared")
    check("obstacles fail no `migrate`", status == 0, output)
    check("they are named", all(f"index {name}" in output for name in obstacles), output)
    check("they are left alone", server.sql(FILES, "shared") == before, server.sql(FILES, "shared"))
    check("so are the ids", int(server.sql(BY_LOCALE, "shared")) > 50)
    for name in obstacles:
        server.sql(f"drop index {name}", "shared")
    others = server.sql(FILES, "shared")
    check("others are no obstacle", len(others.splitlines()) == 2, others)
    status, output = migrate(service, server, "shared")
    check("without obstacles the indexes are made", status == 0 and "the indexes are made" in output, output)
    check("all ids are compared as bytes", server.sql(BY_LOCALE, "shared") == "0")
    check("others are left alone, the broken one too", server.sql(FILES, "shared") == others)
    place = server.sql(
        "select spcname from pg_class c join pg_tablespace s on s.oid = c.reltablespace where relname = 'secrets_pkey'",
        "shared",
    )
    check("an index of Waybill's stays in its tablespace", place == "elsewhere", place)


def test_a_left_constraint_answers_no_internal_error(service, server, check):
    assert migrate(service, server, "waybill")[0] == 0
    server.sql(LEFT_OVER, "waybill")
    with server.session("waybill", "begin", "lock table commands_default in access share mode"):
        service.start()
        client = Client(service.port, service.token("backend", "aurora"))
        refused = client.request("POST", "/v1/orders", order(number="EARLY"), {"Idempotency-Key": "early"})
        check("a day that maintenance holds up is unavailable", refused.status == 503, refused)
        check("which is no internal error", "internal error" not in service.log_tail(1 << 20), service.log_tail(8000))
        assert service.terminate(20)[0] == 0
    service.start()
    check("the next start removes it", Shop(service).place("LATER")["version"] == 1)
    check("for good", server.sql(CONSTRAINTS, "waybill") == "0")
    skipped = [line for line in service.log_tail(1 << 20).splitlines() if "skipping" in line]
    check("what maintenance skips is not said", skipped == [], skipped)
