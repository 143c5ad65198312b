"""The table of roles: the status that each role gets for each kind of request."""

import itertools
import uuid

from support.orders import moment, money, order

BACKEND, OWN, OTHER, STAFF, OPERATOR, NOBODY = "backend", "customer", "other customer", "staff", "operator", "nobody"
# The same roles in another shop, to which everything of the table's orders is foreign.
FOREIGN = {role: f"{role} of another shop" for role in (BACKEND, OWN, STAFF, OPERATOR)}
# Any of them is right for a new session.
ANY_2XX = (200, 201, 204)
# Rows of the table whose routes this version does not serve; a row leaves this set with its route.
NOT_SERVED = set()
_fresh = itertools.count(1)


def _everyone(status):
    return dict.fromkeys((BACKEND, OWN, OTHER, STAFF, OPERATOR, NOBODY, *FOREIGN.values()), status)


def _only(roles, status, customer=403, foreign=404):
    """The verdicts where these roles get `status`, those of another shop `foreign`, and all other roles 403."""
    verdicts = {role: 403 for role in (BACKEND, STAFF, OPERATOR)} | {OWN: customer, OTHER: customer, NOBODY: 401}
    verdicts |= dict.fromkeys(roles, status)
    return verdicts | {there: foreign if here in roles else verdicts[here] for here, there in FOREIGN.items()}


def _readers(status=200):
    return _only((BACKEND, STAFF, OPERATOR, OWN), status) | {OTHER: 404}


def rows(order_id, parcel_order_id):
    """The rows that are served."""
    return (row for row in table(order_id, parcel_order_id) if row[0] not in NOT_SERVED)


def table(order_id, parcel_order_id):
    """(name, method, path, body maker, headers, verdicts); the order is aurora's and customer c-1's."""
    base, parcel = f"/v1/orders/{order_id}", f"/v1/orders/{parcel_order_id}"
    for path in ("/healthz", "/readyz", "/openapi.json", "/staff"):
        yield f"GET {path}", "GET", path, None, {}, _everyone(200)
    yield "place", "POST", "/v1/orders", order, {}, _only((BACKEND,), 201, foreign=403)
    yield (
        "bulk",
        "POST",
        "/v1/commands",
        lambda: b"\n",
        {"Content-Type": "application/x-ndjson"},
        _only((BACKEND,), 200, foreign=200),
    )
    yield "scan", "POST", f"{parcel}/scan", _scan, {}, _only((BACKEND,), 200)
    yield "scan by number", "POST", "/v1/scans", _tracked_scan, {}, _only((BACKEND,), 404)
    yield "payment", "POST", f"{base}/payment", _payment, {}, _only((BACKEND,), 200)
    yield "retract-payment", "POST", f"{base}/retract-payment", _retraction, {}, _only((BACKEND,), 409)
    yield "shortage", "POST", f"{parcel}/report-shortage", _shortage, {}, _only((BACKEND, STAFF), 200)
    yield (
        "note",
        "POST",
        f"{base}/note",
        lambda: {"text": "x", "visibility": "customer"},
        {},
        _only((BACKEND, STAFF), 200),
    )
    yield "tracking link", "POST", f"{base}/tracking-links", None, {}, _only((BACKEND, STAFF), 201)
    yield "tracking links", "GET", f"{base}/tracking-links", None, {}, _only((BACKEND, STAFF), 200)
    nothing = f"{base}/tracking-links/{uuid.uuid4()}"
    yield "revoke a link that is not there", "DELETE", nothing, None, {}, _only((BACKEND, STAFF), 404)
    yield "order list", "GET", "/v1/orders", None, {}, _only((BACKEND, STAFF, OPERATOR, OWN, OTHER), 200, foreign=200)
    yield "an order", "GET", base, None, {}, _readers()
    yield "its events", "GET", f"{base}/events", None, {}, _readers()
    yield "its stream", "GET", f"{base}/stream", None, {}, _readers()
    yield "customer stream", "GET", "/v1/customers/c-1/stream?shop=aurora", None, {}, _readers()
    yield "the log", "GET", "/v1/events", None, {}, _only((BACKEND, STAFF, OPERATOR), 200, foreign=200)
    yield "the feed", "GET", "/v1/stream", None, {}, _only((BACKEND, STAFF, OPERATOR), 200, foreign=200)
    yield "stats", "GET", "/v1/stats", None, {}, _only((BACKEND, STAFF, OPERATOR), 200, foreign=200)
    yield "session", "POST", "/session", None, {}, _only((STAFF, OPERATOR), ANY_2XX, foreign=ANY_2XX)
    yield "who is signed in", "GET", "/session", None, {}, _only((STAFF, OPERATOR), ANY_2XX, foreign=ANY_2XX)
    yield "the session's end", "DELETE", "/session", None, {}, _only((STAFF, OPERATOR), ANY_2XX, foreign=ANY_2XX)
    yield "metrics", "GET", "/metrics", None, {}, _only((OPERATOR,), 200, foreign=200)
    yield "status", "GET", "/v1/status", None, {}, _only((OPERATOR,), 200, foreign=200)
    yield "projections", "GET", "/v1/projections", None, {}, _only((OPERATOR,), 200, foreign=200)
    yield "replay", "POST", "/v1/projections/none/replay", None, {}, _only((OPERATOR,), 404)
    yield "end of a replay", "DELETE", "/v1/projections/none/replay", None, {}, _only((OPERATOR,), 404)
    for name in ("orders", "stream", "stats"):
        path = f"/v1/{name}?shop=aurora"
        readers = (BACKEND, STAFF, OPERATOR, OWN, OTHER) if name == "orders" else (BACKEND, STAFF, OPERATOR)
        yield f"{name} of a shop by name", "GET", path, None, {}, _only(readers, 200)
    yield "a dead tracking link", "GET", "/track/nothing", None, {}, _everyone(404)
    yield "a dead tracking link's stream", "GET", "/track/nothing/stream", None, {}, _everyone(404)


def _scan():
    return {"parcelId": "p1", "scanId": f"s{next(_fresh)}", "code": "inTransit", "occurredAt": moment(60)}


def _tracked_scan():
    body = {**_scan(), "trackingNumber": "NOBODY HAS THIS"}
    del body["parcelId"]
    return body


def _retraction():
    return {"paymentId": "nobody", "reason": "x"}


def _shortage():
    lines = [{"lineId": "l1", "quantity": 1}]
    return {"claimId": f"c{next(_fresh)}", "parcelId": "p1", "lines": lines, "kind": "missing"}


def _payment():
    return {"paymentId": f"pay-{next(_fresh)}", "kind": "authorized", "amount": money(7700), "providerRef": "psp"}
