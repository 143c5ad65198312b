"""PgBouncer before the database: session mode serves, the other modes are refused in one sentence."""

import os
import subprocess

import pytest

from support.client import read_log
from support.pooler import Pooler, is_installed
from support.postgres_server import Server
from support.service import Service
from support.shop import Shop


@pytest.fixture(scope="module")
def server(service):
    if not is_installed():
        pytest.skip("pgbouncer is not installed")
    server = Server(os.path.join(service.root, "server")).make().start()
    yield server
    server.close()


def pooled(server, service, mode):
    """A pooler before an empty database, and the database's URL there."""
    server.sql(f"create database waybill_{mode}")
    pooler = Pooler(os.path.join(service.root, f"pooler-{mode}"), server, mode)
    return pooler, f"postgresql://postgres@127.0.0.1:{pooler.port}/waybill_{mode}"


def test_session_mode_serves(server, binary, check):
    service = Service(binary)
    pooler, url = pooled(server, service, "session")
    try:
        service.options = ["--database-url", url]
        service.start()
        placed = Shop(service).place("POOLED")
        log = read_log(service.port, service.token("staff", "*"))
        check("session mode: an order is placed and read", len(log) == 1 and placed["orderId"] in str(log), log)
    finally:
        service.close()
        pooler.close()


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_mode_without_sessions_is_refused(server, service, binary, check, mode):
    pooler, url = pooled(server, service, mode)
    try:
        for command in (["serve", "--port", "0"], ["migrate"]):
            done = subprocess.run(
                [binary, *command, "--database-url", url, "--data-dir", service.data_dir],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            name = f"{mode} mode, {command[0]}"
            errors = [line for line in done.stderr.splitlines() if line.startswith("Error:")]
            check(f"{name}: exit status 1", done.returncode == 1, done.returncode)
            check(f"{name}: one sentence names the pooler", len(errors) == 1 and "pooler" in errors[0], done.stderr)
            check(f"{name}: no SQL", "select" not in done.stderr, done.stderr)
            tables = server.sql("select count(*) from pg_tables where schemaname = 'public'", f"waybill_{mode}")
            check(f"{name}: nothing was made", tables == "0", tables)
    finally:
        pooler.close()
