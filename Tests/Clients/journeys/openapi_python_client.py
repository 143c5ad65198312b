"""An order's journey through the client that openapi-python-client makes."""

import datetime
import json
import os
import sys
import uuid

from waybill_client import AuthenticatedClient
from waybill_client.api.commands import (
    confirm_order,
    decide_return,
    dispatch_parcel,
    pack_parcel,
    place_order,
    receive_return,
    record_scan,
    request_return,
)
from waybill_client.api.events import get_events, get_order_events
from waybill_client.api.orders import get_order, list_orders
from waybill_client.models import (
    Condition,
    ConfirmOrder,
    Currency,
    DecideReturn,
    DispatchParcel,
    EventPage,
    Line,
    LineQuantity,
    Money,
    Order,
    PackParcel,
    PlaceOrder,
    ReceivedLine,
    ReceiveReturn,
    RecordScan,
    RequestReturn,
    ScanCode,
    Terms,
)
from waybill_client.types import UNSET


def euros(cents):
    return Money(amount=cents, currency=Currency.EUR)


client = AuthenticatedClient(base_url=os.environ["URL"], token=os.environ["TOKEN"], raise_on_unexpected_status=True)

order = place_order.sync(
    client=client,
    body=PlaceOrder(
        order_id=uuid.uuid4(),
        number="G-1",
        shop="aurora",
        customer="c-1",
        contact_ref="contact-1",
        country="DE",
        currency=Currency.EUR,
        locale="de-DE",
        terms=Terms.INVOICE,
        lines=[Line(line_id="l1", sku="S", name="Lampe \u2028 Å", quantity=2, unit_price=euros(3_000_000_000))],
        shipping=euros(0),
        tax=euros(0),
        discount=euros(0),
        total=euros(6_000_000_000),
    ),
    idempotency_key=str(uuid.uuid4()),
).order_id
both = [LineQuantity(line_id="l1", quantity=2)]
now = datetime.datetime.now(datetime.UTC)


def give(command, body, **headers):
    return command.sync(order, client=client, body=body, **headers)


give(confirm_order, ConfirmOrder(), if_match='W/"1"')
give(pack_parcel, PackParcel(parcel_id="p", lines=both))
give(dispatch_parcel, DispatchParcel(parcel_id="p", carrier="dhl", tracking_number="JD 1"))
give(record_scan, RecordScan(parcel_id="p", scan_id="s", code=ScanCode.DELIVERED, occurred_at=now))
give(request_return, RequestReturn(return_id="r", lines=both, reason="too big"))
give(decide_return, DecideReturn(return_id="r", approve=True))
received = [ReceivedLine(line_id="l1", quantity=2, condition=Condition.SELLABLE)]
returned = give(receive_return, ReceiveReturn(return_id="r", lines=received, complete=True))
refusal = give(confirm_order, ConfirmOrder(), if_match='"1"')

history = get_order_events.sync(order, client=client).events
log, after = [], "0"
while after is not UNSET:
    page = get_events.sync(client=client, after=after, limit=200)
    log += page.events
    after = page.next_
frames = [json.loads(frame) for frame in sys.stdin.read().splitlines()]
# The variants of an event are read as members of a page.
changes = EventPage.from_dict({"events": frames[1:], "position": frames[-1]["position"]}).events
print(
    json.dumps(
        {
            "orderId": str(order),
            "status": returned.status.value,
            "total": get_order.sync(order, client=client).total.amount,
            "listed": [str(entry.order_id) for entry in list_orders.sync(client=client, number="G-1").orders],
            "history": [event.type_.value for event in history],
            "log": len(log),
            "name": history[0].data.lines[0].name,
            "refusal": refusal.code.value,
            "frames": [str(Order.from_dict(frames[0]).order_id)] + [event.type_.value for event in changes],
        }
    )
)
