#!/usr/bin/env python3
"""Checks that every public symbol of a module has a documentation comment.

The argument is the module's symbol graph, as swift-symbolgraph-extract writes it. Symbols that the compiler derives,
and those that only satisfy a protocol of the standard library, need no comment. Prints each symbol without one and ends
with status 1 if there is any.
"""

import json
import sys


def undocumented(graph):
    """Yields the names of the public symbols without a comment."""
    # The compiler makes these relationships for symbols that another symbol documents or requires.
    derived = {
        relationship["source"]
        for relationship in graph["relationships"]
        if relationship.get("sourceOrigin") or relationship["kind"] == "defaultImplementationOf"
    }
    for symbol in graph["symbols"]:
        identifier = symbol["identifier"]["precise"]
        if "::SYNTHESIZED::" in identifier or identifier in derived or "docComment" in symbol:
            continue
        yield f"{'.'.join(symbol['pathComponents'])} ({symbol['kind']['displayName']})"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        found = sorted(undocumented(json.load(file)))
    for name in found:
        print(f"no comment: {name}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
