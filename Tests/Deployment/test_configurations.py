"""The configurations of deploy/, each read by its own program: haproxy, Prometheus, Redis, PostgreSQL, Grafana."""

import os
import re
import shutil
import subprocess

import pytest
import yaml

from support.deployment import DEPLOY, ROOT, command, documents, known_variables, program, unknown_flags
from support.pages import page
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


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("prometheus.yml", "/run/waybill/metrics-token"),
        ("kubernetes.yml", "/etc/prometheus/secrets/waybill-metrics-token"),
    ],
)
def test_prometheus_accepts_its_configuration(name, place, check, tmp_path):
    token = tmp_path / "metrics-token"
    token.write_text("token")
    shutil.copytree(DEPLOY / "prometheus", tmp_path / "prometheus")
    settings = tmp_path / "prometheus" / name
    # The example of another cluster, too.
    text = re.sub(r"^  # (?=- |  )", "  ", settings.read_text(), flags=re.M)
    check(f"{name}: the token's file is the one that is mounted", place in text, text)
    (whole,) = yaml.safe_load_all(text.replace(f"{place}-eu", str(token)).replace(place, str(token)))
    for job in whole["scrape_configs"]:
        # Debian's promtool does not know Kubernetes.
        if job.pop("kubernetes_sd_configs", None):
            job["static_configs"] = [{"targets": ["pod:8080"]}]
    settings.write_text(yaml.safe_dump(whole))
    status, said = command(program("promtool"), "check", "config", str(settings))
    check(f"{name}: valid", status == 0, said)


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
    # The kernel's settings are this machine's affair.
    warnings = [line for line in said.splitlines() if "WARNING" in line and "vm.overcommit_memory" not in line]
    check("without a warning of its settings", not warnings, warnings)
    check("and leaves no file", not os.listdir(tmp_path), os.listdir(tmp_path))
