"""The commands of docs/backup.md and docs/rotation.md, run as they stand there."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from support.client import read_log
from support.deployment import DEPLOY, command, program
from support.pages import blocks, page, section
from support.postgres_server import Server
from support.service import free_port
from support.shop import Shop
from support.waiting import wait_for


class Administrator(Server):
    """A server, and the shell of its machine's administrator of databases."""

    def shell(self, text, path="", **environment):
        """Runs lines of a page as the server's user; returns what they print."""
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres", "LC_ALL": "C"}
        programs = {"PATH": f"{self._programs}:{path}:{os.environ['PATH']}", "WAYBILL_PG_BIN": self._programs}
        status, said = command(
            "bash", "-euo", "pipefail", "-c", text, **self._as_owner, env={**place, **programs, **environment}
        )
        if status:
            raise RuntimeError(f"ended with {status}: {said[-3000:]}\n{text}")
        return said


@pytest.mark.slow
def test_backups_are_taken_and_restored_as_the_page_says(service, check, binary):
    shown = blocks(page("docs/backup.md"))
    first, *steps = [code for language, code in shown if language == "sh"]
    check("the first block names the place alone", first.startswith("export BACKUP=/backup PGHOST="), first)
    server = Administrator(os.path.join(service.root, "server")).make("--wal-segsize=1")
    # As on Debian and in Compose: the settings are outside of the data directory. Those of Debian name the directory; a
    # restored copy with these would start the original.
    shared = shutil.copytree(DEPLOY / "postgres", os.path.join(service.root, "settings"))
    server.configure(f"data_directory = '{server.directory}'")
    with open(os.path.join(shared, "primary.conf"), "a", encoding="utf-8") as file:
        file.write("listen_addresses = '127.0.0.1'\nshared_buffers = 16MB\nunix_socket_directories = ''\n")
    server.settings += [f"config_file={shared}/primary.conf", f"hba_file={shared}/pg_hba.conf"]
    # A test needs no disk that keeps what it wrote.
    server.settings.append("fsync=off")
    backup, scratch, programs = (server.folder(name) for name in ("backup", "scratch", "programs"))
    # The server's user may not be able to enter the folder of the build.
    shutil.copy(binary, os.path.join(programs, "waybill"))
    environment = {"path": programs, "BACKUP": backup, "TMPDIR": scratch, "PRIMARYS": shared}
    try:
        server.shell("mkdir $BACKUP/wal", **environment)
        (settings,) = (code for language, code in shown if not language and "archive_command" in code)
        for name, _, value in (line.partition(" = ") for line in settings.replace("/backup", backup).splitlines()):
            server.settings.append(name + "=" + value.strip("'"))
        server.start()
        server.sql("create database waybill")
        server.sql("create role replicator with login replication password 'change-me'")
        service.options = ["--database-url", server.url("waybill")]
        service.start()
        said = routine(server, Shop(service), steps, environment)
        log = read_log(service.port, service.token("staff", "*"))
        head = re.search(r'"position":"([^"]+)"', log[-1].decode())[1]
        (restored,) = (text for step, text in said if step.startswith("waybill verify log"))
        check("the restored log ends where the original ends", head in restored, restored)
        (answered,) = (text for step, text in said if step.startswith("RESTORED="))
        check("it is the drill that answers", answered == "this is the drill\n", answered)
        follows = "select string_agg(application_name || ' ' || state, ',') from pg_stat_replication"
        wait_for(lambda: server.sql(follows) == "replica streaming", 20, "the replica streams")
        kept = [name for name in os.listdir(backup) if name.startswith("base-")]
        check("the base backup of today is kept", len(kept) == 1 and "unfinished" not in os.listdir(backup), kept)
        check("the drill has removed itself", not [name for name in os.listdir(scratch) if "drill" in name])
    finally:
        for name in ("replica", "drill"):
            server.shell(f"pg_ctl stop -m immediate -D $TMPDIR/waybill-{name} 2>/dev/null || true", **environment)
        if service.process and service.process.poll() is None:
            service.terminate(15)
        server.close()


