"""Thirty EventSources in one page over HTTP/2 and TLS share one connection, and each shows every event.

Over HTTP/1.1 most of them would wait for one of a browser's six connections.
"""

import json
import os
import threading

from support.browser.pages import BROWSER
from support.certificates import Authority
from support.client import Client, read_log, seq
from support.orders import order
from support.waiting import wait_for

TABS = 30
# Events while all of them are open.
SCALES = {"small": 200, "full": 2000}


def test_thirty_event_sources_share_one_connection(service, browser, check, scale):
    authority = Authority(os.path.join(service.root, "tls"))
    certificate, key = authority.issue("server")
    service.options, service.tls = ["--tls-certificate", certificate, "--tls-key", key], authority.context(["http/1.1"])
    service.start()
    staff, backend = service.token("staff", "*"), service.token("backend", "aurora")
    client = Client(service.port, backend, service.tls)
    placed = [client.insist("POST", "/v1/orders", order()).json for _ in range(4)]
    start = placed[-1]["position"]
    # Every second one follows an order of its own.
    orders = [place["orderId"] for place in placed]
    paths = [
        f"/v1/orders/{orders[index % 4]}/stream?after={start}" if index % 2 else f"/v1/stream?after={start}&shop=aurora"
        for index in range(TABS)
    ]
    answers = []
    context = browser.new_context(ignore_https_errors=True, extra_http_headers={"Authorization": f"Bearer {staff}"})
    page = context.new_page()
    page.goto(f"https://localhost:{service.port}/healthz")
    session = context.new_cdp_session(page)
    session.on("Network.responseReceived", lambda event: answers.append(event))
    session.send("Network.enable")
    page.add_script_tag(content=(BROWSER / "tabs.js").read_text(encoding="utf-8"))
    page.evaluate("urls => followAll(urls)", paths)
    wait_for(
        lambda: page.evaluate("tabs.filter(tab => tab.opened > 0).length") == TABS,
        30,
        f"{TABS} streams are open",
        every=0.1,
    )
    writer = threading.Thread(target=publish, args=(service, backend, orders, SCALES[scale]))
    writer.start()
    writer.join()
    log = [json.loads(line) for line in read_log(service.port, staff, tls=service.tls)]
    log = [event for event in log if seq(event["position"]) > seq(start)]
    last = {path: [e["position"] for e in log if e["orderId"] in path or "orders" not in path][-1] for path in paths}
    ends = [last[path] for path in paths]
    wait_for(
        lambda: page.evaluate("tabs.map(tab => tab.seen.length ? tab.seen[tab.seen.length - 1].id : '')") == ends,
        60,
        "every stream shows its last event",
        every=0.2,
    )
    check_tabs(check, page.evaluate("tabs"), paths, log, answers)


def publish(service, token, orders, count):
    client = Client(service.port, token, service.tls)
    for index in range(count):
        client.insist(
            "POST",
            f"/v1/orders/{orders[index % len(orders)]}/note",
            {"text": f"Straße {index}\r\nid: forged\n\ndata: x", "visibility": "customer"},
        )


def check_tabs(check, tabs, paths, log, answers):
    for index, (tab, path) in enumerate(zip(tabs, paths, strict=True)):
        wanted = [event for event in log if "orders" not in path or event["orderId"] in path]
        shown = [(frame["id"], json.loads(frame["data"])) for frame in tab["seen"]]
        check(
            f"stream {index + 1} of {TABS}: every event once and in order, over one connection",
            shown == [(event["position"], event) for event in wanted]
            and not tab["strange"]
            and tab["opened"] == 1
            and not tab["closed"],
            f"{len(shown)} shown of {len(wanted)}, {tab['strange']}, opened {tab['opened']}",
        )
    streams = [event["response"] for event in answers if event["type"] == "EventSource"]
    protocols, connections = {s["protocol"] for s in streams}, {s["connectionId"] for s in streams}
    check("all by HTTP/2", len(streams) == TABS and protocols == {"h2"}, (len(streams), protocols))
    check("all on one connection", len(connections) == 1, connections)
    check.note(
        f"{len(log)} events in each of {TABS // 2} feeds, {TABS} streams by {protocols} "
        f"on {len(connections)} connection"
    )
