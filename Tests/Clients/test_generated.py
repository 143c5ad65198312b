"""Clients that the usual generators make of /openapi.json: each compiles, places, ships, returns, lists and reads."""

import http.client
import json
import pathlib
import urllib.request

import pytest

from support.client import Client, read_log
from support.generated_clients import MAKERS, GeneratedClients

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHOPS = "aurora,nordwind,kumo"

HISTORY = [
    "OrderPlaced",
    "OrderConfirmed",
    "ParcelPacked",
    "ParcelDispatched",
    "ParcelDelivered",
    "ReturnRequested",
    "ReturnApproved",
    "ReturnReceived",
]


class Seeded:
    """The service with the seeds, which have every event, and the data of its streams' frames."""

    def __init__(self, service):
        service.start()
        self.service = service
        self.token = service.token("backend", SHOPS)
        Client(service.port, self.token).insist(
            "POST",
            "/v1/commands",
            (ROOT / "Seeds" / "orders.ndjson").read_bytes(),
            {"Content-Type": "application/x-ndjson"},
        )
        log = read_log(service.port, self.token)
        self.size = len(log)
        self.order = json.loads(log[0])["orderId"]
        # Two frames of each type of event: some clients try all types in turn.
        by_type = {}
        for frame in self.read("/v1/stream?after=0", self.size):
            by_type.setdefault(json.loads(frame)["type"], []).append(frame)
        changes = [frame for frames in by_type.values() for frame in frames[:2]]
        self.frames = self.read(f"/v1/orders/{self.order}/stream", 1) + changes

    def read(self, path, count):
        """The data of a stream's first frames."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)
        connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        response = connection.getresponse()
        data = []
        while len(data) < count:
            line = response.readline()
            if line.startswith(b"data: "):
                data.append(line[6:].decode().rstrip("\n"))
        connection.close()
        return data


@pytest.fixture(scope="module")
def seeded(service):
    return Seeded(service)


@pytest.fixture(scope="module")
def clients(seeded, tmp_path_factory):
    with urllib.request.urlopen(f"{seeded.service.url}/openapi.json", timeout=10) as response:
        return GeneratedClients(tmp_path_factory.mktemp("clients"), response.read())


@pytest.fixture(scope="module")
def errors(clients):
    """The errors of makers and compilers, by maker."""
    return clients.make()


def test_the_description_is_clean(check, clients):
    verdict = clients.lint()
    check("the linter finds nothing", verdict.returncode == 0, verdict.stdout + verdict.stderr)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_generated_client_does_everything(check, seeded, clients, errors, maker):
    check(f"{maker} makes a client that compiles", maker not in errors, errors.get(maker))
    done = clients.journey(maker, seeded.service.url, seeded.token, "\n".join(seeded.frames))
    check(f"{maker}: the journey ends well", done.returncode == 0, (done.stdout + done.stderr)[-3000:])
    found = json.loads(done.stdout)
    order = Client(seeded.service.port, seeded.token).insist("GET", f"/v1/orders/{found['orderId']}").json
    check("the order is where the client says", order["status"] == found["status"], (order["status"], found["status"]))
    check("an amount above 2^31 is read", found["total"] == 6_000_000_000, found["total"])
    check("the order is listed", found["orderId"] in found["listed"], found["listed"])
    check("every event of the order has its type", found["history"] == HISTORY, found["history"])
    check("every event of the log is read, by pages", found["log"] >= seeded.size + len(HISTORY), found["log"])
    check("texts are whole", found["name"] == "Lampe \u2028 Å", repr(found["name"]))
    check("a refusal has its code", found["refusal"] == "versionMismatch", found["refusal"])
    expected = [seeded.order] + [json.loads(frame)["type"] for frame in seeded.frames[1:]]
    check("every frame of a stream is read", found["frames"] == expected, found["frames"][:5])
