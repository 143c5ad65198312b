"""The contents of the staff's pages, to be compared with what the API says at that moment."""

import contextlib
import re

from support import roles
from support.waiting import Overdue, wait_for

# The texts of the list, its counts and the queue.
BOARD = """() => {
    const text = (root, selector) => root.querySelector(selector).textContent;
    return {
        rows: [...document.querySelectorAll("#rows > *")].map((row) => [
            row.dataset.order, text(row, ".order-number"), text(row, ".chip"), text(row, ".order-total"),
            text(row, ".order-money .small"), row.classList.contains("is-attention"), text(row, ".order-reason") !== "",
            row.querySelector("time").dateTime]),
        statuses: Object.fromEntries([...document.querySelectorAll("#statuses [data-status]")].map((it) =>
            [it.dataset.status, Number(text(it, ".count").replaceAll(",", ""))])),
        attention: Number(text(document, "#attention-count").replaceAll(",", "")),
        queue: [...document.querySelectorAll("#attention-list > *")].map((it) => it.dataset.order),
    };
}"""

ORDER = """() => {
    const texts = (selector) => [...document.querySelectorAll(selector)].map((it) => it.textContent);
    return {
        number: texts("#order-number")[0], status: texts("#order-status")[0],
        time: texts("#time-event")[0].split(":")[0], count: texts("#events-count")[0],
        history: [...document.querySelectorAll("#events > *")].map((it) => [
            Number(it.dataset.version), [...it.querySelectorAll(".chip")].at(-1)?.textContent ?? null]),
        money: texts(".figure dd"), commands: [...document.querySelectorAll("#commands button")].map((it) =>
            it.dataset.command).sort(),
    };
}"""

OPERATOR = """() => {
    const fact = (name) => [...document.querySelectorAll("#log dt")].find((it) => it.textContent === name)
        ?.nextElementSibling.textContent;
    return {
        ready: document.querySelector("#ready-word").textContent, head: fact("Head"), epoch: fact("Epoch"),
        projections: [...document.querySelectorAll("[data-projection]")].map((row) => [
            row.dataset.projection, ...[1, 2].map((index) => row.children[index].textContent)]).sort(),
    };
}"""

PAID = {"full": "Paid", "over": "Overpaid", "partial": "Partly paid", "none": "Unpaid"}


def phrase(word):
    """The words of a status: `onHold` is “On hold”."""
    text = re.sub(r"([a-z])([A-Z])", lambda found: f"{found[1]} {found[2].lower()}", word)
    return text[:1].upper() + text[1:]


def euros(amount):
    return f"€{amount['amount'] / 100:,.2f}"


def board(bench, limit):
    """The contents that a board without filters is to show of so many orders."""
    orders = bench.send("GET", f"/v1/orders?limit={limit}", role=roles.STAFF).json["orders"]
    stats = bench.send("GET", "/v1/stats", role=roles.STAFF).json
    rows = []
    for order in orders:
        owed, internal = order["payment"]["refundOwed"], order["internal"]
        paid = f"{euros(owed)} to refund" if owed["amount"] else PAID[order["payment"]["status"]]
        reasons = bool(internal["attentionReasons"])
        known = [order["orderId"], order["number"], phrase(order["status"]), euros(order["total"])]
        rows.append([*known, paid, internal["attention"], reasons, order["updatedAt"]])
    queue = [entry["orderId"] for entry in stats["attention"]["newest"]]
    attention = stats["attention"]["orders"]
    return {"rows": rows, "statuses": stats["statuses"], "attention": attention, "queue": queue}


def order_page(bench, order_id):
    """The contents that the page of an order is to show."""
    order = bench.send("GET", f"/v1/orders/{order_id}", role=roles.STAFF).json
    events = bench.send("GET", f"/v1/orders/{order_id}/events?limit=1000", role=roles.STAFF).json["events"]
    history = [
        [event["version"], phrase(event["status"]) if event["status"] != event.get("statusBefore") else None]
        for event in reversed(events)
    ]
    payment = order["payment"]
    due, owed = payment["due"], payment["refundOwed"]
    paid = payment["captured"]["amount"] - payment["refunded"]["amount"]
    to_pay = {"amount": max(due["amount"] - paid, 0)}
    return {
        "number": order["number"],
        "status": phrase(order["status"]),
        "time": f"Event {len(events)} of {len(events)}",
        "count": str(len(events)),
        "history": history,
        "money": [euros(amount) for amount in (due, {"amount": paid}, to_pay, owed)],
        "commands": sorted(order["internal"]["allowedCommands"]),
    }


def operator_page(bench):
    """The contents that the operator's page is to show of a service that has caught up."""
    answer = bench.send("GET", "/v1/projections", role=roles.OPERATOR).json
    projections = [[its["name"], f"Serving, version {its['version']}", "Up to date"] for its in answer["projections"]]
    head = answer["position"]
    return {"ready": "Ready", "head": head, "epoch": head.split("-")[0], "projections": sorted(projections)}


def agree(check, name, page, script, wanted, seconds=20):
    """Checks that a page shows what is wanted, at the latest after so many seconds.

    - wanted: a function, asked again each time, as projections follow the log in their own time.
    """
    found = expected = None

    def is_same():
        nonlocal found, expected
        found, expected = page.evaluate(script), wanted()
        return found == expected

    with contextlib.suppress(Overdue):
        wait_for(is_same, seconds, name, every=0.2)
    check(name, found == expected, differences(found, expected))


def differences(found, wanted):
    """The parts that differ: what was found, and what was wanted."""
    told = {}
    for key in wanted:
        if found[key] == wanted[key]:
            continue
        if isinstance(wanted[key], list) and len(found[key]) == len(wanted[key]):
            told[key] = [pair for pair in zip(found[key], wanted[key], strict=True) if pair[0] != pair[1]][:3]
        else:
            told[key] = found[key], wanted[key]
    return told
