"""Certificates for a test, made by openssl; their keys live as long as the test's directory."""

import datetime
import os
import shutil
import socket
import ssl
import subprocess


class Authority:
    """Issues certificates for localhost into a directory of its own."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)
        self.path = self._path("authority.pem")
        self._key("authority")
        self._openssl(
            "req",
            "-x509",
            "-key",
            self._path("authority.key"),
            "-out",
            self.path,
            "-days",
            "30",
            "-subj",
            "/CN=Test authority",
        )

    def issue(self, name, days=30, kind="ec"):
        """Paths of a certificate, with the authority's after it, and of its key. Negative days: it has expired."""
        self._key(name, kind)
        key, request, chain = self._path(f"{name}.key"), self._path(f"{name}.csr"), self._path(f"{name}.pem")
        extensions = self._path("extensions")
        with open(extensions, "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        self._openssl("req", "-new", "-key", key, "-out", request, "-subj", "/CN=localhost")
        now = datetime.datetime.now(datetime.UTC)
        begin, end = now - datetime.timedelta(days=60), now + datetime.timedelta(days=days)
        database = self._path("index")
        open(database, "w", encoding="ascii").close()
        settings = self._path("ca.cnf")
        with open(settings, "w", encoding="ascii") as file:
            file.write(
                f"[ca]\ndefault_ca=d\n[d]\ndatabase={database}\nnew_certs_dir={self.directory}\nrand_serial=yes\n"
                "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
            )
        stamp = "%Y%m%d%H%M%SZ"
        self._openssl(
            "ca",
            "-batch",
            "-notext",
            "-config",
            settings,
            "-in",
            request,
            "-out",
            chain,
            "-cert",
            self.path,
            "-keyfile",
            self._path("authority.key"),
            "-extfile",
            extensions,
            "-startdate",
            begin.strftime(stamp),
            "-enddate",
            end.strftime(stamp),
        )
        with open(self.path, encoding="ascii") as own, open(chain, "a", encoding="ascii") as file:
            file.write(own.read())
        return chain, key

    def install(self, pair, certificate, key):
        """Copies a pair to the paths that a service reads, each file replaced whole."""
        for source, target in zip(pair, (certificate, key), strict=True):
            shutil.copy(source, target + ".new")
            os.replace(target + ".new", target)

    def context(self, protocols=("h2", "http/1.1"), **limits):
        """A client's TLS that trusts this authority alone."""
        context = ssl.create_default_context(cafile=self.path)
        context.set_alpn_protocols(list(protocols))
        for name, value in limits.items():
            setattr(context, name, value)
        return context

    def _path(self, name):
        return os.path.join(self.directory, name)

    def _key(self, name, kind="ec"):
        how = (
            ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
            if kind == "ec"
            else ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
        )
        self._openssl("genpkey", *how, "-out", self._path(f"{name}.key"))

    def _openssl(self, *arguments):
        subprocess.run(
            ["openssl", *arguments], check=True, capture_output=True, text=True, cwd=self.directory, timeout=60
        )


def serial(port, context):
    """Serial number and expiry (seconds since 1970) of the certificate that a new connection gets."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        found = secure.getpeercert()
        return found["serialNumber"], ssl.cert_time_to_seconds(found["notAfter"])
