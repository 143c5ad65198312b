"""The streams never end, so they are read here, frame by frame, against the schemas that the description gives them."""
import http.client
import json
import urllib.parse
import urllib.request

import jsonschema_rs


def frames(url, path, token, until, headers=None):
    """Frames as dicts of fields, until one makes `until` true."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}", **(headers or {})})
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


def post(url, path, token, body):
    request = urllib.request.Request(url + path, json.dumps(body).encode(), method="POST",
                                     headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def check(service, description, token, customer_token, report):
    schemas = description["components"]["schemas"]

    def problem(frame):
        name = frame.get("event")
        if "data" not in frame:
            return None
        schema = {**operation["responses"]["200"]["content"]["text/event-stream"]["x-frames"][name]["data"],
                  "components": {"schemas": schemas}}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        return next((f"{name}: {error.message[:300]}" for error in validator.iter_errors(json.loads(frame["data"]))), None)

    place = description["paths"]["/v1/orders"]["post"]["requestBody"]["content"]["application/json"]["example"]
    order = post(service.url, "/v1/orders", token, place)["orderId"]
    post(service.url, f"/v1/orders/{order}/confirm", token, {})
    for path, item in description["paths"].items():
        operation = item.get("get", {})
        if "streams" not in operation.get("tags", []) or "token" in path:
            continue
        real = path.replace("{id}", order).replace("{ref}", place["customer"])
        readers = [("backend", token)] + ([] if path == "/v1/stream" else [("customer", customer_token)])
        for who, bearer in readers:
            for name, query, headers, wanted in (
                ("fresh", "", {}, lambda all: any("id" in f for f in all)),
                ("from the beginning", "?after=0", {}, lambda all: sum("data" in f for f in all) >= 2),
                ("reset", "", {"Last-Event-ID": "nonsense"}, lambda all: any("id" in f for f in all)),
            ):
                try:
                    response, seen = frames(service.url, real + query, bearer, wanted, headers)
                except OSError as error:
                    report(f"{path} as {who}, {name}", f"no such frames: {error}")
                    continue
                faults = [p for p in map(problem, seen) if p]
                if response.status != 200 or response.headers["Content-Type"] != "text/event-stream":
                    faults.append(f"{response.status} {response.headers['Content-Type']}")
                if "retry" not in seen[0]:
                    faults.append("retry does not come first")
                if name == "reset" and not any(f.get("event") == "reset" for f in seen):
                    faults.append("no reset")
                report(f"{path} as {who}, {name}", faults[0] if faults else None)
