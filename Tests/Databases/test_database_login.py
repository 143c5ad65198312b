"""The ways to log in that libpq knows: TLS with a verified certificate, the password file, the service file."""

import json
import os
import time

import pytest

from support.certificates import Authority
from support.client import Client
from support.postgres_server import Server
from support.service import Service
from support.shop import Shop
from support.waiting import wait_for


@pytest.fixture(scope="module")
def authority(service):
    return Authority(os.path.join(service.root, "authority"))


@pytest.fixture(scope="module")
def server(service, authority):
    """A server that takes TLS and passwords alone; its certificate is localhost's."""
    server = Server(os.path.join(service.root, "server")).make()
    certificate, key = authority.issue("server")
    settings = [
        "ssl=on",
        f"ssl_cert_file={server.install(certificate, 'server.pem')}",
        f"ssl_key_file={server.install(key, 'server.key')}",
    ]
    server.admit("host all postgres 127.0.0.1/32 trust", "hostssl all shop 127.0.0.1/32 scram-sha-256")
    server.start(*settings)
    server.sql("create role shop login createrole password 'first'")
    server.sql("create database waybill owner shop")
    yield server
    server.close()


@pytest.fixture
def client(binary):
    service = Service(binary)
    yield service
    service.close()


def sentence(output):
    return next((line for line in output.splitlines() if line.startswith("Error:")), output)


def test_the_certificate_is_verified_in_full(server, authority, client, check):
    verified = f"sslmode=verify-full&sslrootcert={authority.path}"
    client.options = ["--database-url", f"postgresql://shop:first@localhost:{server.port}/waybill?{verified}"]
    client.start()
    check("an order is placed", Shop(client).place("SECURE")["version"] == 1)
    plain = server.sql(
        "select application_name from pg_stat_activity join pg_stat_ssl using (pid) where usename = 'shop' and not ssl"
    )
    check("every connection is encrypted", plain == "", plain)
    client.terminate()

    def refused(place, options):
        status, output = client.fails_to_serve("--database-url", f"postgresql://shop:first@{place}/waybill?{options}")
        check(f"{place}?{options.partition('&')[0]}: exit status 1", status == 1, status)
        return sentence(output)

    stranger = Authority(os.path.join(client.root, "stranger"))
    told = refused(f"localhost:{server.port}", f"sslmode=verify-full&sslrootcert={stranger.path}")
    check("another authority's certificate is refused", "certificate verify failed" in told, told)
    told = refused(f"127.0.0.2:{server.port}", "sslmode=verify-full&sslrootcert=/nowhere.pem")
    check("a root certificate that is not there is named", "/nowhere.pem" in told or "refused" in told, told)
    told = refused(f"localhost:{server.port}", "sslmode=disable")
    check("a login without encryption is refused", "no pg_hba.conf entry" in told and "28000" not in told, told)


def test_the_name_of_the_certificate_counts_not_the_address(server, authority, client, check):
    place = f"host=other.test hostaddr=127.0.0.1 port={server.port} user=shop password=first dbname=waybill"
    status, output = client.fails_to_serve(
        "--database-url", f"{place} sslmode=verify-full sslrootcert={authority.path}"
    )
    told = sentence(output)
    check("another name is refused", status == 1 and "other.test" in told and "does not match" in told, told)
    client.options = [
        "--database-url",
        f"{place.replace('other.test', 'localhost')} sslmode=verify-full sslrootcert={authority.path}",
    ]
    client.start()
    check("the right name at that address serves", client.is_ready())


