"""`waybill doctor`: each thing that can be wrong is made wrong, found, and said with what to do."""

import json
import os
import pathlib
import pwd

import pytest

from support.certificates import Authority
from support.commands import Commands
from support.external import closing
from support.forwarder import Forwarder
from support.postgres_server import Server
from support.redis_server import Redis, RedisCluster
from support.service import free_port
from support.waiting import wait_for


@pytest.fixture(scope="module")
def pair(service):
    """A primary with the database `waybill`, and a standby that follows it."""
    primary, standby = (Server(os.path.join(service.root, name)) for name in ("primary", "standby"))
    with closing(service, primary, standby):
        primary.make().configure("max_connections = 60").start().sql("create database waybill")
        standby.follow(primary).start()
        yield primary, standby


@pytest.fixture
def examine(service, tmp_path):
    """Runs the command, and returns its status and its findings."""
    commands = Commands(service.binary, tmp_path)

    def run(*arguments, **environment):
        done = commands.run("doctor", "--json", *arguments, environment=environment)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done

    return run


def told(findings, subject, level, words):
    return [f for f in findings if f["subject"] == subject and f["level"] == level and words in f["text"]]


def advised(findings, subject, level, words, advice):
    return [f for f in told(findings, subject, level, words) if advice in f.get("advice", "")]


def test_a_healthy_service_has_no_failure(service, pair, examine, check):
    primary, standby = pair
    service.options = ["--database-url", primary.url("waybill")]
    service.start()
    hosts = f"postgres://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/waybill"
    place = ["--database-url", f"{hosts}?target_session_attrs=read-write", "--data-dir", service.data_dir]
    place += ["--port", str(service.port)]
    status, findings, done = examine(*place)
    check("a healthy service: status 0", status == 0, done)
    for subject, words in (
        ("settings", "are valid"),
        ("database", "primary"),
        ("database", "standby"),
        ("database", "connections are taken"),
        ("schema", "that of this version"),
        ("replication", "streaming"),
        ("log", "the log"),
        ("clock", "s apart"),
        ("service", "answers"),
        ("service", "ready"),
        ("proxy", "first block"),
    ):
        check(f"a healthy service: {subject}, {words}", told(findings, subject, "ok", words), findings)
    level = "note" if shares_by_session() else "ok"
    check(
        "a healthy service: how processors are shared", told(findings, "scheduler", level, "processor time"), findings
    )
    check("a healthy service: the table ends with counts", " 0 failures" in examine_text(service, place), place)
    service.terminate()


def shares_by_session():
    """Linux shares the processors among sessions, outside of control groups with shares of them."""
    setting = pathlib.Path("/proc/sys/kernel/sched_autogroup_enabled")
    if not setting.exists() or setting.read_text(encoding="ascii").strip() != "1":
        return False
    for line in pathlib.Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
        _, controllers, place = line.split(":", 2)
        if not controllers and pathlib.Path(f"/sys/fs/cgroup{place}/cpu.weight").exists():
            return False
        if "cpu" in controllers.split(",") and place != "/":
            return False
    return True


def examine_text(service, place):
    return Commands(service.binary, service.root).run("doctor", *place).stdout.splitlines()[-1]


def test_nothing_is_made_or_changed(service, pair, examine, tmp_path, check):
    primary, _ = pair
    primary.sql("create database empty")
    status, findings, done = examine("--database-url", primary.url("empty"), "--data-dir", str(tmp_path / "none"))
    check("an empty database: status 0", status == 0, done)
    check("an empty database: migrate is advised", advised(findings, "schema", "warning", "missing", "migrate"), done)
    tables = primary.sql("select count(*) from pg_class where relnamespace = 'public'::regnamespace", "empty")
    check("an empty database: stays empty", tables == "0", tables)
    check("no data directory is made", not os.path.exists(tmp_path / "none"), "it is there")
    status, findings, done = examine("--data-dir", str(tmp_path / "none"))
    check("without a database: a note", told(findings, "database", "note", "there is no database"), done)
    check("without a service: a note", told(findings, "service", "note", "nobody answers"), done)


