"""Holds a running service against its own description, /openapi.json, with Schemathesis; the streams by checks of our own.

Each operation is one check: it passes when none of Schemathesis' checks found anything in any phase, the stateful one
included, and when at least one case of it was accepted. Prints what was found and the cases by operation, then "N passed,
N failed".

Usage: run.py --binary .build/debug/waybill [--seconds 90]
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request
import xml.etree.ElementTree as ElementTree

import examples
import streams
from service import Service

here = pathlib.Path(__file__).resolve().parent
counts = {True: 0, False: 0}


def report(name, fault=None):
    counts[fault is None] += 1
    print(f"{'ok' if fault is None else 'FAILED'}: {name}{'' if fault is None else ': ' + fault}", flush=True)


def lives(service, description, token):
    """Orders to read, at several points of their lives, made of the examples in the description. The examples are one
    order's whole life, and these are the beginnings of it."""
    paths = description["paths"]
    example = {path: item["post"]["requestBody"]["content"]["application/json"]["example"]
               for path, item in paths.items() if path.startswith("/v1/orders") and "requestBody" in item.get("post", {})}
    steps = ("payment", "confirm", "pack", "dispatch", "scan")
    for count in range(len(steps) + 1):
        order = streams.post(service.url, "/v1/orders", token, example["/v1/orders"])["orderId"]
        for step in steps[:count]:
            body = example[f"/v1/orders/{{id}}/{step}"]
            # The examples go on with the second parcel; here there is but one.
            body = {**body, "parcelId": "p1"} if "parcelId" in body else body
            streams.post(service.url, f"/v1/orders/{order}/{step}", token, body)
        yield order


# What backends may not see at all is asked for by an operator, in a run of its own. So is the description, which
# Schemathesis leaves out of a run by exclusion.
OPERATORS = "^/(v1/projections|metrics|openapi)"
# A bulk request is answered 200 whatever its lines are: each is judged by itself.
BULK = "^/v1/commands$"


def schemathesis(service, token, paths, known, phases, scratch):
    """Runs the phases one by one, so that none takes the time of another; what they find is told by operation.

    `paths`: options that choose among the operations; `known`: what the hooks have to know; `phases`: their names, with
    seconds for those that have no end of their own.
    """
    faults = {}
    for phase, seconds in phases.items():
        junit = pathlib.Path(scratch) / f"junit-{phase}-{paths[1]}.xml".replace("/", "")
        limit = ["--max-time", str(seconds)] if seconds else []
        command = [
            str(pathlib.Path(sys.executable).with_name("st")), "run", f"{service.url}/openapi.json",
            "-H", f"Authorization: Bearer {token}", *paths, "--exclude-tag", "streams", "--checks", "all",
            "--phases", phase, *limit, "--workers", "1", "--seed", "20261102", "--continue-on-failure",
            "--suppress-health-check", "all", "--report", "junit", "--report-junit-path", str(junit),
        ]
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(here), "NO_COLOR": "1", **known}
        began = time.monotonic()
        done = subprocess.run(command, cwd=scratch, env=environment, timeout=600, capture_output=True, text=True)
        print(f"# {phase}: {time.monotonic() - began:.0f} s", flush=True)
        if not junit.exists():
            report(f"schemathesis ran {phase}", (done.stdout + done.stderr)[-3000:])
            continue
        if done.returncode != 0:
            print(done.stdout[-20000:])
        for case in ElementTree.parse(junit).iter("testcase"):
            found = [child for child in case if child.tag in ("failure", "error")]
            faults[case.get("name")] = faults.get(case.get("name"), 0) + len(found)
    for name, found in faults.items():
        report(f"schemathesis: {name}", f"{found} found, see above" if found else None)


def count_calls(calls, description):
    """Prints every operation's cases, and how many were accepted, and holds each to one."""
    cases = {f"{method.upper()} {path}": [] for path, item in description["paths"].items()
             for method, operation in item.items() if "streams" not in operation["tags"]}
    for line in calls.read_text(encoding="utf-8").splitlines():
        label, valid, status = line.split("\t")
        cases[label].append((valid == "1", int(status)))
    print(f"{'operation':<42}{'cases':>7}{'valid':>7}{'2xx':>7}{'share':>7}  other answers to valid ones")
    for label, seen in cases.items():
        valid = [status for is_valid, status in seen if is_valid]
        good = sum(status < 300 for _, status in seen)
        share = f"{100 * sum(status < 300 for status in valid) / len(valid):.0f} %" if valid else "-"
        others = collections.Counter(status for status in valid if status >= 300)
        said = ", ".join(f"{count} × {status}" for status, count in others.most_common())
        print(f"{label:<42}{len(seen):>7}{len(valid):>7}{good:>7}{share:>7}  {said}")
    print(f"{'all':<42}{sum(map(len, cases.values())):>7}", flush=True)
    for label, seen in cases.items():
        good = any(status < 300 for _, status in seen)
        report(f"accepted at least once: {label}", None if good else f"{len(seen)} cases, none")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seconds", type=int, default=90, help="of fuzzing and of sequences of calls; coverage ends by itself")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, Service(os.path.abspath(options.binary)) as service:
        tokens = {role: service.token(role, "aurora") for role in ("backend", "operator")}
        with urllib.request.urlopen(f"{service.url}/openapi.json", timeout=10) as response:
            description = json.load(response)
        examples.check(description, report)
        customer = service.token("customer", "aurora", "c-4f1a")
        streams.check(service, description, tokens["backend"], customer, report)
        backend = tokens["backend"]
        calls = pathlib.Path(scratch) / "calls"
        known = {"WAYBILL_ORDERS": ",".join(lives(service, description, backend)), "WAYBILL_CALLS": str(calls),
                 "WAYBILL_URL": service.url, "WAYBILL_BACKEND": backend}
        every = {"examples,coverage": None, "fuzzing": options.seconds * 2 // 3, "stateful": options.seconds // 3}
        few = {"examples,coverage": None, "fuzzing": 10}
        most = ["--exclude-path-regex", f"{OPERATORS}|{BULK}"]
        schemathesis(service, backend, most, known, every, scratch)
        bulk = ["--include-path-regex", BULK, "--exclude-checks", "negative_data_rejection"]
        schemathesis(service, backend, bulk, known, few, scratch)
        schemathesis(service, tokens["operator"], ["--include-path-regex", OPERATORS], known, few, scratch)
        count_calls(calls, description)
        report("the service is alive", None if service.process.poll() is None else f"exit {service.process.returncode}")
    print(f"{counts[True]} passed, {counts[False]} failed")
    sys.exit(1 if counts[False] else 0)


main()
