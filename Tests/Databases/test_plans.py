"""Each statement of the service is answered by the index meant for it, at 200,000 orders.

Three times: in sessions that made their plans while the log was nearly empty, after a fresh start without statistics
(as after a restore), and with statistics.
"""

import os
import urllib.parse

import pytest

from support import many_orders, roles
from support.bench import Bench
from support.external import database_server
from support.orders import order
from support.plans import PlanLog, can_log_plans, log_plans
from support.sse import Stream

pytestmark = pytest.mark.postgres

# Statements never read one of these whole.
LARGE = {
    "events",
    "commands",
    "order_states",
    "order_list",
    "order_list_keys",
    "order_list_by_carrier",
    "tracking_numbers",
    "stats_orders",
}
# A server keeps a plan for any values from the sixth execution on.
EXECUTIONS = 7
# The end of a page of the order list.
PAGE = "placed_at desc, order_id desc limit $"
KEYS = "order_list_keys_v1_"
NUMBER, CUSTOMER = KEYS + "number_placed_at_order_id_idx", KEYS + "customer_placed_at_order_id_idx"
INVERTED = KEYS + "tracking_numbers_carriers_idx"
# A projector folds the events of the tail from memory, and reads only those that it has missed.
SELDOM = "what the projector reads"
# All shops together.
NEWEST = KEYS + "placed_at_order_id_idx"
SHOP, STATUS = KEYS + "shop_placed_at_order_id_idx", KEYS + "status_placed_at_order_id_idx"
SHOP_STATUS = KEYS + "shop_status_placed_at_order_id_idx"
ATTENTION = {NEWEST + "1", SHOP + "1"}
CARRIER = {"order_list_by_carrier_v1_pkey", "order_list_by_carrier_v1_carrier_placed_at_order_id_idx"}
QUEUE = {KEYS + "attention_since_order_id_idx", KEYS + "shop_attention_since_order_id_idx"}
LIST = {
    "number=N-1": {NUMBER},
    "number=N77&status=shipped": {NUMBER},
    "customer=c-1": {CUSTOMER},
    "customer=customer-77&status=shipped": {CUSTOMER},
    "trackingNumber=TRK1": {INVERTED},
    "trackingNumber=TRACK77&status=shipped": {INVERTED},
    "carrier=rare": CARRIER,
    "carrier=rare&status=shipped": CARRIER,
    "carrier=dhl": CARRIER,
    "carrier=dhl&status=delivered": {STATUS, SHOP_STATUS},
    "attention=true": ATTENTION,
    "status=delivered": {STATUS, SHOP_STATUS},
    # Most orders have this one: the planner would walk the newest orders, though the newest of all may have another.
    "status=shipped": {STATUS, SHOP_STATUS},
    "": {SHOP, NEWEST},
}


@pytest.fixture(scope="module")
def server(service):
    # Statistics come when the test says so.
    with database_server(service, "autovacuum = off", "fsync = off") as server:
        if not can_log_plans(server):
            pytest.skip("this build of PostgreSQL has no auto_explain, which logs the plans")
        log_plans(server, "waybill")
        yield server


def test_each_statement_uses_the_index_meant_for_it(service, server, check):
    service.start()
    bench = Bench(service, check)
    placed = many_orders.dispatched(bench)
    # A carrier counts as common or rare for a minute: the statements are the same with another one.
    used(bench, PlanLog(server), placed, carrier="none-yet")
    many_orders.fill(server, "waybill")
    looks(bench, server, placed, "plans of an empty log")
    assert service.terminate(20)[0] == 0
    service.start()
    looks(bench, server, placed, "no statistics")
    server.sql("vacuum analyze", "waybill")
    assert service.terminate(20)[0] == 0
    service.start()
    looks(bench, server, placed, "statistics")


def command(bench, path, body):
    answer = bench.send("POST", path, body)
    if answer.status not in (200, 201):
        raise RuntimeError(f"{path} was refused: {answer}")
    return answer.json


