"""Servers of a test's own beneath a service, which the service leaves before they end: it would wait for them."""

import contextlib
import os

from support.forwarder import Forwarder
from support.postgres_server import Server


@contextlib.contextmanager
def database_server(service, *settings):
    """A server with the database `waybill`, which the service uses once it is started.

    - settings: such as "fsync = off".
    """
    server = Server(os.path.join(service.root, "server")).make().configure(*settings).start()
    with closing(service, server):
        server.sql("create database waybill")
        service.options = ["--database-url", server.url("waybill")]
        yield server


@contextlib.contextmanager
def replicated_pair(service):
    """A started service on a primary that a standby follows, and the address by which the service reaches it."""
    primary, standby = (Server(os.path.join(service.root, name)) for name in ("primary", "standby"))
    with closing(service, primary, standby):
        primary.make().start().sql("create database waybill")
        standby.follow(primary).start()
        address = Forwarder(primary.port)
        service.options = ["--database-url", f"postgresql://postgres@127.0.0.1:{address.port}/waybill"]
        service.start()
        yield primary, standby, address
        address.close()


@contextlib.contextmanager
def closing(service, *servers):
    try:
        yield
    finally:
        if service.process and service.process.poll() is None:
            service.terminate(15)
        for server in servers:
            server.close()
