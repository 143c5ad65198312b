"""Server processes that no longer answer: what waits for them ends, and others take their place."""

import os
import subprocess
import time

from support.client import Client
from support.frozen import Frozen, backends
from support.postgres_server import Server
from support.shop import Shop
from support.waiting import wait_for


def test_reads_go_on_without_frozen_readers(service, check):
    service.start()
    shop = Shop(service)
    path = f"/v1/orders/{shop.place('ONE')['orderId']}"
    backend = service.token("backend", "aurora")

    def read(wanted):
        """Status and seconds of one read."""
        client, began = Client(service.port, backend), time.monotonic()
        try:
            return client.request("GET", wanted).status, time.monotonic() - began
        except OSError as error:
            return str(error), time.monotonic() - began

    for wanted in (path, "/v1/orders"):
        check(f"{wanted.rpartition('/')[0]}: answered before", read(wanted)[0] == 200)
    readers = backends(service, "waybill reader")
    check("there are readers", readers, readers)
    began = time.monotonic()
    with Frozen(readers):
        answers = [read(path), read("/v1/orders"), read(path), read("/v1/orders")]
        check("every read is answered within 10 s", all(seconds < 10 for _, seconds in answers), answers)
        check("by an order or the word to come back", {status for status, _ in answers} <= {200, 503}, answers)
        wait_for(lambda: read(path)[0] == 200 and read("/v1/orders")[0] == 200, 20, "reads are answered again")
        check.note(f"reads went on {time.monotonic() - began:.1f} s after the freeze: {answers}")
        check("by other processes", set(backends(service, "waybill reader")) - set(readers), readers)
        placed = shop.place("TWO")
        check("commands go on meanwhile", placed["version"] == 1, placed)
    check("and after the frozen ones run again", read(path)[0] == 200)


def test_commands_notice_frozen_processes(service, check):
    """The module's service runs, with orders in its log."""
    export = service.run("log", "export", "--url", service.url)[1]
    server = Server(os.path.join(service.root, "server")).make().start()
    commands = {}
    try:
        for name in ("migrated", "imported"):
            server.sql(f"create database {name}")
        place = f"postgresql://postgres@127.0.0.1:{server.port}/"

        def begin(name, *arguments):
            commands[name] = subprocess.Popen(
                [service.binary, *arguments, "--database-url", place + name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

        def process(name, condition):
            query = f"select pid from pg_stat_activity where datname = '{name}' and {condition}"
            return int(wait_for(lambda: server.sql(query), 30, f"a session in {name}"))

        # Another process migrates, for as long as this session lasts.
        with server.session("migrated", "select pg_advisory_lock(7766216571108108)"):
            begin("migrated", "migrate")
            begin("imported", "log", "import", "-")
            frozen = [
                process("migrated", "application_name = 'waybill migrate' and query like '%pg_try_advisory_lock%'"),
                process("imported", "application_name = 'waybill log' and state = 'idle in transaction'"),
            ]
            with Frozen(frozen):
                began = time.monotonic()
                commands["imported"].stdin.write(export)
                for command in commands.values():
                    command.stdin.close()
                    # Or `communicate` would close it again.
                    command.stdin = None
                for name, command in commands.items():
                    output = command.communicate(timeout=40)[0]
                    seconds = time.monotonic() - began
                    check(f"{name}: ends with status 1 within 25 s", command.returncode == 1 and seconds < 25, seconds)
                    check(f"{name}: says why", "the database did not answer in time" in output, output)
    finally:
        for command in commands.values():
            command.kill()
            command.wait(10)
        server.close()
