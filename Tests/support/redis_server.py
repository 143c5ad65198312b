"""Redis servers of a test's own: one, with TLS, with users, or a cluster of three nodes."""

import contextlib
import os
import shutil
import signal
import subprocess

from support.service import free_port
from support.waiting import wait_for


def is_installed():
    return shutil.which("redis-server") is not None


class Redis:
    """One server in a directory of its own; keeps nothing on disk."""

    def __init__(self, directory, *options, tls=None, machine=(contextlib.nullcontext, "127.0.0.1")):
        """- options: more of them, such as "--requirepass", "secret".
        - tls: an authority; the server then speaks TLS alone, and wants no certificate of clients.
        - machine: the scope in which it is started, such as a namespace's, and its address.
        """
        os.makedirs(directory)
        self.directory = directory
        self._inside, self.host = machine
        self.port = free_port()
        self._options = list(options)
        self._authority = tls
        if tls:
            chain, key = tls.issue("redis")
            self._options += ["--tls-port", str(self.port), "--port", "0", "--tls-auth-clients", "no"]
            self._options += ["--tls-cert-file", chain, "--tls-key-file", key, "--tls-ca-cert-file", tls.path]
        else:
            self._options += ["--port", str(self.port)]
        self.process = None

    def start(self):
        with open(os.path.join(self.directory, "log"), "ab") as log, self._inside():
            self.process = subprocess.Popen(
                ["redis-server", "--bind", self.host, "--save", "", "--dir", self.directory, *self._options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(lambda: "PONG" in self.command("ping") or "NOAUTH" in self.command("ping"), 20, "redis answers")
        return self

    def command(self, *words):
        """The answer to a command, as text."""
        tls = ["--tls", "--cacert", self._authority.path] if self._authority else []
        answer = subprocess.run(
            ["redis-cli", "-h", self.host, "-p", str(self.port), *tls, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        return answer.stdout + answer.stderr

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()


class RedisCluster:
    """Three primaries that share the slots."""

    def __init__(self, directory):
        # The bus of a node has the port above its own by 10000.
        self.nodes = []
        while len(self.nodes) < 3:
            node = Redis(os.path.join(directory, f"node-{len(self.nodes)}"), "--cluster-enabled", "yes")
            if node.port < 55000:
                self.nodes.append(node)
            else:
                shutil.rmtree(node.directory)

    def start(self):
        for node in self.nodes:
            node.start()
        self._cli("--cluster", "create", *(f"127.0.0.1:{node.port}" for node in self.nodes), "--cluster-yes")
        wait_for(lambda: all("cluster_state:ok" in n.command("cluster", "info") for n in self.nodes), 30, "it is whole")
        return self

    def slot(self, key):
        return int(self.nodes[0].command("cluster", "keyslot", key))

    def owner(self, slot):
        """The node that has a slot."""
        for node in self.nodes:
            for line in node.command("cluster", "nodes").splitlines():
                words = line.split()
                if "myself" in words[2] and any(covers(part, slot) for part in words[8:]):
                    return node
        raise RuntimeError(f"nobody has slot {slot}")

    def move(self, slot):
        """Moves a slot to the next node; returns that one."""
        old = self.owner(slot)
        new = self.nodes[(self.nodes.index(old) + 1) % 3]
        name = new.command("cluster", "myid").strip()
        for node in (new, old, *self.nodes):
            node.command("cluster", "setslot", str(slot), "node", name)
        return new

    def _cli(self, *words):
        subprocess.run(["redis-cli", *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True)

    def close(self):
        for node in self.nodes:
            node.close()


def covers(part, slot):
    """True for a range such as 0-5460 that has the slot."""
    if part.startswith("["):
        return False
    first, _, last = part.partition("-")
    return int(first) <= slot <= int(last or first)
