"""An HTTP/2 connection whose client does exactly what a test says: it opens windows and answers only when told."""

import contextlib
import socket
import ssl
import struct
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

from support.waiting import wait_for

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
CANCEL, REFUSED, CALM = 8, 7, 11


def frame(kind, flags, stream, payload=b""):
    """A frame as it stands on the wire (RFC 9113, section 4.1)."""
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


@dataclass
class Exchange:
    """The answer on one stream."""

    status: int = None
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False
    # The statuses of interim responses.
    interim: list = field(default_factory=list)
    # The code of RST_STREAM.
    reset: int = None

    @property
    def is_over(self):
        return self.ended or self.reset is not None

    @property
    def blocks(self):
        """The whole blocks of a stream of events, without the `retry:`, which is different each time."""
        return [block for block in self.body.split(b"\n\n")[:-1] if not block.startswith(b"retry: ")]


class Peer:
    """A client. `windows` names the streams whose windows are opened again as they are read; None is all of them."""

    def __init__(self, port, tls=None, settings=None, windows=None, receive_buffer=None, preface=True):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.authority, self.scheme = f"localhost:{port}", "https" if tls else "http"
        self.state = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.windows = windows
        # Of a frame that has not come whole.
        self._rest = b""
        self.opens_connection_window = True
        self.streams = {}
        # The error codes of GOAWAY with the last stream that each names, in order.
        self.goodbyes = []
        self.pings = 0
        # The test sends what the protocol's state does not know of.
        self.is_broken = False
        # The way in which the peer ended the connection; None while it has not.
        self.ended = None
        if settings:
            self.state.local_settings = h2.settings.Settings(
                client=True, initial_values={**dict(self.state.local_settings), **settings}
            )
        self.state.initiate_connection()
        if preface:
            self.flush()

    # Sending

    def flush(self):
        self.send(self.state.data_to_send())

    def send(self, data):
        """Sends bytes as they are."""
        if self.ended or not data:
            return
        self.socket.settimeout(10)
        try:
            self.socket.sendall(data)
        except OSError as error:
            self.ended = f"broken: {error}"

    def smuggle(self, data):
        """Sends bytes past the protocol's own state, which may not understand the answers."""
        self.is_broken = True
        self.send(data)

    def fields(self, path, token=None, method="GET", more=()):
        fields = [(":method", method), (":scheme", self.scheme), (":authority", self.authority), (":path", path)]
        if token:
            fields.append(("authorization", f"Bearer {token}"))
        return fields + list(more)

    def request(self, path, token=None, method="GET", more=(), body=None, end=True):
        """Sends a request and returns its stream's number. Without `end` the request stays unfinished."""
        stream = self.state.get_next_available_stream_id()
        self.streams[stream] = Exchange()
        self.state.send_headers(stream, self.fields(path, token, method, more), end_stream=body is None and end)
        if body is not None:
            self.state.send_data(stream, body, end_stream=end)
        self.flush()
        return stream

    # Receiving

    def read(self, seconds=0):
        """Reads the bytes that have come, or waits for some; answers as the protocol requires."""
        if self.ended:
            return
        self.socket.settimeout(seconds or 0.001)
        try:
            while True:
                received = self.socket.recv(1 << 18)
                if not received:
                    self.ended = "closed"
                    return
                self._take(received)
                self.socket.settimeout(0.001)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError as error:
            self.ended = f"broken: {error}"

    def _take(self, received):
        """Handles the bytes frame by frame.

        The protocol's state loses the frames before one that it does not understand, if they come together.
        """
        self._rest += received
        while len(self._rest) >= 9:
            end = 9 + int.from_bytes(self._rest[:3], "big")
            if len(self._rest) < end:
                break
            whole, self._rest = self._rest[:end], self._rest[end:]
            if self.goodbyes and not self.is_broken:
                self._after_goodbye(whole)
                continue
            try:
                self._note(self.state.receive_data(whole))
            except h2.exceptions.ProtocolError:
                # On a connection that a test breaks, what comes back may be wrong to it.
                if not self.is_broken:
                    raise
        self.flush()

    def _after_goodbye(self, whole):
        """Handles a frame of a stream that goes on after GOAWAY (RFC 9113, section 6.8).

        The protocol's state refuses such frames.
        """
        kind, flags, payload = whole[3], whole[4], whole[9:]
        stream = int.from_bytes(whole[5:9], "big")
        exchange = self.streams.get(stream, Exchange())
        if kind == DATA:
            exchange.body += payload
            exchange.ended = exchange.ended or bool(flags & 1)
            if payload:
                self.send(
                    b"".join(frame(WINDOW_UPDATE, 0, one, struct.pack(">I", len(payload))) for one in (0, stream))
                )
        elif kind == RST_STREAM:
            exchange.reset = int.from_bytes(payload, "big")
        elif kind == GOAWAY:
            self.goodbyes.append((int.from_bytes(payload[4:8], "big"), int.from_bytes(payload[:4], "big")))

    def _note(self, events):
        for event in events:
            exchange = self.streams.get(getattr(event, "stream_id", None), Exchange())
            if isinstance(event, h2.events.ResponseReceived):
                exchange.headers = dict(event.headers)
                exchange.status = int(exchange.headers.pop(":status"))
            elif isinstance(event, h2.events.InformationalResponseReceived):
                exchange.interim.append(int(dict(event.headers)[":status"]))
            elif isinstance(event, h2.events.DataReceived):
                exchange.body += event.data
                self._open(event)
            elif isinstance(event, h2.events.StreamEnded):
                exchange.ended = True
            elif isinstance(event, h2.events.StreamReset):
                exchange.reset = event.error_code
            elif isinstance(event, h2.events.ConnectionTerminated):
                self.goodbyes.append((int(event.error_code), event.last_stream_id))
            elif isinstance(event, h2.events.PingReceived):
                self.pings += 1

    def _open(self, event):
        amount, stream = event.flow_controlled_length, event.stream_id
        # After a goodbye this protocol state lets nothing be sent.
        if not amount or self.state.state_machine.state is h2.connection.ConnectionState.CLOSED:
            return
        if self.opens_connection_window:
            self.state.increment_flow_control_window(amount)
        if self.windows is None or stream in self.windows:
            with contextlib.suppress(h2.exceptions.StreamClosedError):
                self.state.increment_flow_control_window(amount, stream)

    def wait(self, condition, seconds, what):
        """The condition's first true value, while this connection is read."""

        def look():
            self.read(0.05)
            return condition()

        return wait_for(look, seconds, f"{what}; ended {self.ended}, goodbyes {self.goodbyes}", every=0)

    def answer(self, stream, seconds=20):
        exchange = self.streams[stream]
        self.wait(lambda: exchange.is_over or self.ended, seconds, f"the end of stream {stream}: {exchange}")
        return exchange

    def get(self, path, token=None, **how):
        return self.answer(self.request(path, token, **how))

    def wait_end(self, seconds=20):
        """Waits for the connection's end; returns the way in which the peer ended it."""
        return self.wait(lambda: self.ended, seconds, "the connection's end")

    def close(self):
        self.socket.close()
