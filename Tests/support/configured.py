"""PostgreSQL with the settings of deploy/postgres: a primary, and a replica that follows it."""

import os
import pathlib
import shutil

from support.deployment import DEPLOY, command
from support.postgres_server import Server
from support.waiting import wait_for


class Configured(Server):
    """A server with the settings of deploy/postgres, started as compose does, on a port of its own."""

    # The settings of a test's server: it is small, and listens on this machine alone.
    OWN = ("shared_buffers=16MB", "listen_addresses=127.0.0.1")

    def __init__(self, directory, settings, configuration):
        super().__init__(directory)
        self._files = f"config_file={settings}/{configuration}", f"hba_file={settings}/pg_hba.conf"

    def start(self):
        return super().start(*self._files, *self.OWN)

    def wrong_settings(self):
        own = ",".join(f"'{setting.partition('=')[0]}'" for setting in self.OWN)
        wrong = f"select name || ': ' || error as said from pg_file_settings where error > '' and name not in ({own})"
        waits = f"select name || ' waits for a restart' from pg_settings where pending_restart and name not in ({own})"
        return self.sql(f"select string_agg(said, ', ') from ({wrong} union all {waits}) as found")

    def run_script(self, path, *arguments, environment):
        """Runs a script as the server's user, with the version's programs before all others."""
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PATH": f"{self._programs}:/usr/bin:/bin"}
        status, said = command(str(path), *arguments, env={**environment, **place}, **self._as_owner)
        if status:
            raise RuntimeError(f"{path.name} ended with {status}: {said}")


class PrimaryAndReplica:
    """Both, made and started as docker-compose.cluster.yml does, until the scope ends."""

    def __init__(self, root):
        self._root = pathlib.Path(root)
        self._settings = shutil.copytree(DEPLOY / "postgres", self._root / "settings")
        self.primary, self.replica = (
            Configured(str(self._root / name), self._settings, f"{name}.conf") for name in ("primary", "replica")
        )
        self._secrets = {"REPLICATION_PASSWORD": "it's secret", "POSTGRES_USER": "waybill", "POSTGRES_DB": "waybill"}

    def __enter__(self):
        try:
            self.primary.make().start()
            self.primary.sql("create role waybill superuser login")
            self.primary.sql("create database waybill")
            self.primary.run_script(self._settings / "primary-init.sh", environment=self._secrets)
            # As in the container, the copy makes the cluster's folder.
            os.rmdir(self.replica.directory)
            os.chmod(self._root, 0o777)
            self.copy()
            os.chmod(self._root, 0o711)
            self.replica.start()
            query = "select string_agg(application_name || ' ' || state, ',') from pg_stat_replication"
            wait_for(lambda: self.primary.sql(query) == "replica streaming", 20, "the replica follows")
        except BaseException:
            self.close()
            raise
        return self

    def copy(self):
        """Runs what the replica's container runs before PostgreSQL."""
        place = {
            "PGDATA": self.replica.directory,
            "PRIMARY_HOST": "127.0.0.1",
            "PRIMARY_PORT": str(self.primary.port),
        }
        self.replica.run_script(self._settings / "replica.sh", "true", environment={**self._secrets, **place})

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.replica.close()
        self.primary.close()
