"""A database's day in minutes, under commands at a steady rate.

A base backup, a dump across midnight, `vacuum full`, frozen server processes, a read-only switch, a restart, a crash, a
restore and the promotion of a standby. The worst wait of a command in each is printed and has a bound; at the end each
acknowledged command is in the log once, as answered and in order.

The clock of the service and of PostgreSQL is ahead, so that midnight comes while the dump runs.
"""

import contextlib
import json
import os
import shutil
import subprocess
import time

import pytest

from support.client import read_log
from support.exactly_once import check_log
from support.forwarder import ForwarderProcess
from support.frozen import Frozen
from support.orders import SHOPS
from support.paced import PacedLoad
from support.postgres_server import Server
from support.preload import library, seconds_until_midnight
from support.service import free_port
from support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

# Commands a second; seconds of a fault; seconds without one between two; seconds from the beginning until midnight.
SCALES = {"small": (100, 4, 1, 12), "full": (500, 20, 20, 100)}
# The longest wait for any answer, and for being accepted after the fault has ended.
LONGEST_ANSWER = 3
LONGEST_RECOVERY = 5


class Day:
    """The servers, the service before them and the load upon it."""

    def __init__(self, service, check, scale):
        self.service, self.check = service, check
        self.rate, self.seconds, self.pause, self.until_midnight = SCALES[scale]
        ahead = int(seconds_until_midnight() - self.until_midnight)
        self.began = time.monotonic()
        self.environment = {"LD_PRELOAD": library(service.root), "TEST_CLOCK_AHEAD": str(ahead)}
        self.archive = os.path.join(service.root, "archive")
        os.mkdir(self.archive)
        os.chmod(self.archive, 0o777)
        self.servers = []
        self.primary = self.server("primary")
        self.primary.settings = self.archiving = [
            "archive_mode=on",
            f"archive_command=cp %p {self.archive}/%f",
            "max_wal_size=256MB",
        ]
        self.primary.make().start().sql("create database waybill")
        self.address = ForwarderProcess(self.primary.port)
        service.environment = self.environment
        service.options = ["--database-url", self.url]
        service.start()
        self.load = PacedLoad(service, service.token("backend", ",".join(SHOPS)), self.rate)

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.address.port}/waybill"

    def server(self, name):
        server = Server(os.path.join(self.service.root, name), environment=self.environment)
        self.servers.append(server)
        return server

    def sql(self, statement):
        return self.primary.sql(statement, "waybill")

    def backends(self, name):
        rows = self.sql(f"select pid from pg_stat_activity where application_name like '{name}%'")
        return [int(row) for row in rows.splitlines()]

    @contextlib.contextmanager
    def during(self, name):
        time.sleep(self.pause)
        with self.load.during(name) as situation:
            yield situation

    def close(self):
        if self.service.process and self.service.process.poll() is None:
            self.service.terminate(15)
        for server in self.servers:
            server.close()
        self.address.close()


@pytest.fixture
def day(service, check, scale):
    day = Day(service, check, scale)
    yield day
    day.close()


def test_no_command_is_lost_on_a_bad_day(day, check, scale):
    load = day.load
    dump_across_midnight(day)
    vacuum_full(day)
    frozen(day)
    read_only(day)
    restarts(day)
    restore(day)
    promotion(day)
    time.sleep(day.pause)
    check("every client ended in time", load.finish())
    check("every answer was as the contract says", not load.wrong, f"{len(load.wrong)}: {load.wrong[:3]}")
    report(day, scale)
    lines = read_log(day.service.port, day.service.token("staff", "*"))
    check_log(check, load.answers, load.sent, [json.loads(line) for line in lines])
    status, output = day.service.run("verify", "log", "--database-url", day.url)
    check("`verify log` finds nothing", status == 0, output[-500:])


# Faults


def dump_across_midnight(day):
    def midnight():
        return day.began + day.until_midnight

    before = day.sql("select to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDD')")
    with day.during("dump across midnight"):
        # Nobody reads what it writes, so that it keeps its locks and its snapshot.
        dump = day.primary.begin("pg_dump", "waybill", stdout=subprocess.PIPE)
        running = "select count(*) from pg_stat_activity where application_name = 'pg_dump' and state <> ''"
        wait_for(lambda: day.sql(running) == "1", 30, "the dump runs")
        time.sleep(max(0, midnight() - time.monotonic()) + day.seconds)
        today = day.sql("select to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDD')")
        day.check("the day has changed", today > before, (before, today))
        # A process that starts now looks for the partition of a day more.
        another = day.service.spawn(free_port())
        wait_for(lambda: day.backends("waybill appender")[1:], 60, "a second process has connected")
        time.sleep(day.seconds)
        day.check("the dump still runs", day.sql(running) == "1")
        another.terminate()
        another.wait(15)
        written = len(dump.communicate(timeout=60)[0])
        day.check("the dump succeeds", dump.returncode == 0 and written > 100_000, (dump.returncode, written))
        new = day.sql(f"select count(*) from commands_{today}")
        day.check("commands of the new day are in its partition", int(new) > 0, new)


