"""The embedded cluster moves to a later PostgreSQL: nothing is lost, positions stay good, a kill leaves it whole."""

import glob
import os
import shutil
import signal

import pytest

from support.client import epoch, read_log, seq
from support.clusters import beside, version, working_below
from support.postgres_versions import programs_or_skip
from support.resets import last_id
from support.service import Service
from support.shop import Shop
from support.sse import Stream
from support.waiting import wait_for

# A pg_upgrade copies three databases file by file.
PATIENCE = 180


@pytest.fixture(scope="module")
def old():
    return programs_or_skip("15")


@pytest.fixture
def filled(binary, old):
    """A service with some orders on PostgreSQL 15, killed, so that its server runs; with its log and last position."""
    service = Service(binary)
    service.environment["WAYBILL_PG_BIN"] = old
    try:
        service.start()
        shop = Shop(service)
        positions = [shop.place(f"BEFORE-{n}")["position"] for n in range(20)]
        service.kept = read_log(service.port, service.token("staff", "*"))
        service.last = positions[-1]
        service.kill()
        yield service
    finally:
        service.close()


def upgrade(service, version_of_programs, *options):
    service.environment["WAYBILL_PG_BIN"] = programs_or_skip(version_of_programs)
    return service.run("upgrade", *options, seconds=PATIENCE)


def head(service):
    status, output = service.run("log", "head")
    assert status == 0, output
    return output.strip()


def serves_all(service, check, expected, also=lambda: None):
    """The service on the new version has the log of before, and clients resume where they were.

    - also: runs while it serves.
    """
    staff = service.token("staff", "*")
    service.start()
    check(f"serves PostgreSQL {expected}", service.sql("show server_version").startswith(f"{expected}."))
    check("the log is the same to the byte", read_log(service.port, staff) == service.kept)
    resumed = Stream(service.port, "/v1/stream", staff, last_event_id=service.last)
    placed = Shop(service).place("AFTER")["position"]
    check("positions go on", seq(placed) == seq(service.last) + 1 and epoch(placed) != epoch(service.last), placed)
    resumed.wait(lambda frames: any(frame.is_log_event for frame in frames), 30, "the event after the upgrade")
    resumed.stop()
    events = [frame for frame in resumed.frames if frame.event]
    check(
        "a client of before resumes at exactly the next event",
        [frame.id for frame in events] == [placed],
        [f.raw for f in events],
    )
    check("and another at the beginning", last_id(service, "/v1/stream?after=0", staff, placed) == placed)
    status, output = service.run("verify")
    check("verify finds no difference", status == 0, output)
    also()
    check("ends in order", service.terminate(20)[0] == 0)


def test_the_cluster_moves_to_a_later_version(filled, check):
    service = filled
    service.environment["WAYBILL_PG_BIN"] = programs_or_skip("18")
    status, output = service.fails_to_serve()
    said = [line for line in output.splitlines() if line.startswith("Error:")]
    check("serve says in one sentence what to do", status == 1 and len(said) == 1, output)
    wanted = "was made by PostgreSQL 15, and WAYBILL_PG_BIN names 18: run `waybill upgrade`"
    check("and names both versions and the command", wanted in output, said)
    service.sql("alter system set log_min_duration_statement = 5000")
    status, output = upgrade(service, "18")
    check("the upgrade ends well, by pg_upgrade", status == 0 and "by pg_upgrade" in output, output)
    check("and needs no dump", "dump and restore" not in output, output)
    check("settings that do not come along are named", "postgresql.auto.conf are not taken over" in output, output)
    check("the old cluster is kept", beside(service) == ["postgres.15"], beside(service))
    check("and said", output.endswith(f"{service.data_dir}/postgres.15 until you delete it\n"), output)
    serves_all(service, check, "18")
    status, output = upgrade(service, "18")
    check("a second upgrade has nothing to do", status == 0 and "is of PostgreSQL 18" in output, output)


