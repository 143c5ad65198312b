"""Mistakes on the command line: each is one sentence that names what is wrong, and nothing is made by it."""

import json
import os
import re
import socket
import time
import uuid

import pytest

from support.commands import Commands
from support.orders import order
from support.service import free_port

# Words that only the program's authors know: types, domains and source files of libraries, and our own codes.
RAW = re.compile(
    r"NSCocoaErrorDomain|NSPOSIX|HTTPClientError|BoringSSL|BORINGSSL|OPENSSL_|\.(swift|cc|c):\d|errorType|Error\(|NIO"
    r"|\[[a-z]+[A-Z]\w*\]|Optional\(|Fatal error|UserInfo"
)
SECRET = "s3cret-passw0rd"


@pytest.fixture
def commands(binary, tmp_path):
    # The unprivileged database user has to reach a cluster.
    os.chmod(tmp_path, 0o711)
    return Commands(binary, tmp_path)


@pytest.fixture
def running(service):
    """The file's service, started by the first test that needs it."""
    if service.process is None:
        service.start()
    return service


# The mistake, the command, words of the sentence that it gives, and the exit status.
USAGE = {
    "an unknown command": (["fly"], "Unexpected argument 'fly'", 64),
    "an unknown option": (["serve", "--prot", "1"], "Unknown option '--prot'", 64),
    "an option without its value": (["serve", "--port"], "Missing value for '--port", 64),
    "a port that is no number": (["serve", "--port", "http"], "'http' is invalid for '--port", 64),
    "a port beyond 65535": (["serve", "--port", "65536"], "--port must be from 0 to 65535, not 65536", 64),
    "a public URL without a scheme": (["serve", "--public-url", "shop.example"], "--public-url must be an http", 64),
    "a key set from an FTP server": (["serve", "--jwks", "ftp://keys"], "--jwks must be an http or https URL", 64),
    "a certificate without a key": (["serve", "--tls-certificate", "c.pem"], "belong together: give both", 64),
    "a key set by http from elsewhere": (["serve", "--jwks", "http://keys.example/k"], "must be an https URL", 64),
    "a key set by http from a name like localhost": (
        ["serve", "--jwks", "http://localhost.example/k"],
        "must be an https URL",
        64,
    ),
    "a trusted proxy that is no network": (
        ["serve", "--trusted-proxy", "10.0.0.0/40"],
        "--trusted-proxy is a list",
        64,
    ),
    "the development key for other machines": (
        ["serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", "d"],
        "give --jwks, the keys that verify tokens",
        64,
    ),
    "a demonstration for other machines": (
        ["demo", "--host", "::", "--port", "0", "--data-dir", "d"],
        "--development-key accepts tokens",
        64,
    ),
    "a token and its file": (["seed", "-", "--token", "a", "--token-file", "b"], "two of the same: give one", 64),
    "a token's file that is not there": (["seed", "-", "--token-file", "no"], "--token-file: there is no file no", 64),
    "a token's file that all may read": (["seed", "-", "--token-file", "/etc/passwd"], "others can use it", 64),
    "a database's file that is empty": (["migrate", "--database-url-file", "/dev/null"], "--database-url-file", 64),
    "a database's file without a URL": (
        ["migrate", "--database-url-file", "/etc/hostname"],
        "--database-url-file cannot be read",
        64,
    ),
    "a demonstration with foreign keys": (["demo", "--jwks", "k.json"], "which --jwks rules out", 64),
    "a token without a role": (["token", "--shop", "a"], "Missing expected argument '--role", 64),
    "an unknown role": (["token", "--role", "boss", "--shop", "a"], "--role is one of backend, customer, staff", 64),
    "a customer without a name": (["token", "--role", "customer", "--shop", "a"], "--subject is required", 64),
    "a shop with capitals": (["token", "--role", "staff", "--shop", "Aurora"], "--shop or --subject does not fit", 64),
    "a backend of all shops": (["token", "--role", "backend", "--shop", "*"], "staff and operators only", 64),
    "a lifetime in years": (["token", "--role", "staff", "--shop", "a", "--ttl", "1y"], "such as 30m", 64),
    "an unknown projection": (["replay", "orders2"], "there are current, orders, stats", 64),
    "no workers": (["replay", "--workers", "0"], "--workers is 1 to 64, not 0", 64),
    "a sample that is no number": (["verify", "--sample", "some"], "--sample is a number of orders (1000) or", 64),
    "an unknown status": (["tail", "--status", "lost"], "--status is one of placed, preparing", 64),
    "an unknown event": (["tail", "--type", "orderPlaced"], "--type is one of OrderPlaced", 64),
    "an order with a filter": (["tail", "--order", "o", "--shop", "a"], "--order takes no filter", 64),
    "an order and a customer": (["tail", "--order", "o", "--customer", "c"], "give one", 64),
    "a conflation of 1 ms": (["tail", "--conflate", "1"], "--conflate is 50 to 60000", 64),
    "an unknown colour": (["tail", "--color", "green"], "'green' is invalid for '--color", 64),
    "a URL without a scheme": (["tail", "--url", "localhost:8080"], "not “localhost:8080”", 64),
    "a certificate file that is not there": (["tail", "--ca-file", "/no.pem"], "/no.pem cannot be read, or holds", 64),
    "a shop that cannot be": (["tail", "--shop", "A B"], "--shop is a name of 1 to 63 characters", 64),
    "one shop of two that cannot be": (["tail", "--shop", "aurora,Nordwind"], "dash, not “Nordwind”", 64),
    "a customer's shop that cannot be": (["tail", "--customer", "c", "--shop", "a_b"], "dash, not “a_b”", 64),
    "an empty key set": (["serve", "--jwks", ""], "--jwks is empty: give a value, or leave the flag out", 64),
    "an empty issuer": (["serve", "--issuer", ""], "--issuer is empty", 64),
    "seed by certificates that are not there": (["seed", "-", "--ca-file", "/no.pem"], "/no.pem cannot be read", 64),
    "log by certificates that are not there": (["log", "head", "--ca-file", "/no.pem"], "/no.pem cannot be read", 64),
    "two logs": (["log", "head", "--url", "http://h", "--database-url", "postgres://h/d"], "are two logs", 64),
    "a position that is none": (["log", "export", "--after", "12"], "--after is a position such as", 64),
    "seed without a file": (["seed"], "Missing expected argument '<file>'", 64),
    "a database of another kind": (["verify", "--database-url", f"mysql://u:{SECRET}@h/d"], "postgres://", 64),
    "a database URL that is none": (
        ["migrate", "--database-url", f"postgres://u:{SECRET}@h:x/d"],
        "must name ports from 1 to 65535",
        64,
    ),
    "a database port that is closed": (
        ["migrate", "--database-url", f"postgres://u:{SECRET}@127.0.0.1:1/d"],
        "cannot connect to the database: Connection refused; check that PostgreSQL runs there",
        1,
    ),
    "a database host that is not there": (
        ["verify", "--database-url", f"postgres://u:{SECRET}@nowhere.invalid/d"],
        "check the host in --database-url",
        1,
    ),
    "a mistyped directory, verify": (["verify", "--data-dir", "typo"], "there is no database in", 1),
    "a mistyped directory, upgrade": (["upgrade", "--data-dir", "typo"], "there is no database in", 1),
    "a mistyped directory, replay": (["replay", "--data-dir", "typo"], "give the --data-dir", 1),
    "a mistyped directory, log head": (["log", "head", "--data-dir", "typo"], "there is no database in", 1),
    "a mistyped directory, log export": (["log", "export", "--data-dir", "typo"], "there is no database in", 1),
    "a mistyped directory, tail": (["tail", "--data-dir", "typo"], "there is no development key in", 1),
    "a mistyped directory, log head of a service": (
        ["log", "head", "--url", "http://127.0.0.1:1", "--data-dir", "typo"],
        "there is no development key in",
        1,
    ),
    "a data directory in /proc": (["serve", "--port", "0", "--data-dir", "/proc/nope"], "/proc/nope", 1),
    "a key in /proc": (["token", "--role", "staff", "--shop", "a", "--data-dir", "/proc/nope"], "/proc/nope", 1),
    "a data directory that is a file": (["serve", "--port", "0", "--data-dir", "/etc/passwd"], "Not a directory", 1),
    "a key set that is not there": (["serve", "--jwks", "no.json", "--data-dir", "d"], "there is no such file", 1),
    "an address of another machine": (
        ["serve", "--host", "192.0.2.1", "--data-dir", "d"],
        "192.0.2.1 is not an address of this machine",
        1,
    ),
    "a host that is not there": (["serve", "--host", "nowhere.invalid", "--data-dir", "d"], "check --host", 1),
    "an export into a missing folder": (
        ["log", "export", "--data-dir", "typo", "--output", "/no/file"],
        "cannot write to /no/file: No such file or directory",
        1,
    ),
    "an import of a missing file": (["log", "import", "no.ndjson", "--data-dir", "d"], "cannot read no.ndjson", 1),
    "an import of a folder": (["log", "import", "/tmp", "--data-dir", "d"], "cannot read /tmp: Is a directory", 1),
    "seed of a missing file": (["seed", "no.ndjson"], "cannot read no.ndjson: No such file or directory", 1),
    "seed of an empty file": (["seed", "/dev/null"], "/dev/null holds no commands: it is empty", 1),
    "seed of a program": (["seed", "/bin/ls"], "line 1 is not text in UTF-8", 1),
    "seed of another text": (["seed", "/etc/passwd"], "line 1 is not JSON", 1),
}


