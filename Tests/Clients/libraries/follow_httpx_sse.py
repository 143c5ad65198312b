"""httpx-sse, reconnecting as its README shows: the place is set from every block."""

import os
import time

import httpx
from httpx_sse import connect_sse

last_event_id, delay = "", 0.0
client = httpx.Client(headers={"Authorization": f"Bearer {os.environ['TOKEN']}"}, timeout=httpx.Timeout(10, read=45))
while True:
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    try:
        with connect_sse(client, "GET", os.environ["STREAM"], headers=headers) as source:
            for event in source.iter_sse():
                last_event_id = event.id
                if event.retry is not None:
                    delay = event.retry / 1000
                if event.event in ("status", "update"):
                    print(event.id, flush=True)
    except httpx.TransportError:
        pass
    time.sleep(delay or 1)
