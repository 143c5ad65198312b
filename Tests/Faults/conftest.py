"""A second service of a test file, whose one port speaks TLS."""

import os

import pytest

from support.bench import Bench
from support.certificates import Authority
from support.service import Service


@pytest.fixture(scope="module")
def secure_service(binary):
    """A service whose one port speaks TLS."""
    service = Service(binary)
    authority = Authority(os.path.join(service.root, "tls"))
    certificate, key = authority.issue("first")
    service.options = ["--tls-certificate", certificate, "--tls-key", key]
    service.tls, service.tls_http2 = authority.context(["http/1.1"]), authority.context(["h2"])
    service.authority = authority
    service.start()
    yield service
    service.close()


@pytest.fixture(scope="module")
def secure_bench(secure_service, check):
    return Bench(secure_service, check)


@pytest.fixture(scope="module")
def secure_order(secure_bench):
    return secure_bench.place()
