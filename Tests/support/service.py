"""One `waybill serve` on its own data directory, and the PostgreSQL that belongs to it."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from support.client import connect
from support.waiting import wait_for


def clean_environment():
    """This process's variables without settings of waybill, libpq and OpenTelemetry, but for places of programs."""
    kept = ("WAYBILL_PG_BIN", "WAYBILL_PAGES_DIR")
    foreign = ("WAYBILL_", "PG", "OTEL_")
    return {name: value for name, value in os.environ.items() if name in kept or not name.startswith(foreign)}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_alive(pid):
    """True while the process runs; a zombie has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except OSError:
        return False


class Service:
    """Starts, kills and stops the binary. Ends only processes that it started, by pid."""

    def __init__(self, binary):
        self.binary = os.path.abspath(binary)
        self.root = tempfile.mkdtemp(prefix="waybill-test-")
        # The unprivileged database user has to reach the cluster.
        os.chmod(self.root, 0o711)
        self.data_dir = os.path.join(self.root, "data")
        # The address of the listener; the tests' own clients use 127.0.0.1.
        self.host = "127.0.0.1"
        self.port = free_port()
        # More options of `serve`, and the TLS that clients of each version of HTTP need then.
        self.options = []
        # More variables of every process of the binary.
        self.environment = {}
        self.tls = self.tls_http2 = None
        self.process = None
        self._logs = 0

    # Starting

    def spawn(self, port=None):
        """Starts a `serve` on the data directory, with its output in a file."""
        self._logs += 1
        path = os.path.join(self.root, f"serve-{self._logs}.log")
        with open(path, "wb") as log:
            process = subprocess.Popen(
                [
                    self.binary,
                    "serve",
                    "--host",
                    self.host,
                    "--port",
                    str(port or self.port),
                    "--data-dir",
                    self.data_dir,
                    *self.options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.root,
                env=self._environment(),
                start_new_session=True,
            )
        process.log_path = path
        return process

    def start(self, seconds=60):
        """Starts the service; returns the seconds until it was ready."""
        began = time.monotonic()
        self.process = self.spawn()
        self.wait_ready(seconds)
        return time.monotonic() - began

    def wait_ready(self, seconds=60):
        def ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"serve ended with {self.process.returncode}: {self.log_tail()}")
            return self.is_ready()

        wait_for(ready, seconds, "the service is ready")

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://{'localhost' if self.tls else '127.0.0.1'}:{self.port}"

    def is_ready(self):
        connection = connect(self.port, self.tls, 5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def token(self, role, shop, subject=None, ttl="2h"):
        arguments = [self.binary, "token", "--role", role, "--shop", shop, "--ttl", ttl, "--data-dir", self.data_dir]
        if subject:
            arguments += ["--subject", subject]
        answer = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            cwd=self.root,
            env=self._environment(),
            check=True,
        )
        return answer.stdout.strip()

    def log_tail(self, size=1500):
        with open(self.process.log_path, "rb") as file:
            return file.read()[-size:].decode(errors="replace")

    def descriptors(self):
        """The numbers of the process's open descriptors, in order."""
        return sorted(int(name) for name in os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory(self):
        """The process's resident memory in MiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024

    def processor_time(self):
        """Seconds that the process has run on any processor."""
        with open(f"/proc/{self.process.pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # Ending

    def kill(self):
        """Kills the service with SIGKILL; PostgreSQL is left as it is."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def terminate(self, seconds=10):
        """Sends SIGTERM; returns exit status and seconds, or (None, seconds) when the service did not end in time."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        return status, time.monotonic() - began

    # PostgreSQL

    def cluster(self):
        """The cluster's directory: inside the data directory, or below /var/lib/waybill by the path's hash."""
        inside = os.path.join(self.data_dir, "postgres")
        if os.path.exists(os.path.join(inside, "PG_VERSION")):
            return inside
        value = 0xCBF29CE484222325
        for byte in os.path.realpath(self.data_dir).encode():
            value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        return f"/var/lib/waybill/{value:016x}"

    def postmaster_file(self):
        try:
            with open(os.path.join(self.cluster(), "postmaster.pid"), encoding="utf-8") as file:
                return file.read().splitlines()
        except OSError:
            return []

    def postmaster(self):
        """The running postmaster's pid; None when there is none."""
        lines = self.postmaster_file()
        if not lines:
            return None
        pid = int(lines[0])
        try:
            same = os.path.realpath(f"/proc/{pid}/cwd") == os.path.realpath(self.cluster())
        except OSError:
            return None
        return pid if same and is_alive(pid) else None

    def kill_postmaster(self, signal_number=signal.SIGKILL):
        pid = self.postmaster()
        if pid is None:
            raise RuntimeError("no postmaster runs")
        os.kill(pid, signal_number)
        wait_for(lambda: not is_alive(pid), 30, "the postmaster has gone")
        return pid

    def sql(self, statement, database="postgres"):
        """Runs SQL over the Unix socket as the server's own user; returns the rows as text."""
        command, options = self.psql(database)
        return subprocess.run(
            [*command, "-c", statement],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            **options,
        ).stdout.strip()

    def psql(self, database):
        """A command line and its process's options."""
        lines = self.postmaster_file()
        owner = os.stat(self.cluster())
        options = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.getuid() == 0 else {}
        return [
            "psql",
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            lines[4],
            "-p",
            lines[3],
            "-U",
            "postgres",
            "-d",
            database,
        ], {"cwd": "/", **options}

    def fails_to_serve(self, *options):
        """Status and output of a `serve` that is expected to end by itself."""
        process = subprocess.run(
            [self.binary, "serve", "--port", str(self.port), "--data-dir", self.data_dir, *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.root,
            env=self._environment(),
            check=False,
        )
        return process.returncode, process.stdout + process.stderr

    def command(self, *arguments, stderr=subprocess.STDOUT, **environment):
        """Starts another command of the binary on the same data directory."""
        return subprocess.Popen(
            [self.binary, *arguments, "--data-dir", self.data_dir],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            cwd=self.root,
            env={**self._environment(), **environment},
        )

    def run(self, *arguments, seconds=180):
        """Runs another command of the binary to its end; returns status and output."""
        process = self.command(*arguments)
        output, _ = process.communicate(timeout=seconds)
        return process.returncode, output

    def close(self):
        """Ends the processes and removes every directory."""
        runs = self.process and self.process.poll() is None
        if runs and self.terminate(15)[0] is None and self.process.poll() is None:
            self.kill()
        if self.postmaster():
            self.kill_postmaster(signal.SIGQUIT)
        outside = self.cluster()
        if outside.startswith("/var/lib/waybill/"):
            shutil.rmtree(outside, ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)

    def _environment(self):
        return {**clean_environment(), **self.environment}
