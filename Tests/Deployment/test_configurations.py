"""The configurations of deploy/, each read by its own program: haproxy, Prometheus, Redis, PostgreSQL, Grafana."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

from support.deployment import DEPLOY, ROOT, command, documents, known_variables, program, unknown_flags
from support.pages import page
from support.postgres_server import Server
from support.service import free_port
from support.waiting import wait_for

COMPOSE = ("docker-compose.yml", "docker-compose.cluster.yml")


def services(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))["services"]


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_gives_the_binary_what_it_knows(name, binary, check):
    variables = known_variables(binary)
    for service, settings in services(name).items():
        if settings.get("image") != "waybill" or "entrypoint" in settings:
            continue
        words, environment = settings["command"], settings["environment"]
        check(f"{name}, {service}: serves", words[0] == "serve", words)
        strange = unknown_flags(binary, " ".join(words))
        check(f"{name}, {service}: flags", not strange, strange)
        strange = [key for key in environment if key not in variables]
        check(f"{name}, {service}: variables", not strange, strange)
        grace = int(settings["stop_grace_period"].removesuffix("s"))
        check(f"{name}, {service}: has time to end", grace > 10, grace)


def test_compose_and_its_configurations_name_each_other(check):
    cluster = services("docker-compose.cluster.yml")
    places = {
        f"{service}:{settings['environment']['WAYBILL_PORT']}"
        for service, settings in cluster.items()
        if is_process(settings)
    }
    targets = {
        target
        for job in next(documents_of("prometheus/prometheus.yml"))["scrape_configs"]
        for entry in job["static_configs"]
        for target in entry["targets"]
    }
    check("Prometheus reads every process", places <= targets, (places, targets))
    proxied = set(re.findall(r"^    server \w+ (\S+)", (DEPLOY / "haproxy/haproxy.cfg").read_text(), re.M))
    check("haproxy leads to every process", proxied == places, (proxied, places))
    edges = {service for service, settings in cluster.items() if "--edge" in settings.get("command", [])}
    check("two servers and two edges", (len(edges), len(places)) == (2, 4), (edges, places))
    ports = re.findall(r"^    bind :(\d+)", (DEPLOY / "haproxy/haproxy.cfg").read_text(), re.M)
    published = cluster["haproxy"]["ports"][0].rpartition(":")[2]
    check("haproxy's port is published, and its metrics are not", ports[0] == published, (ports, published))
    check("Prometheus reads haproxy", f"haproxy:{ports[1]}" in targets, targets)
    source = next(documents_of("grafana/provisioning/datasources/prometheus.yml"))["datasources"][0]
    check("Grafana reads Prometheus", source["url"] == "http://prometheus:9090", source)
    folder = next(documents_of("grafana/provisioning/dashboards/waybill.yml"))["providers"][0]["options"]["path"]
    mounted = [volume.split(":")[1] for volume in cluster["grafana"]["volumes"]]
    check("Grafana's dashboards are mounted", folder in mounted, (folder, mounted))


def is_process(settings):
    return settings.get("image") == "waybill" and "entrypoint" not in settings


def documents_of(path):
    yield from documents(DEPLOY / path)


def test_haproxy_accepts_its_configuration(check):
    status, said = command(program("haproxy"), "-c", "-f", str(DEPLOY / "haproxy/haproxy.cfg"))
    # The names of containers mean nothing here.
    warnings = [line for line in said.splitlines() if "WARNING" in line and "could not resolve address" not in line]
    check("haproxy.cfg is valid, without a warning", status == 0 and not warnings, said)


def test_upgrade_page_names_settings_that_are_there(check):
    settings = " ".join((DEPLOY / "haproxy/haproxy.cfg").read_text(encoding="utf-8").split())
    table = page("docs/upgrade.md").partition("| setting | why |\n|---|---|\n")[2].partition("\n\n")[0]
    named = re.findall(r"`([^`]+)`", "\n".join(row.rpartition("` | ")[0] + "`" for row in table.splitlines()))
    missing = [setting for setting in named if setting.replace("\\|", "|") not in settings]
    check("haproxy.cfg has every setting that the page explains", len(named) >= 7 and not missing, (named, missing))


def test_prometheus_accepts_its_configuration(check, tmp_path):
    token = tmp_path / "metrics-token"
    token.write_text("token")
    shutil.copytree(DEPLOY / "prometheus", tmp_path / "prometheus")
    settings = tmp_path / "prometheus/prometheus.yml"
    text = settings.read_text()
    check("the token's file is the one that compose makes", "/run/waybill/metrics-token" in text, text)
    settings.write_text(text.replace("/run/waybill/metrics-token", str(token)))
    status, said = command(program("promtool"), "check", "config", str(settings))
    check("prometheus.yml is valid", status == 0, said)


def test_redis_starts_with_its_configuration(check, tmp_path):
    port = free_port()
    process = subprocess.Popen(
        [program("redis-server"), str(DEPLOY / "redis/redis.conf"), "--requirepass", "secret", "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
    )
    ask = [program("redis-cli"), "-p", str(port), "-a", "secret", "--no-auth-warning"]
    try:
        wait_for(lambda: command(*ask, "ping")[1].strip() == "PONG" or process.poll() is not None, 20, "Redis answers")
        check("redis.conf is taken", process.poll() is None, process.poll())
        check("nobody gets in without the password", "NOAUTH" in command(ask[0], "-p", str(port), "ping")[1])
        check("no client can empty it", "unknown command" in command(*ask, "flushall")[1])
        check("a message is published", command(*ask, "publish", "channel", "message")[1].strip() == "0")
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=20)
    # What the kernel is told is this machine's affair.
    warnings = [line for line in said.splitlines() if "WARNING" in line and "vm.overcommit_memory" not in line]
    check("without a warning of its settings", not warnings, warnings)
    check("and leaves no file", not os.listdir(tmp_path), os.listdir(tmp_path))


class Configured(Server):
    """A server with the settings of deploy/postgres, started as compose does, on a port of its own."""

    # What a test's server has of its own: it is small, and listens on this machine alone.
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


def test_primary_and_replica_start_with_their_configurations(service, check):
    root = pathlib.Path(service.root)
    settings = shutil.copytree(DEPLOY / "postgres", root / "settings")
    primary, replica = (Configured(str(root / name), settings, f"{name}.conf") for name in ("primary", "replica"))
    secrets = {"REPLICATION_PASSWORD": "it's secret", "POSTGRES_USER": "waybill", "POSTGRES_DB": "waybill"}
    place = {"PGDATA": replica.directory, "PRIMARY_HOST": "127.0.0.1", "PRIMARY_PORT": str(primary.port)}
    try:
        primary.make().start()
        primary.sql("create role waybill superuser login")
        primary.sql("create database waybill")
        primary.run_script(settings / "primary-init.sh", environment=secrets)
        # As in the container, the copy makes the cluster's folder.
        os.rmdir(replica.directory)
        os.chmod(root, 0o777)
        replica.run_script(settings / "replica.sh", "true", environment={**secrets, **place})
        replica.start()
        query = "select string_agg(application_name || ' ' || state, ',') from pg_stat_replication"
        wait_for(lambda: primary.sql(query) == "replica streaming", 20, "the replica follows")
        slot = primary.sql("select slot_name || ' ' || active from pg_replication_slots")
        check("the replica follows the primary, by its slot", slot == "replica true", slot)
        stranger = ("-X", "-w", "-d", "user=replicator replication=true", "-c", "IDENTIFY_SYSTEM")
        said = primary.tool("psql", *stranger, may_fail=True)
        check("and nobody does without its password", "no password supplied" in said, said)
        for name, server in (("primary", primary), ("replica", replica)):
            wrong = server.wrong_settings()
            check(f"{name}: every setting is taken", not wrong, wrong)
        connections = int(primary.sql("show max_connections"))
        check("there are connections for four processes and more", connections >= 4 * 24 + 20, connections)
        before = os.stat(replica.directory).st_ino
        replica.run_script(settings / "replica.sh", "true", environment={**secrets, **place})
        check("a second start of the replica copies nothing", os.stat(replica.directory).st_ino == before)
    finally:
        os.chmod(root, 0o711)
        replica.close()
        primary.close()
