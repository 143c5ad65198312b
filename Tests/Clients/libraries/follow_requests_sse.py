"""requests-sse, which reconnects by itself."""

import os
from datetime import timedelta

from requests_sse import EventSource

source = EventSource(
    os.environ["STREAM"],
    headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},
    reconnection_time=timedelta(seconds=0.5),
    max_connect_retry=8,
    timeout=45,
)
with source:
    for event in source:
        if event.type in ("status", "update"):
            print(event.last_event_id, flush=True)
