#!/usr/bin/env python3
"""Black-box fault tests of the waybill binary: `run.py --binary PATH [--scale small|full] [NAME…]`."""
import sys

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
import suite
import tail
import texts
import tls
import values
import vanish

TESTS = {
    "badinput": badinput.run, "texts": texts.run, "values": values.run, "customer": customer.run,
    "conflate": conflate.run, "badstreams": badstreams.run, "streamcrowd": streamcrowd.run, "churn": churn.run,
    "descriptors": descriptors.run, "tls": tls.run, "http2": http2.run, "http2abuse": http2abuse.run,
    "proxies": proxies.run,
    "vanish": vanish.run, "sigterm": sigterm.run, "restore": restore.run, "fork": fork.run, "forkbusy": forkbusy.run,
    "promotion": promotion.run, "rolling": rolling.run,
    "kill9": kill9.run, "replay": replay.run, "tail": tail.run,
}


if __name__ == "__main__":
    raise SystemExit(suite.main(__doc__, TESTS))