def routine(server, shop, steps, environment):
    """Runs the page's blocks in order; returns each with what it printed."""
    ports = {"5433": str(free_port()), "5434": str(free_port())}
    steps, variables, said = [step.replace("/etc/postgresql/waybill", "$PRIMARYS") for step in steps], "", []
    shop.place("BEFORE")
    for step in steps:
        if step.startswith("DRILL="):
            # Orders placed after the base backup are in the archive.
            shop.place("AFTER")
            archive(server)
        there = re.sub(r"\b543[34]\b", lambda found: ports[found[0]], step)
        if step.startswith("BASE="):
            # From another machine, as the page says.
            there = there.replace("pg_basebackup -D", "PGPASSWORD=change-me pg_basebackup --username replicator -D")
        said.append((step, server.shell(variables + there, **environment)))
        # A reader's shell keeps what a block sets.
        variables += "".join(f"{line}\n" for line in re.findall(r"^[A-Z]+=(?:\$\([^)]*\)|\S)+$", there, re.M))
    return said


def archive(server):
    """Waits until the archive holds all that the server has written."""
    last = server.sql("select pg_walfile_name(pg_switch_wal())")
    archived = f"select coalesce(last_archived_wal >= '{last}', false) from pg_stat_archiver"
    wait_for(lambda: server.sql(archived) == "t", 30, f"{last} is archived")


def test_two_logins_take_turns_as_the_page_says(service, check):
    make, leave = (code for language, code in blocks(page("docs/rotation.md")) if language == "sql")
    server = Server(os.path.join(service.root, "passwords")).make().start("fsync=off")
    try:
        server.sql("create database waybill")
        status, output = service.run("migrate", "--database-url", server.url("waybill"))
        assert status == 0, output
        server.sql("create role shop_a login in role waybill_writer, waybill_owner")
        server.sql(make)
        server.admit("host waybill shop_a,shop_b 127.0.0.1/32 scram-sha-256", "host all postgres 127.0.0.1/32 trust")
        server.sql("select pg_reload_conf()")
        file = pathlib.Path(service.root, "database-url")
        file.write_text(f"postgresql://shop_b:the%20new%20password@127.0.0.1:{server.port}/waybill")
        file.chmod(0o600)
        service.options = ["--database-url-file", str(file)]
        service.start()
        check("the new login places an order", Shop(service).place("ROTATED")["version"] == 1)
        server.script(leave, "waybill")
        login = server.sql("select rolcanlogin from pg_roles where rolname = 'shop_a'")
        check("the old login is closed", login == "f", login)
    finally:
        if service.process and service.process.poll() is None:
            service.terminate(15)
        server.close()


def test_redis_takes_both_passwords_for_a_while(check, tmp_path):
    text = section(page("docs/rotation.md"), "The password of Redis")
    add, remove = re.findall(r"redis-cli acl setuser default '([<>])the (?:new|old) password'", text)
    port = free_port()
    process = subprocess.Popen(
        [program("redis-server"), str(DEPLOY / "redis/redis.conf"), "--requirepass", "old", "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=tmp_path,
    )

    def ask(password, *words):
        return command(program("redis-cli"), "-p", str(port), "--no-auth-warning", "-a", password, *words)[1].strip()

    try:
        wait_for(lambda: ask("old", "ping") == "PONG", 20, "Redis answers")
        ask("old", "acl", "setuser", "default", f"{add}new")
        both = ask("old", "ping"), ask("new", "ping")
        check("both passwords are good", both == ("PONG", "PONG"), both)
        ask("new", "acl", "setuser", "default", f"{remove}old")
        after = ask("old", "ping"), ask("new", "ping")
        check("then the new one alone", "WRONGPASS" in after[0] and after[1] == "PONG", after)
    finally:
        process.terminate()
        process.wait(20)
