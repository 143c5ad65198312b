"""Logins of every kind on each version of PostgreSQL: a superuser, one that makes roles, a plain owner, a writer."""

import os
import subprocess
import urllib.parse
import zlib

import pytest

from support.client import read_log
from support.postgres_server import Server
from support.postgres_versions import VERSIONS, programs_or_skip
from support.service import Service
from support.shop import Shop

LOGINS = {
    "superuser": "superuser",
    "maker": "createrole",
    # Another login that makes roles, for another database of the same cluster.
    "neighbour": "createrole",
    "plain": "",
}


@pytest.fixture(scope="module", params=VERSIONS)
def server(service, request):
    version = request.param
    server = Server(os.path.join(service.root, f"server-{version}"), programs_or_skip(version)).make().start()
    for login, attributes in LOGINS.items():
        server.sql(f"create role {login} login {attributes}")
        server.sql(f"create database {login} owner {login}")
    server.sql("create role writer login")
    server.sql("create role stranger login")
    yield server
    server.close()


def address(server, login, database):
    return f"postgresql://{login}@127.0.0.1:{server.port}/{database}"


def run(binary, *arguments):
    return subprocess.run(
        [binary, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def serves(binary, url, check, name):
    """Starts a service with this login, places an order and reads the log."""
    service = Service(binary)
    service.options = ["--database-url", url]
    try:
        service.start()
        placed = Shop(service).place(name.upper())
        log = read_log(service.port, service.token("staff", "*"))
        check(f"{name}: an order is placed and read", placed["orderId"] in str(log), log)
        with open(service.process.log_path, encoding="utf-8") as file:
            return file.read()
    finally:
        service.close()


@pytest.mark.parametrize("login", LOGINS)
def test_login_serves_its_database(server, binary, check, login):
    url = address(server, login, login)
    log = serves(binary, url, check, login)
    said = log.count("no roles of Waybill's own")
    check(f"{login}: a service without roles says so once", said == (1 if login == "plain" else 0), log)
    check(f"{login}: starts again", "Error" not in serves(binary, url, check, f"{login} again"))
    # Even the owner of the table is refused.
    with pytest.raises(RuntimeError, match="append-only"):
        server.sql("delete from events", login)


def test_databases_share_no_power(server, binary, check):
    for login in ("maker", "neighbour"):
        done = run(binary, "migrate", "--database-url", address(server, login, login))
        check(f"{login}: migrated", done.returncode == 0, done.stderr)
    held = (f"has_table_privilege('neighbour', 'events', '{privilege}')" for privilege in ("select", "insert"))
    shared = server.sql(f"select {' or '.join(held)}", "maker")
    check("another database's login may neither read nor write the log", shared == "f", shared)


def test_writer_serves_a_current_schema(server, binary, check):
    done = run(binary, "migrate", "--database-url", address(server, "superuser", "superuser"))
    check("an administrator migrates", done.returncode == 0, done.stderr)
    server.sql("grant waybill_writer to writer")
    said = serves(binary, address(server, "writer", "superuser"), check, "writer")
    check("no indexes are asked for where none are left to make", "may not make indexes" not in said, said)
    # A service that ends soon after its start has cut its first requests short.
    failures = [line for line in said.splitlines() if "making indexes failed" in line or "commands failed" in line]
    check("its end is no failure", failures == [], said)


def test_administrator_runs_the_printed_sql(server, binary, check):
    server.sql("create role printed login")
    server.sql("create database printed")
    url = address(server, "printed", "printed")
    done = run(binary, "migrate", "--print-sql", "--database-url", url)
    check("the SQL is printed", done.returncode == 0 and "create table events" in done.stdout, done.stderr)
    tables = server.sql("select count(*) from pg_tables where schemaname = 'public'", "printed")
    check("printing makes nothing", tables == "0", tables)
    server.script(done.stdout, "printed")
    serves(binary, url, check, "printed")
    again = run(binary, "migrate", "--print-sql", "--database-url", url)
    check("a current schema needs the roles alone", "create table events" not in again.stdout, again.stderr)
    check("without a database: exit status 64", run(binary, "migrate", "--print-sql").returncode == 64)


INJECTION = "x\nalter role plain superuser;\n--"


@pytest.mark.parametrize("login", [INJECTION, "a$$b", "o'brien", "back\\slash", "pc%s"])
def test_a_logins_name_is_no_part_of_the_sql(server, binary, check, login):
    quoted = '"' + login + '"'
    database = f"odd{zlib.crc32(login.encode())}"
    server.sql(f"create role {quoted} login")
    server.sql(f"create database {database}")
    url = f"postgresql://{urllib.parse.quote(login, safe='')}@127.0.0.1:{server.port}/{database}"
    done = run(binary, "migrate", "--print-sql", "--database-url", url)
    check("the SQL is printed", done.returncode == 0 and "create table events" in done.stdout, done.stderr)
    check("the name is no line of it", "alter role plain superuser;" not in done.stdout.splitlines(), done.stdout[:500])
    server.script(done.stdout, database)
    plain = server.sql("select rolsuper from pg_roles where rolname = 'plain'")
    check("nobody became a superuser", plain == "f", plain)
    literal = "'" + login.replace("'", "''") + "'"
    writers = "(select oid from pg_roles where rolname like 'waybill_writer%')"
    member = server.sql(f"select bool_or(pg_has_role({literal}, oid, 'usage')) from {writers} as writers")
    check("the login is a writer", member == "t", member)


def test_an_owner_that_makes_roles_runs_the_printed_sql(server, binary, check):
    server.sql("create role adm login createrole")
    server.sql("create role clerk login")
    server.sql("create database administered owner adm")
    url = address(server, "clerk", "administered")
    done = run(binary, "migrate", "--print-sql", "--database-url", url)
    check("the SQL is printed", done.returncode == 0, done.stderr)
    server.script("set session authorization adm;\n" + done.stdout, "administered")
    serves(binary, url, check, "clerk")


def test_login_without_temporary_tables_starts(server, binary, check):
    server.sql("create role bare login")
    server.sql("create database bare owner bare")
    server.sql("revoke temporary on database bare from public, bare")
    done = run(binary, "migrate", "--database-url", address(server, "bare", "bare"))
    check("migrated", done.returncode == 0, done.stderr)
    by_locale = server.sql(
        "select count(*) from pg_attribute where attrelid = 'commands'::regclass "
        "and attcollation = 'pg_catalog.\"default\"'::regcollation",
        "bare",
    )
    check("ids are compared as bytes", by_locale == "0", by_locale)


def test_another_schemas_log_is_left_alone(server, binary, check):
    server.sql("create database two owner superuser")
    server.sql("create schema w2", "two")
    first = run(binary, "migrate", "--database-url", address(server, "superuser", "two"))
    check("the first log is made", first.returncode == 0, first.stderr)
    second = address(server, "superuser", "two") + "?options=-csearch_path%3Dw2,public"
    done = run(binary, "migrate", "--database-url", second)
    check("a log of its own is made", "migrations applied" in done.stdout, (done.stdout, done.stderr))
    tables = server.sql("select count(*) from pg_tables where schemaname = 'w2' and tablename = 'events'", "two")
    check("in its own schema", tables == "1", tables)


def test_database_of_another_encoding_is_refused(server, binary, check):
    server.sql("create database ascii encoding 'SQL_ASCII' locale 'C' template template0")
    done = run(binary, "migrate", "--database-url", address(server, "superuser", "ascii"))
    errors = done.stderr.strip().splitlines()
    check("another encoding is refused in one sentence", len(errors) == 1 and "SQL_ASCII" in errors[0], done.stderr)
    check("another encoding: exit status 1", done.returncode == 1, done.returncode)


def test_login_that_may_not_act_is_told_so(server, binary, check):
    run(binary, "migrate", "--database-url", address(server, "superuser", "superuser"))
    done = run(binary, "verify", "--database-url", address(server, "stranger", "superuser"))
    errors = done.stderr.strip().splitlines()
    check("the sentence names the role", len(errors) == 1 and "grant that role" in errors[0], done.stderr)


def test_refusals_are_one_sentence(server, binary, check):
    server.sql("create database untouched")
    for login, database, advice in (
        ("stranger", "superuser", 'grant "waybill_writer" to "stranger"'),
        ("stranger", "untouched", "waybill migrate"),
        ("writer", "untouched", "waybill migrate"),
    ):
        done = run(binary, "migrate", "--database-url", address(server, login, database))
        name = f"{login} on {database}"
        check(f"{name}: exit status 1", done.returncode == 1, done.returncode)
        errors = done.stderr.strip().splitlines()
        check(
            f"{name}: one sentence names the login and what to do",
            len(errors) == 1 and f"login {login}" in errors[0] and advice in errors[0],
            done.stderr,
        )