def test_the_password_file_is_read_for_each_connection(server, client, check):
    path = os.path.join(client.root, "passwords")

    def write(password):
        with open(path, "w", encoding="ascii") as file:
            file.write(f"localhost:{server.port}:waybill:shop:{password}\n")
        os.chmod(path, 0o600)

    server.sql("alter role shop password 'first'")
    write("first")
    client.environment = {"PGPASSFILE": path}
    client.options = ["--database-url", f"postgresql://shop@localhost:{server.port}/waybill"]
    client.start()
    shop = Shop(client)
    check("an order is placed", shop.place("PASSFILE")["version"] == 1)
    server.sql("alter role shop password 'second'")
    write("second")
    server.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'shop'")
    began = time.monotonic()
    check("and after the password has changed", shop.place("CHANGED")["version"] == 1)
    wait_for(client.is_ready, 20, "the service is ready again")
    check("within seconds", time.monotonic() - began < 10, time.monotonic() - began)
    client.terminate()
    client.environment = {}
    status, output = client.fails_to_serve(*client.options)
    told = sentence(output)
    check("without the file: one sentence", status == 1 and "password" in told and "--database-url" in told, told)
    server.sql("alter role shop password 'first'")


def test_the_service_file_names_the_database(server, authority, client, check):
    path = os.path.join(client.root, "services")
    with open(path, "w", encoding="ascii") as file:
        file.write(
            f"[shop]\nhost=127.0.0.1,localhost\nport=1,{server.port}\ndbname=waybill\nuser=shop\npassword=first\n"
            f"sslmode=verify-full\nsslrootcert={authority.path}\ntarget_session_attrs=read-write\n"
        )
    client.environment = {"PGSERVICEFILE": path}
    client.options = ["--database-url", "service=shop"]
    client.start()
    check("an order is placed at its second host", Shop(client).place("SERVICE")["version"] == 1)
    client.terminate()
    client.options = ["--database-url", "postgresql://?service=nobody"]
    status, output = client.fails_to_serve(*client.options)
    check("a service that is not there is named", status == 64 and '"nobody" not found' in output, output)


def test_a_limit_of_connections_is_told_as_such(server, client, check):
    server.sql("alter role shop password 'first' connection limit -1")
    url = f"postgresql://shop:first@localhost:{server.port}/waybill"
    client.options = ["--database-url", url]
    client.start()
    api = Client(client.port, client.token("staff", "*"))
    try:
        server.sql("alter role shop connection limit 0")
        server.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'shop'")
        wait_for(lambda: api.request("GET", "/readyz").status == 503, 10, "the service is not ready")
        wait_for(lambda: "has no connection left" in client.log_tail(1 << 20), 10, "the log says why")
        answer = api.request("GET", "/readyz")
        check("/readyz says why", "has no connection left" in answer.json["detail"], answer)
        status, output = client.run("migrate", "--database-url", url)
        told = sentence(output)
        check("so does a command", status == 1 and "connection limit" in told and "cannot connect" not in told, told)
    finally:
        server.sql("alter role shop connection limit -1")
    wait_for(client.is_ready, 20, "the service is ready again")

    def ready():
        return [line for line in client.log_tail(1 << 20).splitlines() if '"message":"ready:' in line]

    wait_for(lambda: len(ready()) == 2, 10, "the log says that it is over")
    check("and how long it lasted", int(json.loads(ready()[1])["metadata"]["seconds"]) >= 0, ready())


def test_an_unknown_parameter_is_named(server, client, check):
    url = f"postgresql://shop:first@localhost:{server.port}/waybill?target_session_attr=any"
    status, output = client.fails_to_serve("--database-url", url)
    named = "target_session_attr; is it target_session_attrs?" in output
    check("with the nearest known one", status == 64 and named, (status, output))
    check("and without the password", "first" not in output, output)


def test_a_first_start_tells_its_migrations_in_one_line(server, client, check):
    server.sql("create database fresh owner shop")
    client.options = ["--database-url", f"postgresql://shop:first@localhost:{server.port}/fresh"]
    client.start()
    lines = [line for line in client.log_tail(1 << 20).splitlines() if "igration" in line]
    check("one line", len(lines) == 1, lines)
    told = json.loads(lines[0])["metadata"]
    check("with their number and time", int(told["count"]) > 30 and int(told["milliseconds"]) > 0, lines)