@pytest.mark.parametrize("mistake", USAGE)
def test_a_mistake_is_one_sentence(commands, check, mistake):
    arguments, words, status = USAGE[mistake]
    began = time.monotonic()
    done = commands.run(*arguments)
    took = time.monotonic() - began
    lines = done.stderr.splitlines()
    check(f"{mistake}: status {status}", done.returncode == status, done)
    check(
        f"{mistake}: the sentence says it", bool(lines) and lines[0].startswith("Error: ") and words in lines[0], done
    )
    check(f"{mistake}: one sentence", status == 64 or len(lines) == 1, done.stderr)
    check(f"{mistake}: no library's words", not RAW.search(done.stderr), done.stderr)
    check(f"{mistake}: no password", SECRET not in done.stderr + done.stdout, done.stderr)
    check(f"{mistake}: nothing on standard output", not done.stdout, done.stdout)
    check(f"{mistake}: at once", took < 15, f"{took:.1f} s")
    check(f"{mistake}: no database is made", not os.path.exists(commands.path("d", "postgres")), os.listdir())
    check(f"{mistake}: the mistyped directory is not made", not os.path.exists(commands.path("typo")), arguments)


VARIABLES = {
    "WAYBILL_LOG_LEVEL": (
        ["token", "--role", "staff", "--shop", "a"],
        "verbose",
        "trace, debug, info, notice, warning",
    ),
    "WAYBILL_PORT": (["serve"], "http", "WAYBILL_PORT must be a number from 0 to 65535, not “http”"),
    "WAYBILL_URL": (["tail"], "localhost", "WAYBILL_URL must be an http or https URL"),
    "WAYBILL_PUBLIC_URL": (["serve"], "localhost", "WAYBILL_PUBLIC_URL must be an http or https URL"),
    "WAYBILL_JWKS": (["serve"], "gopher://k", "WAYBILL_JWKS must be an http or https URL"),
    "WAYBILL_DATABASE_URL": (["migrate"], f"mysql://u:{SECRET}@h/d", "WAYBILL_DATABASE_URL begins with mysql://"),
    "WAYBILL_DEVELOPMENT_KEY": (["serve"], "yes", "WAYBILL_DEVELOPMENT_KEY is true or false"),
    "WAYBILL_TRUSTED_PROXY": (["serve"], "proxy.example", "WAYBILL_TRUSTED_PROXY is a list of addresses"),
    "WAYBILL_TOKEN_FILE": (["tail"], "/no.token", "WAYBILL_TOKEN_FILE: there is no file /no.token"),
    "WAYBILL_DATABASE_URL_FILE": (["migrate"], "/no.url", "WAYBILL_DATABASE_URL_FILE: there is no file /no.url"),
    "WAYBILL_TLS_KEY": (["serve"], "key.pem", "belong together"),
    "WAYBILL_CA_FILE": (["tail"], "/no.pem", "/no.pem cannot be read, or holds no certificates"),
    "WAYBILL_DATA_DIR": (["verify"], "typo", "typo: give the --data-dir (or WAYBILL_DATA_DIR)"),
}


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_bad_variable_is_named(commands, check, variable):
    arguments, value, words = VARIABLES[variable]
    done = commands.run(*arguments, environment={variable: value})
    check(f"{variable}: the sentence says it", words in done.stderr.partition("\n")[0], done)
    check(f"{variable}: no password", SECRET not in done.stderr, done.stderr)
    check(f"{variable}: status", done.returncode == (1 if variable == "WAYBILL_DATA_DIR" else 64), done.returncode)
    key = ["token", "--role", "staff", "--shop", "a", "--data-dir", "k"]
    empty = commands.run(*key, environment={variable: ""})
    check(f"{variable}: an empty variable is an absent one", empty.returncode == 0, empty)


