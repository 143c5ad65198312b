"""Streams in a browser, cut off at random while events are published: each page shows every event once and in order.

The pages use EventSource with named events and with `plain=true`, the helper for fetch, and the examples of
docs/clients.md.
"""

import json
import threading

import pytest

from support.browser.cutting_proxy import CuttingProxy
from support.browser.pages import BROWSER, helper_pages
from support.client import Client, read_log, seq
from support.client_examples import example
from support.orders import order
from support.waiting import wait_for

# Cuts of each stream, and seconds for all of them: the service asks for one to three seconds' pause after each.
SCALES = {"small": (12, 120), "full": (50, 400)}


def publish(service, token, orders, done):
    """Publishes changes of every kind that a stream shows, until told to stop."""
    client = Client(service.port, token)
    for index in range(1_000_000):
        if done.wait(0.03):
            return
        path = f"/v1/orders/{orders[index % len(orders)]}"
        if index % 5 == 4:
            hold = f"h{index}"
            client.insist("POST", f"{path}/hold", {"holdId": hold, "reason": "address"})
            client.insist("POST", f"{path}/release-hold", {"holdId": hold})
        else:
            client.insist(
                "POST", f"{path}/note", {"text": f"Straße {index}\r\nid: forged\n\ndata: x", "visibility": "customer"}
            )


def check_page(check, name, page, log):
    seen = page.evaluate("seen")
    check(
        f"{name}: every event once and in order",
        [event["id"] for event in seen] == [json.loads(line)["position"] for line in log],
        f"{len(seen)} shown, {len(log)} in the log, ends {seen[-1:]}",
    )
    check(f"{name}: byte for byte", [event["data"] for event in seen] == [line.decode() for line in log], seen[-1:])
    check(f"{name}: nothing but events", page.evaluate("strange") == [], page.evaluate("strange"))
    check(f"{name}: the browser never gave up", not page.evaluate("closed"), "closed")


def check_example(check, name, page, log, order_id):
    """Checks a page of docs/clients.md.

    - order_id: the order that the page shows; None where the page shows all.
    """
    events = [json.loads(line) for line in log]
    wanted = [f"{e['version']} {e['type']} {e['status']}" for e in events if order_id in (None, e["orderId"])]

    def items():
        return page.evaluate("[...document.querySelectorAll('#changes li')].map((item) => item.textContent)")

    try:
        wait_for(lambda: len(items()) >= len(wanted), 30, f"{name} shows the last event", every=0.2)
    finally:
        check(
            f"{name}: every event once and in order",
            items() == wanted,
            f"{len(items())} of {len(wanted)}, ends {items()[-1:]}",
        )


@pytest.mark.slow
def test_pages_show_every_event_over_all_cuts(service, browser, check, scale):
    cuts, seconds = SCALES[scale]
    service.start()
    staff, backend = service.token("staff", "*"), service.token("backend", "aurora")
    client = Client(service.port, backend)
    orders = [client.insist("POST", "/v1/orders", order()).json["orderId"] for _ in range(8)]
    start = json.loads(read_log(service.port, staff)[-1])["position"]
    # Streams are told from each other by their paths.
    paths = {
        "named": f"/v1/stream?after={start}&plain=false",
        "plain": f"/v1/stream?after={start}&plain=true",
        "helper": f"/v1/stream?after={start}&attention=false",
    }
    examples = {"EventSource example": f"/v1/orders/{orders[0]}/stream", "fetch example": f"/v1/stream?after={start}"}
    served = {
        "/": ((BROWSER / "page.html").read_text(encoding="utf-8"), "text/html"),
        **helper_pages(),
        "/eventsource.html": (example("EventSource", "html"), "text/html"),
        "/fetch.html": (example("fetch", "html"), "text/html"),
    }
    proxy = CuttingProxy(service.port, staff, served, cuts, seed=7)
    done = threading.Event()
    writer = threading.Thread(target=publish, args=(service, backend, orders, done))
    try:
        pages = {name: browser.new_page() for name in paths}
        for name, page in pages.items():
            if name == "helper":
                page.goto(f"{proxy.url}/helper.html")
                page.wait_for_function("window.ready")
                page.evaluate("([url, token]) => { follow(url, token) }", [paths[name], staff])
            else:
                page.goto(proxy.url)
                page.evaluate("([url, plain]) => follow(url, plain)", [paths[name], name == "plain"])
        shown = {name: browser.new_page() for name in examples}
        shown["EventSource example"].goto(f"{proxy.url}/eventsource.html?order={orders[0]}")
        shown["fetch example"].goto(f"{proxy.url}/fetch.html#token={staff}&after={start}")
        # It begins with a snapshot, which shows as the status alone.
        shown["EventSource example"].wait_for_function("document.getElementById('status').textContent !== ''")
        writer.start()
        # Each look lets the browser's events through.
        wait_for(
            lambda: (
                [page.evaluate("document.title") for page in [*pages.values(), *shown.values()]]
                and all(proxy.cuts.get(path, 0) >= cuts for path in [*paths.values(), *examples.values()])
            ),
            seconds,
            "all cuts",
            every=0.2,
        )
        done.set()
        writer.join()
        log = [line for line in read_log(service.port, staff) if seq(json.loads(line)["position"]) > seq(start)]
        end = json.loads(log[-1])["position"]
        for name, page in pages.items():
            wait_for(
                lambda page=page: page.evaluate("seen.length && seen[seen.length - 1].id") == end,
                30,
                f"{name} shows the last event",
                every=0.2,
            )
            check_page(check, name, page, log)
            opened = page.evaluate("opened")
            check(
                f"{name}: came back after every cut",
                proxy.cuts[paths[name]] == cuts and opened > cuts // 2,
                f"{proxy.cuts} cuts, {opened} openings",
            )
            check.note(f"{name}: {len(log)} events over {opened} connections that opened, {cuts} cuts")
        for name, page in shown.items():
            check_example(check, name, page, log, None if name == "fetch example" else orders[0])
        for page in [*pages.values(), *shown.values()]:
            page.close()
    finally:
        done.set()
        proxy.close()
