"""Dumps, custom and plain, with owners and without, restored onto an empty cluster: the log is as it was."""

import os

import pytest

from support.postgres_server import Server
from support.restored import Story

# Options of pg_dump (plain) or pg_restore (custom), and the login that restores.
WAYS = {
    "with owners": ([], "postgres"),
    # As on a managed server, where the login owns its database and nothing else.
    "without owners": (["--no-owner", "--no-privileges"], "shop"),
    # Every statement that names a role fails, and the restore goes on.
    "with owners that are missing": ([], "postgres"),
}
MISSING = "with owners that are missing"
ROLES = "create role waybill_owner nologin; create role waybill_writer nologin"
UNSAFE = """
    select oid::regprocedure from pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace and has_function_privilege('public', oid, 'execute')
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
        check(f"{form}, {way}: the owner", owner == ("waybill_owner" if way == "with owners" else login), owner)
        unsafe = server.sql(UNSAFE, "waybill")
        check(f"{form}, {way}: nobody else may call what runs as the owner", unsafe == "", unsafe)
        with pytest.raises(RuntimeError, match="append-only"):
            server.sql("delete from events", "waybill")
    finally:
        story.stop()
        server.close()


def restore(server, folder, form, way):
    """Restores the dump; returns what the programs say of errors."""
    options, login = WAYS[way]
    place = ["-U", login, "-d", "waybill"]
    if form == "custom":
        return server.tool("pg_restore", *place, *options, f"{folder}/waybill.dump", may_fail=way == MISSING)
    stop = [] if way == MISSING else ["-v", "ON_ERROR_STOP=1"]
    return server.tool("psql", "-X", "-q", *stop, *place, "-f", f"{folder}/{way}.sql", may_fail=way == MISSING)
