"""The service under test, its own description, and callers."""

import json
import urllib.request

import pytest

from support.service import Service


@pytest.fixture(scope="package")
def service(binary):
    """One service for all conformance tests."""
    service = Service(binary)
    service.start()
    yield service
    service.close()


@pytest.fixture(scope="package")
def description(service):
    """The service's OpenAPI document."""
    with urllib.request.urlopen(f"{service.url}/openapi.json", timeout=10) as response:
        return json.load(response)


@pytest.fixture(scope="package")
def tokens(service):
    """A token of the shop aurora by role."""
    roles = {role: service.token(role, "aurora") for role in ("backend", "operator")}
    return {**roles, "customer": service.token("customer", "aurora", "c-4f1a")}