def test_what_is_wrong_is_found(service, pair, examine, tmp_path, check):
    primary, standby = pair
    url = primary.url("waybill")
    _, findings, done = examine("--database-url", url, WAYBILL_HAERTBEAT="5s")
    found = advised(findings, "settings", "warning", "WAYBILL_HAERTBEAT", "WAYBILL_HEARTBEAT")
    check("a misspelt variable: the right one is named", found, done)

    gone = free_port()
    status, findings, done = examine(
        "--database-url", f"postgres://postgres@127.0.0.1:{gone},127.0.0.1:{primary.port}/waybill"
    )
    check("a host that is away: named", told(findings, "database", "failure", str(gone)), done)
    check("a host that is away: status 1", status == 1, done)
    check("a host that is away: the other is looked at", told(findings, "database", "ok", "primary"), done)

    key_set = tmp_path / "keys.json"
    key_set.write_text("{}")
    status, findings, done = examine("--database-url", url, "--jwks", str(key_set))
    check("an empty key set: found", told(findings, "keys", "failure", "--jwks"), done)
    status, findings, done = examine("--database-url", url, "--host", "0.0.0.0")
    check("another address without keys: found", told(findings, "keys", "failure", "refuses"), done)

    primary.sql("select pg_create_physical_replication_slot('forgotten', true)")
    _, findings, done = examine("--database-url", url)
    found = advised(findings, "replication", "warning", "forgotten", "pg_drop_replication_slot")
    check("a slot that nobody uses: found", found, done)
    primary.sql("select pg_drop_replication_slot('forgotten')")

    primary.sql("alter system set fsync = off")
    primary.sql("select pg_reload_conf()")
    wait_for(lambda: primary.sql("show fsync") == "off", 10, "fsync is off")
    status, findings, done = examine("--database-url", url)
    check("fsync off: found", told(findings, "database", "failure", "fsync is off"), done)
    primary.sql("alter system reset fsync")
    primary.sql("alter system set synchronous_standby_names = 'elsewhere'")
    primary.sql("select pg_reload_conf()")
    wait_for(lambda: primary.sql("show synchronous_standby_names") == "elsewhere", 10, "the name is set")
    status, findings, done = examine("--database-url", url)
    check("a synchronous standby that is away: found", told(findings, "replication", "failure", "elsewhere"), done)
    primary.sql("alter system reset synchronous_standby_names")
    primary.sql("select pg_reload_conf()")
    wait_for(lambda: primary.sql("show synchronous_standby_names") == "", 10, "the name is reset")

    status, findings, done = examine("--database-url", standby.url("waybill"))
    check("a standby alone: called so", told(findings, "database", "ok", "standby"), done)

    primary.sql("create role reader login password 'x'")
    status, findings, done = examine("--database-url", primary.url("waybill", "reader"))
    check("a login without the role: what to grant", "grant" in str(findings), done)
    check("a login without the role: status 1", status == 1, done)


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone examines another user's files")
def test_root_examines_another_users_key(service, pair, examine, check):
    primary, _ = pair
    service.options = ["--database-url", primary.url("waybill")]
    service.start()
    owner = pwd.getpwnam("nobody").pw_uid
    key = os.path.join(service.data_dir, "dev-key.pem")
    place = ["--database-url", primary.url("waybill"), "--data-dir", service.data_dir, "--port", str(service.port)]
    try:
        os.chown(key, owner, owner)
        status, findings, done = examine(*place)
        check("another user's key: status 0", status == 0, done)
        check("another user's key: whose it is", told(findings, "keys", "warning", f"of the user {owner}"), done)
        check("another user's key: opens a stream", told(findings, "proxy", "ok", "first block"), done)
        os.chmod(key, 0o644)
        status, findings, done = examine(*place)
        check("a key that others read: found", told(findings, "keys", "failure", "others can read"), done)
        check("a key that others read: status 1", status == 1, done)
        check("a key that others read: all else is checked", told(findings, "service", "ok", "ready"), done)
    finally:
        os.chmod(key, 0o600)
        os.chown(key, os.geteuid(), os.getegid())
        service.terminate()


def test_a_proxy_that_holds_streams_back_is_found(service, pair, examine, check):
    primary, _ = pair
    service.options = ["--database-url", primary.url("waybill")]
    service.start()
    mute = Forwarder(service.port)
    place = ["--database-url", primary.url("waybill"), "--data-dir", service.data_dir]
    status, findings, done = examine(*place, "--public-url", f"http://127.0.0.1:{mute.port}")
    check("by a proxy: its stream arrives", told(findings, "proxy", "ok", "first block"), done)
    mute.close()
    status, findings, done = examine(*place, "--public-url", f"http://127.0.0.1:{primary.port}")
    check(
        "another server at the address: not taken for the service",
        status in (0, 1) and not told(findings, "service", "ok", "answers"),
        done,
    )
    service.terminate()


