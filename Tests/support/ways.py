"""The two ways in which the service answers a single command, which no client can tell apart.

A command whose target is written in the plainest way is answered on the event loop. A slash at its end means the same
and goes through the web framework.
"""

import re

# Different in each answer, or made for it.
_OWN = {"date": "", "x-request-id": "made", "waybill-command-id": "made"}
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_POSITION = re.compile(rb"\b[a-z2-7]{8}-\d+")


def framework_path(path):
    """The path of the same command as the framework answers it; None for a path of no single command."""
    is_plain = re.fullmatch(r"/v1/(orders|scans|orders/[0-9A-Fa-f-]{36}/[a-z-]+)", path)
    return path + "/" if is_plain and not path.endswith("tracking-links") else None


def comparable(headers, given=()):
    """The header fields of an answer, without the values that differ each time, but for those that were given."""
    return {name: _OWN.get(name, value) if name not in given else value for name, value in headers.items()}


def difference(first, second):
    """The difference of two answers to one refused command; None where there is none."""
    seen = [(answer.status, comparable(answer.headers), answer.body) for answer in (first, second)]
    for status, headers, _ in seen:
        # The connection stays where the whole body had come when it was refused.
        if status == 413:
            headers.pop("connection", None)
    if seen[0] != seen[1]:
        return f"{first} {first.headers} and by the framework {second} {second.headers}"
    return None


def normal(status, headers, body, given=()):
    """An answer without ids of orders and positions, and so without its length where that is right."""
    head = comparable(headers, given)
    head.pop("location", None)
    if head.get("content-length") == str(len(body)):
        del head["content-length"]
    return status, head, _POSITION.sub(b"POSITION", _UUID.sub(b"UUID", body))
