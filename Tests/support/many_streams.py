"""Very many streams in one thread: each comes back by its last id and records the events that it was shown."""

import contextlib
import errno
import heapq
import itertools
import json
import random
import resource
import selectors
import socket
import ssl
import struct
import threading
import time

from support.raw_stream import request


class Follower:
    """One stream."""

    __slots__ = (
        "_block",
        "_in_head",
        "_left",
        "_raw",
        "asked",
        "back",
        "byes",
        "has_asked",
        "is_complete",
        "key",
        "last",
        "path",
        "retry",
        "seen",
        "socket",
        "status",
        "token",
    )

    def __init__(self, key, path, token):
        self.key, self.path, self.token = key, path, token
        self.socket, self.last, self.status = None, None, None
        # Ids of the events shown, in order.
        self.seen = []
        # Seconds to wait before coming back, as last told, and the reasons of every `bye`.
        self.retry, self.byes = None, []
        # The moments at which the latest connection was begun and at which its first block came.
        self.asked, self.back = 0, 0

    def connect(self, port, host="127.0.0.1"):
        self.asked = time.monotonic()
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self._raw, self._left, self._block, self._in_head = b"", 0, b"", True
        # True after the answer's last chunk; a proxy then keeps the connection.
        self.is_complete = self.has_asked = False
        return self.socket.connect_ex((host, port))

    def proceed(self):
        """Goes on once the socket is ready; returns the event to wait for, or None once the request can be sent."""
        return

    def receive(self):
        """The bytes that have come; raises OSError where the connection breaks."""
        return self.socket.recv(1 << 18)

    def ask(self):
        headers = [("Last-Event-ID", self.last)] if self.last else []
        self.socket.send(request(self.path, self.token, headers=headers))
        self.has_asked = True

    def take(self, received):
        self._raw += received
        if self._in_head:
            head, end, rest = self._raw.partition(b"\r\n\r\n")
            if not end:
                return
            self.status, self._in_head, self._raw = int(head.split(b" ", 2)[1]), False, rest
        # Chunked coding: `_left` bytes of the chunk at hand are to come, and its line end.
        while True:
            if self._left == 0:
                size, end, rest = self._raw.partition(b"\r\n")
                if not end or not size:
                    return
                self._left, self._raw = int(size, 16) + 2, rest
                if self._left == 2:
                    self.is_complete = True
                    return
            piece, self._raw = self._raw[: self._left], self._raw[self._left :]
            self._left -= len(piece)
            self._block += piece[:-2] if self._left == 0 else piece if self._left > 1 else piece[:-1]
            self._frames()
            if self._left or not self._raw:
                return

    def _frames(self):
        while b"\n\n" in self._block:
            block, _, self._block = self._block.partition(b"\n\n")
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
            if b"retry" in fields:
                self.retry = int(fields[b"retry"]) / 1000
            if fields.get(b"event") == b"bye":
                self.byes.append(json.loads(fields[b"data"])["reason"])
                continue
            if self.back < self.asked:
                self.back = time.monotonic()
            if b"id" in fields:
                self.last = fields[b"id"].decode()
            if fields.get(b"event") in (b"status", b"update"):
                self.shown(self.last)
            elif fields.get(b"event") == b"reset":
                self.shown("reset")

    def shown(self, what):
        """Records an event's position, or a reset."""
        self.seen.append(what)


class SecureFollower(Follower):
    """One stream over TLS, with the client's context."""

    __slots__ = ("tls",)

    def __init__(self, key, path, token, tls):
        super().__init__(key, path, token)
        self.tls = tls

    def proceed(self):
        if not isinstance(self.socket, ssl.SSLSocket):
            self.socket = self.tls.wrap_socket(
                self.socket, server_hostname="localhost", do_handshake_on_connect=False, suppress_ragged_eofs=False
            )
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            return selectors.EVENT_READ
        except ssl.SSLWantWriteError:
            return selectors.EVENT_WRITE
        return None

    def receive(self):
        received = b""
        try:
            # A socket is not ready for what TLS has read already.
            while not received or self.socket.pending():
                more = self.socket.recv(1 << 18)
                if not more:
                    break
                received += more
        except ssl.SSLWantReadError:
            if not received:
                raise BlockingIOError from None
        return received


class ManyStreams:
    """Runs followers until stopped. `port` may be switched; the next connections go there.

    - patient: a follower that was cut off waits for the time that the stream's `retry:` named, as an EventSource does.
      Otherwise it comes back much sooner.
    """

    def __init__(self, port, followers, patient=False):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.port, self.followers, self.patient = port, followers, patient
        # Answers that were no stream; connections that nobody accepted, or that broke before their first block.
        self.wrong, self.refused = [], 0
        self._selector, self._due, self._order = selectors.DefaultSelector(), [], itertools.count()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ready(self):
        """The number of followers that have their answer's head and an id to come back with."""
        return sum(1 for follower in self.followers if follower.last and follower.socket)

    def stop(self):
        self._stopping = True
        self._thread.join(30)

    def _run(self):
        for follower in self.followers:
            self._comes_back(follower, 0)
        while not self._stopping:
            now = time.monotonic()
            # A few at a time: a connection takes its share of the machine.
            for _ in range(200):
                if not self._due or self._due[0][0] > now:
                    break
                self._connect(heapq.heappop(self._due)[2])
            for key, events in self._selector.select(0.02):
                self._handle(key.data, events)
            self._look(time.monotonic())
        for follower in self.followers:
            if follower.socket:
                follower.socket.close()
        self._selector.close()

    def _look(self, now):
        """Called after each round, for what no event of a socket tells."""

    def _connect(self, follower):
        if follower.connect(self.port) in (0, errno.EINPROGRESS):
            self._selector.register(follower.socket, selectors.EVENT_WRITE, follower)
        else:
            self._lost(follower)

    def _handle(self, follower, events):
        try:
            if not follower.has_asked:
                if follower.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    return self._lost(follower)
                wanted = follower.proceed()
                if wanted is None:
                    follower.ask()
                self._selector.modify(follower.socket, wanted or selectors.EVENT_READ, follower)
                return None
            received = follower.receive()
            if not received:
                return self._lost(follower)
            follower.take(received)
            if follower.is_complete:
                return self._lost(follower)
        except BlockingIOError:
            return None
        except OSError:
            return self._lost(follower)
        except ValueError as error:
            self.wrong.append(f"{follower.path}: {error}")
            return self._lost(follower)
        if follower.status not in (None, 200):
            self.wrong.append(f"{follower.path}: status {follower.status}")
        return None

    def _lost(self, follower):
        with contextlib.suppress(KeyError):
            self._selector.unregister(follower.socket)
        follower.socket.close()
        follower.socket = None
        self.refused += follower.back < follower.asked
        is_told = self.patient and follower.retry is not None
        self._comes_back(follower, follower.retry if is_told else 0.05 + random.random() * 0.2)

    def _comes_back(self, follower, seconds):
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), follower))


def reset(connection):
    """Closes a connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
