"""The metrics of commands, queue, batches, pools and the database: all there from the start, and counted."""

from support.client import Client
from support.orders import order

FAMILIES = (
    "waybill_batch_commands_total",
    'waybill_batches_total{outcome="committed"}',
    'waybill_batches_total{outcome="failed"}',
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


def values(service):
    """Each sample's value by its name and labels."""
    answer = Client(service.port, service.token("operator", "*")).request("GET", "/metrics")
    lines = answer.body.decode().splitlines()
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
