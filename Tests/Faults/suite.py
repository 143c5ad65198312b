"""Runs tests of the binary by their names, each on a service of its own, and counts what they check."""
import argparse
import signal
import sys
import time
import traceback

from report import Group, Report, one_line
from service import Service


def main(description, tests):
    """`--binary PATH [--scale small|full] [NAME…]`; `tests` are functions of service, group and scale by their names."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--scale", choices=("small", "full"), default="small")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(tests))
    options = parser.parse_args()
    unknown = set(options.names) - set(tests)
    if unknown:
        parser.error(f"no such test: {', '.join(sorted(unknown))}")
    # Ended from outside, the services and directories are still cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report()
    for name in options.names or tests:
        run_one(name, tests[name], options, report)
    return report.close()


def run_one(name, test, options, report):
    group = Group(report, name)
    began = time.monotonic()
    service = Service(options.binary)
    try:
        test(service, group, options.scale)
    except Exception as error:
        traceback.print_exc()
        group.check("ran to its end", False, f"{type(error).__name__}: {error}")
        if service.process:
            group.note("the service's log ends: " + one_line(service.log_tail(), 3000))
    finally:
        service.close()
        group.note(f"took {time.monotonic() - began:.1f} s")
