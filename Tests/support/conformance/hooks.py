"""Hooks of Schemathesis for rules across fields, which no JSON Schema can state.

Valid data is made to follow the rules; data that is invalid on purpose stays as it is.
"""

import itertools
import json
import os
import uuid

import schemathesis
from schemathesis import GenerationMode

from support.conformance import points

PAST = "2026-01-02T08:14:00Z"
WINDOWS = ("promised", "eta", "window")
WINDOW = {"earliest": PAST, "latest": "2026-01-06T18:00:00+01:00"}
# Of the record, not of the world: later than all that the run has recorded.
NOW = "9999-01-01T00:00:00Z"

_calls = itertools.count(1)


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """A text as it is; anything else as one line for each element."""
    if isinstance(value, (bytes, str)):
        return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    elements = value if isinstance(value, list) else [value]
    return "".join(json.dumps(element) + "\n" for element in elements).encode()


@schemathesis.hook
def before_call(context, case, kwargs=None):
    if case.meta is not None and case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    headers = case.headers
    if headers and "If-Match" in headers:
        # A schema cannot state the version of an order.
        headers["If-Match"] = "*"
    if headers and "Idempotency-Key" in headers:
        # Nor can it state that no other command had the id.
        headers["Idempotency-Key"] = headers["Idempotency-Key"][:200] + str(uuid.uuid4())
    query = case.query
    for name in ("after", "min_position", "position"):
        # The sealed form is for customers; this caller is none.
        if isinstance(query, dict) and str(query.get(name, "")).startswith("A"):
            query[name] = "0"
    if isinstance(query, dict):
        # One moment in the past at most; cursors are what a page before has given out.
        for name in [name for name in ("version", "position", "at") if name in query][1:]:
            del query[name]
        query.pop("cursor", None)
    if isinstance(case.body, dict):
        agree(case.body)
        choose(case.operation.path.rpartition("/")[2], case.body)
    lead_to_an_order(case)


@schemathesis.hook
def after_call(context, case, response):
    """Records the operation, the validity of the case, the status of its answer and the code of a problem."""
    valid = case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE
    code = ""
    if response.status_code >= 400:
        try:
            code = json.loads(response.content).get("code", "")
        except (ValueError, AttributeError):
            code = "no problem details"
    with open(os.environ["WAYBILL_CALLS"], "a", encoding="utf-8") as file:
        file.write(f"{case.operation.label}\t{int(valid)}\t{response.status_code}\t{code}\n")


def lead_to_an_order(case):
    """Makes three of four cases name an order that exists and takes the command, since a generated id finds nothing.

    Three of four placed orders get a new id, since an id that exists places nothing.
    """
    chance = next(_calls)
    if case.operation.path == "/v1/scans" and isinstance(case.body, dict) and chance % 4:
        points.fit_scan(case.body)
    if isinstance(case.body, dict) and "number" in case.body and "orderId" in case.body and chance % 4:
        case.body["orderId"] = str(uuid.uuid4())
    if isinstance(case.path_parameters, dict) and "token" in case.path_parameters and chance % 4:
        case.path_parameters["token"] = points.tracking_link(points.order_after([], "link"))["token"]
    if not (isinstance(case.path_parameters, dict) and "id" in case.path_parameters and chance % 4):
        return
    command = case.operation.path.rpartition("/")[2]
    if case.operation.method.upper() == "POST" and command in points.BEFORE:
        case.path_parameters["id"] = points.fit(command, case.body)
    elif "tracking-links" in case.operation.path:
        # An order of its own, since an order has a bounded number of links.
        case.path_parameters["id"] = points.order_after([], "links")
        if "linkId" in case.path_parameters:
            case.path_parameters["linkId"] = points.tracking_link(case.path_parameters["id"])["linkId"]
    else:
        orders = os.environ["WAYBILL_ORDERS"].split(",")
        case.path_parameters["id"] = orders[chance % len(orders)]
        if isinstance(case.query, dict):
            # The past that an order has: its first version, and any moment after it was placed.
            case.query.update({name: past for name, past in (("version", 1), ("at", NOW)) if name in case.query})


def choose(command, body):
    """Keeps to one of the fields of which a command must have exactly or at least one."""
    if command == "metadata" and not {"set", "remove"} & set(body):
        body["set"] = {"key": "value"}
    if command == "metadata" and "set" in body and "remove" in body:
        body["remove"] = [key for key in body["remove"] if key not in body["set"]] or ["another"]
    if command == "set-tracking":
        if "parcelId" in body:
            body.pop("returnId", None)
        elif "returnId" not in body:
            body["parcelId"] = "p1"
        if not {"carrier", "trackingNumber", "trackingUrl"} & set(body):
            body["carrier"] = "dhl"


def agree(body):
    if isinstance(body.get("occurredAt"), str):
        body["occurredAt"] = PAST
    order_windows_and_ids(body)
    if "discount" in body and "currency" in body:
        add_up(body)


def order_windows_and_ids(value):
    """Puts the ends of each window in order and tells the elements of each list apart, at any depth.

    A schema states neither that a window begins before it ends nor that no two elements of a list have the same id.
    """
    if isinstance(value, dict):
        value.update({name: dict(WINDOW) for name in WINDOWS if isinstance(value.get(name), dict)})
        for element in value.values():
            order_windows_and_ids(element)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            if isinstance(element, dict) and len(value) > 1:
                element.update({name: f"{name[0]}{index + 1}" for name in element if name.endswith("Id")})
            order_windows_and_ids(element)


def add_up(order):
    order["shop"] = "aurora"
    sums = ("shipping", "tax", "discount", "total")
    fees = order.get("fees", [])
    amounts = [order[name] for name in sums if name in order] + [line["unitPrice"] for line in order["lines"]]
    for money in amounts + [fee["amount"] for fee in fees]:
        money["currency"] = order["currency"]
    goods = 0
    for line in order["lines"]:
        # The parts of a line would have to fit those of the order.
        for name in ("lineTotal", "discount", "tax"):
            line.pop(name, None)
        line["quantity"] = min(line["quantity"], 1000)
        line["unitPrice"]["amount"] = min(line["unitPrice"]["amount"], 1_000_000)
        goods += int(line["quantity"]) * int(line["unitPrice"]["amount"])
    for name in ("shipping", "tax"):
        order[name]["amount"] = min(order[name]["amount"], 1_000_000)
    for fee in fees:
        fee["amount"]["amount"] = min(fee["amount"]["amount"], 1_000_000)
    order["discount"]["amount"] = 0
    tax = 0 if order.get("taxIncluded") else int(order["tax"]["amount"])
    order["total"]["amount"] = (
        goods + int(order["shipping"]["amount"]) + sum(int(fee["amount"]["amount"]) for fee in fees) + tax
    )
