"""A running service against its own description, /openapi.json, by Schemathesis.

Each operation gives two facts: Schemathesis found nothing in any phase, the stateful one included; and at least one
case was accepted.
"""

import collections
import os
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

import pytest

from support.client import Client

SUPPORT = pathlib.Path(__file__).resolve().parent.parent


def lives(service, description, token):
    """Places orders to read, at several points of their lives.

    The examples in the description are one order's whole life; these orders are beginnings of that life.
    """
    paths = description["paths"]
    example = {
        path: item["post"]["requestBody"]["content"]["application/json"]["example"]
        for path, item in paths.items()
        if path.startswith("/v1/orders") and "requestBody" in item.get("post", {})
    }
    steps = ("payment", "confirm", "pack", "dispatch", "scan")
    for count in range(len(steps) + 1):
        client = Client(service.port, token)
        order = client.insist("POST", "/v1/orders", example["/v1/orders"]).json["orderId"]
        for step in steps[:count]:
            body = example[f"/v1/orders/{{id}}/{step}"]
            # The examples go on with the second parcel; here there is but one.
            body = {**body, "parcelId": "p1"} if "parcelId" in body else body
            client.insist("POST", f"/v1/orders/{order}/{step}", body)
        yield order


# Routes that backends may not use: an operator asks for them in a run of its own. The description is among them, since
# an exclusion would leave it out.
OPERATORS = "^/(v1/projections|v1/status|metrics|session|openapi)"
# A bulk request is answered 200 whatever its lines are: each is judged by itself.
BULK = "^/v1/commands$"


def schemathesis(service, check, token, paths, known, phases, scratch):
    """Runs the phases one by one, so that none takes the time of another; the findings are checked by operation.

    - paths: options that choose among the operations.
    - known: environment variables that the hooks read.
    - phases: names, with seconds for those that do not end by themselves.
    """
    faults = {}
    for phase, seconds in phases.items():
        junit = pathlib.Path(scratch) / f"junit-{phase}-{paths[1]}.xml".replace("/", "")
        limit = ["--max-time", str(seconds)] if seconds else []
        command = [
            str(pathlib.Path(sys.executable).with_name("st")),
            "run",
            f"{service.url}/openapi.json",
            "-H",
            f"Authorization: Bearer {token}",
            *paths,
            "--exclude-tag",
            "streams",
            "--checks",
            "all",
            "--phases",
            phase,
            *limit,
            "--workers",
            "1",
            "--seed",
            "20261102",
            "--continue-on-failure",
            "--suppress-health-check",
            "all",
            "--report",
            "junit",
            "--report-junit-path",
            str(junit),
        ]
        environment = {
            **os.environ,
            "SCHEMATHESIS_HOOKS": "support.conformance.hooks",
            "PYTHONPATH": str(SUPPORT),
            "NO_COLOR": "1",
            **known,
        }
        began = time.monotonic()
        done = subprocess.run(command, cwd=scratch, env=environment, timeout=600, capture_output=True, text=True)
        check.note(f"{phase}: {time.monotonic() - began:.0f} s")
        if not junit.exists():
            check(f"schemathesis ran {phase}", False, (done.stdout + done.stderr)[-3000:])
            continue
        if done.returncode != 0:
            print(done.stdout[-20000:])
        for case in ElementTree.parse(junit).iter("testcase"):
            found = [child for child in case if child.tag in ("failure", "error")]
            faults[case.get("name")] = faults.get(case.get("name"), 0) + len(found)
    for name, found in faults.items():
        check(f"schemathesis: {name}", not found, f"{found} found, see the output")


def count_calls(check, calls, description):
    """Tells the cases of each operation and the number of accepted ones, and checks that there is one.

    Also checks that each problem has a code that the operation names for the status.
    """
    operations = {
        f"{method.upper()} {path}": operation
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if "streams" not in operation["tags"]
    }
    cases = {label: [] for label in operations}
    strange = {label: set() for label in operations}
    for line in calls.read_text(encoding="utf-8").splitlines():
        label, valid, status, code = line.split("\t")
        cases[label].append((valid == "1", int(status)))
        # A method that a path does not have is no operation's.
        if code and status != "405" and code not in operations[label]["responses"].get(status, {}).get("x-codes", ()):
            strange[label].add(f"{status} {code}")
    lines = [f"{'operation':<42}{'cases':>7}{'valid':>7}{'2xx':>7}{'share':>7}  other answers to valid ones"]
    for label, seen in cases.items():
        valid = [status for is_valid, status in seen if is_valid]
        good = sum(status < 300 for _, status in seen)
        share = f"{100 * sum(status < 300 for status in valid) / len(valid):.0f} %" if valid else "-"
        others = collections.Counter(status for status in valid if status >= 300)
        said = ", ".join(f"{count} × {status}" for status, count in others.most_common())
        lines.append(f"{label:<42}{len(seen):>7}{len(valid):>7}{good:>7}{share:>7}  {said}")
    lines.append(f"{'all':<42}{sum(map(len, cases.values())):>7}")
    for line in lines:
        check.note(line)
    for label, seen in cases.items():
        good = any(status < 300 for _, status in seen)
        check(f"accepted at least once: {label}", good, f"{len(seen)} cases, none")
        check(f"every problem's code is named: {label}", not strange[label], sorted(strange[label]))


@pytest.mark.slow
def test_operations_keep_to_their_description(service, description, tokens, check, pytestconfig, tmp_path):
    seconds = pytestconfig.getoption("--fuzz-seconds")
    backend, calls = tokens["backend"], tmp_path / "calls"
    known = {
        "WAYBILL_ORDERS": ",".join(lives(service, description, backend)),
        "WAYBILL_CALLS": str(calls),
        "WAYBILL_URL": service.url,
        "WAYBILL_BACKEND": backend,
    }
    every = {"examples,coverage": None, "fuzzing": seconds * 2 // 3, "stateful": seconds // 3}
    few = {"examples,coverage": None, "fuzzing": 10}
    most = ["--exclude-path-regex", f"{OPERATORS}|{BULK}"]
    schemathesis(service, check, backend, most, known, every, tmp_path)
    bulk = ["--include-path-regex", BULK, "--exclude-checks", "negative_data_rejection"]
    schemathesis(service, check, backend, bulk, known, few, tmp_path)
    schemathesis(service, check, tokens["operator"], ["--include-path-regex", OPERATORS], known, few, tmp_path)
    count_calls(check, calls, description)
    check("the service is alive", service.process.poll() is None, f"exit {service.process.returncode}")
