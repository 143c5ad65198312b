"""The story that docs/answers.md tells: lines of a shell as a reader would paste them, with a note to each.

Ids and times are given, so that the page changes only where the answers do.
"""

from dataclasses import dataclass, field


@dataclass
class Section:
    title: str
    note: str
    steps: list = field(default_factory=list)


@dataclass
class Ask:
    """A line whose answer is shown. `frames` is the number of blocks after which a stream is left."""

    command: str
    note: str = ""
    frames: int = 0


@dataclass
class Keep:
    """A line that sets the variable `name` for later lines; the page shows the line and no answer."""

    name: str
    command: str


AUTH = '-H "Authorization: Bearer ${}"'
SHORT = """ |
  grep -oE '"version":[0-9]+,"position":"[^"]+","status":"[a-zA-Z]+"'"""
JSON = "-H 'Content-Type: application/json'"


def get(path, who="BACKEND", options=""):
    return f'curl -s {options}{AUTH.format(who)} "$URL{path}"'


def post(path, body, who="BACKEND", options="", key=None):
    lines = [f'curl -s {options}"$URL{path}" {AUTH.format(who)} {JSON}']
    if key:
        lines.append(f"  -H 'Idempotency-Key: {key}'")
    lines.append(f"  -d {body}" if body.startswith('"$') else f"  -d '{body}'")
    return " \\\n".join(lines)


SETUP = [
    Keep("BACKEND", "waybill token --role backend --shop aurora"),
    Keep("STAFF", "waybill token --role staff --shop aurora"),
    Keep("CUSTOMER", "waybill token --role customer --shop aurora --subject c-4f1a"),
    Keep("OPERATOR", "waybill token --role operator --shop '*'"),
    Keep("ORDER", "echo 019a41c8-6c40-7b1e-9d52-3f0a8c71e6b4"),
]

PLACE = """cat <<'END'
{"orderId": "019a41c8-6c40-7b1e-9d52-3f0a8c71e6b4", "number": "AU-10001",
 "shop": "aurora", "customer": "c-4f1a", "contactRef": "contact-2fe6",
 "country": "DE", "currency": "EUR", "locale": "de-DE", "taxIncluded": true,
 "lines": [{"lineId": "l1", "sku": "LMP-OAK", "name": "Stehleuchte Eiche", "quantity": 1,
            "unitPrice": {"amount": 12900, "currency": "EUR"}}],
 "shipping": {"amount": 490, "currency": "EUR"}, "tax": {"amount": 2138, "currency": "EUR"},
 "discount": {"amount": 0, "currency": "EUR"}, "total": {"amount": 13390, "currency": "EUR"},
 "occurredAt": "2025-11-03T08:14:00Z"}
END
"""

FAULTY = """"$(sed 's/AU-10001//; s/"DE"/"Germany"/; s/"quantity": 1/"quantity": 0, "colour": "red"/' <<<"$PLACE")\""""

BULK = """printf '%s\\n' \\
  '{"command":"placeOrder","commandId":"imp-1","orderId":"019a41c8-0000-7000-8000-000000000002","number":"AU-10002","shop":"aurora","customer":"c-77b0","contactRef":"contact-9","country":"AT","currency":"EUR","locale":"de-AT","terms":"onDelivery","lines":[{"lineId":"l1","sku":"BLB-E27","name":"LED-Lampe E27","quantity":3,"unitPrice":{"amount":690,"currency":"EUR"}}],"shipping":{"amount":490,"currency":"EUR"},"tax":{"amount":0,"currency":"EUR"},"discount":{"amount":0,"currency":"EUR"},"total":{"amount":2560,"currency":"EUR"},"occurredAt":"2025-11-03T09:00:00Z"}' \\
  '{"command":"confirmOrder","commandId":"imp-2","orderId":"019a41c8-0000-7000-8000-000000000002","occurredAt":"2025-11-03T09:01:00Z"}' \\
  '{"command":"packParcel","commandId":"imp-3","orderId":"019a41c8-0000-7000-8000-000000000002","parcelId":"p1","lines":[{"lineId":"l1","quantity":4}]}' \\
  '{"command":"packParcel", oops' \\
  '{"command":"packParcel","commandId":"imp-4","orderId":"019a41c8-0000-7000-8000-000000000002","parcelId":"p1","lines":[{"lineId":"l1","quantity":3}],"occurredAt":"2025-11-03T09:02:00Z"}' |
  curl -s "$URL/v1/commands" -H "Authorization: Bearer $BACKEND" -H 'Content-Type: application/x-ndjson' \\
    --data-binary @-"""

