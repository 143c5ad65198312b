"""Tokens of an identity provider, callers behind a proxy, and what a flood of bad tokens costs the others."""

import base64
import hashlib
import hmac
import http.client
import json
import statistics
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from support import signing
from support.bench import total
from support.client import Client
from support.identity_provider import ISSUER, IdentityProvider, public
from support.problems import faults
from support.sse import Stream
from support.waiting import wait_for

LONGEST = 16 * 1024


@pytest.fixture(scope="module")
def provider():
    provider = IdentityProvider()
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def trusting(service, provider):
    """A service that trusts the provider's keys, and proxies on this machine; started while no keys can be had."""
    provider.manner = "redirect"
    service.options = ["--jwks", provider.url, "--issuer", ISSUER, "--trusted-proxy", "127.0.0.1,10.0.0.0/8"]
    service.process = service.spawn()
    wait_for(lambda: waits_for_keys(service), 60, "the service waits for its keys alone")
    return service


@pytest.fixture
def ready(trusting, provider):
    provider.manner = "ok"
    trusting.wait_ready()
    return trusting


def waits_for_keys(service):
    try:
        return send(service, "/readyz").json.get("code") == "noKeys"
    except (OSError, http.client.HTTPException):
        return False


def send(service, path, token=None, address=None, **headers):
    """One GET by a client at `address`, as a proxy on this machine passes it on."""
    client = Client(service.port, token)
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        return client.request("GET", path, headers=fields | ({"X-Forwarded-For": address} if address else {}))
    finally:
        client.close()


def test_a_service_starts_before_its_identity_provider(trusting, provider, check):
    token = provider.token()
    for name, path, given, status, code in (
        ("it is not ready", "/readyz", None, 503, "noKeys"),
        ("a token is to come back", "/v1/orders", token, 503, "noKeys"),
        ("no token is no token", "/v1/orders", None, 401, "missingToken"),
        ("an expired token is told so", "/v1/orders", provider.token(exp=int(time.time()) - 61), 401, "expiredToken"),
    ):
        answer = send(trusting, path, given)
        check(f"before the keys: {name}", not faults(answer, status, code), answer)
    stream = Stream(trusting.port, "/v1/stream", token)
    ended = stream.wait_end(10)
    stream.stop()
    last = stream.frames[-1] if stream.frames else None
    said = last and last.event == "bye" and json.loads(last.data)
    check("before the keys: a stream is told to come back", said == {"reason": "overload"}, (ended, stream.frames))
    # Nobody knows yet whether a customer or staff asks; "0" is the beginning for both.
    begun = Stream(trusting.port, "/v1/stream?after=0", token)
    begun.wait_end(10)
    begun.stop()
    told = [frame.id for frame in begun.frames if frame.id]
    check("before the keys: a stream from the beginning keeps its place", told == ["0"], begun.frames)
    check("no redirect is followed", provider.followed == 0, provider.followed)
    provider.manner = "ok"
    trusting.wait_ready(30)
    check("with the keys: it recovers by itself", send(trusting, "/v1/orders", token).status == 200)


def has_second(provider):
    """The provider's second key, of another algorithm than the first, made where it has none."""
    return provider.keys.setdefault("second", ec.generate_private_key(ec.SECP256R1()))


