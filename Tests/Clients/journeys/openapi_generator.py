"""An order's journey through the client that openapi-generator makes for Python."""

import datetime
import json
import os
import sys
import uuid

from waybill_api import ApiClient, CommandsApi, Configuration, EventsApi, OrdersApi
from waybill_api.exceptions import ApiException
from waybill_api.models.confirm_order import ConfirmOrder
from waybill_api.models.decide_return import DecideReturn
from waybill_api.models.dispatch_parcel import DispatchParcel
from waybill_api.models.event import Event
from waybill_api.models.line import Line
from waybill_api.models.line_quantity import LineQuantity
from waybill_api.models.money import Money
from waybill_api.models.order import Order
from waybill_api.models.pack_parcel import PackParcel
from waybill_api.models.place_order import PlaceOrder
from waybill_api.models.receive_return import ReceiveReturn
from waybill_api.models.received_line import ReceivedLine
from waybill_api.models.record_scan import RecordScan
from waybill_api.models.request_return import RequestReturn


def euros(cents):
    return Money(amount=cents, currency="EUR")


client = ApiClient(Configuration(host=os.environ["URL"], access_token=os.environ["TOKEN"]))
commands, orders, events = CommandsApi(client), OrdersApi(client), EventsApi(client)

placed = commands.place_order(
    PlaceOrder(
        order_id=uuid.uuid4(),
        number="G-1",
        shop="aurora",
        customer="c-1",
        contact_ref="contact-1",
        country="DE",
        currency="EUR",
        locale="de-DE",
        terms="invoice",
        lines=[Line(line_id="l1", sku="S", name="Lampe \u2028 Å", quantity=2, unit_price=euros(3_000_000_000))],
        shipping=euros(0),
        tax=euros(0),
        discount=euros(0),
        total=euros(6_000_000_000),
    ),
    idempotency_key=str(uuid.uuid4()),
)
order = placed.order_id
both = [LineQuantity(line_id="l1", quantity=2)]
now = datetime.datetime.now(datetime.UTC)
commands.confirm_order(order, confirm_order=ConfirmOrder(), if_match='W/"1"')
commands.pack_parcel(order, PackParcel(parcel_id="p", lines=both))
commands.dispatch_parcel(order, DispatchParcel(parcel_id="p", carrier="dhl", tracking_number="JD 1"))
commands.record_scan(order, RecordScan(parcel_id="p", scan_id="s", code="delivered", occurred_at=now))
commands.request_return(order, RequestReturn(return_id="r", lines=both, reason="too big"))
commands.decide_return(order, DecideReturn(return_id="r", approve=True))
received = [ReceivedLine(line_id="l1", quantity=2, condition="sellable")]
returned = commands.receive_return(order, ReceiveReturn(return_id="r", lines=received, complete=True))

try:
    commands.confirm_order(order, confirm_order=ConfirmOrder(), if_match='"1"')
    refusal = None
except ApiException as error:
    refusal = json.loads(error.body)["code"]

history = events.get_order_events(order).events
log, after = [], "0"
while after:
    page = events.get_events(after=after, limit=200)
    log += page.events
    after = page.next
frames = sys.stdin.read().splitlines()
snapshot = Order.from_json(frames[0])
found = orders.list_orders(number="G-1").orders
print(
    json.dumps(
        {
            "orderId": str(order),
            "status": returned.status.value,
            "total": orders.get_order(order).total.amount,
            "listed": [str(entry.order_id) for entry in found],
            "history": [event.actual_instance.type for event in history],
            "log": len(log),
            "name": history[0].actual_instance.data.lines[0].name,
            "refusal": refusal,
            "frames": [str(snapshot.order_id)] + [Event.from_json(frame).actual_instance.type for frame in frames[1:]],
        }
    )
)