def test_help_names_only_variables_that_work(commands, check):
    for command in (
        "serve",
        "demo",
        "migrate",
        "upgrade",
        "seed",
        "replay",
        "verify",
        "tail",
        "token",
        "log export",
        "log import",
        "doctor",
    ):
        text = commands.run(*command.split(), "--help", environment={"COLUMNS": "80"}).stdout
        # The line of usage is one line, however long.
        rows = [line for line in text.splitlines() if not line.startswith("USAGE: ")]
        check(f"{command} --help: within 80 columns", max(map(len, rows)) <= 80, rows)
        # Text that is wrapped twice has short lines within its paragraphs.
        prose = text.partition("USAGE:")[0].split("\n\n")
        broken = [
            line
            for paragraph in prose
            for line, after in zip(paragraph.splitlines(), paragraph.splitlines()[1:], strict=False)
            if len(line) + 1 + len(after.split(" ")[0]) < 80
        ]
        check(f"{command} --help: wrapped once", not broken, broken)
    version = commands.run("--version")
    check("--version: a version", re.fullmatch(r"\d+\.\d+\.\d+\n", version.stdout) and version.returncode == 0, version)


def test_a_port_in_use_is_found_before_a_cluster_is_made(commands, check):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for host in ("127.0.0.1", "0.0.0.0"):
            done = commands.run("serve", "--host", host, "--port", str(port), "--data-dir", "d")
            check(
                f"port in use on {host}: the sentence says it",
                done.stderr
                == f"Error: {host}:{port} is in use by another process; stop that process, or give another --port\n",
                done,
            )
            check(f"port in use on {host}: status 1", done.returncode == 1, done)
        check("port in use: no cluster is made", not os.path.exists(commands.path("d", "postgres")), "it is there")


