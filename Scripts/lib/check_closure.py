#!/usr/bin/env python3
"""Checks that building `waybill` fetches and builds nothing that only other products need.

Targets that are not a part of the service (the load tool, the writer of the docs, tests and their support) must not be
reachable from `waybill`, and every package in the manifest must be one that `waybill` links: SwiftPM fetches them all,
whatever is built.

    Scripts/lib/check_closure.py [FILE]

FILE is the manifest as `swift package dump-package` prints it; without FILE that command is run in this folder.
Prints each violation and ends with status 1 if there is any.
"""

import json
import subprocess
import sys

PRODUCT = "waybill"
TOOLS = {"waybill-load", "waybill-docs"}


def dependencies(target, kind):
    """Yields what a target depends on: names of targets ("target") or of packages ("package")."""
    for dependency in target["dependencies"]:
        if "product" in dependency:
            if kind == "package":
                yield dependency["product"][1]
        elif kind == "target":
            yield (dependency.get("byName") or dependency["target"])[0]


def reachable(targets, start):
    """Returns the names of all targets that building `start` builds."""
    found, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in found and name in targets:
            found.add(name)
            waiting += dependencies(targets[name], "target")
    return found


def outsiders(manifest):
    """Returns the names of the targets that are no part of the service."""
    support = {target["name"] for target in manifest["targets"] if (target.get("path") or "").startswith("Tests/")}
    tests = {target["name"] for target in manifest["targets"] if target["type"] == "test"}
    return TOOLS | support | tests


def package_names(manifest):
    """Yields the identities of the packages that the manifest names."""
    for dependency in manifest["dependencies"]:
        for entries in dependency.values():
            for entry in entries:
                yield entry["identity"]


def violations(manifest):
    """Yields a sentence for each rule that the manifest breaks."""
    targets = {target["name"]: target for target in manifest["targets"]}
    closure = reachable(targets, PRODUCT)
    for name in sorted(closure & outsiders(manifest)):
        yield f"{PRODUCT} depends on {name}, which is no part of the service"
    linked = {package for name in closure for package in dependencies(targets[name], "package")}
    for name in sorted(set(package_names(manifest)) - linked):
        yield f"the package {name} is fetched for {PRODUCT}, which does not use it"


def read_manifest(arguments):
    """Returns the manifest from the file that the arguments name, or from SwiftPM."""
    if arguments:
        with open(arguments[0], encoding="utf-8") as file:
            return json.load(file)
    command = ["swift", "package", "dump-package"]
    return json.loads(subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout)


def main():
    found = list(violations(read_manifest(sys.argv[1:])))
    for sentence in found:
        print(f"Package.swift: {sentence}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