STORY = [
    Section(
        "Placing an order",
        "The total must add up. The caller may choose the id.",
        [
            Keep("PLACE", PLACE),
            Ask(
                post("/v1/orders", '"$PLACE"', options="-i ", key="place-10001"),
                "201, with the order's version as its `ETag`.",
            ),
            Ask(
                post("/v1/orders", '"$PLACE"', options="-i ", key="place-10001"),
                "Sent again, as after a lost connection: the first answer, marked. Nothing happens twice.",
            ),
            Ask(
                post("/v1/orders", '"${PLACE/AU-10001/AU-10009}"', key="place-10001"),
                "The same `Idempotency-Key` with another command is a mistake,",
            ),
            Ask(
                post("/v1/orders", '"$PLACE"', key="place-10001-again"), "and under another key it is another command."
            ),
        ],
    ),
    Section(
        "What is wrong with a command",
        "422 names every field at fault by a pointer (RFC 6901).",
        [
            Ask(post("/v1/orders", FAULTY)),
            Ask(post("/v1/orders", '"${PLACE/13390/13391}"'), "Fields that are right one by one must still agree."),
            Ask(
                post("/v1/orders/$ORDER/note", '{"text": "one", "text": "two", "visibility": "staff"}'),
                "400 is for what is no JSON, no UTF-8, or says a thing twice.",
            ),
            Ask('curl -s -i "$URL/v1/orders/$ORDER"', "Nobody comes in without a token,"),
            Ask(get("/v1/events", who="CUSTOMER"), "customers do not read a shop's log,"),
            Ask(get("/v1/orders/019a41c8-ffff-7000-8000-000000000000"), "and what is not there, or not yours, is 404."),
        ],
    ),
    Section(
        "What an order does not allow",
        "409 depends on the order's state alone, and says what would be possible.",
        [
            Ask(post("/v1/orders/$ORDER/pack", '{"parcelId": "p1", "lines": [{"lineId": "l1", "quantity": 1}]}')),
            Ask(
                post("/v1/orders/$ORDER/confirm", '{"occurredAt": "2025-11-03T08:20:00Z"}', options="-i ").replace(
                    " -d", """ -H 'If-Match: "7"' \\\n  -d"""
                ),
                "`If-Match` makes a command depend on the version that the caller has seen.",
            ),
        ],
    ),
    Section(
        "An order's way",
        "Facts come from the world: a carrier's scan, a provider's payment. They are never refused.",
        [
            Ask(
                post(
                    "/v1/orders/$ORDER/payment",
                    '{"paymentId": "pay-1", "kind": "authorized", "providerRef": "psp-84c1",\n'
                    '       "amount": {"amount": 13390, "currency": "EUR"}, "occurredAt": "2025-11-03T08:15:10Z"}',
                )
            ),
            Ask(post("/v1/orders/$ORDER/confirm", '{"occurredAt": "2025-11-03T08:20:00Z"}')),
            Ask(
                post(
                    "/v1/orders/$ORDER/pack",
                    '{"parcelId": "p1", "lines": [{"lineId": "l1", "quantity": 1}],\n'
                    '       "occurredAt": "2025-11-03T11:02:00Z"}',
                )
            ),
            Ask(
                post(
                    "/v1/orders/$ORDER/dispatch",
                    '{"parcelId": "p1", "carrier": "dhl", "trackingNumber": "JD014600006",\n'
                    '       "occurredAt": "2025-11-03T16:30:00Z"}',
                )
            ),
            Ask(
                post(
                    "/v1/orders/$ORDER/scan",
                    '{"parcelId": "p1", "scanId": "s1", "code": "inTransit",\n'
                    '       "occurredAt": "2025-11-03T22:41:00+01:00", "place": {"text": "Leipzig Hub", "country": "DE"}}',
                )
            ),
            Ask(
                post(
                    "/v1/orders/$ORDER/scan",
                    '{"parcelId": "p1", "scanId": "s1", "code": "inTransit",\n'
                    '       "occurredAt": "2025-11-03T22:41:00+01:00", "place": {"text": "Leipzig Hub", "country": "DE"}}',
                ),
                "Carriers report twice. The second time is no event, and no error.",
            ),
            Ask(
                post(
                    "/v1/orders/$ORDER/note",
                    '{"text": "Asked for delivery before noon.", "visibility": "staff",\n'
                    '       "occurredAt": "2025-11-04T07:00:00Z"}',
                    who="STAFF",
                )
            ),
        ],
    ),
    Section(
        "Many commands at once",
        "NDJSON in and out, a result for each line in order, while they come. A bad line "
        "harms no other; lines with a `commandId` are safe to send again.",
        [
            Ask(BULK),
        ],
    ),
    Section(
        "Reading an order",
        "Staff and backends see `internal`, customers do not.",
        [
            Ask(get("/v1/orders/$ORDER", who="STAFF", options="-i ")),
            Ask(
                get("/v1/orders/$ORDER", who="CUSTOMER"),
                "A customer's positions are sealed: they do not tell how much the shop sells.",
            ),
        ],
    ),
    Section(
        "The past",
        "An order as of a version, a position, or a time.",
        [
            Ask(get("/v1/orders/$ORDER?version=1")),
            Keep(
                "CONFIRMED",
                'curl -s -H "Authorization: Bearer $BACKEND" "$URL/v1/orders/$ORDER/events" |\n'
                '  grep -oE \'"position":"[a-z0-9-]+"\' | sed -n 3p | cut -d\'"\' -f4',
            ),
            Ask(
                get("/v1/orders/$ORDER?position=$CONFIRMED") + SHORT,
                "The third event's position is that of the confirmation.",
            ),
            Keep(
                "AT",
                'curl -s -H "Authorization: Bearer $BACKEND" "$URL/v1/orders/$ORDER/events" |\n'
                '  grep -oE \'"recordedAt":"[^"]+"\' | sed -n 4p | cut -d\'"\' -f4',
            ),
            Ask(
                get("/v1/orders/$ORDER?at=$AT") + SHORT,
                "By `recordedAt`: what was known at that moment. Then the parcel was packed.",
            ),
        ],
    ),
    Section(
        "The list",
        "Newest first, with keyset cursors: a page costs the same wherever it is. The list follows the "
        "log; `min_position` waits until it has a certain event.",
        [
            Keep(
                "LATEST",
                'curl -s -H "Authorization: Bearer $BACKEND" "$URL/v1/events?limit=1000" |\n'
                '  grep -oE \'"position":"[a-z0-9-]+"\' | tail -n 1 | cut -d\'"\' -f4',
            ),
            Ask(
                get("/v1/orders?status=preparing,partlyShipped,shipped&limit=1&min_position=$LATEST", who="CUSTOMER"),
                "Filters narrow what the token lets one see: this is a customer, with one order.",
            ),
            Ask(get("/v1/orders?carrier=dhl&trackingNumber=JD014600006") + ' | grep -oE \'"number":"[^"]+"\''),
            Ask(
                get("/v1/orders?limit=1") + ' | grep -oE \'"(number|next)":"[^"]+"\'',
                "A page that is not the last has `next`.",
            ),
            Keep(
                "NEXT",
                'curl -s -H "Authorization: Bearer $BACKEND" "$URL/v1/orders?limit=1" |\n'
                '  grep -oE \'"next":"[^"]+"\' | cut -d\'"\' -f4',
            ),
            Ask(get("/v1/orders?limit=1&cursor=$NEXT") + ' | grep -oE \'"(number|next)":"[^"]+"\''),
            Ask(get("/v1/orders?status=lunch")),
        ],
    ),
    Section(
        "History and log",
        "Every event, in the log's order; for backends with who said it, and under which id.",
        [
            Ask(get("/v1/orders/$ORDER/events?limit=2")),
            Ask(get("/v1/orders/$ORDER/events?after=$CONFIRMED&limit=1", options="-H 'Accept: application/x-ndjson' ")),
            Ask(get("/v1/events?after=$CONFIRMED&limit=2")),
        ],
    ),
    Section(
        "Positions",
        "A command's `position` is where its event stands. Reads wait for one; the log says which it does not have.",
        [
            Ask(get("/v1/orders/$ORDER?min_position=$LATEST") + SHORT),
            Ask(get("/v1/events?after=aaaaaaaa-1")),
            Ask(get("/v1/events?after=yesterday")),
        ],
    ),
    Section(
        "Streams",
        "Server-Sent Events; an `id:` is a position. `curl -N` shows frames as they come.",
        [
            Ask(
                get("/v1/orders/$ORDER/stream", who="CUSTOMER", options="-N "),
                "A customer's begins with the order as it is.",
                frames=2,
            ),
            Ask(
                get("/v1/stream?after=$CONFIRMED", who="STAFF", options="-N "),
                "The shop's, from the confirmation on: exactly the events after it. Customers never learn of a staff note.",
                frames=4,
            ),
            Ask(
                get("/v1/stream?status=partlyShipped&after=aaaaaaaa-1", who="STAFF", options="-N "),
                "An id that the log does not have is answered in a frame, since browsers give up at any other status than 200.",
                frames=3,
            ),
            Ask(
                get("/v1/orders/$ORDER/stream?after=0&plain=true", who="CUSTOMER", options="-N "),
                "`plain=true` leaves `event:` out.",
                frames=2,
            ),
        ],
    ),
    Section(
        "Statistics and read models",
        "Both follow the log; `lag` says how far behind it they are, in events.",
        [
            Ask(get("/v1/stats?min_position=$LATEST", who="STAFF")),
            Ask(get("/v1/projections", who="OPERATOR")),
        ],
    ),
]
