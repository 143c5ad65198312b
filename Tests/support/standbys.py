"""A primary with standbys beneath services that tell nobody of what no standby has: `--durable-on standby`."""

import contextlib
import json
import os
import shutil
import tempfile
import threading

from support.client import Client
from support.forwarder import Forwarder
from support.orders import order
from support.postgres_server import Server
from support.service import Service, free_port
from support.sse import Stream
from support.waiting import wait_for

# The name by which a standby connects that names none.
STANDBY = "walreceiver"
# Seconds in which a reply that waits for a standby is given up, and some more for a busy machine.
GIVEN_UP = 12


# Lets the insertion of some events wait for a lock, however long.
TRIGGER = """
    create function hold() returns trigger language plpgsql set lock_timeout = 0 as
        'begin perform pg_advisory_xact_lock_shared(42); return new; end';
    create trigger hold before insert on events for each row when (new.number like 'SECRET%') execute function hold()
"""
TRIGGER_EXISTS = "select exists (select from pg_trigger where tgname = 'hold')"


class Standbys:
    """A primary, the standbys that follow it, and an address that leads to the primary."""

    def __init__(self):
        self._root = tempfile.mkdtemp(prefix="waybill-standbys-")
        # The unprivileged user of the servers has to reach them.
        os.chmod(self._root, 0o711)
        self.servers = []
        # A standby that was away comes back soon.
        self.primary = self._server().make().configure("wal_retrieve_retry_interval = 200ms").start()
        self.primary.sql("create database waybill")
        self.standby = self.follow()
        self.address = Forwarder(self.primary.port)

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.address.port}/waybill"

    def _server(self):
        server = Server(os.path.join(self._root, f"server-{len(self.servers) + 1}"))
        self.servers.append(server)
        return server

    def follow(self):
        """A new standby of the present primary."""
        return self._server().follow(self.primary).start()

    def synchronous(self, names=STANDBY):
        """Lets commits wait for the named standbys; for none where the text is empty."""
        self.primary.sql(f"alter system set synchronous_standby_names = '{names}'")
        self.primary.sql("select pg_reload_conf()")
        state = "sync" if names else "async"
        wait_for(
            lambda: state in self.primary.sql("select sync_state from pg_stat_replication"), 30, f"a standby is {state}"
        )

    def losing(self, posting):
        """Loses the standby while the command of `posting` is being written, before its commit.

        - posting: called without arguments; sends the command, whose order's number begins with SECRET.
        """
        if "t" not in self.primary.sql(TRIGGER_EXISTS, "waybill"):
            self.primary.sql(TRIGGER, "waybill")
        with self.primary.session("waybill", "select pg_advisory_lock(42)"):
            sent = posting()
            wait_for(
                lambda: self.primary.sql("select pid from pg_stat_activity where wait_event = 'advisory'"),
                10,
                "the command is being written",
                every=0.01,
            )
            self.standby.kill()
        return sent

    def waiting_commits(self):
        """The server processes of appenders whose commits wait for a standby."""
        return self.primary.sql(
            "select pid from pg_stat_activity where wait_event = 'SyncRep' and application_name = 'waybill appender'"
        ).split()

    def promote(self, kills=True):
        """Lets the standby take over, which has no standby of its own yet.

        - kills: as after the loss of the primary; or else the old one goes on beside the new one.
        """
        if kills:
            self.primary.kill()
        if not self.standby.runs:
            self.standby.start()
        # It may have the setting of its primary, and would wait for itself.
        self.standby.sql("alter system set synchronous_standby_names = ''")
        self.standby.sql("select pg_reload_conf()")
        self.standby.sql("select pg_promote()")
        wait_for(lambda: self.standby.sql("select pg_is_in_recovery()") == "f", 30, "the standby is promoted")
        self.primary, self.standby = self.standby, None
        self.address.switch(self.primary.port)

    def close(self):
        self.address.close()
        for server in self.servers:
            server.close()
        shutil.rmtree(self._root, ignore_errors=True)


@contextlib.contextmanager
def serving(binary, root_service, url, count=2, options=("--durable-on", "standby")):
    """Several started services on a database, with the development key of one data directory."""
    services = [root_service] + [Service(binary) for _ in range(count - 1)]
    try:
        for one in services:
            one.data_dir = root_service.data_dir
            one.port = free_port()
            one.options = ["--database-url", url, *options]
            one.start()
        yield services
    finally:
        for one in services:
            if one.process and one.process.poll() is None:
                one.terminate(15)
        for one in services[1:]:
            one.close()


class Told:
    """Everything that services tell of the log: open streams of each kind, and answers to reads."""

    def __init__(self, services, order_id):
        self.services, self._order_id = services, order_id
        self._staff = services[0].token("staff", "*")
        self._operator = services[0].token("operator", "*")
        customer = services[0].token("customer", "aurora", "c-1")
        self.streams = [
            Stream(one.port, path, token)
            for one in services
            for path, token in (
                ("/v1/stream?after=0", self._staff),
                ("/v1/stream?conflate=50", self._staff),
                (f"/v1/orders/{order_id}/stream", self._staff),
                ("/v1/customers/c-1/stream", customer),
            )
        ]
        for stream in self.streams:
            stream.wait(lambda frames: any(frame.id for frame in frames), 30, f"{stream.path} began")

    def reads(self, *more):
        """The status and the body of many reads, by every service."""
        paths = ["/v1/orders", "/v1/events?after=0", f"/v1/orders/{self._order_id}", "/v1/stats", *more]
        paths.append(f"/v1/orders/{self._order_id}/events")
        found = [(path, Client(one.port, self._staff).request("GET", path)) for one in self.services for path in paths]
        found += [
            ("/v1/projections", Client(one.port, self._operator).request("GET", "/v1/projections"))
            for one in self.services
        ]
        return found

    def fresh(self, *more):
        """The first blocks of streams that begin now."""
        blocks = []
        for one in self.services:
            for path in ("/v1/stream", f"/v1/orders/{self._order_id}/stream", *more):
                stream = Stream(one.port, path, self._staff)
                wait_for(
                    lambda stream=stream: stream.ended or any(f.id or f.event for f in stream.frames),
                    30,
                    f"{path} says",
                )
                blocks += [frame.raw for frame in stream.stop().frames]
        return blocks

    def frames(self):
        return [frame for stream in self.streams for frame in list(stream.frames)]

    def went_on(self, check, name):
        """Checks that no stream was told of a fork or ended."""
        for stream in self.streams:
            words = {frame.event for frame in stream.frames}
            check(
                f"{name}: {stream.path} went on without reset, on one connection",
                not words & {"reset", "bye"} and stream.connections == 1 and not stream.violations,
                (words, stream.connections, stream.violations),
            )

    def stop(self):
        for stream in self.streams:
            stream.stop()


class Posting:
    """One command in a thread of its own."""

    def __init__(self, shop, number):
        self._request = ("POST", "/v1/orders", order(number=number), {"Idempotency-Key": number})
        self._client = Client(shop.client.port, shop.client.token)
        self.number, self.answer = number, None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        self.answer = self._client.request(*self._request, timeout=60)

    def wait(self, seconds=GIVEN_UP):
        self._thread.join(seconds)
        if self.answer is None:
            raise RuntimeError("the command was not answered in time")
        return self.answer

    def again(self):
        """Sends the same command under the same id until it is answered for good."""
        return self._client.insist(*self._request)


def positions(lines):
    return [json.loads(line)["position"] for line in lines]
