"""The embedded cluster: what happens to its socket, its log and its data directory on a usual day."""

import os
import shutil
import signal
import subprocess
import threading
import time

import pytest

from support.client import Client, read_log
from support.clusters import log_sizes, working_below
from support.postgres_versions import programs_or_skip
from support.service import Service, is_alive
from support.shop import Shop
from support.waiting import wait_for

MEBIBYTE = 1 << 20
ROTATION = 16 * MEBIBYTE


class Writer:
    """Places orders one after the other, until told to stop; keeps what was acknowledged and the longest gap."""

    def __init__(self, service):
        self._shop = Shop(service)
        self._stop = threading.Event()
        self.acknowledged, self.gap = [], 0.0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        wait_for(lambda: self.acknowledged, 10, "a first order")
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        number, last = 0, time.monotonic()
        while not self._stop.is_set():
            number += 1
            placed = self._shop.place(f"W-{number}", **{"Idempotency-Key": f"w-{number}"})
            self.acknowledged.append(placed["position"])
            now = time.monotonic()
            self.gap, last = max(self.gap, now - last), now


def goes_on(service, check, what, disturb):
    """Disturbs the server under commands; they go on by themselves, and none is lost or doubled."""
    before = service.postmaster()
    with Writer(service) as writer:
        disturb()
        wait_for(lambda: service.postmaster() not in (None, before), 30, f"another server after {what}")
        count = len(writer.acknowledged)
        wait_for(lambda: len(writer.acknowledged) > count + 5, 30, f"commands after {what}")
        wait_for(service.is_ready, 30, f"ready after {what}")
    check(f"{what}: commands go on within seconds", writer.gap < 10, f"{writer.gap:.1f} s")
    check.note(f"{what}: the longest wait of a command was {writer.gap:.1f} s")
    log = [line for line in read_log(service.port, service.token("staff", "*")) if b'"OrderPlaced"' in line]
    found = [position for position in writer.acknowledged if any(position.encode() in line for line in log)]
    check(f"{what}: nothing is lost", found == writer.acknowledged, f"{len(found)} of {len(writer.acknowledged)}")


@pytest.fixture(scope="module")
def serving(service):
    service.start()
    return service


def test_a_removed_socket_comes_back(serving, check):
    socket = os.path.join(serving.cluster(), ".s.PGSQL.5432")
    goes_on(serving, check, "removal of the socket", lambda: os.unlink(socket))
    check("the log says why", "the socket of the PostgreSQL server was removed" in serving.log_tail(20_000))
    goes_on(
        serving,
        check,
        "removal of socket and lock file",
        lambda: [os.unlink(socket), os.unlink(socket + ".lock")],
    )


def test_a_killed_server_comes_back(serving, check):
    goes_on(serving, check, "kill -9 of the server", serving.kill_postmaster)


def test_the_servers_log_is_bounded(serving, check):
    flood = "do $$ begin for i in 1..2500 loop raise log '%', repeat('x', 10000); end loop; end $$"
    for _ in range(3):
        serving.sql(flood)
        wait_for(lambda: sum(log_sizes(serving)) <= 2 * ROTATION, 5, "the log is within its bound")
    sizes = log_sizes(serving)
    check("75 MB of messages leave 32 MiB at most", 0 < sum(sizes) <= 2 * ROTATION and sizes[0] <= ROTATION, sizes)
    serving.sql("do $$ begin raise log 'the last message'; end $$")
    with open(os.path.join(serving.cluster(), "postgres.log"), encoding="utf-8") as file:
        check("new messages are written", "the last message" in file.read())


def test_a_copy_is_served_beside_its_original(serving, check, binary):
    Shop(serving).place("SHARED")
    copy = Service(binary)
    try:
        serving.sql("checkpoint")
        subprocess.run(["cp", "-a", serving.data_dir, copy.data_dir], capture_output=True, check=False)
        check("the copy names the original's server", os.path.exists(f"{copy.data_dir}/postgres/postmaster.pid"))
        copy.start()
        check("both run", serving.postmaster() and copy.postmaster() and serving.postmaster() != copy.postmaster())
        Shop(serving).place("ORIGINAL")
        Shop(copy).place("COPY")
        logs = [read_log(each.port, each.token("staff", "*")) for each in (serving, copy)]
        check("each has a log of its own", [len(logs[0]), logs[0][:-1]] == [len(logs[1]), logs[1][:-1]])
        check("from there on", logs[0][-1] != logs[1][-1])
    finally:
        copy.close()


def test_a_second_process_says_so(serving, check):
    status, output = serving.fails_to_serve("--port", "0")
    check("a second process ends", status == 1 and f"another process (pid {serving.process.pid})" in output, output)


def test_a_data_directory_moves_under_a_running_server(serving, check):
    log = read_log(serving.port, serving.token("staff", "*"))
    serving.kill()
    pid = serving.postmaster()
    former = serving.data_dir
    serving.data_dir = former + "-moved"
    os.rename(former, serving.data_dir)
    serving.start()
    check("by another server", serving.postmaster() not in (None, pid))
    check("with the same log", read_log(serving.port, serving.token("staff", "*")) == log)


