-- The log. `data` is what the customer may see (null: the event is invisible to customers), `internal` what only staff may
-- see; both are the exact text that is pushed, hence json and not jsonb. Fixed-width columns come first: no padding.
create table events (
    seq bigint primary key,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    order_id uuid not null,
    version int not null check (version > 0),
    schema smallint not null,
    number text not null,
    shop text not null,
    customer text not null,
    type text not null,
    status_before text,
    status text not null,
    data json,
    internal json not null,
    actor text not null,
    command_id text not null,
    correlation_id text,
    causation_id text,
    unique (order_id, version)
);

alter table events owner to waybill_owner;
grant select, insert on events to waybill_writer;
