"""Three servers, two edges, Redis, a primary and a replica on machines of their own: parts die, stop and are cut off.

Streams are spread over all five processes, and commands come at a steady rate. No stream loses, doubles or reorders an
event, and no command is lost. `Scripts/bench cluster` is the same with every part, for longer and with more streams.
"""

import pytest

from support.exactly_once import check_log
from support.faults import every_fault, some_faults
from support.namespaces import missing
from support.ordeals import Ordeal
from support.patroni import missing_programs
from support.redis_server import is_installed
from support.whole_cluster import WholeCluster

STREAMS, ORDERS, RATE, WRITERS = 500, 100, 40, 12
# Seconds within which commands go on: for a primary that was killed, Patroni's own time and some for the connections.
LONGEST_PAUSE = 20


@pytest.fixture
def cluster(binary):
    reason = missing() or " and ".join(f"{name} is not installed" for name in missing_programs())
    if reason or not is_installed():
        pytest.skip(f"NO WHOLE CLUSTER IS TESTED HERE: {reason or 'redis-server is not installed'}")
    with WholeCluster(binary) as cluster:
        yield cluster


def test_faults_in_turn_leave_every_stream_exact(cluster, scale, check):
    ordeal = Ordeal(cluster, STREAMS, ORDERS, RATE, WRITERS)
    ordeal.quiet(1)
    for fault in every_fault(cluster, 20) if scale == "full" else some_faults(cluster):
        ordeal.trial(fault.name, fault.breaks, fault.mends, fault.seconds)
    log, _ = ordeal.finish(check)
    check_log(check, ordeal.commands.answers, ordeal.all_sent(), log)
    for span in ordeal.spans:
        pause, delay = (
            span.figures["no command accepted for"],
            max(value for name, value in span.figures.items() if name.startswith("longest delay")),
        )
        check(f"{span.name}: commands go on", pause < LONGEST_PAUSE, pause)
        check.note(
            f"{span.name}: no command for {pause:.1f} s, a stream late by {delay:.1f} s, then as before after "
            f"{span.ended - span.mended:.1f} s"
        )