def test_a_restored_backup_serves(serving, check):
    log = read_log(serving.port, serving.token("staff", "*"))
    assert serving.terminate(20)[0] == 0
    backup = serving.data_dir + ".backup"
    subprocess.run(["cp", "-a", serving.data_dir, backup], check=True)
    shutil.rmtree(serving.data_dir)
    subprocess.run(["cp", "-a", backup, serving.data_dir], check=True)
    serving.start()
    check("with the same log", read_log(serving.port, serving.token("staff", "*")) == log)


def test_a_service_ends_when_its_data_directory_is_removed(binary, check):
    old, new = Service(binary), Service(binary)
    try:
        old.start()
        Shop(old).place("OLD")
        token = old.token("staff", "*")
        pid = old.postmaster()

        def removed():
            shutil.rmtree(old.data_dir, ignore_errors=True)
            return not os.path.exists(old.data_dir)

        # More than once, where the dying server makes files meanwhile.
        wait_for(removed, 10, "the data directory is gone")
        new.data_dir = old.data_dir
        new.start()
        check("the old process ends with 1", old.process.wait(15) == 1, old.log_tail())
        said = old.log_tail(20_000)
        check("and says why, once", said.count("was removed or replaced while this process used it") == 1, said)
        check("its server is gone", not is_alive(pid))
        server = new.postmaster()
        check("the new log is empty", read_log(new.port, new.token("staff", "*")) == [])
        client = Client(new.port, token)
        check("the old key opens nothing", client.request("GET", "/v1/events").status == 401)
        client.close()
        Shop(new).place("NEW")
        time.sleep(2)
        check("the new server was left alone", new.is_ready() and new.postmaster() == server, new.log_tail())
        check("ends in order", new.terminate(20)[0] == 0)
    finally:
        new.close()
        old.close()


@pytest.mark.parametrize("version", ["16", "18"])
def test_later_versions_serve_by_their_programs(binary, check, version):
    service = Service(binary)
    service.environment["WAYBILL_PG_BIN"] = programs_or_skip(version)
    try:
        service.start()
        check("the version", service.sql("show server_version").startswith(f"{version}."))
        goes_on(service, check, "kill -9 of the server", service.kill_postmaster)
        service.kill()
        pid = service.postmaster()
        service.start()
        check("the server of a killed service is adopted", service.postmaster() == pid)
        check("ends in order", service.terminate(20)[0] == 0)
    finally:
        service.close()


@pytest.fixture
def closed(binary):
    """A service as root whose data directory PostgreSQL's account cannot enter: its cluster is kept outside."""
    if os.getuid() != 0:
        pytest.skip("only root keeps clusters outside")
    service = Service(binary)
    os.chmod(service.root, 0o700)
    service.start()
    outside = service.cluster()
    yield service
    service.close()
    parent, name = os.path.split(outside)
    for entry in os.listdir(parent):
        if entry.startswith(name):
            path = os.path.join(parent, entry)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def test_a_data_directory_made_anew_has_an_empty_log(closed, check):
    cluster = closed.cluster()
    check("the cluster is outside", cluster.startswith("/var/lib/waybill/"), cluster)
    kept = Shop(closed).place("OLD")["position"]
    check("a restart goes on", closed.terminate(20)[0] == 0 and closed.start() < 60)
    client = Client(closed.port, closed.token("staff", "*"))
    check("with its log", len(client.insist("GET", "/v1/events").json["events"]) > 0)
    client.close()

    # As after rm -rf beside a service that was killed: its server still runs.
    closed.kill()
    pid = closed.postmaster()
    shutil.rmtree(closed.data_dir)
    status, output = closed.run("verify")
    check("a command that reads finds no database", status == 1 and "there is no database" in output, output)
    closed.start()
    check("the log is empty", read_log(closed.port, closed.token("staff", "*")) == [])
    said = closed.log_tail(20_000)
    check("and the start says so", "its log is not served" in said and f"{cluster}.old-1" in said, said)
    check("the old cluster is kept beside", os.path.exists(f"{cluster}.old-1/PG_VERSION"))
    check("without a server", working_below(f"{cluster}.old-1") == [] and closed.postmaster() not in (None, pid))
    fresh = Shop(closed).place("NEW")["position"]
    check("in another history", fresh.partition("-")[0] != kept.partition("-")[0], fresh)
    check("ends in order", closed.terminate(20)[0] == 0)


def test_a_service_whose_data_directory_was_deleted_keeps_its_cluster(closed, check):
    shutil.rmtree(closed.data_dir)
    status, output = closed.fails_to_serve("--port", "0")
    check("another process refuses", status == 1 and "whose data directory was deleted" in output, output)
    check("and the service goes on", closed.is_ready())
    closed.process.send_signal(signal.SIGTERM)
    check("until it is ended", closed.process.wait(20) == 0)
