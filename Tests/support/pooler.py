"""PgBouncer in front of a server, in any of its pool modes."""

import os
import pwd
import shutil
import signal
import socket
import subprocess

from support.service import free_port
from support.waiting import wait_for

SETTINGS = """\
[databases]
* = host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = {mode}
default_pool_size = 40
logfile = {log}
pidfile =
"""


def is_installed():
    return shutil.which("pgbouncer") is not None


class Pooler:
    """A pooler that runs until it is closed; as the unprivileged user, since it refuses to be root."""

    def __init__(self, directory, server, mode):
        self.port = free_port()
        os.makedirs(directory)
        options = {}
        settings, users, log = (os.path.join(directory, name) for name in ("settings", "users", "log"))
        with open(settings, "w", encoding="utf-8") as file:
            file.write(SETTINGS.format(server_port=server.port, port=self.port, users=users, mode=mode, log=log))
        with open(users, "w", encoding="utf-8") as file:
            file.write('"postgres" ""\n')
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            options = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            for path in (directory, settings, users):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._process = subprocess.Popen(
            ["pgbouncer", settings],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **options,
        )
        wait_for(self._accepts, 20, "the pooler accepts connections")

    def _accepts(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"pgbouncer ended with {self._process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def close(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
