"""Dumps, custom and plain, with owners and without, restored onto an empty cluster: the log is as it was."""

import os

import pytest
from support.postgres_server import Server
from support.restored import Story

ROLES = "create role waybill_owner nologin; create role waybill_writer nologin"
# Options of pg_dump (plain) or pg_restore (custom), and whether the roles are made first.
WAYS = {
    "with owners": ([], True),
    "without owners": (["--no-owner", "--no-privileges"], False),
    # Every statement that names a role fails, and the restore goes on.
    "with owners that are missing": ([], False),
}


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
    options, has_roles = WAYS[way]
    server = Server(os.path.join(service.root, f"{form}-{way.replace(' ', '-')}")).make().start()
    try:
        if has_roles:
            server.sql(ROLES)
        server.sql("create database waybill encoding 'UTF8' locale 'C' template template0")
        is_clean = way != "with owners that are missing"
        if form == "custom":
            said = server.tool("pg_restore", "-d", "waybill", *options, f"{folder}/waybill.dump", check=is_clean)
        else:
            stop = ["-v", "ON_ERROR_STOP=1"] if is_clean else []
            said = server.tool("psql", "-X", "-q", *stop, "-d", "waybill", "-f", f"{folder}/{way}.sql", check=is_clean)
        check(f"{form}, {way}: missing roles are said", is_clean or "waybill_owner" in said, said)
        story.restored(check, server, f"{form}, {way}")
        owner = server.sql("select tableowner from pg_tables where tablename = 'events'", "waybill")
        check(f"{form}, {way}: the owner", owner == ("waybill_owner" if has_roles else "postgres"), owner)
        unsafe = server.sql(
            "select oid::regprocedure from pg_proc where prosecdef and has_function_privilege('public', oid, 'execute')"
            " and pronamespace = 'public'::regnamespace",
            "waybill",
        )
        check(f"{form}, {way}: nobody else may call what runs as the owner", unsafe == "", unsafe)
        with pytest.raises(RuntimeError, match="append-only"):
            server.sql("delete from events", "waybill")
    finally:
        story.stop()
        server.close()
