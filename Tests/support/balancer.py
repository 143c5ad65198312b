"""haproxy before a primary and its standby."""

import os
import shutil
import subprocess

from support.service import free_port
from support.waiting import wait_for

SETTINGS = """\
defaults
    mode tcp
    timeout connect 1s
    timeout client 1h
    timeout server 1h
listen database
    bind 127.0.0.1:{port}
    server first 127.0.0.1:{first} check inter 200ms on-marked-down shutdown-sessions
    server second 127.0.0.1:{second} check inter 200ms backup
"""


def is_installed():
    return shutil.which("haproxy") is not None


class Balancer:
    """Hands connections to the first server, and to the second one while the first is gone."""

    def __init__(self, directory, first, second):
        self.port = free_port()
        path = os.path.join(directory, "haproxy.cfg")
        with open(path, "w", encoding="ascii") as file:
            file.write(SETTINGS.format(port=self.port, first=first.port, second=second.port))
        self._process = subprocess.Popen(
            ["haproxy", "-db", "-f", path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(self._listens, 20, "haproxy listens")

    def _listens(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"haproxy ended with {self._process.returncode}")
        with open("/proc/net/tcp", encoding="ascii") as file:
            return f"0100007F:{self.port:04X} 00000000:0000 0A" in file.read()

    def close(self):
        self._process.terminate()
        self._process.wait(10)
