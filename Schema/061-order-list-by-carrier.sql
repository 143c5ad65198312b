-- The carriers of the order list's orders, a row each, so that a carrier's orders are found in the list's order. The
-- inverted index of the column `carriers` has no order: the newest orders of a common carrier were found by walking the
-- newest orders of all, and the newest thousands of them have not been sent yet.
create table order_list_by_carrier (
    carrier text collate "C" not null,
    shop text collate "C" not null,
    placed_at timestamptz not null,
    order_id uuid not null,
    model_version int not null,
    primary key (carrier, shop, placed_at, order_id, model_version)
) partition by list (model_version);

-- For callers of all shops.
create index order_list_by_carrier_placed on order_list_by_carrier (carrier, placed_at desc, order_id desc);

alter table order_list_by_carrier owner to waybill_owner;
grant select, insert, update, delete on order_list_by_carrier to waybill_writer;

create or replace function projection_tables(model text) returns text[]
    language sql immutable
    as $$
select case model
    when 'current' then array['order_states']
    when 'orders' then array['order_list', 'order_list_keys', 'order_list_by_carrier']
    when 'stats' then array['stats_orders', 'stats_statuses', 'stats_minutes', 'stats_durations']
end
$$;

-- The versions that are there get an empty partition. Their layout stays: a list of a former layout is read without the
-- table, until the list is built again.
select pg_advisory_xact_lock(hashtext('waybill.projection_versions'));
select projection_open(name, version) from projections where name = 'orders';

-- Without events there are no rows, of whatever layout.
update projections set layout = 3 where name = 'orders' and (select seq from log_head) = 0;