def test_redis_is_looked_at(service, pair, examine, tmp_path, check):
    primary, _ = pair
    place = ["--database-url", primary.url("waybill")]
    authority = Authority(str(tmp_path / "certificates"))
    rights = ["on", ">p@ss", "+publish", "+subscribe", "+spublish", "+ssubscribe", "+ping", "+hello", "&waybill:*"]
    mute = ["on", ">mute", "-@all", "+hello", "+ping", "+subscribe", "+ssubscribe", "&waybill:*"]
    redis = Redis(
        str(tmp_path / "redis"),
        *("--bind", "127.0.0.1", "127.0.0.2"),
        *("--user", "shop", *rights, "--user", "mute", *mute, "--user", "default", "off"),
        tls=authority,
    ).start()
    cluster = RedisCluster(str(tmp_path / "cluster"))
    try:
        where = f"localhost:{redis.port}?ca={authority.path}"
        status, findings, done = examine(*place, "--redis-url", f"rediss://shop:p%40ss@{where}")
        check("a good Redis: status 0", status == 0, done)
        for words in ("TLS", "primary", "came back"):
            check(f"a good Redis: {words}", told(findings, "redis", "ok", words), done)

        for name, url, words, advice in (
            ("a wrong password", f"rediss://shop:wrong@{where}", "WRONGPASS", "password"),
            ("a user that may not publish", f"rediss://mute:mute@{where}", "NOPERM", "+publish"),
            ("another name", f"rediss://shop:p%40ss@127.0.0.2:{redis.port}?ca={authority.path}", "certificate", "name"),
            ("clear text", f"redis://shop:p%40ss@localhost:{redis.port}", "no connection", "rediss://"),
            ("nobody there", f"redis://localhost:{free_port()}", "no connection", "reachable"),
        ):
            status, findings, done = examine(*place, "--redis-url", url)
            check(f"{name}: found", advised(findings, "redis", "failure", words, advice), done)
            check(f"{name}: status 1", status == 1, done)
            check(f"{name}: not the password", "p@ss" not in done.stdout and "wrong@" not in done.stdout, done)

        cluster.start()
        nodes = ",".join(f"127.0.0.1:{node.port}" for node in cluster.nodes)
        status, findings, done = examine(*place, "--redis-url", f"redis://{nodes}")
        check("a cluster: each node", len(told(findings, "redis", "ok", "node of a cluster")) == 3, done)
        check("a cluster: a message comes back by its shard", told(findings, "redis", "ok", "came back"), done)
    finally:
        cluster.close()
        redis.close()


def test_an_edge_is_examined_as_one(pair, examine, check):
    primary, standby = pair
    status, findings, done = examine("--edge", "--database-url", standby.url("waybill"))
    check("an edge: status 0", status == 0, done)
    check("an edge: its replica", told(findings, "edge", "ok", "a replica"), done)
    check("an edge: what it does without Redis", told(findings, "redis", "note", "ten times a second"), done)
    status, findings, done = examine("--edge", "--database-url", primary.url("waybill"))
    check("an edge on the primary", told(findings, "edge", "ok", "the primary"), done)
    standby.sql("select pg_wal_replay_pause()")
    wait_for(lambda: standby.sql("select pg_get_wal_replay_pause_state()") == "paused", 10, "replay is paused")
    status, findings, done = examine("--edge", "--database-url", standby.url("waybill"))
    check("a paused replica: found", advised(findings, "edge", "failure", "paused", "pg_wal_replay_resume"), done)
    standby.sql("select pg_wal_replay_resume()")
    status, findings, done = examine("--edge")
    check("an edge without a database: found", told(findings, "database", "failure", "refuses to start"), done)


def test_a_standby_that_must_confirm_is_examined(pair, examine, check):
    primary, standby = pair
    place = ["--durable-on", "standby", "--database-url", primary.url("waybill")]
    status, findings, done = examine(*place)
    check("a standby: status 0", status == 0, done)
    check("a standby: confirms", told(findings, "durability", "ok", "1 standby confirms"), done)
    check("a standby: no name is given", told(findings, "durability", "note", "synchronous_standby_names"), done)
    primary.sql("create role blind login")
    primary.sql("grant waybill_writer to blind")
    status, findings, done = examine("--durable-on", "standby", "--database-url", primary.url("waybill", "blind"))
    check("a login that sees nothing: found", advised(findings, "durability", "failure", "may not see", "grant"), done)
    standby.stop()
    wait_for(lambda: primary.sql("select count(*) from pg_stat_replication") == "0", 20, "the standby is gone")
    status, findings, done = examine(*place)
    check("no standby: found", advised(findings, "durability", "failure", "streams", "start the standby"), done)
    check("no standby: status 1", status == 1, done)
    standby.start()
    status, findings, done = examine("--durable-on", "standby")
    check("the embedded database: found", told(findings, "replication", "failure", "refuses to start"), done)