def test_a_new_key_is_known_at_once_whatever_stands_beside_it(ready, provider, check):
    provider.strange = [{"kty": "AKP", "alg": "ML-DSA-44", "kid": "q"}, {"kty": "oct", "k": "c2VjcmV0", "kid": "h"}, 7]
    has_second(provider)
    answer = send(ready, "/v1/orders", provider.token("second"))
    check("a token of a new key", answer.status == 200, answer)
    named = provider.token(header={"alg": "Ed25519"})
    check("Ed25519 by its name of RFC 9864", send(ready, "/v1/orders", named).status == 200)
    filler = LONGEST - len(provider.token(x="")) - 4
    large = provider.token(x="x" * (filler * 3 // 4))
    answer = send(ready, "/v1/orders", large)
    check(f"a token of {len(large)} bytes", len(large) > LONGEST - 20 and answer.status == 200, answer)


def forgeries(provider):
    """Tokens that a stranger can make, or has, by the code of their refusal."""
    good = provider.token()
    head, payload, signature = good.split(".")
    header, claims = signing.decode(head), signing.decode(payload)
    own, own_curve = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    key = provider.keys["first"].public_key()
    second = has_second(provider).public_key()
    now = int(time.time())

    def by_hmac(secret, name="HS256"):
        text = f"{signing.encode({**header, 'alg': name})}.{payload}"
        return f"{text}.{signing.encode(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    def with_header(**changes):
        return provider.token(header=changes)

    for name in ("none", "None", "nOnE", "NONE", ""):
        yield f"alg {name!r}", "badSignature", f"{signing.encode({**header, 'alg': name})}.{payload}."
    pem, point = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.UncompressedPoint
    for name, secret in {
        "the public key's bytes": key.public_bytes_raw(),
        "the public key in PEM": key.public_bytes(serialization.Encoding.PEM, pem),
        "the other key's point": second.public_bytes(serialization.Encoding.X962, point),
        "the key set": json.dumps(provider.key_set()).encode(),
        "nothing": b"",
    }.items():
        yield f"HMAC with {name}", "badSignature", by_hmac(secret)
        yield f"HMAC with {name} as EdDSA", "badSignature", by_hmac(secret, "EdDSA")
    yield "the symmetric key of the set", "unknownKey", provider.token("h", key=own)
    for kid in ("", "../../../../dev/null", "first' or '1'='1", "first\u0000", "FIRST", "1"):
        yield f"kid {kid!r}", "unknownKey", provider.token(kid, key=own)
    yield "a stranger's key", "badSignature", provider.token(key=own)
    yield "a stranger's key without kid", "badSignature", provider.token(key=own, header={"kid": None})
    yield "the key of another algorithm", "badSignature", provider.token("first", key=own_curve)
    yield "a key in the header", "badSignature", provider.token(key=own, header={"jwk": public(own)})
    for name in ("jku", "x5u"):
        header_url = {name: "http://127.0.0.1:1/keys"}
        yield f"{name} in the header", "badSignature", provider.token(key=own, header=header_url)
    yield (
        "x5c in the header",
        "badSignature",
        provider.token(key=own, header={"x5c": [base64.b64encode(b"x").decode()]}),
    )
    yield "another's payload", "badSignature", f"{head}.{signing.encode({**claims, 'role': 'operator'})}.{signature}"
    for cut in (1, 2, 20, len(signature)):
        yield f"a signature short by {cut}", ("badSignature", "malformedToken"), good[:-cut]
    yield "crit", "malformedToken", with_header(crit=["exp"])
    yield "b64", "malformedToken", with_header(crit=["b64"], b64=False)
    for name in ("logout+jwt", "dpop+jwt", "id_token"):
        yield f"typ {name}", "malformedToken", with_header(typ=name)
    yield "five parts", "malformedToken", f"{good}.{head}.{payload}"
    yield "too long", "malformedToken", provider.token(x="x" * LONGEST)
    yield "padding", "malformedToken", f"{head}=.{payload}.{signature}"
    yield "expired", "expiredToken", provider.token(exp=now - 61)
    yield "expired, of a stranger", "expiredToken", provider.token(key=own, exp=now - 61)
    yield "not valid yet", "notYetValid", provider.token(nbf=now + 120)
    yield "without exp", "invalidClaims", provider.token(exp=None)
    yield "another audience", "wrongAudience", provider.token(aud="account")
    for name in ("https://login.example", "https://LOGIN.example/", "https://login.example/ ", "https://evil.example/"):
        yield f"issuer {name!r}", "wrongIssuer", provider.token(iss=name)
    yield "without issuer", "invalidClaims", provider.token(iss=None)
    yield "every shop", "invalidClaims", provider.token(shop="*")
    yield "a role of its own", "invalidClaims", provider.token(role="admin")
    yield "a customer of two shops", "invalidClaims", provider.token(role="customer", shop=["aurora", "borealis"])


def test_a_forged_token_is_401_without_help(ready, provider, check):
    development = ready.token("operator", "*")
    cases = [*forgeries(provider), ("the development key", "unknownKey", development)]
    for name, codes, token in cases:
        answer = send(ready, "/v1/orders", token, "192.0.2.1")
        found = faults(answer, 401)
        code = answer.json.get("code") if not found else None
        if code not in ((codes,) if isinstance(codes, str) else codes):
            found.append(f"code {code!r} instead of {codes!r}")
        words = answer.body.decode() + answer.headers.get("www-authenticate", "")
        # Nothing that was right, nothing that was sent, nothing that the service's owner is told.
        found += [word for word in (ISSUER, "first", "second", "till", "aurora", "--", "127.0.0.1") if word in words]
        check(f"forged: {name}", not found, (found, answer))
    for name, headers in {
        "in the query alone": {},
        "twice": {"Authorization": f"Bearer {provider.token()}, Bearer {provider.token()}"},
        "as Basic": {"Authorization": f"Basic {provider.token()}"},
        "as a cookie": {"Cookie": f"waybill={provider.token()}; __Host-waybill={provider.token()}"},
    }.items():
        answer = send(ready, "/v1/orders?access_token=" + provider.token(), None, "192.0.2.1", **headers)
        check(f"a token {name}", not faults(answer, 401), answer)


def exhaust(service, provider, address):
    """Sends bad tokens from an address until it is refused; returns the answers by status."""
    strange = ed25519.Ed25519PrivateKey.generate()
    client = Client(service.port, provider.token(key=strange))
    counts = {}
    for _ in range(3000):
        answer = client.request("GET", "/v1/orders", headers={"X-Forwarded-For": f"192.0.2.99, {address}"})
        counts[answer.status] = counts.get(answer.status, 0) + 1
        if answer.status != 401:
            break
    client.close()
    return counts, answer


def test_a_flood_of_bad_tokens_costs_its_sender_alone(ready, provider, check):
    known, address = provider.token(), "198.51.100.1"
    check("a token is known", send(ready, "/v1/orders", known, address).status == 200)
    counts, refused = exhaust(ready, provider, address)
    check("the flood: 200 at once, and then none", 200 <= counts.get(401, 0) < 2500, counts)
    check("the flood: 429 with Retry-After", not faults(refused, 429, "tooManyRequests"), refused)
    for name, token, where, status in (
        ("an expired token is told 401", provider.token(exp=int(time.time()) - 61), address, 401),
        ("a known token goes on", known, address, 200),
        ("another address is itself", None, "198.51.100.2", 401),
        ("a new token from another address", provider.token(n=1), "198.51.100.2", 200),
        ("what stands to the left is nobody's word", None, f"{address}, 198.51.100.3", 401),
        ("a proxy's proxy is passed over", None, "198.51.100.4, 10.1.2.3", 401),
    ):
        answer = send(ready, "/v1/orders", token, where)
        check(f"after the flood: {name}", answer.status == status, answer)


def test_a_flood_that_heeds_no_refusal_waits_for_the_next(ready, provider, check):
    address = "198.51.100.7"
    client = Client(ready.port, provider.token(key=ed25519.Ed25519PrivateKey.generate()))
    waits = []
    # The bucket's 200, the refusals that are given at once, and what both gain meanwhile.
    for _ in range(1000):
        began = time.monotonic()
        answer = client.request("GET", "/v1/orders", headers={"X-Forwarded-For": address})
        if answer.status == 429:
            waits.append(time.monotonic() - began)
        if waits and waits[-1] > 0.9:
            break
    client.close()
    check("the flood: a refusal is held back", waits and waits[-1] > 0.9, waits[-3:])
    check("the flood: the first refusals are given at once", statistics.median(waits[:10]) < 0.5, waits[:10])
    check("and it says when to come back", not faults(answer, 429, "tooManyRequests"), answer)


def test_an_ipv6_caller_counts_by_its_network(ready, provider, check):
    counts, _ = exhaust(ready, provider, "[2001:db8:1:2::a]:4711")
    check("one address of the network is refused", counts.get(429) == 1, counts)
    # All of these at once: the bucket fills by 50 a second.
    neighbours = [exhaust(ready, provider, f"2001:db8:1:2:{n:x}::b")[0].get(401, 0) for n in range(1, 9)]
    check("its neighbours share its bucket", sum(neighbours) < 200, neighbours)
    other = send(ready, "/v1/orders", None, None, Forwarded='for="[2001:db8:1:3::a]";proto=https')
    check("the next network has its own", other.status == 401, other)


def test_refusals_are_counted_by_reason(ready, provider, check):
    operator = provider.token(role="operator", shop="*")
    send(ready, "/v1/events", provider.token(role="customer", sub="c-1"))
    answer = send(ready, "/metrics", operator)
    check("refusals have a metric", total(answer, "waybill_requests_refused_total") > 0, answer)
    for reason in (
        "badSignature",
        "wrongIssuer",
        "expiredToken",
        "noKeys",
        "addressLimit",
        "forbidden",
        "missingToken",
    ):
        line = f'waybill_requests_refused_total{{reason="{reason}"}} '
        found = next((row for row in answer.body.decode().splitlines() if row.startswith(line)), "")
        check(f"refused: {reason}", found and float(found.split()[-1]) > 0, found)


def session(service, token):
    """The header fields of a staff's page whose session was begun with a token."""
    client = Client(service.port, token)
    answer = client.request("POST", "/session")
    client.close()
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0], "Sec-Fetch-Site": "same-origin"}


