"""The metrics of commands, queue, batches, pools, requests and the database: there from the start, and counted."""

import json
import re
import subprocess
import threading
import time

from support.client import Client
from support.deployment import DEPLOY, program
from support.lock_holder import Holder
from support.orders import order
from support.pages import page
from support.waiting import wait_for

FAMILIES = (
    "waybill_batch_commands_total",
    'waybill_batches_total{outcome="committed"}',
    'waybill_batches_total{outcome="failed"}',
    'waybill_batches_total{outcome="refuted"}',
    "waybill_command_seconds_count",
    "waybill_commit_seconds_count",
    "waybill_database_answer_seconds_count",
    'waybill_pool_connections{pool="log"}',
    'waybill_pool_connections{pool="models"}',
    'waybill_pool_connections_lent{pool="log"}',
    'waybill_pool_waiting{pool="log"}',
    'waybill_queue_commands{lane="single"}',
    'waybill_queue_commands{lane="bulk"}',
    "waybill_ready",
    'waybill_unready{reason="readOnly"}',
)
OUTCOMES = ("accepted", "duplicate", "refused", "overloaded", "unavailable", "notDurable", "failed")


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def scrape(service):
    answer = Client(service.port, service.token("operator", "*")).request("GET", "/metrics")
    return answer.body.decode()


def values(service):
    """Each sample's value by its name and labels."""
    lines = scrape(service).splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def test_commands_are_counted_by_outcome(bench, check):
    service = bench.service
    before = values(service)
    names = [*FAMILIES, *(f'waybill_commands_total{{outcome="{outcome}"}}' for outcome in OUTCOMES)]
    missing = [name for name in names if name not in before]
    check("all are there from the start", not missing, missing)
    check("the service says that it is ready", before.get("waybill_ready") == 1, before.get("waybill_ready"))

    client = Client(service.port, service.token("backend", "aurora"))
    placed = [client.request("POST", "/v1/orders", order(number="M-1"), {"Idempotency-Key": "m"}) for _ in range(2)]
    check("a command and its repetition", [answer.status for answer in placed] == [201, 201], placed)
    path = f"/v1/orders/{placed[0].json['orderId']}/note"
    body = {"text": "late", "visibility": "customer"}
    refused = client.request("POST", path, body, {"If-Match": '"9"'})
    check("a command for another version", refused.status == 412, refused)

    after = values(service)
    for outcome in ("accepted", "duplicate", "refused"):
        name = f'waybill_commands_total{{outcome="{outcome}"}}'
        grown = after.get(name, 0) - before.get(name, 0)
        check(f"one command more was {outcome}", grown == 1, grown)
    for name in ('waybill_batches_total{outcome="committed"}', "waybill_commit_seconds_count"):
        check(f"{name} has grown", after.get(name, 0) > before.get(name, 0), after.get(name))


def test_commands_and_requests_are_counted_by_name(bench, check):
    service = bench.service
    client = Client(service.port, service.token("backend", "aurora"))
    placed = client.request("POST", "/v1/orders", order(number="M-2")).json
    path = f"/v1/orders/{placed['orderId']}"
    before = values(service)
    held = [client.request("POST", f"{path}/hold", {"holdId": "h", "reason": "fraud"}).status for _ in range(2)]
    missing = client.request("GET", "/nothing/here").status
    after = values(service)
    check("a hold, and the same again under another id", (held, missing) == ([200, 409], 404), (held, missing))
    grown = {name: after[name] - before.get(name, 0) for name in after}
    for name, count in {
        'waybill_command_answers_total{command="holdOrder",outcome="accepted"}': 1,
        'waybill_command_answers_total{command="holdOrder",outcome="refused"}': 1,
        'waybill_command_refusals_total{reason="holdExists"}': 1,
        'waybill_http_requests_total{method="POST",route="/v1/orders/{id}/{command}",status="2xx"}': 1,
        'waybill_http_requests_total{method="POST",route="/v1/orders/{id}/{command}",status="4xx"}': 1,
        'waybill_http_request_seconds_count{method="POST",route="/v1/orders/{id}/{command}"}': 2,
        'waybill_command_stage_seconds_count{stage="queue"}': 2,
        'waybill_command_stage_seconds_count{stage="commit"}': 1,
    }.items():
        check(f"{name} grows", grown.get(name) == count, grown.get(name))
    prefix = 'waybill_http_requests_total{method="GET",'
    strange = {name: more for name, more in grown.items() if name.startswith(prefix) and '"4xx"' in name and more}
    check("what is nowhere is counted once", strange == {prefix + 'route="none",status="4xx"}': 1}, strange)
    text = scrape(service)
    check("no route has a caller's words in it", placed["orderId"] not in text and "nothing/here" not in text, strange)


