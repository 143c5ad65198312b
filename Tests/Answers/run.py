#!/usr/bin/env python3
"""docs/answers.md: real answers of a service, asked with curl.

Without --write, runs the page's lines against a fresh service and holds the page against the answers, section by
section; prints "N passed, N failed". With it, writes the page, and leaves it alone where nothing has changed but what
differs by nature.

Usage: run.py --binary .build/debug/waybill [--write]
"""
import argparse
import difflib
import pathlib
import sys

sys.dont_write_bytecode = True
here = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(here.parent / "Faults"))

from normal import normal
from page import Shell, sections
from report import Report
from service import Service

PAGE = here.parent.parent / "docs" / "answers.md"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    service = Service(options.binary)
    try:
        service.start()
        shell = Shell(f"http://127.0.0.1:{service.port}", options.binary, service.data_dir)
        answered = list(sections(shell))
    finally:
        service.close()
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if options.write:
        text = "\n".join(part for _, part in answered)
        if normal(text) != normal(written):
            PAGE.write_text(text, encoding="utf-8")
            print(f"{PAGE.name}: written")
        return 0
    return compare(answered, written)


def compare(answered, written):
    report = Report()
    old = parts(written)
    for (title, now), then in zip(answered, old, strict=False):
        same = normal(now) == normal(then)
        report.check(title, same, "docs/answers.md is out of date or the service has changed; run Scripts/docs")
        if not same:
            pieces = (normal_lines(then), normal_lines(now))
            sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(*pieces, "page", "service", lineterm="", n=1))
    report.check("the page has every section and no other", len(answered) == len(old), f"{len(answered)} and {len(old)}")
    return report.close()


def parts(text):
    """The page's sections, as they were joined."""
    first, *rest = text.split("\n\n## ")
    return [first] + ["## " + part for part in rest]


def normal_lines(text):
    return [normal(line) for line in text.split("\n")]


if __name__ == "__main__":
    raise SystemExit(main())
