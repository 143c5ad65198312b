"""haproxy with the settings of deploy/ sends again only what is safe to do twice.

Its servers read each request and break the connection without an answer, as a process that is killed does.
"""

import http.server
import select
import socket
import threading

import pytest

from support.client import Client
from support.cluster import Haproxy
from support.waiting import wait_for


class Breaking(http.server.BaseHTTPRequestHandler):
    """Answers health checks, and nothing else."""

    def handle_one_request(self):
        if not (line := self.rfile.readline(65536).decode("ascii")):
            self.close_connection = True
            return
        method, path, _ = line.split()
        length = 0
        while field := self.rfile.readline(65536).strip():
            name, _, value = field.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        # A connection that is closed with something unread is reset, which is another failure to haproxy.
        self.rfile.read(length)
        if path == "/readyz":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            self.server.requests.append((method, path))
        self.close_connection = True


@pytest.fixture
def broken(tmp_path):
    """haproxy before two such servers, and the requests that reach them."""
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Breaking) for _ in range(2)]
    requests = []
    for server in servers:
        server.requests = requests
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = [server.server_address[1] for server in servers]
    proxy = Haproxy(str(tmp_path), ports, ports)
    try:
        wait_for(lambda: all(proxy.states().values()), 20, "haproxy takes both for ready")
        yield proxy, requests
    finally:
        proxy.close()
        for server in servers:
            server.shutdown()
            server.server_close()


def test_only_what_is_safe_is_sent_again(broken, check):
    proxy, requests = broken
    key = {"Idempotency-Key": "k-1"}
    for name, method, path, headers, again in (
        ("a command with a key", "POST", "/v1/orders", key, True),
        ("a command without a key", "POST", "/v1/orders", {}, False),
        ("bulk commands", "POST", "/v1/commands", {"Content-Type": "application/x-ndjson"}, False),
        ("a deletion", "DELETE", "/session", {}, False),
        ("a read", "GET", "/v1/orders", {}, True),
        ("a stream", "GET", "/v1/stream", {}, True),
    ):
        requests.clear()
        client = Client(proxy.port)
        answer = client.request(method, path, b"{}" if method == "POST" else None, headers)
        client.close()
        check(f"{name} is sent {'again' if again else 'once'}", (len(requests) > 1) == again, requests)
        stream = path.endswith("stream")
        check(f"{name}: the answer", answer.status == (200 if stream else 502), answer)
        if stream:
            check("a stream is told when to come back", answer.body.endswith(b"retry: 2000\n\n"), answer)


def test_a_command_is_sent_again_though_its_body_comes_later(broken, check):
    proxy, requests = broken
    head = b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k-2\r\nContent-Length: 2\r\n\r\n"
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as connection:
        connection.sendall(head)
        # Long enough for haproxy to pass the head on, where it does not wait for the body.
        answered, _, _ = select.select([connection], [], [], 0.3)
        connection.sendall(b"{}")
        answer = connection.recv(65536)
    check("nothing is answered before", not answered, answer)
    check("it is sent again", len(requests) > 1, requests)
    check("the answer", answer.startswith(b"HTTP/1.1 502 "), answer)
