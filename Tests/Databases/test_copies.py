"""A database that is copied by `create database … template`: two logs from there on, each with ids of its own."""

import json
import os

import pytest

from support.client import epoch, read_log, seq
from support.postgres_server import Server
from support.resets import told
from support.service import Service
from support.shop import Shop


@pytest.fixture(scope="module")
def server(service):
    server = Server(os.path.join(service.root, "server")).make().start()
    server.sql("create database original")
    yield server
    server.close()


def test_copy_has_ids_of_its_own(service, server, binary, check):
    service.options = ["--database-url", server.url("original")]
    service.start()
    kept = [Shop(service).place(f"KEPT-{n}")["position"] for n in range(3)]
    check("the original's ids have one epoch", len({epoch(position) for position in kept}) == 1, kept)
    service.terminate(15)
    server.sql("create database copy template original")

    copy = Service(binary)
    copy.options = ["--database-url", server.url("copy")]
    try:
        copy.start()
        service.start()
        theirs = [Shop(copy).place(f"COPY-{n}")["position"] for n in range(2)]
        ours = [Shop(service).place(f"OURS-{n}")["position"] for n in range(2)]
        check("the original goes on in its epoch", {epoch(p) for p in ours} == {epoch(kept[0])}, ours)
        check("the copy goes on in another", epoch(kept[0]) not in {epoch(p) for p in theirs}, theirs)
        check("both after the common head", seq(theirs[0]) == seq(ours[0]) == seq(kept[-1]) + 1, (theirs, ours))
        count = server.sql("select count(*) from log_epochs", "original")
        check("the original opened no epoch, restarted or not", count == "1", count)
        staff = copy.token("staff", "*")
        shared = [json.loads(line)["position"] for line in read_log(copy.port, staff)][:3]
        check("ids of before the copy are good in both", shared == kept, shared)
        # The same number in both: only the epoch tells the two events apart.
        told(copy, check, {"of the original": ("/v1/stream", staff, ours[0])}, theirs[-1], "at the copy")
        told(
            service,
            check,
            {"of the copy": ("/v1/stream", service.token("staff", "*"), theirs[0])},
            ours[-1],
            "at the original",
        )
        check("the copy says so in its log", "begins a new epoch" in copy.log_tail(20_000), copy.log_tail())
    finally:
        copy.close()
        service.terminate(15)
