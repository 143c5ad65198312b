"""`/readyz` tells the truth: 503 with the reason while commands or reads fail, and 200 by itself once they work."""

import time

import pytest

from support.client import Client
from support.frozen import Frozen, backends
from support.lock_holder import Holder
from support.shop import Shop
from support.waiting import Overdue, wait_for

pytestmark = pytest.mark.postgres


def probe(service):
    """Status and detail of one probe."""
    client = Client(service.port)
    try:
        answer = client.request("GET", "/readyz", timeout=5)
        return answer.status, answer.json.get("detail", "")
    finally:
        client.close()


def turns(service, check, situation, status, words="", seconds=3.5):
    """Checks that the probe gives this status in time."""
    began = time.monotonic()

    def seen():
        found = probe(service)
        return found if found[0] == status and words in found[1] else None

    try:
        wait_for(seen, seconds, f"{status} of /readyz")
        check(f"{situation}: /readyz turns to {status} within {seconds} s", True)
        check.note(f"{situation}: {status} after {time.monotonic() - began:.1f} s, {probe(service)[1]}")
    except Overdue:
        check(f"{situation}: /readyz turns to {status} within {seconds} s", False, probe(service))


def test_a_read_only_database_is_not_ready(bench, check):
    service = bench.service
    service.sql("alter system set default_transaction_read_only = on")
    try:
        service.sql("select pg_reload_conf()")
        turns(service, check, "read-only", 503, "read-only")
    finally:
        service.sql("alter system reset default_transaction_read_only")
        service.sql("select pg_reload_conf()")
    turns(service, check, "writable again", 200, seconds=6)


def test_a_locked_head_is_not_ready(bench, check):
    service = bench.service
    turns(service, check, "at first", 200, seconds=10)
    with Holder(service, "select seq from log_head for update"):
        turns(service, check, "head locked", 503, "locks")
    turns(service, check, "head free", 200, seconds=6)


def test_frozen_processes_are_not_ready(bench, check):
    service = bench.service
    turns(service, check, "at first", 200, seconds=10)
    with Frozen(backends(service, "waybill")):
        turns(service, check, "all frozen", 503)
        turns(service, check, "all frozen but replaced", 200, seconds=15)
        check("and commands are taken", Shop(service).place("AFTER")["version"] == 1)
    turns(service, check, "running again", 200, seconds=6)
