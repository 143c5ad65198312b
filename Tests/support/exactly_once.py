"""Facts of a whole log: what was acknowledged is there once, as answered, in order, and nothing else is."""

import itertools
from collections import defaultdict

from support.client import seq


def check_log(check, answers, sent, events):
    """Compares the log's events with the answers of commands and with all that was sent, both by command id."""
    numbers = [seq(event["position"]) for event in events]
    check(
        "seq runs 1…N without a hole",
        numbers == list(range(1, len(events) + 1)),
        next(((a, b) for a, b in itertools.zip_longest(numbers, range(1, len(events) + 1)) if a != b), None),
    )
    logged = defaultdict(list)
    for event in events:
        logged[event["commandId"]].append(event)
    differing = [
        key
        for key, answer in answers.items()
        if [e["position"] for e in logged[key]] != [e["position"] for e in answer["events"]]
        or not answer["events"]
        or [e["type"] for e in logged[key]] != [e["type"] for e in answer["events"]]
        or logged[key][-1]["version"] != answer["version"]
        or logged[key][-1]["status"] != answer["status"]
        or {e["orderId"] for e in logged[key]} != {answer["orderId"]}
    ]
    check(
        "every acknowledged command is in the log exactly once, as answered",
        not differing,
        [(key, answers[key], [e["position"] for e in logged[key]]) for key in differing[:2]],
    )
    strangers = set(logged) - set(sent)
    check("nothing is in the log that was not sent", not strangers, sorted(map(str, strangers))[:5])
    versions = defaultdict(list)
    for event in events:
        versions[event["orderId"]].append(event["version"])
    broken = {order: found for order, found in versions.items() if found != list(range(1, len(found) + 1))}
    check("every order's versions are 1…k", not broken, list(broken.items())[:2])
    times = [event["recordedAt"] for event in events]
    check("recordedAt never runs backwards", times == sorted(times))
