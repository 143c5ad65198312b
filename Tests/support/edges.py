"""Edges of a service, and the comparison of their streams with its own."""

import os
import re

from support.client import Client
from support.service import Service
from support.sse import Stream


class Edge(Service):
    """A `serve --edge` beside a service, whose keys it shares."""

    def __init__(self, service, database, redis=None, *options):
        super().__init__(service.binary)
        self.data_dir = service.data_dir
        self.server = service
        self.options = ["--edge", "--database-url", database, *options]
        if redis:
            self.options += ["--redis-url", redis]

    def close(self):
        # The data directory is the server's.
        self.data_dir = os.path.join(self.root, "data")
        super().close()

    def metric(self, name):
        """The value of a metric, named as /metrics prints it, labels included."""
        return metric(self, name)


def metric(service, name):
    text = Client(service.port, service.token("operator", "*")).insist("GET", "/metrics").body.decode()
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    if not found:
        raise RuntimeError(f"there is no metric {name}")
    return float(found.group(1))


class Watched:
    """A stream on an edge beside the same one on the server, both from the beginning."""

    def __init__(self, server, edge, path, token):
        separator = "&" if "?" in path else "?"
        self.path = path
        self.on_server = Stream(server.port, f"{path}{separator}after=0", token)
        self.on_edge = Stream(edge.port, f"{path}{separator}after=0", token)

    def wait(self, position, seconds, what):
        """Waits until both have shown an event's position."""
        for stream in (self.on_server, self.on_edge):
            stream.wait(lambda frames: any(f.id == position for f in reversed(frames)), seconds, what)

    def check(self, check, fact):
        """Checks that the edge has shown the very bytes that the server has, and nothing else."""
        served, shown = ([f.raw for f in s.log_events()] for s in (self.on_server, self.on_edge))
        check(fact, served == shown, f"{len(served)} on the server, {len(shown)} on the edge")
        told = [f.event for f in self.on_edge.frames if f.event in ("reset", "bye")]
        check(f"{fact}: without reset or bye", not told, told)

    def stop(self):
        self.on_server.stop()
        self.on_edge.stop()