@pytest.mark.slow
def test_a_withdrawn_key_goes_while_its_tokens_are_used(ready, provider, check):
    has_second(provider)
    token = provider.token("second")
    check("its token is known", send(ready, "/v1/orders", token).status == 200)
    streams = [Stream(ready.port, "/v1/stream", bearer) for bearer in (token, provider.token())]
    cookie = session(ready, provider.token("second", role="staff"))
    streams.append(Stream(ready.port, "/v1/stream", fields=cookie))
    for stream in streams:
        stream.wait(lambda frames: any(frame.id for frame in frames), 10, "the stream began")
    del provider.keys["second"]
    began = time.monotonic()
    refused = wait_for(lambda: send(ready, "/v1/orders", token).status == 401 or None, 60, "the key is withdrawn")
    check("a withdrawn key is refused within a minute", refused, time.monotonic() - began)
    check("its stream ends within a minute", streams[0].wait_end(max(began + 60 - time.monotonic(), 1)) == "complete")
    check("its session's stream too", streams[2].wait_end(max(began + 60 - time.monotonic(), 1)) == "complete")
    for stream in (streams[0], streams[2]):
        last = stream.stop().frames[-1]
        check("bye says tokenExpired", json.loads(last.data) == {"reason": "tokenExpired"}, last.raw)
    client = Client(ready.port)
    answer = client.request("GET", "/v1/orders", headers=cookie)
    client.close()
    check("its session is refused", answer.status == 401, answer)
    check("the other key's stream goes on", streams[1].ended is None, streams[1].ended)
    streams[1].stop()
    check("the other key stays", send(ready, "/v1/orders", provider.token()).status == 200)
