"""A cluster of PostgreSQL servers under Patroni, with etcd, on ports of its own."""

import contextlib
import http.client
import json
import os
import pwd
import re
import shutil
import signal
import subprocess

from support.postgres_server import binaries, children
from support.service import clean_environment, free_port, is_alive
from support.waiting import wait_for

# The scope in which processes are started without namespaces, and their address.
HERE = contextlib.nullcontext, "127.0.0.1"


def missing_programs():
    return [name for name in ("patroni", "etcd") if not shutil.which(name)]


def _version():
    said = subprocess.run(["patroni", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:3])


def _least_ttl():
    """The seconds for which a leader's key lives after its last renewal. Later versions refuse less than 20."""
    return 5 if _version() < (3, 1) else 20


def _old_protocol():
    """True where Patroni speaks etcd's second protocol.

    By the third one, versions before 3.0.3 let a primary that stood still take the lead back from the promoted one, and
    lose everything that was committed since: https://github.com/patroni/patroni/pull/2689.
    """
    return _version() < (3, 0, 3)


class Process:
    """A program that runs as the unprivileged user, with its output in a file."""

    def __init__(self, path, *command):
        options = {}
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            options = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        with open(f"{path}.log", "ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={**clean_environment(), "LC_ALL": "C"},
                start_new_session=True,
                **options,
            )
        self.pid = self._process.pid

    def require(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"{self._process.args[0]} ended with {self._process.returncode}")

    def is_running(self):
        return self._process.poll() is None

    def wait(self, seconds):
        return self._process.wait(seconds)

    def kill(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)


class Node:
    """A PostgreSQL server and the Patroni that runs it."""

    def __init__(self, directory, name, store, ttl, machine):
        """- store: the address of etcd.
        - machine: the scope in which its processes are started, and its address.
        """
        self.name = name
        self._inside, self.host = machine
        self.port, self._api = free_port(), free_port()
        self._place = os.path.join(directory, name)
        self._data = os.path.join(self._place, "data")
        _make(self._place)
        self._settings = f"{self._place}.json"
        with open(self._settings, "w", encoding="ascii") as file:
            # YAML has JSON in it.
            json.dump(self._configuration(store, ttl), file)
        self._process = None

    def _configuration(self, store, ttl):
        user = {"username": "postgres", "password": "none"}
        return {
            "scope": "waybill",
            "name": self.name,
            "restapi": {"listen": f"{self.host}:{self._api}", "connect_address": f"{self.host}:{self._api}"},
            "etcd" if _old_protocol() else "etcd3": {"host": store},
            "watchdog": {"mode": "off"},
            "bootstrap": {
                "dcs": {"ttl": ttl, "loop_wait": 1, "retry_timeout": 2, "synchronous_mode": True},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, {"auth": "trust"}, "no-sync", "data-checksums"],
            },
            "postgresql": {
                "listen": f"{self.host}:{self.port}",
                "connect_address": f"{self.host}:{self.port}",
                "data_dir": self._data,
                "bin_dir": binaries(),
                "pgpass": os.path.join(self._place, "pgpass"),
                "use_pg_rewind": True,
                "authentication": {"superuser": user, "replication": user, "rewind": user},
                "basebackup": {"checkpoint": "fast"},
                "parameters": {"unix_socket_directories": self._place},
                "pg_hba": ["host all all samenet trust", "host replication all samenet trust"],
            },
        }

    def start(self):
        with self._inside():
            self._process = Process(self._place, shutil.which("patroni"), self._settings)
        return self

    def ask(self, method, path, body=None, seconds=30):
        """Status and text of Patroni's answer; None where it gives none."""
        connection = http.client.HTTPConnection(self.host, self._api, timeout=seconds)
        try:
            connection.request(method, path, json.dumps(body) if body else None)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            self._process.require()
            return None
        finally:
            connection.close()

    def members(self):
        """The role of each member that runs, as this node knows it."""
        answer = self.ask("GET", "/cluster")
        found = json.loads(answer[1])["members"] if answer and answer[0] == 200 else []
        return {member["name"]: member["role"] for member in found if member["state"] in ("running", "streaming")}

    def processes(self):
        """Patroni and every process of its server, as far as they run."""
        processes = [self._process.pid] if self._process.is_running() else []
        with contextlib.suppress(OSError), open(os.path.join(self._data, "postmaster.pid"), encoding="ascii") as file:
            postmaster = int(file.readline())
            if is_alive(postmaster) and os.path.realpath(f"/proc/{postmaster}/cwd") == os.path.realpath(self._data):
                processes += [postmaster, *children(postmaster)]
        return processes

    def signal(self, number):
        """Sends a signal to all of them; returns their numbers."""
        processes = self.processes()
        for pid in processes:
            # A server process may end by itself meanwhile.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return processes

    def stop(self):
        """Ends Patroni, which ends its server in order."""
        os.kill(self._process.pid, signal.SIGTERM)
        self._process.wait(60)

    def kill(self):
        """Kills Patroni and every process of its server with SIGKILL, as if the machine were gone."""
        processes = self.signal(signal.SIGKILL)
        self._process.kill()
        wait_for(lambda: not any(map(is_alive, processes)), 30, "every process of the node has gone")

    def log_tail(self, size=3000):
        with open(f"{self._place}.log", "rb") as file:
            return file.read()[-size:].decode(errors="replace")


