"""An order's journey by the models that datamodel-code-generator makes, sent by httpx."""

import datetime
import json
import os
import sys
import uuid

import httpx
import waybill_models as models

http = httpx.Client(base_url=os.environ["URL"], headers={"Authorization": f"Bearer {os.environ['TOKEN']}"})


def euros(cents):
    return models.Money(amount=cents, currency="EUR")


def give(path, body, **headers):
    content = body.model_dump_json(exclude_unset=True)
    answer = http.post(path, content=content, headers={"Content-Type": "application/json", **headers})
    model = models.Receipt if answer.is_success else models.Problem
    return model.model_validate_json(answer.content)


def read(path, model, **parameters):
    return model.model_validate_json(http.get(path, params=parameters).raise_for_status().content)


placed = give(
    "/v1/orders",
    models.PlaceOrder(
        orderId=uuid.uuid4(),
        number="G-1",
        shop="aurora",
        customer="c-1",
        contactRef="contact-1",
        country="DE",
        currency="EUR",
        locale="de-DE",
        terms="invoice",
        lines=[models.Line(lineId="l1", sku="S", name="Lampe \u2028 Å", quantity=2, unitPrice=euros(3_000_000_000))],
        shipping=euros(0),
        tax=euros(0),
        discount=euros(0),
        total=euros(6_000_000_000),
    ),
    **{"Idempotency-Key": str(uuid.uuid4())},
)
order = f"/v1/orders/{placed.orderId}"
both = [models.LineQuantity(lineId="l1", quantity=2)]
now = datetime.datetime.now(datetime.UTC)
give(f"{order}/confirm", models.ConfirmOrder(), **{"If-Match": 'W/"1"'})
give(f"{order}/pack", models.PackParcel(parcelId="p", lines=both))
give(f"{order}/dispatch", models.DispatchParcel(parcelId="p", carrier="dhl", trackingNumber="JD 1"))
give(f"{order}/scan", models.RecordScan(parcelId="p", scanId="s", code="delivered", occurredAt=now))
give(f"{order}/request-return", models.RequestReturn(returnId="r", lines=both, reason="too big"))
give(f"{order}/decide-return", models.DecideReturn(returnId="r", approve=True))
received = [models.ReceivedLine(lineId="l1", quantity=2, condition="sellable")]
returned = give(f"{order}/receive-return", models.ReceiveReturn(returnId="r", lines=received, complete=True))
refusal = give(f"{order}/confirm", models.ConfirmOrder(), **{"If-Match": '"1"'})

history = read(f"{order}/events", models.EventPage).events
log, after = [], "0"
while after:
    page = read("/v1/events", models.EventPage, after=after, limit=200)
    log += page.events
    after = page.next and page.next.root
frames = sys.stdin.read().splitlines()
snapshot = models.Order.model_validate_json(frames[0])
changes = [models.Event.model_validate_json(frame).root for frame in frames[1:]]
print(
    json.dumps(
        {
            "orderId": str(placed.orderId),
            "status": returned.status.value,
            "total": read(order, models.Order).total.amount,
            "listed": [str(entry.orderId) for entry in read("/v1/orders", models.OrderPage, number="G-1").orders],
            "history": [event.root.type for event in history],
            "log": len(log),
            "name": history[0].root.data.lines[0].name,
            "refusal": refusal.code.value,
            "frames": [str(snapshot.orderId)] + [event.type for event in changes],
        }
    )
)
