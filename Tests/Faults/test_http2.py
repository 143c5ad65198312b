"""HTTP/2 requests by curl and by hand, in clear text and over TLS."""

import json
import subprocess
import time

from support.http2_peer import PREFACE, Peer
from support.orders import order
from support.raw_stream import RawStream, dribble, request


def test_a_port_tells_the_versions_by_their_first_bytes(bench, check):
    """The segments in which the first bytes arrive make no difference."""
    service = bench.service
    port = service.port
    slow = Peer(port, preface=False)
    for byte in slow.state.data_to_send():
        slow.send(bytes((byte,)))
        time.sleep(0.002)
    check("a preface of single bytes begins HTTP/2", slow.get("/healthz").status == 200, slow.ended)
    slow.close()
    one = RawStream(port)
    dribble(one, request("/healthz", headers=[("Connection", "close")]))
    one.wait_end()
    check("a request of single bytes is HTTP/1.1's", one.status == 200, one.received)
    for name, method in (("POST", "POST"), ("PRI", "PRI"), ("P", "P"), ("PRIOR", "PRIOR")):
        stream = RawStream(port)
        dribble(stream, request("/healthz", method=method, headers=[("Connection", "close")]))
        stream.wait_end()
        check(f"a method {name} is HTTP/1.1's", stream.status in (400, 404, 405, 501), stream.received[:200])
    for name, data in (("version", b"PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n"), ("end", b"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n")):
        stream = RawStream(port, data)
        ended = stream.wait_end()
        check(f"a preface with another {name} is refused", ended and stream.status in (400, None), stream.received)
    half = RawStream(port, PREFACE[:10])
    half.socket.shutdown(1)
    check("half a preface and an end: closed", half.wait_end(), "open")
    upgrade = RawStream(
        port,
        request(
            "/healthz",
            headers=[
                ("Connection", "Upgrade, HTTP2-Settings, close"),
                ("Upgrade", "h2c"),
                ("HTTP2-Settings", "AAMAAABkAAQAAP__"),
            ],
        ),
    )
    upgrade.wait(b"ok")
    check("an upgrade to h2c is passed over", upgrade.status == 200, upgrade.received)
    upgrade.close()


def curl(*arguments, data=None):
    done = subprocess.run(["curl", "-sS", "-i", "-m", "30", *arguments], input=data, capture_output=True, timeout=60)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:])
    return lines[0], fields, body, done


def test_curl_speaks_http2_in_clear_text(bench, check):
    curled(check, bench, f"http://localhost:{bench.service.port}", ["--http2-prior-knowledge"])


def test_curl_speaks_http2_over_tls(secure_bench, check):
    service = secure_bench.service
    curled(check, secure_bench, f"https://localhost:{service.port}", ["--http2", "--cacert", service.authority.path])


def curled(check, bench, url, how):
    kind = url.partition(":")[0]
    authorization = ["-H", f"Authorization: Bearer {bench.tokens['backend']}"]

    def asked(name, status, *arguments, data=None):
        first, fields, body, done = curl(*how, *arguments, data=data)
        check(
            f"curl, {kind}: {name}",
            first.strip() == f"HTTP/2 {status}"
            and "connection" not in fields
            and "transfer-encoding" not in fields
            and done.returncode == 0,
            (first, fields, body[:300], done.stderr),
        )
        return fields, body

    asked("health", 200, f"{url}/healthz")
    asked("HEAD", 200, "-I", f"{url}/healthz")
    asked("no token", 401, f"{url}/v1/orders")
    asked("no such route", 404, f"{url}/v2")
    asked("a method that is not there", 405, "-X", "DELETE", f"{url}/v1/orders", *authorization)
    fields, _ = asked(
        "a command",
        201,
        f"{url}/v1/orders",
        *authorization,
        "-H",
        "Content-Type: application/json",
        "--data-binary",
        "@-",
        data=json.dumps(order()).encode(),
    )
    check(f"curl, {kind}: the command's fields", fields.get("etag") == '"1"' and "location" in fields, fields)
    asked(
        "a body that is too large",
        413,
        f"{url}/v1/orders",
        *authorization,
        "-H",
        "Content-Type: application/json",
        "--data-binary",
        "@-",
        data=b" " * 300_000,
    )
    lines = [json.dumps({"command": "placeOrder", **order(number=f"B-{index}")}) for index in range(2000)]
    _, body = asked(
        "bulk",
        200,
        f"{url}/v1/commands",
        *authorization,
        "-H",
        "Content-Type: application/x-ndjson",
        "-T",
        "-",
        "-X",
        "POST",
        data="\n".join(lines).encode(),
    )
    answers = [json.loads(line) for line in body.splitlines()]
    results = [answer["result"] for answer in answers]
    check(f"curl, {kind}: every line of bulk accepted", results == ["accepted"] * 2000, body[:300])
    _, body = asked("a list", 200, f"{url}/v1/orders?limit=1000&min_position={answers[-1]['position']}", *authorization)
    check(f"curl, {kind}: the whole list", len(json.loads(body)["orders"]) == 1000, body[-100:])