class Patroni:
    """Two nodes, of which one follows the other synchronously: what is acknowledged is on both."""

    def __init__(self, directory, network=None):
        """- network: has the namespaces `etcd`, `db1` and `db2`; without it all is on the loopback address."""
        self.ttl = _least_ttl()
        place = os.path.join(directory, "etcd")
        _make(place)
        machines = {name: network.machine(name) if network else HERE for name in ("etcd", "db1", "db2")}
        inside, address = machines.pop("etcd")
        client, peer = (f"http://{address}:{free_port()}" for _ in range(2))
        with inside():
            self._store = self._begin_store(place, client, peer)
        store = client.removeprefix("http://")
        self.nodes = [Node(directory, name, store, self.ttl, machine) for name, machine in machines.items()]

    @staticmethod
    def _begin_store(place, client, peer):
        return Process(
            place,
            *(shutil.which("etcd"), "--data-dir", os.path.join(place, "data"), "--listen-client-urls", client),
            *("--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", f"default={peer}"),
            *(["--enable-v2"] if _old_protocol() else []),
        )

    def start(self):
        first, second = self.nodes
        try:
            first.start()
            wait_for(lambda: first.members().get("db1") == "leader", 60, "the first node leads")
            second.start()
            self.wait_followed(first)
        except Exception:
            self.close()
            raise
        return self

    def wait_followed(self, leader, seconds=60):
        """Waits until the node leads and the other one follows it synchronously."""
        follower = self.other(leader)

        def followed():
            return leader.members() == {leader.name: "leader", follower.name: "sync_standby"}

        wait_for(followed, seconds, f"{leader.name} leads and {follower.name} follows it")

    def other(self, node):
        return next(other for other in self.nodes if other is not node)

    def switch_over(self, leader):
        """Hands the lead over to the other node; returns once Patroni has done so."""
        body = {"leader": leader.name, "candidate": self.other(leader).name}
        status, said = leader.ask("POST", "/switchover", body)
        if status != 200:
            raise RuntimeError(f"Patroni refused the switchover: {status} {said}")

    def url(self, database, options=""):
        hosts = ",".join(f"{node.host}:{node.port}" for node in self.nodes)
        return f"postgresql://postgres@{hosts}/{database}{options}"

    def sql(self, node, statement, database="postgres"):
        command = [os.path.join(binaries(), "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", node.host]
        return subprocess.run(
            [*command, "-p", str(node.port), "-U", "postgres", "-d", database, "-c", statement],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout.strip()

    def close(self):
        for node in self.nodes:
            if node._process:
                node.kill()
        self._store.kill()


def _make(directory):
    os.mkdir(directory, 0o700)
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(directory, owner.pw_uid, owner.pw_gid)
