-- Current state, written in the append transaction. Only the key is indexed and pages keep room, so updates stay HOT.
create table orders (
    order_id uuid primary key,
    seq bigint not null,
    recorded_at timestamptz not null,
    version int not null,
    shop text not null,
    customer text not null,
    status text not null,
    state text not null
) with (fillfactor = 70);

alter table orders owner to waybill_owner;
grant select, insert, update, delete on orders to waybill_writer;