def test_what_is_no_waybill_service_is_said(commands, check):
    commands.run("token", "--role", "staff", "--shop", "*", "--data-dir", "k")
    seeds = commands.write(
        "seeds", json.dumps({"command": "placeOrder", "orderId": str(uuid.uuid4()), **order()}) + "\n"
    )
    closed = f"http://127.0.0.1:{free_port()}"
    for name, arguments in {
        "seed": ["seed", seeds],
        "log head": ["log", "head"],
        "log export": ["log", "export"],
    }.items():
        began = time.monotonic()
        done = commands.run(*arguments, "--url", closed, "--data-dir", "k")
        took = time.monotonic() - began
        words = (
            f"Error: no Waybill service can be reached at {closed}: Connection refused; start it, or give its --url\n"
        )
        check(f"{name}, no service there: the sentence says it", done.stderr == words, done)
        check(f"{name}, no service there: status 1 at once", done.returncode == 1 and took < 10, f"{took:.1f} s")


def test_a_token_of_another_data_directory_gets_a_hint(running, check, commands):
    commands.run("token", "--role", "staff", "--shop", "*", "--data-dir", "other")
    seeds = commands.write(
        "seeds", json.dumps({"command": "placeOrder", "orderId": str(uuid.uuid4()), **order()}) + "\n"
    )
    for name, arguments in {"tail": ["tail"], "seed": ["seed", seeds], "log head": ["log", "head"]}.items():
        done = commands.run(*arguments, "--url", running.url, "--data-dir", "other")
        check(
            f"{name}: the hint names --data-dir",
            done.returncode == 1 and "401 unknownKey" in done.stderr and "give the --data-dir of that" in done.stderr,
            done,
        )
    for name, arguments in {
        "a second service": ["serve", "--port", "0"],
        "an import": ["log", "import", seeds],
    }.items():
        done = commands.run(*arguments, "--data-dir", running.data_dir)
        check(
            f"{name} on the data directory: the sentence names it and the process",
            done.returncode == 1 and running.data_dir in done.stderr and str(running.process.pid) in done.stderr,
            done,
        )
    head = commands.run("log", "head", "--data-dir", running.data_dir)
    check("log head on the data directory: the hint names --url", "give its --url" in head.stderr, head)


def bulk(command, order_id, **fields):
    return json.dumps({"command": command, "orderId": order_id, **fields})


def test_a_refused_order_is_told_once(running, check, commands):
    good, bad = str(uuid.uuid4()), str(uuid.uuid4())
    lines = [
        bulk("placeOrder", good, **order()),
        bulk("placeOrder", bad, **{**order(), "country": "Germany"}),
        *[bulk("confirmOrder", bad) for _ in range(10)],
        "this is not JSON",
        bulk("confirmOrder", good),
    ]
    seeds = commands.write("seeds", "\n".join(lines) + "\n")
    done = commands.run("seed", seeds, "--url", running.url, "--data-dir", running.data_dir)
    said = done.stderr.splitlines()
    check("the results are counted", done.stdout == "2 accepted, 0 sent before, 12 refused\n", done.stdout)
    check("refused lines: status 1", done.returncode == 1, done.returncode)
    check("three lines say what was refused", len(said) == 3, said)
    check("the refused order, once", "line 2: 422 invalidCommand" in said[0] and "/country" in said[0], said)
    check("the broken line, once", "line 13: 400 malformedJson" in said[1], said)
    check(
        "what followed, counted",
        said[2].endswith(f"order {bad} is not there, so 10 more lines for it were refused as well"),
        said,
    )
    piped = commands.run(
        "seed", "-", "--url", running.url, "--data-dir", running.data_dir, input=bulk("confirmOrder", good) + "\n"
    )
    check("standard input without a shop: the sentence says it", "give --token" in piped.stderr, piped)
