"""Stops server processes, as a debugger or a hung machine does, until a scope ends."""

import contextlib
import os
import signal


def backends(service, name):
    """The server processes whose application name begins so."""
    rows = service.sql(f"select pid from pg_stat_activity where application_name like '{name}%'", "waybill")
    return [int(row) for row in rows.splitlines()]


def server_processes(service):
    """All processes of the service's PostgreSQL, its postmaster first."""
    postmaster = service.postmaster()
    with open(f"/proc/{postmaster}/task/{postmaster}/children", encoding="ascii") as file:
        return [postmaster, *map(int, file.read().split())]


class Frozen:
    """Keeps server processes from running until its scope ends. Those that have ended meanwhile do not count."""

    def __init__(self, pids):
        self.pids = pids

    def __enter__(self):
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        return self

    def __exit__(self, *_):
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
