-- The table of the orders' current states gets a name of its own: `orders` is the name of another projection, the order
-- list. Tables, partitions and indexes are renamed; rows, grants and versions under construction stay as they are.
alter table orders rename to order_states;

do $$
declare
    part record;
    item record;
begin
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'order_states'::regclass
    loop
        execute format(
            'alter table %I rename to %I', part.relname, regexp_replace(part.relname, '^orders_', 'order_states_'));
    end loop;
    -- A constraint goes by the name of its index.
    for item in
        select c.relname from pg_index x join pg_class c on c.oid = x.indexrelid
        where c.relname ~ '^orders_' and x.indrelid in (
            select 'order_states'::regclass
            union all select i.inhrelid from pg_inherits i where i.inhparent = 'order_states'::regclass)
    loop
        execute format(
            'alter index %I rename to %I', item.relname, regexp_replace(item.relname, '^orders_', 'order_states_'));
    end loop;
end
$$;

create or replace function projection_tables(model text) returns text[]
    language sql immutable
    as $$
select case model
    when 'current' then array['order_states']
    when 'orders' then array['order_list', 'order_list_keys']
    when 'stats' then array['stats_orders', 'stats_statuses', 'stats_minutes', 'stats_durations']
end
$$;

-- Processes of the version before read and write by the former name until they are replaced. A later migration drops it.
create view orders as select * from order_states;
alter view orders owner to waybill_owner;
grant select, insert, update, delete on orders to waybill_writer;
