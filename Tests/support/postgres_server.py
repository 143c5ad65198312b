"""A PostgreSQL server of a test's own, and a standby that follows it by streaming replication."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import subprocess

from support.service import free_port, is_alive
from support.waiting import wait_for


def binaries():
    """The folder of initdb and postgres; found as the service finds it, the newest version first."""
    named = os.environ.get("WAYBILL_PG_BIN")
    if named:
        return named
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    if not found:
        raise RuntimeError("no PostgreSQL under /usr/lib/postgresql; WAYBILL_PG_BIN names another place")
    return os.path.dirname(max(found, key=lambda path: int(path.split("/")[4])))


def children(pid):
    """The processes that have this one as their parent."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except OSError:
            # It has ended meanwhile.
            continue
        if parent == pid:
            found.append(int(name))
    return found


class Server:
    """One cluster in a directory of its own; runs as the unprivileged user, since PostgreSQL refuses to be root."""

    def __init__(self, directory, programs=None, environment=None):
        """- programs: the folder of a version's programs, as postgres_versions finds it; by default the machine's.
        - environment: more variables of the server's processes.
        """
        self.directory = directory
        # More settings of the server, such as "archive_mode=on"; a start reads them.
        self.settings = []
        self._environment = environment or {}
        self._programs = programs or binaries()
        self.port = free_port()
        self._process = None
        os.mkdir(directory, 0o700)
        self._as_owner = {"cwd": "/", "stdin": subprocess.DEVNULL}
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(directory, owner.pw_uid, owner.pw_gid)
            self._as_owner |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    # Making

    def make(self, *options):
        """- options: more options of initdb."""
        self._run(
            *("initdb", "-D", self.directory, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "-N"),
            *options,
        )
        return self

    def copy(self, other, *options):
        """A base backup of another server that runs."""
        place = ["-h", "127.0.0.1", "-p", str(other.port), "-U", "postgres", "-D", self.directory]
        self._run("pg_basebackup", *place, "-X", "stream", "--checkpoint=fast", *options)
        return self

    def follow(self, primary):
        """A copy of another server, which goes on receiving what that one writes."""
        return self.copy(primary, "-R")

    def configure(self, *settings):
        """Adds lines to postgresql.conf, for the next start."""
        with open(os.path.join(self.directory, "postgresql.conf"), "a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in settings))
        return self

    def admit(self, *lines):
        """Replaces the lines of pg_hba.conf; logins over the loopback address are trusted without them."""
        with open(os.path.join(self.directory, "pg_hba.conf"), "w", encoding="ascii") as file:
            file.write("".join(f"{line}\n" for line in lines))

    def install(self, source, name):
        """Puts a private copy of a file into the cluster's directory; returns its path."""
        path = os.path.join(self.directory, name)
        shutil.copy(source, path)
        os.chmod(path, 0o600)
        if os.getuid() == 0:
            os.chown(path, self._as_owner["user"], self._as_owner["group"])
        return path

    # Running

    def start(self, *settings):
        """- settings: more of them, such as `ssl=on`."""
        with open(self.directory + ".log", "ab") as log:
            self._process = subprocess.Popen(
                [
                    os.path.join(self._programs, "postgres"),
                    "-D",
                    self.directory,
                    "-p",
                    str(self.port),
                    "-c",
                    "listen_addresses=127.0.0.1",
                    "-c",
                    "unix_socket_directories=",
                    "-c",
                    "hot_standby=on",
                    *(word for setting in (*self.settings, *settings) for word in ("-c", setting)),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **self._environment},
                **self._as_owner,
            )
        wait_for(self.accepts, 60, f"the server in {self.directory} accepts connections")
        return self

    def accepts(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"postgres ended with {self._process.returncode}, see {self.directory}.log")
        return (
            subprocess.run(
                [os.path.join(self._programs, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                check=False,
                **self._as_owner,
            ).returncode
            == 0
        )

    def sql(self, statement, database="postgres"):
        return self._run(
            "psql",
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "postgres",
            "-d",
            database,
            "-c",
            statement,
        )

    def url(self, database, login="postgres"):
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"

    def begin(self, program, *arguments, **options):
        """Starts a program of this version as the server's user, with the address in its environment."""
        environment = {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres"}
        command = [os.path.join(self._programs, program), *arguments]
        return subprocess.Popen(command, env=environment, **{**self._as_owner, **options})

    def psql(self, database):
        """A command line and its process's options, for a session of the superuser."""
        command = [os.path.join(self._programs, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        place = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database]
        return [*command, *place], {name: value for name, value in self._as_owner.items() if name != "stdin"}

    @contextlib.contextmanager
    def session(self, database, *statements):
        """A session that has run the statements, and stays until its scope ends."""
        place = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database]
        options = {"stdout": subprocess.PIPE, "text": True, **self._as_owner, "stdin": subprocess.PIPE}
        command = [os.path.join(self._programs, "psql"), "-X", "-q", "-A", "-t", *place]
        process = subprocess.Popen(command, **options)
        try:
            process.stdin.write("".join(f"{statement};\n" for statement in statements) + "\\echo done\n")
            process.stdin.flush()
            while (line := process.stdout.readline()) != "done\n":
                if not line:
                    raise RuntimeError(f"the session ended: {statements}")
            yield process
        finally:
            process.kill()
            process.communicate()

    def script(self, text, database):
        """Runs a script for psql, with its commands, as the superuser."""
        path = f"{self.directory}-{database}.sql"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        place = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database]
        return self._run("psql", "-X", "-q", "-A", "-t", *place, "-f", path)

    def folder(self, name):
        """A new folder beside the server's, which its programs can write to; returns its path."""
        path = f"{self.directory}-{name}"
        os.mkdir(path, 0o700)
        if "user" in self._as_owner:
            os.chown(path, self._as_owner["user"], self._as_owner["group"])
        return path

    def tool(self, program, *arguments, may_fail=False):
        """Runs one of the version's client programs against this server.

        Returns what it prints, or raises RuntimeError; where it may fail, returns what it prints on standard error.
        """
        place = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        return self._run(program, *place, *arguments, may_fail=may_fail)

    def upgrade_from(self, old):
        """Moves the databases of a stopped server of an older version into this one, which is made and not started."""
        folder = self.folder("upgrade")
        return self._run(
            *("pg_upgrade", "-U", "postgres", "-s", folder),
            *("-b", old._programs, "-B", self._programs, "-d", old.directory, "-D", self.directory),
            cwd=folder,
        )

    @property
    def runs(self):
        """True while the server's process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self):
        """Ends the server in order, without waiting for its clients."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)

    def kill(self):
        """Kills every process with SIGKILL, as if the machine were gone."""
        processes = [self._process.pid, *children(self._process.pid)]
        for pid in processes:
            # A server process may end by itself meanwhile.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(10)
        wait_for(lambda: not any(map(is_alive, processes)), 30, "every process of the server has gone")

    def close(self):
        if self._process and self._process.poll() is None:
            self.kill()

    def _run(self, program, *arguments, cwd="/", may_fail=False):
        done = subprocess.run(
            [os.path.join(self._programs, program), *arguments],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            **{**self._as_owner, "cwd": cwd},
        )
        if may_fail:
            return done.stderr
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-1000:]}")
        return done.stdout.strip()
