"""Commands behind what keeps a batch that is at work: each is answered in two seconds, and no repetition is doubled."""

import contextlib
import os
import signal
import time

import pytest

from support import roles
from support.client import Client
from support.frozen import Frozen, backends
from support.lock_holder import Holder
from support.orders import order
from support.placing import Placing
from support.waiting import wait_for

# Seconds: the promised two, and some for a busy machine. Without the refusal it takes three and more.
LONGEST = 2.7


@contextlib.contextmanager
def posters(service, name, count=4):
    """Several clients that place orders."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Placing(service, f"{name}{number}")) for number in range(count)]


def ends_whole(bench, check, name, placings):
    """Repeats each command: those that were accepted are known, the others are accepted now, and each is there once."""
    client = Client(bench.service.port, bench.tokens[roles.BACKEND])
    repeated, differing = {}, []
    for key, answer in (pair for placing in placings for pair in placing.by_key.items()):
        again = client.request("POST", "/v1/orders", order(number=key), {"Idempotency-Key": key}, timeout=20)
        repeated[key] = again
        if again.status != 201 or (answer.status == 201 and again.json["orderId"] != answer.json["orderId"]):
            differing.append((key, answer, again))
    check(f"{name}: each repetition is accepted as at first", not differing, differing[:2])
    counted = bench.service.sql(
        f"select count(*), count(distinct command_id) from events where command_id like '{name}%'", "waybill"
    )
    check(f"{name}: each order is in the log once", counted == f"{len(repeated)}|{len(repeated)}", counted)


def statuses(placings):
    return {status for placing in placings for status, _ in placing.answers}


def longest(placings):
    return max(placing.longest for placing in placings)


def test_a_lock_that_is_met_while_writing_answers_soon(bench, check):
    name = "written"
    with Holder(bench.service, "lock table commands in share mode"), posters(bench.service, name) as placings:
        time.sleep(6)
        locked = [answer for placing in placings for answer in placing.answers]
    check("every command is told to come back", {status for status, _ in locked} == {503}, locked)
    # A busy machine may keep a few for longer.
    waits = sorted(seconds for _, seconds in locked)
    usual = waits[len(waits) * 3 // 4]
    check(f"three of four within {LONGEST} s", usual < LONGEST, waits)
    check("each within 5 s", longest(placings) < 5, longest(placings))
    ends_whole(bench, check, name, placings)


@pytest.mark.parametrize("run", range(3))
def test_frozen_processes_of_a_busy_appender_keep_no_command(bench, check, run):
    """They stand still wherever they happen to be: before the head's lock, behind it, or in the commit."""
    name = f"frozen{run}"
    with posters(bench.service, name) as placings:
        time.sleep(1)
        with Frozen(backends(bench.service, "waybill appender")):
            time.sleep(6)
        wait_for(lambda: all(placing.answers[-1][0] == 201 for placing in placings), 10, "commands are taken again")
    check(f"{name}: answered or told to come back", statuses(placings) <= {201, 503}, statuses(placings))
    check(f"{name}: none waits for 4.5 s", longest(placings) < 4.5, longest(placings))
    check.note(f"{name}: the longest wait {longest(placings):.2f} s")
    ends_whole(bench, check, name, placings)


def test_a_lock_that_ends_as_commands_are_refused_doubles_none(bench, check):
    name = "ended"
    with posters(bench.service, name, count=8) as placings:
        for wait in (1.9, 2.0, 2.05, 2.1):
            with Holder(bench.service, "select seq from log_head for update"):
                time.sleep(wait)
            time.sleep(0.3)
    check("answered or told to come back", statuses(placings) <= {201, 503}, statuses(placings))
    rows = bench.service.sql(f"select command_id from events where command_id like '{name}%'", "waybill")
    refused = {key for placing in placings for key, answer in placing.by_key.items() if answer.status == 503}
    wrong = sorted(refused & set(rows.split()))
    check("no command that was refused before its commit was appended", not wrong, wrong)
    check.note(f"{len(refused)} refused, {len(rows.split())} accepted")
    ends_whole(bench, check, name, placings)


def test_commands_go_on_without_the_prefetch(bench, check):
    """No connection can be opened, and the one for prefetching is lost."""
    service = bench.service
    with posters(service, "prefetch", count=3) as placings:
        time.sleep(1)
        prefetch, postmaster = backends(service, "waybill appender prefetch"), service.postmaster()
        check("there is a prefetch", len(prefetch) == 1 and postmaster, prefetch)
        before = [len(placing.answers) for placing in placings]
        with Frozen([postmaster]):
            os.kill(prefetch[0], signal.SIGTERM)
            time.sleep(6)
            during = [placing.answers[count:] for placing, count in zip(placings, before, strict=True)]
        time.sleep(1)
    answers = [answer for some in during for answer in some]
    check("commands are accepted", {status for status, _ in answers} == {201}, answers[-3:])
    check("and do not wait", max(seconds for _, seconds in answers) < 1.5, max(seconds for _, seconds in answers))
    check("many of them", len(answers) > 60, len(answers))
    ends_whole(bench, check, "prefetch", placings)
