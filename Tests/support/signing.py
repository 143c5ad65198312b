"""Tokens made by a test and signed with the development key: ES256 over P-256 in plain Python."""

import base64
import hashlib
import json
import secrets

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def _add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * (a[0] * a[0] - 1) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def _multiply(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def private_key(path):
    """The secret number of a PEM file, PKCS #8 or SEC 1: its first octet string of 32 bytes."""
    with open(path, encoding="ascii") as file:
        der = base64.b64decode("".join(line for line in file.read().splitlines() if not line.startswith("-")))
    start = der.index(b"\x04\x20") + 2
    return int.from_bytes(der[start : start + 32], "big")


def encode(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def sign(header, claims, key):
    """A JWT whose signature by `key` is good."""
    text = f"{encode(header)}.{encode(claims)}"
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    nonce = secrets.randbelow(N - 1) + 1
    r = _multiply(nonce, G)[0] % N
    s = pow(nonce, -1, N) * (digest + r * key) % N
    return f"{text}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
