"""A raw Server-Sent Events client that reads strictly and resumes by the last id."""

import contextlib
import http.client
import threading
import time
from dataclasses import dataclass

from support.client import connect
from support.waiting import Overdue


@dataclass
class Frame:
    """One block of the stream, as it stood on the wire."""

    event: str = None
    id: str = None
    data: bytes = None
    retry: int = None
    raw: bytes = b""

    @property
    def is_cursor(self):
        return self.id is not None and self.data is None and self.event is None and self.retry is None

    @property
    def is_log_event(self):
        return self.event in ("status", "update")


def parse_block(raw):
    """A block without its final blank line.

    Raises ValueError on anything that docs/streams.md does not name.
    """
    frame = Frame(raw=raw)
    for line in raw.decode("utf-8").split("\n"):
        name, colon, value = line.partition(": ")
        if not colon or name not in ("event", "id", "data", "retry"):
            raise ValueError(f"undocumented line {line[:200]!r}")
        if getattr(frame, name) is not None:
            raise ValueError(f"field {name} twice in {raw[:200]!r}")
        setattr(frame, name, value)
    if frame.data is not None:
        frame.data = frame.data.encode()
    if frame.retry is not None:
        if not frame.retry.isdigit():
            raise ValueError(f"retry is no number: {frame.retry!r}")
        frame.retry = int(frame.retry)
    if "\r" in (frame.id or "") or "\0" in (frame.id or ""):
        raise ValueError(f"unusable id {frame.id!r}")
    return frame


class Stream:
    """Reads a stream in a thread of its own and records every block in order.

    - reconnects: come back by the last id, as a browser would.
    - cut_every: also drop the connection oneself after so many log events.
    - fields: more header fields of each request.
    - silence: seconds without a byte that count as a violation; a heartbeat comes every 15.
    """

    def __init__(
        self,
        port,
        path,
        token=None,
        last_event_id=None,
        reconnects=False,
        cut_every=None,
        silence=40,
        tls=None,
        fields=None,
    ):
        self.port, self.path, self.token, self.tls = port, path, token, tls
        self.last_id = last_event_id
        self.reconnects, self.cut_every, self.silence = reconnects, cut_every, silence
        self.fields = fields or {}
        self.frames = []
        self.violations = []
        self.status = None
        self.headers = {}
        self.body = b""
        self.connections = 0
        self.ended = None
        self._stopping = False
        self._changed = threading.Condition()
        self._connection = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    # For tests

    def wait(self, condition, seconds, what):
        """Waits until condition(frames) holds; returns its value. Raises Overdue."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                value = condition(self.frames)
                if value:
                    return value
                left = deadline - time.monotonic()
                if left <= 0 or (self.ended is not None and not self.reconnects):
                    tail = [frame.raw[:120] for frame in self.frames[-3:]]
                    raise Overdue(
                        f"{what}: status {self.status}, ended {self.ended!r}, {len(self.frames)} frames, last {tail}"
                    )
                self._changed.wait(min(left, 1))

    def wait_end(self, seconds):
        """The connection's end: 'complete' after the terminal chunk, else the error; None while it has not ended."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while self.ended is None and time.monotonic() < deadline:
                self._changed.wait(0.5)
            return self.ended

    def log_events(self):
        with self._changed:
            return [frame for frame in self.frames if frame.is_log_event]

    def stop(self):
        self._stopping = True
        connection = self._connection
        if connection and connection.sock:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(2)
        self._thread.join(10)
        return self

    # The thread

    def _run(self):
        while not self._stopping:
            try:
                ended = self._read_once()
            except (OSError, http.client.HTTPException) as error:
                ended = repr(error)
                if isinstance(error, TimeoutError) and self.status == 200:
                    self.violations.append(f"silent for {self.silence} s after {len(self.frames)} frames")
            with self._changed:
                self.ended = ended
                self._changed.notify_all()
            if not self.reconnects:
                return
            # Less than any `retry:`, to be harsher than a browser.
            if not self._stopping:
                time.sleep(0.05)

    def _read_once(self):
        self._connection = connect(self.port, self.tls, self.silence)
        headers = {"Accept": "text/event-stream", **self.fields}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.last_id is not None:
            headers["Last-Event-ID"] = self.last_id
        try:
            self._connection.request("GET", self.path, headers=headers)
            # http.client gives the socket up to the response where the connection will close.
            self._socket = self._connection.sock
            response = self._connection.getresponse()
            self._connection.sock = self._socket
            with self._changed:
                self.connections += 1
                self.ended = None
                self.status = response.status
                self.headers = {name.lower(): value for name, value in response.getheaders()}
            if response.status != 200:
                self.body = response.read()
                if self.reconnects:
                    self.violations.append(f"status {response.status} on a stream: {self.body[:300]!r}")
                return f"status {response.status}"
            return self._read_blocks(response)
        finally:
            self._connection.close()

    def _read_blocks(self, response):
        pending, seen = b"", 0
        while not self._stopping:
            bytes_read = response.read1(65536)
            if not bytes_read:
                if pending:
                    self.violations.append(f"complete end within a block: {pending[:200]!r}")
                return "complete"
            pending += bytes_read
            *blocks, pending = pending.split(b"\n\n")
            if not blocks:
                continue
            with self._changed:
                for raw in blocks:
                    try:
                        frame = parse_block(raw)
                    except (ValueError, UnicodeDecodeError) as error:
                        self.violations.append(str(error))
                        continue
                    self.frames.append(frame)
                    if frame.id is not None:
                        self.last_id = frame.id
                    seen += frame.is_log_event
                    if self.cut_every and seen >= self.cut_every:
                        self._changed.notify_all()
                        return "cut by the client"
                self._changed.notify_all()
        return "stopped"
