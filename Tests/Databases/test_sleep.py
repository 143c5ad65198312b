"""The machine of the service and the database sleeps for eight hours: the next event has the time of its own day."""

import datetime
import os

from support.client import Client
from support.orders import order
from support.postgres_server import Server
from support.preload import library

SLEPT = 8 * 3600


def test_an_event_after_a_sleep_has_the_present_time(service, check):
    path = os.path.join(service.root, "slept")
    environment = {"LD_PRELOAD": library(service.root), "TEST_SLEPT": path}
    server = Server(os.path.join(service.root, "server"), environment=environment).make().start()
    try:
        server.sql("create database waybill")
        service.environment = environment
        service.options = ["--database-url", server.url("waybill")]
        service.start()
        client = Client(service.port, service.token("backend", "aurora", ttl="48h"))

        def seconds_behind(number):
            placed = client.insist("POST", "/v1/orders", order(number=number))
            events = client.request("GET", f"/v1/orders/{placed.json['orderId']}/events").json["events"]
            recorded = datetime.datetime.fromisoformat(events[-1]["recordedAt"])
            return (datetime.datetime.now(datetime.UTC) - recorded).total_seconds()

        before = seconds_behind("BEFORE")
        check("before the sleep", abs(before) < 30, before)
        with open(path, "x", encoding="ascii"):
            pass
        behind = seconds_behind("AFTER") + SLEPT
        check("after the sleep", abs(behind) < 30, behind)
    finally:
        service.close()
        server.close()
