-- The order list's wide half: each order's folded state. Only the key is indexed, so that most updates stay HOT; what the
-- list is filtered by lies in `order_list_keys`. Partitioned by the version of the read model: a new version fills a
-- partition of its own beside the one that is served, and an old one leaves by being dropped.
create table order_list (
    order_id uuid not null,
    seq bigint not null,
    recorded_at timestamptz not null,
    model_version int not null,
    state text not null,
    primary key (order_id, model_version)
) partition by list (model_version);

alter table order_list owner to waybill_owner;
grant select, insert, update, delete on order_list to waybill_writer;
