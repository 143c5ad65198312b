"""The services of docker-compose.cluster.yml, run as processes of this machine with what the file gives them."""

import os
import pathlib
import re
import subprocess

import pytest
import yaml

from support.client import Client
from support.cluster import Haproxy
from support.configured import PrimaryAndReplica
from support.deployment import DEPLOY, ROOT, command, has_flag, program
from support.orders import order
from support.service import free_port
from support.sse import Stream
from support.waiting import wait_for

SERVICES = yaml.safe_load((ROOT / "docker-compose.cluster.yml").read_text(encoding="utf-8"))["services"]
SERVERS, EDGES = ("server1", "server2"), ("edge1", "edge2")


class Composed:
    """Every service of the file that is Waybill's, Redis and haproxy; places of containers become this machine's."""

    def __init__(self, root, binary, pair):
        self.root, self._binary = pathlib.Path(root), binary
        self._redis = free_port()
        self.ports = {name: free_port() for name in (*SERVERS, *EDGES)}
        self._places = {
            "primary:5432": f"127.0.0.1:{pair.primary.port}",
            "replica:5432": f"127.0.0.1:{pair.replica.port}",
            "redis:6379": f"127.0.0.1:{self._redis}",
            "/var/lib/waybill": str(self.root / "state"),
            "/run/waybill": str(self.root),
            "172.30.83.0/24": "127.0.0.1",
            "0.0.0.0": "127.0.0.1",
        }
        self.processes, self.proxy = {}, None

    def start(self):
        self.start_redis()
        self.make_token()
        for name in (*SERVERS, *EDGES):
            self.start_process(name)
        self.proxy = Haproxy(str(self.root), [self.ports[s] for s in SERVERS], [self.ports[e] for e in EDGES])
        wait_for(lambda: all(self.proxy.states().values()), 60, "haproxy takes every process for ready")

    def environment(self, name):
        """The variables that the file gives a service, with the file's own values of its variables."""
        given = {}
        for variable, value in SERVICES[name]["environment"].items():
            text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
            for place, here in self._places.items():
                text = text.replace(place, here)
            given[variable] = text
        return {"PATH": f"{self.root}:{os.environ['PATH']}", **given}

    def start_redis(self):
        words = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word) for word in SERVICES["redis"]["command"]]
        words = [str(DEPLOY / "redis/redis.conf") if word == "/etc/redis.conf" else word for word in words]
        words[0] = program("redis-server")
        self._spawn("redis", [*words, "--port", str(self._redis)], {})

    def make_token(self):
        """Runs the service that makes the key and Prometheus' token."""
        (script,) = SERVICES["token"]["command"]
        os.symlink(self._binary, self.root / "waybill")
        words = [*SERVICES["token"]["entrypoint"], script.replace("$$", "$").replace("/run/waybill", str(self.root))]
        status, said = command(*words, env=self.environment("token"), cwd=self.root)
        if status:
            raise RuntimeError(said)
        self.metrics_token = (self.root / "metrics-token").read_text()

    def start_process(self, name):
        environment = {**self.environment(name), "WAYBILL_PORT": str(self.ports[name])}
        self._spawn(name, [self._binary, *SERVICES[name]["command"]], environment)
        wait_for(lambda: self._is_ready(name), 60, f"{name} is ready")

    def _is_ready(self, name):
        if self.processes[name].poll() is not None:
            raise RuntimeError(f"{name} ended: {(self.root / f'{name}.log').read_text()[-1500:]}")
        try:
            return Client(self.ports[name]).request("GET", "/readyz", timeout=5).status == 200
        except OSError:
            return False

    def _spawn(self, name, words, environment):
        with open(self.root / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.root,
                env=environment,
                start_new_session=True,
            )

    def token(self, *words):
        status, said = command(self._binary, "token", *words, env=self.environment("server1"))
        return said.strip() if status == 0 else None

    def metrics(self, name):
        """The samples of a process, read as Prometheus reads them."""
        answer = Client(self.ports[name], self.metrics_token).request("GET", "/metrics")
        if answer.status != 200:
            raise RuntimeError(f"/metrics of {name}: {answer}")
        lines = (line for line in answer.body.decode().splitlines() if not line.startswith("#"))
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}

    def close(self):
        if self.proxy:
            self.proxy.close()
        for process in reversed(self.processes.values()):
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


@pytest.fixture(scope="module")
def pair(service):
    """The primary and the replica of the file."""
    with PrimaryAndReplica(service.root) as pair:
        yield pair


def test_primary_and_replica_start_with_their_configurations(pair, check):
    primary, replica = pair.primary, pair.replica
    slot = primary.sql("select slot_name || ' ' || active from pg_replication_slots")
    check("the replica follows the primary, by its slot", slot == "replica true", slot)
    stranger = ("-X", "-w", "-d", "user=replicator replication=true", "-c", "IDENTIFY_SYSTEM")
    said = primary.tool("psql", *stranger, may_fail=True)
    check("and nobody does without its password", "no password supplied" in said, said)
    for name, server in (("primary", primary), ("replica", replica)):
        wrong = server.wrong_settings()
        check(f"{name}: every setting is taken", not wrong, wrong)
    connections = int(primary.sql("show max_connections"))
    check("there are connections for four processes and more", connections >= 4 * 24 + 20, connections)
    before = os.stat(replica.directory).st_ino
    pair.copy()
    check("a second start of the replica copies nothing", os.stat(replica.directory).st_ino == before)


def test_the_composed_cluster_serves(service, pair, check, binary):
    if not has_flag(binary, "--edge"):
        pytest.skip("the binary is from before edges")
    composed = Composed(service.root, binary, pair)
    try:
        composed.start()
        serves(composed, check)
    finally:
        composed.close()


def serves(composed, check):
    proxy = composed.proxy.port
    backend, staff = (
        composed.token("--role", "backend", "--shop", "aurora"),
        composed.token("--role", "staff", "--shop", "*"),
    )
    placed = Client(proxy, backend).insist("POST", "/v1/orders", order())
    check("a command through haproxy is accepted", placed.status == 201, placed)
    path = f"/v1/orders/{placed.json['orderId']}"
    stream = Stream(proxy, f"{path}/stream", staff)
    stream.wait(lambda frames: any(frame.event == "snapshot" for frame in frames), 20, "the order's snapshot")
    noted = Client(proxy, backend).insist("POST", f"{path}/note", {"text": "x", "visibility": "customer"})
    stream.wait(lambda frames: any(frame.id == noted.json["position"] for frame in frames), 20, "the event")
    check("a stream through haproxy shows it", True)
    open_streams = {name: opened(composed.metrics(name)) for name in composed.ports}
    check("an edge serves it", sum(open_streams[name] for name in EDGES) == 1, open_streams)
    check("and no server", not any(open_streams[name] for name in SERVERS), open_streams)
    stream.stop()
    for name in EDGES:
        answer = Client(composed.ports[name], backend).request("POST", "/v1/orders", order())
        found = answer.status, answer.json.get("code")
        check(f"{name}: takes no command", found == (421, "edge"), answer)
        wait_for(lambda: composed.metrics(name).get("waybill_edge_redis_connected") == 1, 20, f"{name} is fed by Redis")


def opened(metrics):
    return sum(value for name, value in metrics.items() if name.startswith("waybill_streams_open{"))