def test_without_pg_upgrade_it_is_a_dump_and_restore(filled, check, tmp_path):
    """The programs of a later version without pg_upgrade, as some packages have them; things of an operator's own."""
    later = programs_or_skip("18")
    for statement in OPERATORS_OWN:
        filled.sql(statement, "waybill")
    extension = "select extversion from pg_extension where extname = 'pg_stat_statements'"
    before = filled.sql(extension, "waybill")
    for name in set(os.listdir(later)) - {"pg_upgrade"}:
        os.symlink(os.path.join(later, name), tmp_path / name)
    # PostgreSQL's account must get there; pytest's folders are for their owner alone.
    for path in [tmp_path, *tmp_path.parents]:
        if not os.stat(path).st_mode & 1:
            os.chmod(path, 0o711)
    filled.environment["WAYBILL_PG_BIN"] = str(tmp_path)
    status, output = filled.run("upgrade", seconds=PATIENCE)
    check("the upgrade ends well", status == 0 and "by dump and restore" in output, output)

    def has_all():
        check("the large object is there", filled.sql("select length(lo_get(7001))", "waybill") == "5000")
        rows = filled.sql("select count(*) from order_numbers", "waybill")
        check("the materialised view is computed anew", rows == "20", rows)
        member = filled.sql("select pg_has_role('auditor', 'waybill_writer', 'member')")
        check("the role is a member", member == "t", member)
        check("the extension is of a later version", filled.sql(extension, "waybill") != before, before)

    serves_all(filled, check, "18", has_all)


# Objects that an operator may have made in the database.
OPERATORS_OWN = [
    "create extension pg_stat_statements",
    "create materialized view order_numbers as select number from events",
    "create role auditor login password 'x'",
    "grant waybill_writer to auditor",
    "select lo_from_bytea(7001, decode(repeat('ab', 5000), 'hex'))",
]


@pytest.mark.slow
def test_a_dump_and_restore_can_be_asked_for(filled, check, scale):
    if scale == "small":
        pytest.skip("the same way is tested without pg_upgrade")
    status, output = upgrade(filled, "18", "--dump")
    check("the upgrade ends well", status == 0 and "pg_upgrade" not in output, output)
    serves_all(filled, check, "18")


def test_a_cluster_outside_moves_too(binary, old, check):
    """As root, where PostgreSQL's account cannot enter the data directory."""
    if os.getuid() != 0:
        pytest.skip("only root keeps clusters outside")
    service = Service(binary)
    service.environment["WAYBILL_PG_BIN"] = old
    os.chmod(service.root, 0o700)
    cluster = service.cluster()
    try:
        service.start()
        service.last = Shop(service).place("BEFORE")["position"]
        assert service.terminate(20)[0] == 0
        status, output = upgrade(service, "18")
        check("the upgrade ends well", status == 0 and f"kept in {cluster}.15" in output, output)
        check("the log is there", cluster.startswith("/var/lib/waybill/") and head(service) == service.last)
        check("in the same place, of 18", version(service) == "18" and os.path.exists(f"{cluster}/cluster.id"))
        check("the old one is no longer the data directory's", not os.path.exists(f"{cluster}.15/cluster.id"))
    finally:
        service.close()
        for path in glob.glob(f"{cluster}.*"):
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


# The line after which an upgrade is killed, and the server of pg_upgrade that it has started by then.
MOMENTS = [("reading", None), ("copying", "old"), ("copying", "new"), ("verifying", None)]


