"""A feed of events by the clock, for pages that are looked at meanwhile."""

import json
import time

from support.orders import order


def place_many(bench, count):
    """Places so many orders, once; returns their ids."""
    ids = [f"00000000-0000-7000-8000-{index:012d}" for index in range(count)]
    bench.bulk(
        [{"command": "placeOrder", "orderId": its, **order(number=f"FAST-{index}")} for index, its in enumerate(ids)]
    )
    return ids


def append(client, orders, rate, seconds):
    """Appends an event at a time to each of the orders in turn: a rate a second, by ten requests a second."""
    began, lines = time.monotonic(), rate // 10
    for number in range(seconds * 10):
        # The pace of the load, not a wait for anything.
        time.sleep(max(0, began + number / 10 - time.monotonic()))
        body = "".join(
            json.dumps(
                {
                    "command": "changeShipTo",
                    "orderId": orders[(number * lines + index) % len(orders)],
                    "contactRef": f"contact-{number}",
                    "country": "AT",
                }
            )
            + "\n"
            for index in range(lines)
        )
        client.request("POST", "/v1/commands", body.encode(), {"Content-Type": "application/x-ndjson"})
    client.close()
