"""Three servers, two edges, Redis, a primary and a replica under Patroni, each on a machine of its own."""

import contextlib
import http.client
import json
import os
import re
import signal
import uuid

from support.client import Client
from support.namespaces import Network
from support.orders import order
from support.patroni import Patroni
from support.redis_server import Redis
from support.service import Service
from support.spread import HEARTBEAT
from support.waiting import wait_for

SERVERS, EDGES = ("server1", "server2", "server3"), ("edge1", "edge2")


class Machine(Service):
    """A process of the service in a namespace, with the key of a data directory that all share."""

    def __init__(self, binary, network, name, keys, *options):
        super().__init__(binary)
        self._inside, self.host = network.machine(name)
        self.name, self.port = name, 8080
        self._own, self.data_dir = self.data_dir, keys
        self.options = ["--development-key", "--heartbeat", f"{HEARTBEAT}s", *options]

    def spawn(self, port=None):
        with self._inside():
            return super().spawn(port)

    def begin(self):
        """Starts the process without waiting until it is ready."""
        self.process = self.spawn()

    def is_ready(self):
        return self._status("/readyz") == 200

    def is_one(self, metric, token):
        """True where the process answers and the metric is 1."""
        answer = self._answer("/metrics", token)
        return bool(answer and re.search(rf"^{metric} 1(\.0)?$".encode(), answer.body, re.MULTILINE))

    def _status(self, path):
        answer = self._answer(path)
        return answer.status if answer else None

    def _answer(self, path, token=None):
        client = Client(self.port, token, host=self.host)
        try:
            return client.request("GET", path, timeout=1)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            client.close()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def log(self):
        """The output so far of every process of the machine."""
        names = sorted(name for name in os.listdir(self.root) if name.endswith(".log"))
        text = ""
        for name in names:
            with open(os.path.join(self.root, name), encoding="utf-8", errors="replace") as file:
                text += file.read()
        return text

    def close(self):
        if self.process and self.process.poll() is None:
            self.thaw()
        self.data_dir = self._own
        super().close()


class WholeCluster:
    """All parts. Within its scope this thread and those that it starts are on the machine `client`.

    - server_options: options of the three servers beside those that name their database and Redis.
    """

    def __init__(self, binary, *server_options):
        self._keys = Service(binary)
        names = ("client", "etcd", "db1", "db2", "redis", *SERVERS, *EDGES)
        self.network = Network(names)
        self._binary, self._server_options, self._scope = binary, server_options, contextlib.ExitStack()
        self.places = {}

    def __enter__(self):
        with contextlib.ExitStack() as scope:
            scope.callback(self._keys.close)
            scope.enter_context(self.network)
            scope.enter_context(self.network.inside("client"))
            self._start(scope)
            self._scope = scope.pop_all()
        return self

    def __exit__(self, *_):
        self._scope.close()

    def _start(self, scope):
        root = self._keys.root
        self.patroni = Patroni(root, self.network)
        scope.callback(self.patroni.close)
        self.patroni.start()
        self.patroni.sql(self.patroni.nodes[0], "create database waybill")
        machine = self.network.machine("redis")
        self.redis = Redis(os.path.join(root, "redis"), "--protected-mode", "no", machine=machine)
        scope.callback(self.redis.close)
        self.redis.start()
        redis = ("--redis-url", f"redis://{self.redis.host}:{self.redis.port}")
        # A machine that takes no connection is passed over within this time.
        server = self.patroni.url("waybill", "?target_session_attrs=read-write&connect_timeout=3")
        edge = self.patroni.url("waybill", "?target_session_attrs=prefer-standby&connect_timeout=3")
        for name in (*SERVERS, *EDGES):
            options = ("--edge", "--database-url", edge) if name in EDGES else ("--database-url", server)
            options += () if name in EDGES else self._server_options
            place = Machine(self._binary, self.network, name, self._keys.data_dir, *options, *redis)
            self.places[name] = place
            scope.callback(place.close)
            place.begin()
            if name == "server1":
                # It makes the schema and the key.
                place.wait_ready(90)
        for place in self.places.values():
            place.wait_ready(90)
        first = self.places["server1"]
        self.backend, self.staff = first.token("backend", "aurora"), first.token("staff", "*")
        self._operator = first.token("operator", "*")

    def servers(self):
        return {name: self.places[name] for name in SERVERS}

    def leader(self):
        """The name of the server that leads; None where none says so."""
        return next(
            (name for name, server in self.servers().items() if server.is_one("waybill_leader", self._operator)), None
        )

    def primary(self):
        """The database's node that takes commands."""
        return wait_for(self._primary, 60, "a node leads")

    def _primary(self):
        for node in self.patroni.nodes:
            # One that was killed, or stands still, is none.
            with contextlib.suppress(RuntimeError):
                answer = node.ask("GET", "/primary", seconds=2)
                if answer and answer[0] == 200:
                    return node
        return None

    def amiss(self):
        """The first part that is not as it was at the beginning; None where all is."""
        primary = self._primary()
        if not primary:
            return "there is no primary"
        unready = [name for name, place in self.places.items() if not place.is_ready()]
        if unready:
            return f"{unready} are not ready"
        members = primary.members()
        if members != {primary.name: "leader", self.patroni.other(primary).name: "sync_standby"}:
            return f"the replica does not follow: {members}"
        if self.redis.command("ping").strip() != "PONG":
            return "Redis does not answer"
        for name in EDGES:
            if not self.places[name].is_one("waybill_edge_redis_connected", self._operator):
                return f"{name} is not fed by Redis"
        return None if self.leader() else "no server leads"

    def place_orders(self, count):
        """Places orders of some customers; returns their ids."""
        client = Client(8080, self.backend, host=self.places["server1"].host)
        ids = [str(uuid.uuid4()) for _ in range(count)]
        for first in range(0, count, 500):
            lines = [
                {"command": "placeOrder", "commandId": f"place-{first + at}", "orderId": one}
                | order(customer=f"c-{(first + at) % 50}", number=f"N-{first + at}")
                for at, one in enumerate(ids[first : first + 500])
            ]
            body = "".join(json.dumps(line) + "\n" for line in lines).encode()
            answer = client.insist("POST", "/v1/commands", body, {"Content-Type": "application/x-ndjson"})
            refused = [line for line in answer.body.splitlines() if json.loads(line)["result"] != "accepted"]
            if refused:
                raise RuntimeError(f"{len(refused)} orders were refused: {refused[:2]}")
        client.close()
        return ids