@pytest.mark.slow
def test_a_killed_upgrade_leaves_the_cluster_as_it_was(filled, check, old, scale):
    service = filled
    for moment, wanted in MOMENTS[1:] if scale == "small" else MOMENTS:
        service.environment["WAYBILL_PG_BIN"] = programs_or_skip("18")
        process = service.command("upgrade")
        try:
            for line in process.stdout:
                if line.startswith(moment):
                    break
            # pg_upgrade starts the server of the one cluster, then that of the other.
            if wanted:
                place = service.cluster() if wanted == "old" else f"{service.cluster()}.upgrade-{process.pid}/cluster"
                wait_for(
                    lambda file=f"{place}/postmaster.pid": os.path.exists(file),
                    60,
                    f"pg_upgrade's server in {place}",
                    every=0.002,
                )
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        finally:
            process.stdout.close()
        name = f"killed while {moment}{f', with the {wanted} server' if wanted else ''}"
        service.environment["WAYBILL_PG_BIN"] = old
        check(f"{name}: the log is there, on 15", head(service) == service.last and version(service) == "15")
        check(f"{name}: nothing is left", beside(service) == [], beside(service))
        left = working_below(service.data_dir)
        check(f"{name}: no process goes on", left == [], left)
    status, output = upgrade(service, "18")
    check("the next upgrade ends well", status == 0, output)
    serves_all(service, check, "18")


def test_a_kill_between_the_last_renames_is_finished_or_undone(filled, check, old):
    service, later = filled, programs_or_skip("18")
    status, output = upgrade(service, "18")
    assert status == 0, output
    cluster = service.cluster()
    os.rename(cluster, cluster + ".upgraded")
    service.environment["WAYBILL_PG_BIN"] = later
    check("after the old one was moved: the new one serves", head(service) == service.last)
    check("in its place", version(service) == "18" and beside(service) == ["postgres.15"], beside(service))
    # Both are there: the old one may have got events since.
    os.rename(cluster, cluster + ".upgraded")
    os.rename(cluster + ".15", cluster)
    service.environment["WAYBILL_PG_BIN"] = old
    check("a copy of that name, without the upgrade's mark: the old one serves", head(service) == service.last)
    check("and the copy stays", beside(service) == ["postgres.upgraded"], beside(service))
    with open(cluster + ".upgraded.waybill", "w", encoding="ascii"):
        pass
    check("before the old one was moved: the old one serves", head(service) == service.last)
    check("and the new one is gone", version(service) == "15" and beside(service) == [], beside(service))


def test_an_interrupted_upgrade_ends_in_order(filled, check, old):
    service = filled
    service.environment["WAYBILL_PG_BIN"] = programs_or_skip("18")
    process = service.command("upgrade")
    for line in process.stdout:
        if line.startswith("copying"):
            break
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    check("says so and ends with 1", process.returncode == 1 and "interrupted" in output, output)
    check("nothing is left", beside(service) == [] and working_below(service.data_dir) == [], beside(service))
    service.environment["WAYBILL_PG_BIN"] = old
    check("the old one serves", head(service) == service.last)


def test_what_an_upgrade_needs_is_said(filled, check, old):
    service, later = filled, programs_or_skip("16")
    service.environment["WAYBILL_PG_BIN"] = old
    status, output = service.run("upgrade")
    check("no later version: nothing to do", status == 0 and "PostgreSQL 15, the latest" in output, output)
    service.start()
    service.environment["WAYBILL_PG_BIN"] = later
    status, output = service.run("upgrade")
    check("beside a service: refused", status == 1 and "another process" in output, output)
    assert service.terminate(20)[0] == 0
    status, output = service.run("upgrade", "--old-programs", later)
    wanted = "install `postgresql-15` beside 16, or name their directory by --old-programs"
    check("without the old programs: what to install", status == 1 and wanted in output, output)
    status, output = service.run("upgrade", "--old-programs", "/usr")
    check("a wrong directory is named", status == 1 and "/usr holds no PostgreSQL server" in output, output)
    with open(os.path.join(service.cluster(), "PG_VERSION"), "w", encoding="ascii") as file:
        file.write("17\n")
    status, output = service.run("upgrade")
    check("a cluster that is later: said", status == 1 and "PostgreSQL 17, which is later than 16" in output, output)
    status, output = service.fails_to_serve()
    check("by serve too", status == 1 and "install `postgresql-17`" in output and "upgrade" not in output, output)
    shutil.rmtree(service.data_dir)
    status, output = service.run("upgrade")
    check("no database: an error, and none is made", status == 1 and not os.path.exists(service.data_dir), output)
