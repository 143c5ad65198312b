"""sseclient-py over requests. It does not reconnect: the loop does."""

import os
import time

import requests
import sseclient

last_id, delay = None, 1.0
while True:
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Accept": "text/event-stream"}
    if last_id:
        headers["Last-Event-ID"] = last_id
    try:
        answer = requests.get(os.environ["STREAM"], stream=True, headers=headers, timeout=(10, 45))
        for event in sseclient.SSEClient(answer).events():
            last_id = event.id or last_id
            if event.event in ("status", "update"):
                print(event.id, flush=True)
    except requests.RequestException:
        pass
    time.sleep(delay)
