"""Requests for streams with random positions and filters, from a fixed seed, and the judgement of their answers."""

import random
from urllib.parse import quote

from support.raw_stream import RawStream, request, unchunked
from support.sse import parse_block
from support.waiting import wait_for


def fuzz(bench, paths, count):
    """Sends `count` requests; returns the faulty answers and the number of answers by status."""
    chance, faults, statuses = random.Random(20261102), [], {}
    good = bench.send("GET", "/v1/events", role="staff").json["position"]
    words = [
        "",
        "0",
        good,
        good + "0",
        good[:-1],
        "-",
        f"{good[:8]}-",
        f"{good[:8]}-00",
        "9" * 400,
        "null",
        "A" * 23,
        "ä",
        "%",
        "\u2028",
        "<script>",
        "' or 1=1 --",
        "\x7f",
        "\t",
        " 0",
        "0 ",
    ]
    names = ["after", "shop", "status", "type", "attention", "plain", "conflate", "Last-Event-ID", "after[]", ""]
    values = [
        *words,
        "aurora",
        "delivered",
        "OrderPlaced",
        "true",
        "false",
        "aurora,borealis",
        ",",
        "true,true",
        "1e3",
        "100",
    ]
    for _ in range(count):
        name, path = chance.choice(list(paths.items()))
        query = "&".join(
            f"{chance.choice(names)}={quote(mutated(chance, chance.choice(values)), safe=chance.choice(('', '%/+,')))}"
            for _ in range(chance.randint(0, 4))
        )
        header = mutated(chance, chance.choice(words)).encode("utf-8", "surrogatepass")
        header = bytes(byte for byte in header if (byte >= 32 and byte != 127) or byte == 9)
        role = chance.choice(("staff", "backend", "customer")) if name != "feed" else "staff"
        head = request(f"{path}{'&' if '?' in path else '?'}{query}", bench.tokens[role])[:-2]
        stream = RawStream(bench.service.port, head + b"Last-Event-ID: " + header + b"\r\n\r\n")
        fault = judged(stream)
        statuses[stream.status] = statuses.get(stream.status, 0) + 1
        if fault:
            faults.append((name, query, header, fault))
        stream.reset()
    return faults, statuses


def mutated(chance, text):
    if chance.random() < 0.5:
        return text
    letters = list(text)
    for _ in range(chance.randint(1, 3)):
        letters.insert(chance.randint(0, len(letters)), chance.choice("0aA-=&%+~ \u00e9\u2028\U0001f4a9"))
    return "".join(letters)


def judged(stream):
    """Names the fault of the answer; None where there is none."""
    try:
        stream.wait(b"\r\n\r\n")
        if stream.status == 200:
            blocks = wait_for(
                lambda: (lambda b: b if len(b) > 2 or stream.ended else None)(
                    unchunked(stream.read())[0].split(b"\n\n")
                ),
                10,
                "two blocks",
            )
            frames = [parse_block(block) for block in blocks[:-1]]
            return None if frames and frames[0].retry is not None else f"no retry first: {blocks[:1]}"
        if stream.status in (400, 403, 404, 422, 429, 431):
            return None
        return f"{stream.status}: {stream.received[:200]}"
    except Exception as error:
        # A position that is good shows nothing but its `retry` until the heartbeat.
        if stream.status == 200 and stream.received.count(b"retry: ") == 1 and stream.received.endswith(b"\n\n\r\n"):
            return None
        return f"{type(error).__name__}: {error}"
