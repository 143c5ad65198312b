"""200,000 orders, made by SQL in some seconds: copies of one order, with ids, numbers and customers of their own."""

# Rows of the log, the current state, of the list and of the command ids. Every tenth order belongs to another shop;
# customers have 20 orders each. Every number and tracking number is another one, `dhl` has all parcels but those of
# 20 orders.
_COPIES = """
begin;
create temp table copies on commit drop as
select n, md5('copy ' || n)::uuid as order_id, e.order_id as source,
    case n % 10 when 0 then 'borealis' else 'aurora' end as shop, 'customer-' || n / 20 as customer,
    'N' || n as number, 'TRACK' || n as tracking, case n % 10000 when 7 then 'rare' else 'dhl' end as carrier,
    (n - {first}) * s.size as before, s.size, s.last, h.seq as head
from (select order_id, count(*) as size, max(seq) as last from events group by order_id order by max(seq) limit 1) s
join events e on e.order_id = s.order_id and e.version = 1
cross join log_head h cross join generate_series({first}, {last}) n;

insert into events (
    seq, occurred_at, recorded_at, order_id, version, schema, number, shop, customer, type, status_before, status,
    data, internal, actor, command_id)
select c.head + c.before + e.version, e.occurred_at, h.recorded_at, c.order_id, e.version, e.schema, c.number, c.shop,
    c.customer, e.type, e.status_before, e.status,
    replace(replace(e.data::text, '"TRK1"', '"' || c.tracking || '"'), '"dhl"', '"' || c.carrier || '"')::json,
    e.internal, e.actor, 'copy-' || c.n || '-' || e.version
from copies c join events e on e.order_id = c.source cross join log_head h
order by 1;

insert into commands (order_id, first_seq, last_seq, recorded_at, version, shop, command_id, status, fingerprint)
select c.order_id, c.head + c.before + 1, c.head + c.before + 1, h.recorded_at, 1, c.shop, 'copy-' || c.n || '-1',
    e.status, sha256(c.n::text::bytea)
from copies c join events e on e.order_id = c.source and e.version = 1 cross join log_head h;

create temp table states on commit drop as
select c.*, replace(replace(replace(replace(replace(replace(
        s.state, c.source::text, c.order_id::text), '"N-1"', '"' || c.number || '"'),
        '"c-1"', '"' || c.customer || '"'), '"aurora"', '"' || c.shop || '"'),
        '"TRK1"', '"' || c.tracking || '"'), '"dhl"', '"' || c.carrier || '"') as state
from copies c join order_states s on s.order_id = c.source
where s.model_version = (select version from projection_active where name = 'current');

insert into order_states (order_id, seq, recorded_at, version, shop, customer, status, state, model_version)
select c.order_id, c.head + c.before + c.size, h.recorded_at, c.size, c.shop, c.customer, s.status, c.state,
    s.model_version
from states c join order_states s on s.order_id = c.source cross join log_head h;

insert into order_list (order_id, seq, recorded_at, model_version, state, version)
select c.order_id, c.head + c.before + c.size, h.recorded_at, s.model_version, c.state, c.size
from states c join order_list s on s.order_id = c.source cross join log_head h;

insert into order_list_keys (
    order_id, placed_at, model_version, attention, shop, customer, number, status, carriers, tracking_numbers)
select c.order_id, s.placed_at, s.model_version, false, c.shop, c.customer, c.number, s.status, array[c.carrier],
    array[c.tracking]
from states c join order_list_keys s on s.order_id = c.source;

insert into order_list_by_carrier (carrier, shop, placed_at, order_id, model_version)
select c.carrier, c.shop, s.placed_at, c.order_id, s.model_version
from states c join order_list_keys s on s.order_id = c.source;

insert into tracking_numbers (seq, order_id, shop, number_key)
select c.head + c.before + c.size, c.order_id, c.shop, c.tracking from copies c;

update projections p set seq = c.head + c.before + c.size, epoch = h.epoch
from copies c, log_head h where c.n = {last} and p.name <> 'current';
update log_head set seq = (select max(seq) from events);
commit;
"""


def dispatched(bench):
    """Places the order that `fill` copies: its parcel is on its way."""
    placed = bench.place(terms="invoice")["orderId"]
    dispatch(bench, placed, [{"lineId": "l1", "quantity": 2}, {"lineId": "l2", "quantity": 1}])
    return placed


def dispatch(bench, order_id, lines):
    """Sends a placed order in one parcel, and waits until the list knows that."""
    for name, body in (
        ("confirm", {}),
        ("pack", {"parcelId": "p1", "lines": lines}),
        ("dispatch", {"parcelId": "p1", "carrier": "dhl", "trackingNumber": "TRK1"}),
    ):
        answer = bench.send("POST", f"/v1/orders/{order_id}/{name}", body)
        if answer.status != 200:
            raise RuntimeError(f"{name} was refused: {answer}")
    position = bench.send("GET", f"/v1/orders/{order_id}").json["position"]
    bench.expect("the list follows", 200, "GET", f"/v1/orders?min_position={position}&limit=1")


def fill(server, database, count=200_000, first=1):
    """Copies the log's first order so many times, while nothing else appends; the copies are numbered from `first`."""
    server.sql(_COPIES.format(first=first, last=first + count - 1), database)
