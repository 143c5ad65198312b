"""Very many streams in one thread: each comes back by its last id, and keeps what it was shown."""
import errno
import random
import resource
import selectors
import socket
import struct
import threading
import time

from rawstream import request


class Follower:
    """One stream."""
    __slots__ = ("key", "path", "token", "socket", "last", "seen", "status", "_raw", "_left", "_block", "_in_head")

    def __init__(self, key, path, token):
        self.key, self.path, self.token = key, path, token
        self.socket, self.last, self.status = None, None, None
        # Ids of the events shown, in order.
        self.seen = []

    def connect(self, port):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self._raw, self._left, self._block, self._in_head = b"", 0, b"", True
        return self.socket.connect_ex(("127.0.0.1", port))

    def ask(self):
        headers = [("Last-Event-ID", self.last)] if self.last else []
        self.socket.send(request(self.path, self.token, headers=headers))

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
                    return
            piece, self._raw = self._raw[:self._left], self._raw[self._left:]
            self._left -= len(piece)
            self._block += piece[:-2] if self._left == 0 else piece if self._left > 1 else piece[:-1]
            self._frames()
            if self._left or not self._raw:
                return

    def _frames(self):
        while b"\n\n" in self._block:
            block, _, self._block = self._block.partition(b"\n\n")
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
            if b"id" in fields:
                self.last = fields[b"id"].decode()
            if fields.get(b"event") in (b"status", b"update"):
                self.seen.append(self.last)
            elif fields.get(b"event") == b"reset":
                self.seen.append("reset")


class ManyStreams:
    """Runs followers until stopped; `connections` counts what came to an answer."""

    def __init__(self, port, followers):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.port, self.followers = port, followers
        self.wrong = []
        self._selector, self._due = selectors.DefaultSelector(), []
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ready(self):
        """Followers that have their answer's head and an id to come back with."""
        return sum(1 for follower in self.followers if follower.last and follower.socket)

    def stop(self):
        self._stopping = True
        self._thread.join(30)

    def _run(self):
        self._due = [(0, follower) for follower in self.followers]
        while not self._stopping:
            now = time.monotonic()
            # A few at a time: a connection takes its share of the machine.
            due = [entry for entry in self._due if entry[0] <= now][:200]
            self._due = [entry for entry in self._due if entry not in due] if due else self._due
            for _, follower in due:
                self._connect(follower)
            for key, events in self._selector.select(0.02):
                self._handle(key.data, events)
        for follower in self.followers:
            if follower.socket:
                follower.socket.close()
        self._selector.close()

    def _connect(self, follower):
        if follower.connect(self.port) in (0, errno.EINPROGRESS):
            self._selector.register(follower.socket, selectors.EVENT_WRITE, follower)
        else:
            self._lost(follower)

    def _handle(self, follower, events):
        try:
            if events & selectors.EVENT_WRITE:
                if follower.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    return self._lost(follower)
                follower.ask()
                self._selector.modify(follower.socket, selectors.EVENT_READ, follower)
                return None
            received = follower.socket.recv(1 << 18)
            if not received:
                return self._lost(follower)
            follower.take(received)
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
        try:
            self._selector.unregister(follower.socket)
        except KeyError:
            pass
        follower.socket.close()
        follower.socket = None
        self._due.append((time.monotonic() + 0.05 + random.random() * 0.2, follower))


def reset(connection):
    """Closes a connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
