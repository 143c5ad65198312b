"""Several processes of the service on one database, behind haproxy with the settings of deploy/."""

import os
import re
import shutil
import subprocess

from support.client import Client
from support.deployment import DEPLOY
from support.postgres_server import Server
from support.proxies import adapted
from support.service import free_port
from support.waiting import wait_for

SETTINGS = DEPLOY / "haproxy/haproxy.cfg"


class Haproxy:
    """haproxy as deploy/haproxy/haproxy.cfg sets it up, with a process's port for each of its servers and edges."""

    def __init__(self, directory, servers, edges):
        self.port, self._metrics = free_port(), free_port()
        path = os.path.join(directory, "haproxy.cfg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self._settings(servers, edges))
        self._log = os.path.join(directory, "haproxy.log")
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [shutil.which("haproxy", path="/usr/sbin:/usr/bin"), "-db", "-f", path],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(lambda: self.states() is not None, 20, "haproxy answers")

    def _settings(self, servers, edges):
        places = {f"server{index}:8080": port for index, port in enumerate(servers, 1)}
        places |= {f"edge{index}:8080": port for index, port in enumerate(edges, 1)}
        text = adapted(
            SETTINGS.read_text(encoding="utf-8"),
            {
                **{name: f"127.0.0.1:{port}" for name, port in places.items()},
                "bind :8080": f"bind 127.0.0.1:{self.port}",
                "bind :8405": f"bind 127.0.0.1:{self._metrics}",
                # Descriptors that a test may not have.
                "maxconn 100000": "maxconn 2000",
                " resolvers docker init-addr last,libc,none": "",
            },
        )
        # As the file says for machines without Docker.
        return re.sub(r"^resolvers docker\n(?: .*\n)+", "", text, flags=re.M)

    def states(self):
        """True for each process, by section and name, whose checks succeed; None before haproxy answers."""
        client = Client(self._metrics)
        try:
            text = client.request("GET", "/metrics", timeout=5).body.decode()
        except OSError:
            if self._process.poll() is not None:
                raise RuntimeError(f"haproxy ended with {self._process.returncode}: {self.said()}") from None
            return None
        finally:
            client.close()
        found = re.findall(r'^haproxy_server_status{proxy="(\w+)",server="(\w+)",state="UP"} (\d)', text, re.M)
        return {(section, name): value == "1" for section, name, value in found if not name.startswith("last")}

    def said(self):
        with open(self._log, encoding="utf-8", errors="replace") as file:
            return " ".join(file.read()[-2000:].split())

    def close(self):
        self._process.terminate()
        self._process.wait(10)


class Cluster:
    """Processes that share one database and one development key; each keeps its port when it is replaced."""

    def __init__(self, service, count):
        self.service = service
        self.database = Server(os.path.join(service.root, "postgres"))
        self.database.make().start().sql("create database waybill")
        service.options = ["--database-url", self.database.url("waybill")]
        self.ports = [free_port() for _ in range(count)]
        self.processes = [None] * count
        for index in range(count):
            self.start(index)

    def start(self, index):
        process = self.processes[index] = self.service.spawn(self.ports[index])
        self.service.process = process

        def ready():
            if process.poll() is not None:
                raise RuntimeError(f"serve ended with {process.returncode}: {self.service.log_tail()}")
            try:
                return Client(self.ports[index]).request("GET", "/readyz", timeout=5).status == 200
            except OSError:
                return False

        wait_for(ready, 60, f"process {index + 1} is ready")

    def terminate(self, index):
        """Ends a process in order; returns its exit status."""
        self.processes[index].terminate()
        return self.processes[index].wait(15)

    def kill(self, index):
        self.processes[index].kill()
        self.processes[index].wait(10)

    def close(self):
        for process in self.processes:
            if process and process.poll() is None:
                process.terminate()
                process.wait(15)
        self.database.close()