def vacuum_full(day):
    small = (
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
        "and (pg_total_relation_size(oid) < 1 << 20 or relname = 'log_head') order by relname"
    )
    tables = day.sql(small).split()
    # The dump has just left dead versions of the head's row behind.
    day.check("the head is one of several small tables", "log_head" in tables and len(tables) > 5, tables)
    with day.during("vacuum full of small tables"):
        for table in tables:
            day.sql(f"vacuum full {table}")


@contextlib.contextmanager
def frozen_off_disk(day, name):
    """Freezes server processes of which none waits for its disk just then: a slow disk looks the same."""
    for _ in range(100):
        pids = day.backends(name)
        with Frozen(pids):
            numbers = ",".join(map(str, pids))
            at_disk = "wait_event_type in ('IO', 'LWLock')"
            if day.sql(f"select count(*) from pg_stat_activity where pid in ({numbers}) and {at_disk}") == "0":
                yield
                return
    raise RuntimeError(f"{name} waits for its disk all the time")


def frozen(day):
    for name in ("reader", "appender"):
        with day.during(f"frozen {name}s"), frozen_off_disk(day, f"waybill {name}"):
            time.sleep(day.seconds)
    with day.during("frozen holder of the head"):
        options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        holder = day.primary.begin("psql", "-XqAt", "waybill", **options)
        holder.stdin.write("begin; select pg_backend_pid(); select 'held' from log_head for update;\n")
        holder.stdin.flush()
        pid = int(holder.stdout.readline())
        day.check("the holder holds the head", holder.stdout.readline() == "held\n")
        with Frozen([pid]):
            time.sleep(day.seconds)
        holder.communicate("rollback;\n", timeout=30)


def read_only(day):
    with day.during("read-only"):
        day.sql("alter system set default_transaction_read_only = on")
        day.sql("select pg_reload_conf()")
        time.sleep(day.seconds)
        day.sql("alter system reset default_transaction_read_only")
        day.sql("select pg_reload_conf()")


def restarts(day):
    with day.during("restart"):
        day.primary.stop()
        day.primary.start()
    with day.during("crash"):
        day.primary.kill()
        day.primary.start()


def restore(day):
    restored = day.server("restored")
    with day.during("base backup"):
        restored.copy(day.primary)
    with day.during("restore from base backup and archive"):
        lost = day.primary
        lost.kill()
        # The segment that was not archived yet is all that is taken from the lost server.
        command = f"cp {day.archive}/%f %p || cp {lost.directory}/pg_wal/%f %p"
        restored.settings = [*day.archiving, f"restore_command={command}"]
        signal_file = os.path.join(restored.directory, "recovery.signal")
        with open(signal_file, "x", encoding="ascii"):
            owner = os.stat(restored.directory)
            os.chown(signal_file, owner.st_uid, owner.st_gid)
        restored.start()
        in_recovery = "select pg_is_in_recovery()"
        wait_for(lambda: restored.sql(in_recovery) == "f", 60, "the restored server takes commands")
        day.primary = restored
        day.address.switch(restored.port)
    shutil.rmtree(lost.directory)


def promotion(day):
    standby = day.server("standby")
    with day.during("another base backup, for a standby"):
        standby.follow(day.primary).start()
    # Only a synchronous standby has every acknowledged command.
    day.sql("alter system set synchronous_standby_names = '*'")
    day.sql("select pg_reload_conf()")
    in_step = "select count(*) from pg_stat_replication where sync_state = 'sync'"
    wait_for(lambda: day.sql(in_step) == "1", 30, "the standby is in step")
    time.sleep(day.pause)
    with day.during("promotion of the standby"):
        day.primary.kill()
        standby.sql("alter system reset synchronous_standby_names")
        standby.sql("select pg_promote()")
        day.primary = standby
        day.address.switch(standby.port)


# Result


def report(day, scale):
    """Prints and checks the worst wait of a command in each situation."""
    check, load = day.check, day.load
    quiet = load.outside()
    longest = max(one.accepted - one.began for one in quiet)
    check("without a fault no command waits for 2 s", longest < 2, longest)
    total = load.situations[-1].ended - load.situations[0].began
    check.note(
        f"{len(load.answers)} commands in {total:.0f} s; between the faults {len(quiet)}, the longest {longest:.2f} s"
    )
    if scale == "full":
        check("the rate was held", len(load.answers) > 0.8 * total * load.rate, len(load.answers) / total)
    for situation in load.situations:
        sent = load.of(situation)
        answer = max(one.longest_answer for one in sent)
        wait = max(one.accepted - one.began for one in sent)
        refused = sum(one.refusals > 0 for one in sent)
        unready = [round(moment - situation.began, 1) for moment, _ in situation.not_ready]
        check.note(
            f"{situation.name}: fault {situation.fault:.1f} s, {len(sent)} commands, {refused} told to come back; "
            f"longest answer {answer:.2f} s, longest wait until accepted {wait:.2f} s; "
            f"/readyz 503 {f'from {unready[0]} to {unready[-1]} s' if unready else 'never'}"
        )
        harmless = situation.name.startswith(("dump", "vacuum", "base", "another", "frozen readers"))
        bound = 2 if harmless else situation.fault + LONGEST_RECOVERY
        check(f"{situation.name}: every answer comes within {LONGEST_ANSWER} s", answer < LONGEST_ANSWER, answer)
        check(f"{situation.name}: every command is accepted within {bound:.1f} s", wait < bound, wait)
