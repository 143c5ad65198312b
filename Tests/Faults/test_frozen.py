"""Server processes that no longer answer: what waits for them ends, and others take their place."""

import time

from support.client import Client
from support.frozen import Frozen, backends
from support.shop import Shop
from support.waiting import wait_for


def test_reads_go_on_without_frozen_readers(service, check):
    service.start()
    shop = Shop(service)
    path = f"/v1/orders/{shop.place('ONE')['orderId']}"
    backend = service.token("backend", "aurora")

    def read(wanted):
        """Status and seconds of one read."""
        client, began = Client(service.port, backend), time.monotonic()
        try:
            return client.request("GET", wanted).status, time.monotonic() - began
        except OSError as error:
            return str(error), time.monotonic() - began

    for wanted in (path, "/v1/orders"):
        check(f"{wanted.rpartition('/')[0]}: answered before", read(wanted)[0] == 200)
    readers = backends(service, "waybill reader")
    check("there are readers", readers, readers)
    began = time.monotonic()
    with Frozen(readers):
        answers = [read(path), read("/v1/orders"), read(path), read("/v1/orders")]
        check("every read is answered within 10 s", all(seconds < 10 for _, seconds in answers), answers)
        check("by an order or the word to come back", {status for status, _ in answers} <= {200, 503}, answers)
        wait_for(lambda: read(path)[0] == 200 and read("/v1/orders")[0] == 200, 20, "reads are answered again")
        check.note(f"reads went on {time.monotonic() - began:.1f} s after the freeze: {answers}")
        check("by other processes", set(backends(service, "waybill reader")) - set(readers), readers)
        placed = shop.place("TWO")
        check("commands go on meanwhile", placed["version"] == 1, placed)
    check("and after the frozen ones run again", read(path)[0] == 200)
