"""Examples and links of the hand-written pages: tokens, orders, and wherever pages refer to one another."""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

import pytest

from support.client import Client
from support.pages import ROOT, blocks, page, section
from support.service import Service

WRITTEN_BY_HAND = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    *(f"docs/{name}.md" for name in ("architecture", "clients", "growth", "operations", "orders", "proxies")),
    *(f"docs/{name}.md" for name in ("from-your-shop", "recipes", "tokens")),
    *(f"docs/{name}.md" for name in ("backup", "deployment", "incidents", "rotation", "upgrade")),
]


# Tokens


@pytest.fixture
def keys(binary):
    """A service that trusts the key set that docs/tokens.md makes, with the folder of its key."""
    service = Service(binary)
    text = page("docs/tokens.md")
    shell = section(text, "Example: a key, a key set and a token with openssl")
    make, _, sign = [code for language, code in blocks(shell) if language == "sh"]
    folder = pathlib.Path(service.root) / "keys"
    folder.mkdir()
    bash(make, folder)
    service.options = ["--jwks", str(folder / "jwks.json")]
    service.start()
    yield service, folder, make, sign
    service.close()


def bash(code, folder):
    return subprocess.run(
        ["bash", "-euc", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        check=True,
    ).stdout


def test_tokens_of_the_page_are_accepted(keys, check):
    service, folder, make, sign = keys
    functions = "\n".join(line for line in make.splitlines() if line.startswith("base64url()"))
    signed = sign.replace("127.0.0.1:8080", f"127.0.0.1:{service.port}").replace("curl ", "curl -s ")
    answer = bash(f"{functions}\n{signed}", folder)
    check("openssl's token reads the orders", json.loads(answer).get("orders") == [], answer)

    ((_, code),) = blocks(section(page("docs/tokens.md"), "Example: the same in Python"))
    (folder / "sign.py").write_text(code)
    done = subprocess.run([sys.executable, "sign.py"], cwd=folder, capture_output=True, text=True, check=True)
    token = done.stdout.strip()
    client = Client(service.port, token)
    check("PyJWT's token reads its own orders", client.request("GET", "/v1/orders").status == 200)
    check("and a customer reads no log", client.request("GET", "/v1/events").status == 403)

    development = service.token("backend", "coffee-bar")
    refused = Client(service.port, development).request("GET", "/v1/orders")
    check(
        "development tokens are refused",
        (refused.status, refused.json["code"]) == (401, "unknownKey"),
        refused,
    )

    # The same key under another name is another key.
    (folder / "jwks.json").write_text((folder / "jwks.json").read_text().replace("2026-11", "2026-12"))
    time.sleep(1.5)
    withdrawn = Client(service.port, token).request("GET", "/v1/orders")
    check("a withdrawn key's tokens are refused", (withdrawn.status, withdrawn.json["code"]) == (401, "unknownKey"))
    (folder / "jwks.json").write_text("no key set")
    time.sleep(1.5)
    renamed = (folder / "sign.py").read_text().replace("2026-11", "2026-12")
    newer = subprocess.run([sys.executable, "-c", renamed], cwd=folder, capture_output=True, text=True, check=True)
    kept = Client(service.port, newer.stdout.strip()).request("GET", "/v1/orders")
    check("a broken file leaves the last key set in use", kept.status == 200, kept)


# Orders


def test_the_imported_order_of_the_page(service, check):
    service.start()
    client = Client(service.port, service.token("backend", "coffee-bar"))
    ((_, lines),) = [
        block for block in blocks(section(page("docs/orders.md"), "Import past orders")) if block[0] == "json"
    ]

    def send():
        answer = client.request("POST", "/v1/commands", lines.encode(), {"Content-Type": "application/x-ndjson"})
        return [json.loads(line) for line in answer.body.splitlines()]

    first, again = send(), send()
    check("every line is accepted", {one["result"] for one in first} == {"accepted"}, first)
    check("sent again, every line is a duplicate", {one["result"] for one in again} == {"duplicate"}, again)
    order = client.request("GET", f"/v1/orders/{first[0]['orderId']}").json
    found = (order["status"], order["lifecycle"], order["placedAt"], order["internal"]["anomalies"])
    check(
        "the order is delivered, closed and of its own time",
        found == ("delivered", "closed", "2025-03-02T09:14:00Z", []),
        found,
    )


# Links


def anchors(text):
    """The fragments by which GitHub names a page's headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(name):
    text = page(name)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if "://" in target:
            continue
        path, _, fragment = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        if not file.exists():
            yield f"{target}: no such file"
        elif fragment and fragment not in anchors(file.read_text(encoding="utf-8")):
            yield f"{target}: no such heading"


@pytest.mark.parametrize("name", WRITTEN_BY_HAND)
def test_links_lead_to_files_and_headings(name, check):
    broken = list(broken_links(name))
    check(f"the links of {name}", not broken, broken)


def test_every_page_is_linked_from_the_readme(check):
    linked = {os.path.normpath(target) for target in re.findall(r"\]\((docs/[^)#\s]+)\)", page("README.md"))}
    pages = {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")}
    check("the README links every page of docs", pages <= linked, sorted(pages - linked))