def walks(plan, scan):
    """Tells whether a scan ends at a limit, or reads an index that holds nothing but orders that need attention."""
    limited = PAGE in plan.text or "limit 10001" in plan.text
    # The end of the log: one entry of its index. Before PostgreSQL 17 the plan names a condition too.
    is_end = scan == "Index Only Scan on events events_pkey" and "max(seq)" in plan.text
    return (KEYS in scan and limited) or is_end or scan.rpartition(" ")[2] in ATTENTION | QUEUE


def looks(bench, server, placed, when):
    """Checks the index of each kind of request, and that nothing reads a large table whole."""
    log = PlanLog(server)
    everything = used(bench, log, placed)
    for name, meant, marker, plans in everything:
        found = [plan.indexes() for plan in plans if marker in plan.text]
        wrong = [sorted(indexes) for indexes in found if not indexes & meant]
        bench.check(
            f"{when}: {name} goes by its index",
            (found or name == SELDOM) and not wrong,
            f"{wrong[:2]}, not {sorted(meant)}",
        )
    whole = {
        f"{scan}: {plan.text[:200]}"
        for _, _, _, plans in everything
        for plan in plans
        if not plan.text.startswith("copy")
        for scan in plan.unbounded(LARGE)
        if not walks(plan, scan)
    }
    bench.check(f"{when}: no statement reads a large table whole", not whole, sorted(whole)[:4])


def used(bench, log, placed, carrier="dhl"):
    """Sends requests; returns each one's name, the indexes meant for it, a part of its statement, and the plans."""
    seen = []

    def record(name, meant, marker, send):
        for _ in range(EXECUTIONS):
            send()
        seen.append((name, meant, marker, log.read()))

    def get(path, role=roles.BACKEND):
        answer = bench.send("GET", path, role=role)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer}")
        return answer.json

    def follow(path):
        stream = Stream(bench.service.port, path, bench.tokens[roles.STAFF])
        try:
            stream.wait(lambda frames: frames, 15, f"the stream {path} begins")
        finally:
            stream.stop()

    def listed():
        get(f"/v1/orders?limit=1&min_position={command(bench, '/v1/orders', order())['position']}")

    for role in (roles.BACKEND, roles.STAFF):
        for query, meant in LIST.items():
            path = f"/v1/orders?{query}".replace("carrier=dhl", f"carrier={carrier}")
            record(f"GET {path} ({role})", meant, PAGE, lambda path=path, role=role: get(path, role))
    one, own = f"/v1/orders/{placed}", "/v1/customers/c-1/stream?shop=aurora&after={}"
    states, history, log_key = "order_states_v1_pkey", "events_order_id_version_key", "events_pkey"
    position = urllib.parse.quote(get(one)["position"])
    record("an order", {states}, "from order_states", lambda: get(one))
    record("an order in the past", {history}, "e.order_id = $6", lambda: get(one + "?version=2"))
    record("an order's history", {history}, "e.order_id = $6", lambda: get(one + "/events"))
    record("the log", {log_key}, "from events e", lambda: get(f"/v1/events?after={position}&limit=10"))
    record("a customer's stream", {"order_states_v1_shop_customer_order_id_idx"}, "o.customer = $", lambda: follow(own))
    record("an order's stream", {history}, "e.order_id = $6", lambda: follow(f"{one}/stream?after=0"))
    record("statistics", ATTENTION, "and k.attention and", lambda: get("/v1/stats"))
    record("the attention queue", QUEUE, "k.attention_since", lambda: get("/v1/stats"))
    record(SELDOM, {log_key}, "from events where seq >", listed)
    note = {"text": "called the customer", "visibility": "staff"}
    record("a command", {states}, "from order_states", lambda: command(bench, f"{one}/note", note))
    scan = {"trackingNumber": "TRK1", "code": "inTransit", "occurredAt": "2026-01-01T00:00:00Z"}
    record(
        "a scan",
        {"tracking_numbers_pkey"},
        "from tracking_numbers",
        lambda: command(bench, "/v1/scans", {**scan, "scanId": f"scan-{len(seen)}-{os.urandom(4).hex()}"}),
    )
    return seen
