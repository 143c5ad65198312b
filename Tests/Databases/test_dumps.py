"""Dumps, custom and plain, with owners and without, restored onto an empty cluster: the log is as it was."""

import os

import pytest

from support.postgres_server import Server
from support.restored import Story
from support.shop import Shop

# Options of pg_dump (plain) or pg_restore (custom), and the login that restores.
WAYS = {
    "with owners": ([], "postgres"),
    # As on a managed server, where the login owns its database and nothing else.
    "without owners": (["--no-owner", "--no-privileges"], "shop"),
    # Every statement that names a role fails, and the restore goes on.
    "with owners that are missing": ([], "postgres"),
}
MISSING = "with owners that are missing"
# Ways that leave the service's login without rights: the options of pg_restore, its answer, the administrator's remedy.
HELPLESS = {
    "without privileges": (["--no-privileges"], "lacks privileges, such as those on commands", "migrate"),
    "without owners, by a superuser": (
        ["--no-owner", "--no-privileges"],
        "the log belongs to the administrator postgres",
        "--print-sql",
    ),
}
ROLES = "create role waybill_owner nologin; create role waybill_writer nologin"
UNSAFE = """
    select oid::regprocedure from pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace and has_function_privilege('public', oid, 'execute')
"""
# Owners and privileges; a restore writes some owners' rights out, which are theirs anyway.
PRIVILEGES = """
    select relname as name, relowner::regrole, grantee::regrole, string_agg(privilege_type, ' ' order by privilege_type)
    from pg_class cross join aclexplode(coalesce(relacl, acldefault('r', relowner))) where relkind in ('r', 'p', 'v')
        and relnamespace = 'public'::regnamespace group by 1, 2, 3
    union all
    select p.oid::regprocedure::text, proowner::regrole, grantee::regrole, string_agg(privilege_type, ' ')
    from pg_proc p cross join aclexplode(coalesce(proacl, acldefault('f', proowner)))
    where pronamespace = 'public'::regnamespace group by 1, 2, 3
    order by 1, 2, 3
"""


@pytest.fixture(scope="module")
def dumped(service, check):
    """A service's story and its dump in both formats, made while it serves."""
    server = Server(os.path.join(service.root, "server")).make().start()
    server.sql("create database waybill")
    story = Story(service, server)
    folder = server.folder("dumps")
    server.tool("pg_dump", "-Fc", "-d", "waybill", "-f", f"{folder}/waybill.dump")
    for way, (options, _) in WAYS.items():
        server.tool("pg_dump", "-d", "waybill", *options, "-f", f"{folder}/{way}.sql")
    story.goes_on()
    story.stop()
    server.close()
    yield story, folder
    story.stop()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", ["custom", "plain"])
def test_restored_dump_is_served(service, dumped, check, form, way):
    story, folder = dumped
    login = WAYS[way][1]
    server = Server(os.path.join(service.root, f"{form}-{way.replace(' ', '-')}")).make().start()
    try:
        server.sql("create role shop login")
        server.tool("createdb", "-T", "template0", "-E", "UTF8", "-l", "C", "-O", login, "waybill")
        if way == "with owners":
            server.sql(ROLES)
        said = restore(server, folder, form, way)
        check(f"{form}, {way}: what is missing is said", ("waybill_owner" in said) == (way == MISSING), said)
        if way == "with owners":
            login = "shop"
            server.sql("grant waybill_owner, waybill_writer to shop")
        story.restored(check, server, f"{form}, {way}", login)
        owner = server.sql("select tableowner from pg_tables where tablename = 'events'", "waybill")
        # A superuser's service gives the log to roles of its own, where the restore left it to the superuser.
        check(f"{form}, {way}: the owner", owner == ("shop" if way == "without owners" else "waybill_owner"), owner)
        unsafe = server.sql(UNSAFE, "waybill")
        check(f"{form}, {way}: nobody else may call what runs as the owner", unsafe == "", unsafe)
        with pytest.raises(RuntimeError, match="append-only"):
            server.sql("delete from events", "waybill")
    finally:
        story.stop()
        server.close()


@pytest.mark.postgres
@pytest.mark.parametrize("way", HELPLESS)
def test_an_administrator_grants_what_a_restore_left_out(service, check, way):
    options, reason, remedy = HELPLESS[way]
    server = Server(os.path.join(service.root, way.replace(" ", "-"))).make().start()
    try:
        server.sql("create database original")
        server.sql("create role shop login")
        assert service.run("migrate", "--database-url", server.url("original"))[0] == 0
        snapshot = server.sql(PRIVILEGES, "original")
        folder = server.folder("dump")
        server.tool("pg_dump", "-Fc", "-d", "original", "-f", f"{folder}/dump")
        server.tool("createdb", "-T", "template0", "waybill")
        server.tool("pg_restore", "-d", "waybill", *options, f"{folder}/dump")
        server.sql("grant waybill_writer to shop")
        url = server.url("waybill", "shop")
        for command in (("migrate", "--database-url", url), ("serve", "--port", "0", "--database-url", url)):
            status, output = service.run(*command)
            errors = [line for line in output.splitlines() if line.startswith("Error:")]
            told = len(errors) == 1 and reason in errors[0] and "the login shop may not" in errors[0]
            check(f"{way}: {command[0]} says what to do", status == 1 and told and remedy in errors[0], output)
        if remedy == "migrate":
            status, output = service.run("migrate", "--database-url", server.url("waybill"))
            check(f"{way}: `migrate` as a superuser", status == 0, output)
        else:
            status, script = service.run("migrate", "--print-sql", "--database-url", url)
            check(f"{way}: the SQL is printed", status == 0 and "create table events" in script, script[:500])
            server.script(script, "waybill")
        owner = server.sql("select tableowner from pg_tables where tablename = 'events'", "waybill")
        mended = server.sql(PRIVILEGES, "waybill").replace(owner, "waybill_owner")
        check(f"{way}: all is granted as in a new database", mended == snapshot, mended)
        service.options = ["--database-url", url]
        service.start()
        check(f"{way}: the service's login places an order", Shop(service).place("SERVED")["version"] == 1)
        status, output = service.run("migrate", "--database-url", url)
        check(f"{way}: nothing is left to do", status == 0 and "up to date" in output, output)
    finally:
        if service.process and service.process.poll() is None:
            service.terminate(15)
        server.close()


def restore(server, folder, form, way):
    """Restores the dump; returns what the programs say of errors."""
    options, login = WAYS[way]
    place = ["-U", login, "-d", "waybill"]
    if form == "custom":
        return server.tool("pg_restore", *place, *options, f"{folder}/waybill.dump", may_fail=way == MISSING)
    stop = [] if way == MISSING else ["-v", "ON_ERROR_STOP=1"]
    return server.tool("psql", "-X", "-q", *stop, *place, "-f", f"{folder}/{way}.sql", may_fail=way == MISSING)
