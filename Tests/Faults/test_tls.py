"""TLS: certificates that a start refuses, agreed protocols, and certificates replaced under open streams."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from support import roles
from support.bench import Bench, total
from support.certificates import Authority, serial
from support.client import Client
from support.http2_peer import Peer
from support.orders import order
from support.raw_stream import RawStream, request
from support.sse import Stream
from support.waiting import wait_for


@pytest.fixture(scope="module")
def authority(service):
    return Authority(os.path.join(service.root, "authority"))


@pytest.fixture(scope="module")
def first(authority):
    """The certificate and the key that the service starts with."""
    return authority.issue("first", days=20)


@pytest.fixture(scope="module")
def installed(service, authority, first):
    """The paths of the certificate and the key that the service reads."""
    place = os.path.join(service.root, "installed")
    os.makedirs(place)
    certificate, key = os.path.join(place, "server.pem"), os.path.join(place, "server.key")
    authority.install(first, certificate, key)
    return certificate, key


@pytest.fixture(scope="module")
def bench(service, authority, installed, check):
    service.options = ["--tls-certificate", installed[0], "--tls-key", installed[1]]
    service.tls, service.tls_http2 = authority.context(["http/1.1"]), authority.context(["h2"])
    service.start()
    return Bench(service, check)


@pytest.fixture(scope="module")
def silent(bench):
    """A connection that sends nothing, and the moment at which it was opened."""
    return RawStream(bench.service.port), time.monotonic()


def test_a_start_refuses_certificates_it_cannot_use(service, check, authority, first):
    good = first
    other, expired = authority.issue("other"), authority.issue("expired", days=-1)
    locked, empty = os.path.join(service.root, "locked.key"), os.path.join(service.root, "empty")
    subprocess.run(
        ["openssl", "ec", "-in", good[1], "-aes128", "-passout", "pass:x", "-out", locked],
        check=True,
        capture_output=True,
        timeout=60,
    )
    open(empty, "w", encoding="ascii").close()
    shared = shutil.copy(good[1], os.path.join(service.root, "shared.key"))
    os.chmod(shared, 0o644)
    for name, options in (
        ("a certificate without a key", ["--tls-certificate", good[0]]),
        ("a key without a certificate", ["--tls-key", good[1]]),
    ):
        status, said = service.fails_to_serve(*options)
        check(f"{name}: status 64", status == 64 and "belong together" in said, (status, said))
    cases = {
        "a certificate that is not there": (os.path.join(service.root, "none.pem"), good[1], "none.pem"),
        "a key that is not there": (good[0], os.path.join(service.root, "none.key"), "none.key"),
        "another certificate's key": (good[0], other[1], "other.key"),
        "an expired certificate": (*expired, "expired on"),
        "a certificate that is empty": (empty, good[1], "empty"),
        "a key that is none": (good[0], good[0], "first.pem"),
        "a certificate that is none": (good[1], good[1], "first.key"),
        "a key that others may read": (good[0], shared, "mode 644"),
        "a key with a passphrase": (good[0], locked, "passphrase"),
        "a directory": (service.root, good[1], service.root),
    }
    for name, (certificate, key, word) in cases.items():
        status, said = service.fails_to_serve("--tls-certificate", certificate, "--tls-key", key)
        lines = [line for line in said.splitlines() if line]
        check(
            f"{name}: status 1 and one line",
            status == 1 and len(lines) == 1 and word in lines[0] and lines[0].startswith("Error: "),
            (status, said),
        )


def handshake(port, context):
    """The agreed version, cipher and protocol; the error where there is no agreement."""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            return secure.version(), secure.cipher()[0], secure.selected_alpn_protocol()
    except OSError as error:
        return error


def test_commands_check_the_services_certificate(bench, check, authority):
    service = bench.service
    url = ["--url", f"https://localhost:{service.port}"]
    lines = os.path.join(service.root, "lines.ndjson")
    with open(lines, "w", encoding="utf-8") as file:
        file.write(json.dumps({"command": "placeOrder", **order()}) + "\n")
    for name, command, shown in (
        ("seed", ["seed", lines], "1 accepted"),
        ("log head", ["log", "head"], "-"),
        ("log export", ["log", "export"], "OrderPlaced"),
    ):
        status, output = service.run(*command, *url)
        check(f"{name} trusts no unknown authority", status == 1 and "certificate" in output, output[-300:])
        status, output = service.run(*command, *url, "--ca-file", authority.path)
        check(f"{name} trusts the authority of --ca-file", status == 0 and shown in output, output[-300:])


def test_handshakes_agree_on_safe_protocols_alone(service, bench, check, authority, silent):
    def agreed(name, wanted, protocols=("h2", "http/1.1"), ciphers=None, **limits):
        context = authority.context(protocols, **limits)
        if ciphers:
            context.set_ciphers(ciphers)
        found = handshake(service.port, context)
        if wanted is None:
            is_good = isinstance(found, OSError)
        else:
            is_good = not isinstance(found, OSError) and all(
                want in (None, have) for want, have in zip(wanted, found, strict=True)
            )
        check(f"handshake: {name}", is_good, found)

    old, new = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    agreed("TLS 1.3 and HTTP/2 where both can", ("TLSv1.3", None, "h2"))
    agreed("HTTP/1.1 alone", ("TLSv1.3", None, "http/1.1"), ["http/1.1"])
    agreed("the service prefers HTTP/2", ("TLSv1.3", None, "h2"), ["http/1.1", "h2"])
    agreed("no common protocol", ("TLSv1.3", None, None), ["spdy/3"])
    agreed("TLS 1.2", ("TLSv1.2", None, "h2"), maximum_version=old)
    for cipher in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"):
        agreed(cipher, ("TLSv1.2", cipher, "h2"), ciphers=cipher, maximum_version=old)
    for cipher in (
        "ECDHE-ECDSA-AES128-SHA",
        "ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-ECDSA-AES256-SHA384",
        "AES128-GCM-SHA256",
    ):
        agreed(f"{cipher} is not", None, ciphers=f"{cipher}:@SECLEVEL=0", maximum_version=old)
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        agreed(
            f"{version.name} is not", None, ciphers="ALL:@SECLEVEL=0", minimum_version=version, maximum_version=version
        )
    agreed("TLS 1.3 alone", ("TLSv1.3", None, "h2"), minimum_version=new)
    for name, data in (
        ("clear text", request("/healthz")),
        ("a clear-text preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("nonsense", bytes(range(256)) * 8),
    ):
        plain = RawStream(service.port, data)
        plain.wait_end(15)
        check(f"{name} on the port is not answered", b"HTTP/" not in plain.received, plain.received[:200])


def test_http1_over_tls_is_as_in_clear_text(service, bench, check):
    lines = "\n".join(json.dumps({"command": "placeOrder", **order(number=f"T-{index}")}) for index in range(500))
    answer = bench.send("POST", "/v1/commands", lines.encode(), {"Content-Type": "application/x-ndjson"})
    check("bulk over TLS", answer.status == 200 and answer.body.count(b'"accepted"') == 500, answer)
    check("a refusal over TLS", bench.send("GET", "/v1/orders/x").status == 404, "another status")
    plain = Client(service.port, bench.tokens["backend"], service.tls)
    kept = [plain.request("GET", "/healthz").status for _ in range(3)]
    check("a connection is kept", kept == [200] * 3, kept)
    plain.close()


def follow(service, bench, placed):
    """Opens streams by both versions of HTTP under the first certificate."""
    path, staff = f"/v1/orders/{placed['orderId']}/stream", bench.tokens["staff"]
    old = [
        Stream(service.port, path, staff, tls=service.tls),
        Stream(service.port, "/v1/stream", staff, tls=service.tls),
    ]
    new = Peer(service.port, service.tls_http2)
    both = [new.request(path, staff), new.request("/v1/stream", staff)]
    for stream in old:
        stream.wait(lambda frames: any(frame.id for frame in frames), 20, "began")
    new.wait(lambda: all(b"id: " in new.streams[stream].body for stream in both), 20, "began over HTTP/2")
    return old, new, both


def test_streams_go_on_while_certificates_are_replaced(service, bench, check, authority, installed, placed, silent):
    streams = follow(service, bench, placed)
    replaced(service, check, bench, authority, *installed)
    connection, opened = silent
    connection.wait_end(15)
    took = time.monotonic() - opened
    check(
        "a handshake that does not begin ends after ten seconds",
        not connection.received and took < 60,
        connection.received,
    )
    goes_on(service, check, bench, placed, streams)


def replaced(service, check, bench, authority, certificate, key):
    second, third, wrong = (
        authority.issue("second", days=40),
        authority.issue("third", days=60),
        authority.issue("wrong"),
    )

    def reloads(outcome):
        answer = bench.send("GET", "/metrics", role=roles.OPERATOR).body.decode()
        name = f'waybill_tls_certificate_reloads_total{{outcome="{outcome}"}} '
        return next(float(line[len(name) :]) for line in answer.splitlines() if line.startswith(name))

    def expires():
        return total(bench.send("GET", "/metrics", role=roles.OPERATOR), "waybill_tls_certificate_expires_seconds")

    def becomes(name, pair):
        wanted = ssl.cert_time_to_seconds(
            subprocess.run(
                ["openssl", "x509", "-in", pair[0], "-noout", "-enddate"],
                capture_output=True,
                text=True,
                check=True,
                timeout=30,
            )
            .stdout.strip()
            .partition("=")[2]
        )
        wait_for(
            lambda: serial(service.port, service.tls)[1] == wanted, 10, f"{name}: new connections get it", every=0.2
        )
        check(f"{name}: new connections get it, and the metric says so", expires() == wanted, (expires(), wanted))

    def stays(name, count):
        wait_for(lambda: reloads("refused") == count or None, 10, f"{name} is refused", every=0.2)
        check(
            f"{name} is refused, and said",
            serial(service.port, service.tls) == before and "keeping the current certificate" in service.log_tail(),
            service.log_tail(400),
        )

    before = serial(service.port, service.tls)
    check("the metric tells when the certificate expires", expires() == before[1], (expires(), before))
    # One file after the other, as most programs that renew certificates do it.
    shutil.copy(wrong[0], certificate + ".new")
    os.replace(certificate + ".new", certificate)
    stays("a certificate whose key is still the old one", 1)
    with open(second[0], "rb") as file:
        whole = file.read()
    with open(certificate, "wb") as file:
        file.write(whole[: len(whole) // 3])
    stays("half a file", 2)
    os.unlink(key)
    stays("a file that is gone", 3)
    authority.install(authority.issue("expired again", days=-2), certificate, key)
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: reloads("refused") >= 4, 10, "an expired pair is refused", every=0.2)
    check("an expired pair is refused", serial(service.port, service.tls) == before, "served")
    authority.install(second, certificate, key)
    becomes("a new pair", second)
    began = time.monotonic()
    # In their place, not as new files.
    for source, target in zip(third, (certificate, key), strict=True):
        shutil.copyfile(source, target)
    service.process.send_signal(signal.SIGHUP)
    becomes("files written over, and SIGHUP", third)
    check.note(f"SIGHUP took {time.monotonic() - began:.2f} s")
    # A name that is turned to other files, as orchestrators do it.
    names = [os.path.join(os.path.dirname(certificate), name) for name in ("turned.pem", "turned.key")]
    for target, name, path in zip(second, names, (certificate, key), strict=True):
        os.symlink(target, name)
        os.replace(name, path)
    becomes("names turned to other files", second)
    rsa = authority.issue("rsa", days=50, kind="rsa")
    authority.install(rsa, certificate, key)
    becomes("a key of another kind", rsa)
    context = authority.context(maximum_version=ssl.TLSVersion.TLSv1_2)
    found = handshake(service.port, context)
    check(
        "an RSA key is spoken for by its ciphers",
        not isinstance(found, OSError) and found[1].startswith("ECDHE-RSA-") and "GCM" in found[1],
        found,
    )


def goes_on(service, check, bench, placed, streams):
    """Checks that streams of the first certificate still show events, and end with `bye`."""
    old, new, both = streams
    note = "after the certificates"
    bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": note, "visibility": "customer"})
    for stream in old:
        stream.wait(lambda frames: any(note.encode() in (frame.data or b"") for frame in frames), 10, "the note")
    new.wait(lambda: all(note.encode() in new.streams[stream].body for stream in both), 10, "the note over HTTP/2")
    check(
        "streams go on under the certificate that they began with",
        all(s.connections == 1 and not s.violations for s in old),
        "came back",
    )
    status, took = service.terminate(10)
    check("SIGTERM: exit status 0 within 10 s", status == 0, f"{status}, {took:.1f} s")
    new.wait_end(10)
    said = [stream.frames[-1].event for stream in old if stream.wait_end(10) == "complete"]
    check("SIGTERM: HTTP/1.1 streams over TLS say bye and are complete", said == ["bye", "bye"], [s.ended for s in old])
    check(
        "SIGTERM: HTTP/2 streams over TLS say bye and are complete",
        all(new.streams[s].ended and b"event: bye" in new.streams[s].body for s in both),
        new.streams[both[0]],
    )
    new.close()
