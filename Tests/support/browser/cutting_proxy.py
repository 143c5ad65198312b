"""A proxy in front of the service that breaks streams off at random, as a bad network does.

It resets or closes the connection, in the middle of a frame as well as between two frames.
"""

import random
import select
import socket
import struct
import threading

# A browser's connection may be cut after so few or so many bytes of a stream.
SHORTEST, LONGEST = 40, 12_000


class CuttingProxy:
    """Serves pages of its own, and hands every other request to the service.

    A request without Authorization gets one, since an EventSource cannot send it. Each stream, known by its path and
    query, is cut `cuts` times and then left alone.
    """

    def __init__(self, port, token, pages, cuts, seed):
        # By path: text, and its media type.
        self._service, self._token, self._pages = port, token, pages
        self._most, self._chance = cuts, random.Random(seed)
        self._lock = threading.Lock()
        self.cuts = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                more = client.recv(65536)
                if not more:
                    return
                head += more
            path = head.split(b" ", 2)[1].decode()
            if path.partition("?")[0] in self._pages:
                text, media_type = self._pages[path.partition("?")[0]]
                client.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: %s; charset=utf-8\r\nConnection: close\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (media_type.encode(), len(text.encode()), text.encode())
                )
            elif path.startswith("/v1/"):
                self._forward(client, head, path)
            else:
                client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def _forward(self, client, head, path):
        budget = self._budget(path)
        with socket.create_connection(("127.0.0.1", self._service)) as service:
            lines = head.split(b"\r\n")
            if not any(line.lower().startswith(b"authorization:") for line in lines):
                lines.insert(1, b"Authorization: Bearer " + self._token.encode())
            service.sendall(b"\r\n".join(lines))
            while True:
                # A browser that leaves a stream sends nothing more; the end of this connection tells the service.
                ready, _, _ = select.select([client, service], [], [])
                received = service.recv(65536) if service in ready else b""
                if not received:
                    return
                if budget is not None and len(received) >= budget:
                    client.sendall(received[:budget])
                    self._cut(client, path)
                    return
                client.sendall(received)
                budget = None if budget is None else budget - len(received)

    def _budget(self, path):
        with self._lock:
            if self.cuts.setdefault(path, 0) >= self._most:
                return None
            return self._chance.randint(SHORTEST, LONGEST)

    def _cut(self, client, path):
        with self._lock:
            self.cuts[path] += 1
            resets = self._chance.random() < 0.5
        if resets:
            # Closed with nothing lingering, TCP resets the connection.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
