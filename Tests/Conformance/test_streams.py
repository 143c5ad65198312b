"""The streams never end, so Schemathesis cannot read them: here each frame is held to its schema in the description."""

import functools
import http.client
import json
import urllib.parse

import jsonschema_rs

from support.client import Client


def frames(url, path, token, until, headers=None):
    """Frames as dicts of fields, up to the one at which `until` holds."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request(
        "GET", path, headers={**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
    )
    response = connection.getresponse()
    found, frame = [], {}
    try:
        while True:
            line = response.readline().decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                frame[name] = value
                continue
            found.append(frame)
            if until(found):
                return response, found
            frame = {}
    finally:
        connection.close()


def test_frames_fit_the_schemas_of_the_description(service, description, tokens, check):
    token, customer_token = tokens["backend"], tokens["customer"]
    schemas = description["components"]["schemas"]

    # A customer may have thousands of snapshots, and a validator takes longer to make than to use.
    @functools.cache
    def validator(path, name):
        content = description["paths"][path]["get"]["responses"]["200"]["content"]["text/event-stream"]
        schema = {**content["x-frames"][name]["data"], "components": {"schemas": schemas}}
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    def problem(frame):
        name = frame.get("event")
        if "data" not in frame:
            return None
        errors = validator(path, name).iter_errors(json.loads(frame["data"]))
        return next((f"{name}: {error.message[:300]}" for error in errors), None)

    place = description["paths"]["/v1/orders"]["post"]["requestBody"]["content"]["application/json"]["example"]
    client = Client(service.port, token)
    order = client.insist("POST", "/v1/orders", place).json["orderId"]
    client.insist("POST", f"/v1/orders/{order}/confirm", {})
    link = client.insist("POST", f"/v1/orders/{order}/tracking-links", {}).json["token"]
    for path, item in description["paths"].items():
        operation = item.get("get", {})
        if "streams" not in operation.get("tags", []):
            continue
        real = path.replace("{id}", order).replace("{ref}", place["customer"]).replace("{token}", link)
        readers = [("backend", token)] + ([] if path == "/v1/stream" else [("customer", customer_token)])
        if "{token}" in path:
            readers = [("anybody", None)]
        for who, bearer in readers:
            for name, query, headers, wanted in (
                ("fresh", "", {}, lambda all: any("id" in f for f in all)),
                ("from the beginning", "?after=0", {}, lambda all: sum("data" in f for f in all) >= 2),
                ("reset", "", {"Last-Event-ID": "nonsense"}, lambda all: any("id" in f for f in all)),
            ):
                try:
                    response, seen = frames(service.url, real + query, bearer, wanted, headers)
                except OSError as error:
                    check(f"{path} as {who}, {name}", False, f"no such frames: {error}")
                    continue
                faults = [p for p in map(problem, seen) if p]
                if response.status != 200 or response.headers["Content-Type"] != "text/event-stream; charset=utf-8":
                    faults.append(f"{response.status} {response.headers['Content-Type']}")
                if "retry" not in seen[0]:
                    faults.append("retry does not come first")
                if name == "reset" and not any(f.get("event") == "reset" for f in seen):
                    faults.append("no reset")
                check(f"{path} as {who}, {name}", not faults, faults[:1])
