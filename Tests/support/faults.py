"""The faults that a whole cluster is put through, each as a name, what breaks, what mends, and the seconds between."""

import signal
from collections.abc import Callable
from dataclasses import dataclass

from support.whole_cluster import EDGES, SERVERS


@dataclass
class Fault:
    name: str
    breaks: Callable
    mends: Callable
    seconds: float


def killed(place, title):
    return Fault(f"{title} killed and started again", place.kill, place.begin, 2)


def frozen(place, title, seconds):
    return Fault(f"{title} stopped for {seconds} s", place.freeze, place.thaw, seconds)


class NodeFaults:
    """Faults of a database's node, with its Patroni."""

    def __init__(self, cluster, is_primary):
        self._cluster, self._is_primary = cluster, is_primary
        self.title = "the primary" if is_primary else "the replica"
        self._node, self._frozen = None, []

    def _take(self):
        primary = self._cluster.primary()
        self._node = primary if self._is_primary else self._cluster.patroni.other(primary)
        return self._node

    def _start(self):
        self._node.start()

    def kill(self, seconds=10):
        return Fault(f"{self.title} killed and started again", lambda: self._take().kill(), self._start, seconds)

    def end(self, seconds=10):
        return Fault(f"{self.title} ended in order for {seconds} s", lambda: self._take().stop(), self._start, seconds)

    def freeze(self, seconds):
        def stop():
            self._frozen = self._take().signal(signal.SIGSTOP)

        def go_on():
            self._node.signal(signal.SIGCONT)

        return Fault(f"{self.title} stopped for {seconds} s", stop, go_on, seconds)


def cut(cluster, title, pairs, seconds):
    """Loses every packet between machines.

    - pairs: called at the beginning; the pairs of machines.
    """

    def breaks():
        for one, other in pairs():
            cluster.network.cut(one, other)

    return Fault(f"{title} cut for {seconds} s", breaks, cluster.network.mend, seconds)


def cuts(cluster, seconds):
    """Cuts between each two kinds of parts."""

    def replica():
        return cluster.patroni.other(cluster.primary()).name

    def leader():
        return cluster.leader() or SERVERS[0]

    both = [node.name for node in cluster.patroni.nodes]
    server = SERVERS[-1]
    yield cut(cluster, "a server and the databases", lambda: [(server, node) for node in both], seconds)
    yield cut(cluster, "the leading server and the databases", lambda: [(leader(), node) for node in both], seconds)
    yield cut(cluster, "the leading server and Redis", lambda: [(leader(), "redis")], seconds)
    yield cut(cluster, "an edge and Redis", lambda: [(EDGES[0], "redis")], seconds)
    yield cut(cluster, "an edge and the replica", lambda: [(EDGES[0], replica())], seconds)
    yield cut(cluster, "an edge and all it reads", lambda: [(EDGES[0], part) for part in (*both, "redis")], seconds)
    yield cut(cluster, "clients and an edge", lambda: [("client", EDGES[0])], seconds)
    yield cut(cluster, "clients and a server", lambda: [("client", SERVERS[0])], seconds)
    yield cut(cluster, "primary and replica", lambda: [tuple(both)], seconds)


def redis_faults(cluster, seconds):
    redis = cluster.redis

    def restart():
        redis.process.terminate()
        redis.process.wait(10)
        redis.start()

    yield Fault("Redis flushed", lambda: redis.command("flushall"), lambda: None, 2)
    yield Fault("Redis restarted", restart, lambda: None, 2)
    yield Fault("Redis killed and started again", redis.kill, redis.start, 5)
    yield frozen(redis, "Redis", seconds)


def failover(cluster):
    """A failover by Patroni while the primary is well."""
    return Fault("switchover by Patroni", lambda: cluster.patroni.switch_over(cluster.primary()), lambda: None, 2)


def every_fault(cluster, seconds):
    """All of them, in turn.

    - seconds: for which something is stopped.
    """
    replica, primary = NodeFaults(cluster, False), NodeFaults(cluster, True)
    for name, place in cluster.places.items():
        yield killed(place, name)
    for name, place in cluster.places.items():
        yield frozen(place, name, seconds)
    yield from redis_faults(cluster, seconds)
    yield from cuts(cluster, 10)
    yield replica.kill()
    yield replica.end()
    yield replica.freeze(seconds)
    yield failover(cluster)
    yield primary.kill()
    yield primary.end()
    yield primary.freeze(seconds)


def some_faults(cluster):
    """One of each kind, and short, for every day."""
    primary = NodeFaults(cluster, True)
    leader = cluster.leader() or SERVERS[0]
    both = [node.name for node in cluster.patroni.nodes]
    yield killed(cluster.places[leader], "the leading server")
    yield frozen(cluster.places[EDGES[1]], EDGES[1], 3)
    yield Fault("Redis killed and started again", cluster.redis.kill, cluster.redis.start, 2)
    yield cut(cluster, "an edge and all it reads", lambda: [(EDGES[0], part) for part in (*both, "redis")], 3)
    yield primary.kill(2)
