"""The story that docs/answers.md tells: lines of a shell as a reader would paste them, with a note to each.

Ids and times are given, so that the page changes only where the answers do.
"""

from support.answers.changes import CHANGES
from support.answers.steps import SHORT, Ask, Keep, Section, get, post

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
                "201; `ETag` is the order's version.",
            ),
            Ask(
                post("/v1/orders", '"$PLACE"', options="-i ", key="place-10001"),
                "Sent again, as after a lost connection, it gets the first answer, marked by a header. Nothing happens twice.",
            ),
            Ask(
                post("/v1/orders", '"${PLACE/AU-10001/AU-10009}"', key="place-10001"),
                "The same `Idempotency-Key` with another command is refused.",
                problem="commandIdReused",
            ),
            Ask(
                post("/v1/orders", '"$PLACE"', key="place-10001-again"),
                "The same command with another key is another command: the order exists already.",
                problem="orderExists",
            ),
        ],
    ),
    Section(
        "What is wrong with a command",
        "422 names every wrong field by a pointer (RFC 6901).",
        [
            Ask(post("/v1/orders", FAULTY), problem="invalidCommand"),
            Ask(
                post("/v1/orders", '"${PLACE/13390/13391}"'),
                "The fields must also agree with one another: here the total is wrong.",
                problem="invalidCommand",
            ),
            Ask(
                post("/v1/orders/$ORDER/note", '{"text": "one", "text": "two", "visibility": "staff"}'),
                "400 means that the body is not JSON or not UTF-8, or that an object repeats a key.",
                problem="duplicateKey",
            ),
            Ask('curl -s -i "$URL/v1/orders/$ORDER"', "A request without a token is 401.", problem="missingToken"),
            Ask(get("/v1/events", who="CUSTOMER"), "A customer may not read a shop's log: 403.", problem="forbidden"),
            Ask(
                get("/v1/orders/019a41c8-ffff-7000-8000-000000000000"),
                "An order that does not exist, or that the token may not see, is 404.",
                problem="notFound",
            ),
        ],
    ),
    Section(
        "What an order does not allow",
        "409 depends only on the order's state. `allowedCommands` lists what the order would accept.",
        [
            Ask(
                post("/v1/orders/$ORDER/pack", '{"parcelId": "p1", "lines": [{"lineId": "l1", "quantity": 1}]}'),
                problem="rejected",
            ),
            Ask(
                post("/v1/orders/$ORDER/confirm", '{"occurredAt": "2025-11-03T08:20:00Z"}', options="-i ").replace(
                    " -d", """ -H 'If-Match: "7"' \\\n  -d"""
                ),
                "`If-Match` names the version that the caller has seen; any other version is 412.",
                problem="versionMismatch",
            ),
        ],
    ),
    Section(
        "The life of an order",
        "A carrier's scan and a provider's payment are facts: they are not refused for being late or surprising.",
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
                "The same scan again is no error, and adds no event.",
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
    *CHANGES,
    Section(
        "Many commands at once",
        "NDJSON in and out: one result for each line, in order, while lines still arrive. A bad line "
        "does not affect the others. Lines with a `commandId` are safe to send again.",
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
                "A customer's positions are encrypted, so that they do not tell how much the shop sells.",
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
                "By `recordedAt`: the order as it was known when the parcel was packed.",
            ),
        ],
    ),
    Section(
        "The list",
        "Newest first. The list follows the log with a short delay; `min_position` waits until it contains an event.",
        [
            Keep(
                "LATEST",
                'curl -s -H "Authorization: Bearer $BACKEND" "$URL/v1/events?limit=1000" |\n'
                '  grep -oE \'"position":"[a-z0-9-]+"\' | tail -n 1 | cut -d\'"\' -f4',
            ),
            Keep(
                "OWN_LATEST",
                'curl -s -H "Authorization: Bearer $CUSTOMER" "$URL/v1/orders/$ORDER/events" |\n'
                '  grep -oE \'"position":"[A-Za-z0-9_-]+"\' | tail -n 1 | cut -d\'"\' -f4',
            ),
            Ask(
                get(
                    "/v1/orders?status=preparing,partlyShipped,shipped&limit=1&min_position=$OWN_LATEST",
                    who="CUSTOMER",
                ),
                "Filters apply within what the token may see: a customer sees only its own orders, and uses its own "
                "positions.",
            ),
            Ask(get("/v1/orders?carrier=dhl&trackingNumber=JD014600006") + ' | grep -oE \'"number":"[^"]+"\''),
            Ask(
                get("/v1/orders?limit=1&min_position=$LATEST") + ' | grep -oE \'"(number|next)":"[^"]+"\'',
                "A page that is not the last has `next`.",
            ),
            Keep(
                "NEXT",
                'curl -s -H "Authorization: Bearer $BACKEND" "$URL/v1/orders?limit=1" |\n'
                '  grep -oE \'"next":"[^"]+"\' | cut -d\'"\' -f4',
            ),
            Ask(get("/v1/orders?limit=1&cursor=$NEXT") + ' | grep -oE \'"(number|next)":"[^"]+"\''),
            Ask(get("/v1/orders?status=lunch"), "An unknown status is a mistake.", problem="invalidQuery"),
        ],
    ),
    Section(
        "History and log",
        "Every event, in the log's order. Backends also read who gave the command, and its id.",
        [
            Ask(get("/v1/orders/$ORDER/events?limit=2")),
            Ask(get("/v1/orders/$ORDER/events?after=$CONFIRMED&limit=1", options="-H 'Accept: application/x-ndjson' ")),
            Ask(get("/v1/events?after=$CONFIRMED&limit=2")),
        ],
    ),
    Section(
        "Positions",
        "The `position` of a command's answer is its last event's. A read with `min_position` waits for it.",
        [
            Ask(get("/v1/orders/$ORDER?min_position=$LATEST") + SHORT),
            Ask(get("/v1/events?after=aaaaaaaa-1"), "A position of another log is 404.", problem="unknownPosition"),
            Ask(get("/v1/events?after=yesterday"), "A text that is no position is 400.", problem="malformedPosition"),
        ],
    ),
    Section(
        "Streams",
        "Server-Sent Events; an `id:` is a position. `curl -N` shows frames as they come.",
        [
            Ask(
                get("/v1/orders/$ORDER/stream", who="CUSTOMER", options="-N "),
                "A stream of one order begins with a snapshot.",
                frames=2,
            ),
            Ask(
                get("/v1/stream?after=$CONFIRMED", who="STAFF", options="-N "),
                "A shop's stream, from the confirmation on, sends exactly the events after it. The staff note is not sent to "
                "customers.",
                frames=4,
            ),
            Ask(
                get("/v1/stream?status=partlyShipped&after=aaaaaaaa-1", who="STAFF", options="-N "),
                "An id that the log does not have is answered by the frame `reset`, since browsers give up at any other status "
                "than 200.",
                frames=3,
            ),
            Ask(
                get("/v1/orders/$ORDER/stream?after=0&plain=true", who="CUSTOMER", options="-N "),
                "With `plain=true` there is no `event:` line.",
                frames=2,
            ),
        ],
    ),
    Section(
        "Statistics and read models",
        "Both follow the log; `lag` is the number of events that a projection is behind.",
        [
            Ask(get("/v1/stats?min_position=$LATEST", who="STAFF")),
            Ask(get("/v1/projections", who="OPERATOR")),
        ],
    ),
]
