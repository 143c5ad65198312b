#!/usr/bin/env python3
"""Black-box fault tests of the waybill binary: `run.py --binary PATH [--scale small|full] [NAME…]`."""
import argparse
import signal
import sys
import time
import traceback

# No compiled files beside the sources.
sys.dont_write_bytecode = True

import badinput
import badstreams
import churn
import conflate
import customer
import descriptors
import fork
import forkbusy
import http2
import http2abuse
import kill9
import promotion
import proxies
import replay
import restore
import rolling
import sigterm
import streamcrowd
import tail
import texts
import tls
import values
import vanish
from report import Group, Report, one_line
from service import Service

TESTS = {
    "badinput": badinput.run, "texts": texts.run, "values": values.run, "customer": customer.run,
    "conflate": conflate.run, "badstreams": badstreams.run, "streamcrowd": streamcrowd.run, "churn": churn.run,
    "descriptors": descriptors.run, "tls": tls.run, "http2": http2.run, "http2abuse": http2abuse.run,
    "proxies": proxies.run,
    "vanish": vanish.run, "sigterm": sigterm.run, "restore": restore.run, "fork": fork.run, "forkbusy": forkbusy.run,
    "promotion": promotion.run, "rolling": rolling.run,
    "kill9": kill9.run, "replay": replay.run, "tail": tail.run,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--scale", choices=("small", "full"), default="small")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TESTS))
    options = parser.parse_args()
    unknown = set(options.names) - set(TESTS)
    if unknown:
        parser.error(f"no such test: {', '.join(sorted(unknown))}")
    # Ended from outside, the services and directories are still cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report()
    for name in options.names or TESTS:
        run_one(name, options, report)
    return report.close()


def run_one(name, options, report):
    group = Group(report, name)
    began = time.monotonic()
    service = Service(options.binary)
    try:
        TESTS[name](service, group, options.scale)
    except Exception as error:
        traceback.print_exc()
        group.check("ran to its end", False, f"{type(error).__name__}: {error}")
        if service.process:
            group.note("the service's log ends: " + one_line(service.log_tail(), 3000))
    finally:
        service.close()
        group.note(f"took {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    raise SystemExit(main())