def test_parts_of_the_process_are_measured(bench, check):
    service = bench.service
    found = values(service)
    for listener in ("tail", "projector"):
        connected = found[f'waybill_listener_connected{{listener="{listener}"}}']
        check(f"the {listener} listens", connected == 1, connected)
    told = found['waybill_listener_notifications_total{listener="tail"}']
    check("the tail was told of events", told >= 1, told)
    check("the log has one epoch", found["waybill_log_epochs"] == 1, found["waybill_log_epochs"])
    lags = {name: value for name, value in found.items() if name.startswith("waybill_projection_lag_events")}
    check("the leader knows how far its projections are", lags and all(value >= 0 for value in lags.values()), lags)
    folded = [value for name, value in found.items() if name.startswith("waybill_projection_events_total")]
    check("and has folded events", folded and all(value >= 1 for value in folded), folded)
    start = found["process_start_time_seconds"]
    check("the process began a while ago", 0 < time.time() - start < 3600, start)
    check("it has used the processor", found["process_cpu_seconds_total"] > 0)
    resident, known = found["process_resident_memory_bytes"], service.memory() * 2**20
    check("its memory is that of the system", abs(resident - known) < 64 * 2**20, (resident, known))


def test_promtool_finds_nothing_in_a_scrape(bench, check):
    done = subprocess.run(
        [program("promtool"), "check", "metrics"],
        input=scrape(bench.service),
        capture_output=True,
        text=True,
        timeout=60,
    )
    check("promtool is content", (done.returncode, done.stdout, done.stderr) == (0, "", ""), done)


def test_every_metric_of_a_scrape_is_described(bench, check):
    text = scrape(bench.service)
    described = set(re.findall(r"^\| `(\w+)` \|", page("docs/metrics.md"), re.M))
    families = set(re.findall(r"^# TYPE (\w+)", text, re.M))
    own = {name for name in families if name.startswith(("waybill_", "process_"))}
    check("docs/metrics.md has each of them", own <= described, own - described)
    shown = (DEPLOY / "grafana/dashboards/waybill.json").read_text(encoding="utf-8")
    expressions = [target["expr"] for panel in json.loads(shown)["panels"] for target in panel.get("targets", [])]
    named = set(re.findall(r"\b((?:waybill|process)_\w+)\{", " ".join(expressions)))
    samples = set(re.findall(r"^(\w+)[{ ]", text, re.M))
    elsewhere = ("waybill_edge_", "waybill_relay_", "waybill_durable_", "waybill_tls_")
    missing = {name for name in named - samples if not name.startswith(elsewhere)}
    check("the dashboard's are all there", not missing, missing)


def test_a_slow_command_has_one_line_with_its_stages(bench, check):
    service = bench.service
    client = Client(service.port, service.token("backend", "aurora"))
    placed = client.request("POST", "/v1/orders", order(number="M-3")).json
    headers = {"X-Request-Id": "slow-1", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    answers = []

    def confirm():
        path = f"/v1/orders/{placed['orderId']}/confirm"
        answers.append(client.request("POST", path, {}, headers, timeout=30))

    with Holder(service, "select seq from log_head for update"):
        thread = threading.Thread(target=confirm)
        thread.start()
        # Shorter than 1.5 s, after which the appender gives the lock up and tries again.
        waits = (
            "select clock_timestamp() - query_start > interval '1.05 s' from pg_stat_activity "
            "where application_name = 'waybill appender' and wait_event_type = 'Lock'"
        )
        wait_for(lambda: service.sql(waits, "waybill") == "t", 5, "the command has waited long enough")
    thread.join(30)
    check("it is accepted", answers and answers[0].status == 200, answers)
    found = wait_for(lambda: lines_of(service, "slow-1"), 10, "the line is written")
    check("one line", len(found) == 1, found)
    line = found[0]
    metadata = line["metadata"]
    check("a notice", (line["level"], line["message"]) == ("notice", "a command took longer than a second"), line)
    named = {key: metadata.get(key) for key in ("name", "order", "position", "traceId")}
    position = answers[0].json["position"]
    wanted = {"name": "confirmOrder", "order": placed["orderId"], "position": position, "traceId": TRACE}
    check("it names the command", named == wanted, named)
    stages = {key: int(metadata[key]) for key in ("queue", "lock", "lookUp", "decision", "commit")}
    check("the lock took the time", stages["lock"] >= 1000 and stages["lock"] > sum(stages.values()) / 2, stages)


def lines_of(service, request_id):
    """The log's lines of a request."""
    with open(service.process.log_path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if f'"{request_id}"' in line]
    return [line for line in lines if line.get("metadata", {}).get("requestId") == request_id]
