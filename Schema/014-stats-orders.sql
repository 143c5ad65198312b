-- What the statistics must remember of each order: the headline and since when it is shown, and what needs attention.
-- `trouble` is the type of the last event that spoke of a parcel's trouble, `anomalies` the open ones as `version:code`.
create table stats_orders (
    order_id uuid not null,
    since timestamptz not null,
    attention_since timestamptz,
    model_version int not null,
    shop text not null,
    number text not null,
    status text not null,
    trouble text,
    anomalies text[] not null,
    primary key (order_id, model_version)
) partition by list (model_version);

create index stats_attention on stats_orders (shop, attention_since desc) where attention_since is not null;

alter table stats_orders owner to waybill_owner;
grant select, insert, update, delete on stats_orders to waybill_writer;
