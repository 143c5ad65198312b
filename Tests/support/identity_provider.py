"""An identity provider for a test: a key set by HTTP in the way that the test wants, and the tokens of its keys."""

import contextlib
import json
import socketserver
import threading
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from support import signing

ISSUER = "https://login.example/"


class IdentityProvider:
    """Serves `keys`, by `kid`, on loopback; `manner` says how."""

    def __init__(self):
        self.keys = {"first": ed25519.Ed25519PrivateKey.generate()}
        # Members of the set that are no usable keys.
        self.strange = []
        # ok, error or redirect.
        self.manner = "ok"
        # The requests for the place to which a redirect leads.
        self.followed = 0
        # The values of traceparent that requests had.
        self.traces = []
        provider = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    first = self.rfile.readline()
                    while line := self.rfile.readline().strip():
                        name, _, value = line.partition(b": ")
                        if name.lower() == b"traceparent":
                            provider.traces.append(value.decode())
                    provider.answer(first, self.wfile)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/keys"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, request, file):
        body = json.dumps(self.key_set()).encode()
        if b"/followed" in request:
            self.followed += 1
        if self.manner == "ok" or b"/followed" in request:
            head = b"200 OK\r\nContent-Length: %d" % len(body)
        elif self.manner == "redirect":
            head, body = b"302 Found\r\nContent-Length: 0\r\nLocation: %s/followed" % self.url.encode(), b""
        else:
            head, body = b"503 Service Unavailable\r\nContent-Length: 0", b""
        file.write(b"HTTP/1.1 %s\r\nConnection: close\r\n\r\n%s" % (head, body))

    def key_set(self):
        named = [{**public(key), "kid": kid} for kid, key in self.keys.items()]
        return {"keys": [*self.strange, *named]}

    def token(self, kid="first", key=None, header=None, **changes):
        """A token for a backend of aurora; `changes` and `header` replace members, or remove them where None."""
        claims = {
            "iss": ISSUER,
            "aud": "waybill",
            "sub": "till",
            "role": "backend",
            "shop": "aurora",
            "exp": int(time.time()) + 3600,
        }
        key = key or self.keys[kid]
        is_curve = isinstance(key, ec.EllipticCurvePrivateKey)
        head = {"alg": "ES256" if is_curve else "EdDSA", "typ": "JWT", "kid": kid, **(header or {})}
        text = ".".join(
            signing.encode({name: value for name, value in part.items() if value is not None})
            for part in (head, {**claims, **changes})
        )
        if is_curve:
            pair = utils.decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
            signature = b"".join(number.to_bytes(32, "big") for number in pair)
        else:
            signature = key.sign(text.encode())
        return f"{text}.{signing.encode(signature)}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def public(key):
    """The JWK of a key's public half."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point = key.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", **{n: signing.encode(getattr(point, n).to_bytes(32, "big")) for n in "xy"}}
    return {"kty": "OKP", "crv": "Ed25519", "x": signing.encode(key.public_key().public_bytes_raw())}
