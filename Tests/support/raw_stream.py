"""Streams over bare sockets, for clients that do not behave."""

import socket
import ssl
import struct
import time

from support.waiting import wait_for


class RawStream:
    """One connection. Reads only when it is told to."""

    def __init__(self, port, request=b"", receive_buffer=None, host="127.0.0.1", tls=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(10)
        self.socket.connect((host, port))
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.received = b""
        # The way in which the peer closed; None while it has not.
        self.ended = None
        if request:
            self.socket.sendall(request)

    def read(self):
        """Reads the bytes that have come, without waiting."""
        if self.ended:
            return self.received
        self.socket.setblocking(False)
        try:
            while True:
                more = self.socket.recv(1 << 20)
                if not more:
                    self.ended = "closed"
                    break
                self.received += more
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError as error:
            self.ended = f"broken: {error}"
        finally:
            self.socket.settimeout(10)
        return self.received

    def wait(self, what, seconds=10):
        """Waits until `what` is among the received bytes."""
        return wait_for(
            lambda: what in self.read() or None, seconds, f"{what!r} in {self.received[-200:]!r}, {self.ended}"
        )

    def wait_end(self, seconds=10):
        """Waits for the connection's end; returns the way in which the peer ended it."""
        return wait_for(
            lambda: (self.read(), self.ended)[1], seconds, f"the connection's end; {self.received[-200:]!r}"
        )

    @property
    def status(self):
        return int(self.received.split(b" ", 2)[1]) if self.received.startswith(b"HTTP/1.") else None

    @property
    def head(self):
        return self.received.partition(b"\r\n\r\n")[0]

    def half_close(self):
        """Ends the client's direction of the connection; over TLS without saying so before."""
        # A TLS socket's own method would forget the keys with which it reads on.
        socket.socket.shutdown(self.socket, socket.SHUT_WR)

    def reset(self):
        """Closes with a reset instead of an end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()


def request(path, token=None, method="GET", headers=(), version="1.1"):
    lines = [f"{method} {path} HTTP/{version}", "Host: test"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"


def dribble(stream, data, pause=0.002):
    """Sends one byte at a time, each in a segment of its own."""
    stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in data:
        stream.socket.sendall(bytes((byte,)))
        time.sleep(pause)


def unchunked(received):
    """The body of a chunked answer so far, and True once its last chunk has come.

    Raises ValueError where the coding is malformed.
    """
    rest, body = received.partition(b"\r\n\r\n")[2], b""
    while True:
        size, end, rest = rest.partition(b"\r\n")
        if not end:
            return body, False
        length = int(size, 16)
        if length == 0:
            if rest != b"\r\n":
                raise ValueError(f"after the last chunk: {rest[:80]!r}")
            return body, True
        if len(rest) < length + 2:
            return body + rest[:length], False
        if rest[length : length + 2] != b"\r\n":
            raise ValueError(f"chunk of {length} bytes ends {rest[length : length + 2]!r}")
        body, rest = body + rest[:length], rest[length + 2 :]
