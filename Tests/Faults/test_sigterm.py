"""SIGTERM ends streams by `bye`; a data directory has one service; the next one adopts the cluster after kill -9."""

import json
import os
import subprocess

import pytest

from support.client import Client
from support.orders import order
from support.service import free_port, is_alive
from support.sse import Stream


@pytest.mark.slow
def test_sigterm_says_goodbye_and_kill_leaves_a_cluster(service, check):
    took = service.start()
    check("first start: ready within 60 s", took <= 60, f"{took:.1f} s")
    staff, backend = service.token("staff", "*"), service.token("backend", "aurora")
    customer = service.token("customer", "aurora", "c-1")
    placed = Client(service.port, backend).insist("POST", "/v1/orders", order()).json
    streams = goodbye(service, check, placed, staff, customer)
    restarted(service, check, streams)
    one_at_a_time(service, check, Client(service.port, backend), placed)
    adopted(service, check, staff)


def goodbye(service, check, placed, staff, customer):
    order_path = f"/v1/orders/{placed['orderId']}/stream"
    streams = {
        "order stream, staff": Stream(service.port, order_path, staff),
        "order stream, customer": Stream(service.port, order_path, customer),
        "feed": Stream(service.port, "/v1/stream", staff),
        "plain feed": Stream(service.port, "/v1/stream?after=0&plain=true", staff),
    }
    for name, stream in streams.items():
        stream.wait(lambda frames: any(frame.id for frame in frames), 20, f"{name} began")
    postmaster = service.postmaster()
    status, took = service.terminate(10)
    check("SIGTERM: exit status 0 within 10 s", status == 0, f"status {status} after {took:.1f} s")
    check(
        "SIGTERM: the postmaster has gone",
        not is_alive(postmaster) and service.postmaster() is None,
        f"pid {postmaster} runs",
    )
    for name, stream in streams.items():
        ended = stream.wait_end(10)
        check_goodbye(check, name, stream, ended, staff_position=placed["position"])
    return streams


def check_goodbye(check, name, stream, ended, staff_position):
    raw = [frame.raw for frame in stream.frames]
    first, last, before = stream.frames[0], stream.frames[-1], stream.frames[-2]
    plain = name.startswith("plain")
    check(f"{name}: a retry comes first of all", first.retry is not None and first.data is None, raw[:1])
    check(f"{name}: an id-only block comes before bye", before.is_cursor, raw[-3:])
    if "customer" not in name:
        check(f"{name}: that block is at the log's head", before.id == staff_position, raw[-3:])
    check(f"{name}: bye comes last, without id", last.event == (None if plain else "bye") and last.id is None, raw[-3:])
    data = json.loads(last.data or b"null")
    wanted = {"reason": "shutdown", **({"type": "bye"} if plain else {})}
    check(f"{name}: bye says shutdown", data == wanted, raw[-1:])
    retries = [frame.retry for frame in stream.frames[1:] if frame.retry is not None]
    check(f"{name}: a retry comes with bye", len(retries) == 1, raw[-3:])
    check(f"{name}: the answer is complete", ended == "complete", ended)
    check(f"{name}: no violation", not stream.violations, stream.violations)
    wanted = {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
    }
    found = {field: stream.headers.get(field) for field in wanted}
    check(f"{name}: headers", found == wanted, stream.headers)


def restarted(service, check, streams):
    took = service.start()
    check("start after SIGTERM: ready within 60 s", took <= 60, f"{took:.1f} s")
    again = {
        name: Stream(service.port, old.path.partition("?")[0], old.token, last_event_id=old.last_id)
        for name, old in streams.items()
    }
    for name, stream in again.items():
        # The heartbeat comes after 15 s; until then a good id is answered with nothing but a retry.
        stream.wait(lambda frames: any(frame.id for frame in frames), 30, "an id-only block")
        shown = [frame.raw for frame in stream.stop().frames if frame.event]
        check(f"{name}: the id before bye goes on without reset or snapshot", not shown, shown)


def one_at_a_time(service, check, client, placed):
    second = service.spawn(free_port())
    try:
        status = second.wait(30)
    except subprocess.TimeoutExpired:
        status = None
        second.kill()
        second.wait(10)
    with open(second.log_path, encoding="utf-8") as file:
        said = file.read()
    check("second serve on the data directory: status 1", status == 1, f"status {status}: {said}")
    check("second serve on the data directory: says why", service.data_dir in said, said)
    check.note("the second serve said: " + said.strip()[-300:])
    answer = client.request("POST", f"/v1/orders/{placed['orderId']}/note", {"text": "x", "visibility": "customer"})
    check("the first serves on", answer.status == 200, answer)


def adopted(service, check, staff):
    before = service.postmaster()
    service.kill()
    check("kill -9: PostgreSQL runs on", service.postmaster() == before, service.postmaster())
    took = service.start()
    check("after kill -9: ready within 60 s", took <= 60, f"{took:.1f} s")
    check(
        "after kill -9: the cluster is adopted",
        service.postmaster() == before,
        f"postmaster {before} before, {service.postmaster()} after",
    )
    answer = Client(service.port, staff).insist("GET", "/v1/events")
    check("after kill -9: the log answers", answer.status == 200 and len(answer.json["events"]) == 2, answer)
    key = os.stat(os.path.join(service.data_dir, "dev-key.pem")).st_mode & 0o777
    check("the development key is private", key == 0o600, oct(key))
    status, took = service.terminate(10)
    check("SIGTERM after adoption: exit status 0 within 10 s", status == 0, f"status {status}, {took:.1f} s")
    check("SIGTERM after adoption: the adopted postmaster has gone", not is_alive(before), f"pid {before} runs")
